// SPDX-License-Identifier: GPL-2.0
/*
 * The check of the engine's facts does find what is broken: engines are led
 * into each state, one field is spoiled, and the check must speak up. One
 * thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sy_trace.h"

/* Lead a new engine through events, separated by semicolons. */
static void sy_lead(struct sy_engine *e, const char *events)
{
	struct sy_actions actions;
	struct sy_event event;
	char error[SY_TRACE_LINE];
	char copy[SY_TRACE_LINE];
	char *rest = copy;
	char *line;

	snprintf(copy, sizeof(copy), "%s", events);
	memset(e, 0xa5, sizeof(*e));
	sy_engine_init(e);
	while ((line = strsep(&rest, ";"))) {
		if (sy_trace_parse(line, &event, error))
			fail_msg("%s", error);
		sy_step(e, &event, &actions);
	}
	assert_null(sy_engine_check(e));
}

#define THREAD "0 start model=patched_set/thread enable;1ms flushed"
#define KERNEL "0 start model=patched_set/kernel enable tries=3;1ms flushed"

static const char *const idle = "0 timer";
static const char *const preparing = THREAD;
static const char *const scanning = THREAD ";2ms prepared";
static const char *const waiting = THREAD ";2ms prepared;"
					  "3ms scanned pending=2 nudgeable=1";
static const char *const reversing = THREAD ";2ms prepared;"
					    "3ms scanned pending=2;4ms reverse";
static const char *const retrying = KERNEL ";2ms prepared;"
					   "3ms scanned pending=2";
static const char *const stopping = KERNEL ";2ms prepared;"
					   "3ms scanned pending=0";
#define ORDER \
	"0 start model=patched_set/function enable functions=2;1ms flushed"
static const char *const ordered = ORDER ";2ms prepared;3ms scanned";
static const char *const second = ORDER ";2ms prepared;3ms scanned;"
					"4ms stopped flipped;5ms scanned";
static const char *const turned = ORDER ";2ms prepared;3ms scanned;"
					"4ms stopped flipped;5ms reverse;"
					"6ms scanned pending=1";
static const char *const rolled_out = ORDER ";2ms prepared;3ms scanned;"
					    "4ms stopped flipped;5ms scanned;"
					    "6ms stopped flipped";
static const char *const settling = THREAD ";2ms prepared;"
					   "3ms scanned pending=0";

#define HERD                                                \
	"0 start model=patched_set/kernel enable herd;1ms " \
	"flushed;2ms prepared;3ms scanned pending=2 drivable=2;8ms timer"
static const char *const herding = HERD ";9ms scanned pending=2 drivable=2";

#define SIZE(field) sizeof(((struct sy_engine *)0)->field)
#define NAME(state, field, value) #state ": " #field " = " #value

/* One field gets another value. */
#define SPOIL(state, field, value)                                      \
	{                                                               \
		NAME(state, field, value), &(state),                    \
			offsetof(struct sy_engine, field), SIZE(field), \
			(sy_u64)(value)                                 \
	}

static const struct {
	const char *what;
	const char *const *state;
	size_t offset;
	size_t size;
	sy_u64 value;
} sy_spoils[] = {
	SPOIL(idle, state, SY_STATE__LAST),
	SPOIL(idle, deadline_at, 1),
	SPOIL(idle, cancel, 1),
	SPOIL(idle, to_new, 1),
	SPOIL(idle, result, SY_RESULT_FAILED),
	SPOIL(idle, result, SY_RESULT__LAST),
	SPOIL(preparing, model.leave, SY_LEAVE_KERNEL + 1),
	SPOIL(preparing, to_new, 2),
	SPOIL(preparing, to_new, 0),
	SPOIL(preparing, nudged, 1),
	SPOIL(preparing, attempts, 1),
	SPOIL(preparing, scan_at, 1),
	SPOIL(preparing, result, SY_RESULT_SETTLED),
	SPOIL(scanning, scan_at, 1),
	SPOIL(scanning, deadline_at, 0),
	SPOIL(scanning, backoff_ns, 0),
	SPOIL(scanning, stop_limit_ns, 0),
	SPOIL(scanning, deadline_ns, 0),
	SPOIL(waiting, pending, 0),
	SPOIL(waiting, nudgeable, 3),
	SPOIL(waiting, moving, 3),
	SPOIL(waiting, cancel, 1),
	SPOIL(waiting, nudged, 1),
	SPOIL(waiting, deadline_at, 0),
	SPOIL(waiting, model.sw, SY_SWITCH_FUNCTION),
	SPOIL(reversing, deadline_at, 1),
	SPOIL(reversing, cancel, 1),
	SPOIL(reversing, reversing, 0),
	SPOIL(retrying, scan_at, 0),
	SPOIL(retrying, flushed, 0),
	SPOIL(retrying, attempts, 3),
	SPOIL(retrying, nudge_at, 1),
	SPOIL(retrying, nudged, 1),
	SPOIL(retrying, reversing, 1),
	SPOIL(waiting, herd, 1),
	SPOIL(waiting, drivable, 3),
	SPOIL(herding, herd, 0),
	SPOIL(herding, holding, 0),
	SPOIL(herding, hold_until, 0),
	SPOIL(herding, herd_at, 0),
	SPOIL(herding, held, 1),
	SPOIL(herding, look_ns, 0),
	SPOIL(herding, pause_ns, 0),
	SPOIL(herding, state, SY_SETTLING),
	SPOIL(settling, holding, 1),
	SPOIL(stopping, flushed, 0),
	SPOIL(stopping, pending, 1),
	SPOIL(stopping, stop_limit_ns, SY_STOP_MAX_NS + 1),
	SPOIL(ordered, news, 2),
	SPOIL(ordered, news, 3),
	SPOIL(ordered, nudged, 1),
	SPOIL(ordered, flushed, 0),
	SPOIL(second, nfuncs, 1),
	SPOIL(second, nfuncs, 0),
	SPOIL(turned, to_new, 1),
	SPOIL(turned, news, 0),
	SPOIL(turned, deadline_at, 1),
	SPOIL(rolled_out, news, 1),
	SPOIL(rolled_out, to_new, 0),
	SPOIL(settling, pending, 1),
	SPOIL(settling, flushed, 0),
	SPOIL(settling, to_new, 0),
	SPOIL(settling, deadline_at, 1),
	SPOIL(settling, result, SY_RESULT_NONE),
	SPOIL(settling, result, SY_RESULT_REVERTED),
	SPOIL(settling, result, SY_RESULT_GAVE_UP),
};

static void test_spoiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sy_spoils) / sizeof(*sy_spoils); i++) {
		struct sy_engine e;

		sy_lead(&e, *sy_spoils[i].state);
		/* Little endian: the low bytes of the value come first. */
		memcpy((char *)&e + sy_spoils[i].offset, &sy_spoils[i].value,
		       sy_spoils[i].size);
		if (!sy_engine_check(&e))
			fail_msg("not noticed: %s", sy_spoils[i].what);
	}
}

/* An engine is made of its fields alone, whatever its memory held before. */
static void test_init(void **state)
{
	struct sy_engine e;

	(void)state;
	memset(&e, 0xff, sizeof(e));
	sy_engine_init(&e);
	assert_null(sy_engine_check(&e));
	assert_int_equal(e.state, SY_IDLE);
	assert_int_equal(e.result, SY_RESULT_NONE);
}

/* Events and ends from outside their enums are ignored, or change nothing. */
static void test_unknown(void **state)
{
	struct sy_event event = { .kind = SY_EVENT__LAST };
	struct sy_actions actions;
	struct sy_engine before;
	struct sy_engine e;

	(void)state;
	sy_lead(&e, stopping);
	memcpy(&before, &e, sizeof(e));
	sy_step(&e, &event, &actions);
	assert_int_equal(actions.n, 0);
	assert_memory_equal(&before, &e, sizeof(e));

	event.kind = SY_EVENT_STOPPED;
	event.now_ns = 10000000;
	event.u.stop.end = SY_STOP__LAST;
	sy_step(&e, &event, &actions);
	assert_int_equal(e.state, SY_WAITING);
	assert_null(sy_engine_check(&e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
