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
static const char *const herded = HERD ";9ms scanned pending=2 drivable=2;"
				       "10ms timer;11ms scanned;"
				       "12ms stopped flipped";
static const char *const to_stop = KERNEL;
static const char *const looking = KERNEL ";2ms prepared";
static const char *const to_order = ORDER;
static const char *const reverted = THREAD ";2ms prepared;"
					   "3ms scanned pending=2;4ms reverse;"
					   "5ms scanned pending=0";
static const char *const at_once = "0 start model=function/kernel enable;"
				   "1ms prepared";

#define SET(field, value)                                             \
	{                                                             \
		offsetof(struct sy_engine, field),                    \
			sizeof(((struct sy_engine *)0)->field), value \
	}

/* Fields get other values; then @fact is what does not hold. */
#define SPOIL(state, fact, ...)     \
	{                           \
		&(state), fact,     \
		{                   \
			__VA_ARGS__ \
		}                   \
	}

static const struct {
	const char *const *state;
	const char *fact;
	struct {
		size_t offset;
		size_t size;
		sy_u64 value;
	} set[4];
} sy_spoils[] = {
	/* holds */
	SPOIL(waiting, "only a model that needs one instant holds",
	      SET(herd, 1)),
	SPOIL(idle, "only a model that needs one instant holds", SET(herd, 1)),
	SPOIL(at_once, "only a model that needs one instant holds",
	      SET(herd, 1)),
	SPOIL(herding, "nobody is held who may not be", SET(herd, 0)),
	SPOIL(herding, "a hold, and its end, or neither", SET(hold_until, 0)),
	SPOIL(herding, "a hold, and its end, or neither", SET(holding, 0)),
	SPOIL(herding, "a hold comes after the wait and before its pause",
	      SET(herd_at, 0)),
	SPOIL(herding, "a hold comes after the wait and before its pause",
	      SET(held, 1)),
	SPOIL(herding, "the time between looks of a hold within its bounds",
	      SET(look_ns, SY_HOLD_LOOK_MIN_NS - 1)),
	SPOIL(herding, "the time between looks of a hold within its bounds",
	      SET(look_ns, SY_HOLD_LOOK_MAX_NS + 1)),
	SPOIL(herding, "the pause after a hold within its bounds",
	      SET(pause_ns, SY_HOLD_PAUSE_MIN_NS - 1)),
	SPOIL(herding, "the pause after a hold within its bounds",
	      SET(pause_ns, SY_HOLD_PAUSE_MAX_NS + 1)),

	/* always */
	SPOIL(preparing, "a model that is served",
	      SET(model.leave, SY_LEAVE_KERNEL + 1)),
	SPOIL(preparing, "a detector that the model has",
	      SET(detector, SY_DETECTOR_BOUNDARY)),
	SPOIL(preparing, "sides are 0 or 1", SET(to_new, 2)),
	SPOIL(preparing, "sides are 0 or 1", SET(was_to_new, 2)),
	SPOIL(waiting, "nudgeable, moving and drivable tasks are pending ones",
	      SET(nudgeable, 3)),
	SPOIL(waiting, "nudgeable, moving and drivable tasks are pending ones",
	      SET(moving, 3)),
	SPOIL(waiting, "nudgeable, moving and drivable tasks are pending ones",
	      SET(drivable, 3)),
	SPOIL(scanning, "back-off within its bounds", SET(backoff_ns, 0)),
	SPOIL(scanning, "back-off within its bounds",
	      SET(backoff_ns, SY_RESCAN_MAX_NS + 1)),
	SPOIL(scanning, "the stop's limit within its bounds",
	      SET(stop_limit_ns, SY_STOP_MIN_NS - 1)),
	SPOIL(stopping, "the stop's limit within its bounds",
	      SET(stop_limit_ns, SY_STOP_MAX_NS + 1)),
	SPOIL(scanning, "a deadline", SET(deadline_ns, 0)),
	SPOIL(ordered, "no more functions are new than there are",
	      SET(news, 3)),
	SPOIL(second, "no more functions are new than there are",
	      SET(nfuncs, 0)),
	SPOIL(retrying, "only threads and functions in an order reverse",
	      SET(reversing, 1)),
	SPOIL(scanning, "only a model that stops counts attempts",
	      SET(attempts, 1)),
	SPOIL(at_once, "only a model that stops counts attempts",
	      SET(attempts, 1)),
	SPOIL(retrying, "only SWITCH_THREAD nudges", SET(nudged, 1)),
	SPOIL(ordered, "only SWITCH_THREAD nudges", SET(nudged, 1)),

	/* at rest */
	SPOIL(idle, "nothing is due", SET(deadline_at, 1)),
	SPOIL(idle, "nothing is due", SET(nudge_at, 1)),
	SPOIL(preparing, "nothing is due", SET(scan_at, 1)),
	SPOIL(settling, "nothing is due", SET(deadline_at, 1)),
	SPOIL(herded, "nobody is held at rest", SET(holding, 1), SET(held, 0),
	      SET(hold_until, 1)),
	SPOIL(idle, "no request waits", SET(cancel, 1)),
	SPOIL(settling, "no request waits", SET(cancel, 1)),

	/* the side and the result */
	SPOIL(idle, "it ended on the side that was asked for", SET(to_new, 1)),
	SPOIL(settling, "it ended on the side that was asked for",
	      SET(to_new, 0)),
	SPOIL(rolled_out, "it ended on the side that was asked for",
	      SET(to_new, 0)),
	SPOIL(idle, "it ended on the side it came from",
	      SET(result, SY_RESULT_FAILED)),
	SPOIL(settling, "it ended on the side it came from",
	      SET(result, SY_RESULT_REVERTED)),
	SPOIL(settling, "it ended on the side it came from",
	      SET(result, SY_RESULT_GAVE_UP)),
	SPOIL(idle, "a known result", SET(result, SY_RESULT__LAST)),
	SPOIL(settling, "a known result", SET(result, SY_RESULT__LAST)),
	SPOIL(rolled_out, "every function is on the side where it ended",
	      SET(news, 1)),
	SPOIL(idle, "every function is on the side where it ended",
	      SET(nfuncs, 1), SET(news, 1)),

	/* settling */
	SPOIL(settling, "a result while settling", SET(result, SY_RESULT_NONE)),
	SPOIL(settling, "a result while settling",
	      SET(result, SY_RESULT_FAILED), SET(to_new, 0)),
	SPOIL(settling, "only a model that stops gives up",
	      SET(result, SY_RESULT_GAVE_UP), SET(to_new, 0)),
	SPOIL(at_once, "only a model that stops gives up",
	      SET(result, SY_RESULT_GAVE_UP), SET(to_new, 0)),
	SPOIL(settling, "nobody is left when it settles", SET(pending, 1)),
	SPOIL(reverted, "nobody is left when it settles", SET(pending, 1)),
	SPOIL(settling, "SWITCH_THREAD settles after the flush",
	      SET(flushed, 0)),
	SPOIL(herding, "a result while settling", SET(state, SY_SETTLING)),

	/* while it runs */
	SPOIL(preparing, "no result while it runs",
	      SET(result, SY_RESULT_SETTLED)),
	SPOIL(preparing,
	      "it reverses when the wanted side is not the asked one",
	      SET(to_new, 0)),
	SPOIL(reversing,
	      "it reverses when the wanted side is not the asked one",
	      SET(reversing, 0)),
	SPOIL(turned, "it reverses when the wanted side is not the asked one",
	      SET(to_new, 1)),
	SPOIL(preparing, "nothing was tried while preparing", SET(nudged, 1)),
	SPOIL(preparing, "nothing was tried while preparing", SET(reversing, 1),
	      SET(to_new, 0)),
	SPOIL(to_stop, "nothing was tried while preparing", SET(attempts, 1)),
	SPOIL(to_order, "no function has switched while preparing",
	      SET(news, 2)),
	SPOIL(idle, "a known state", SET(state, SY_STATE__LAST)),

	/* looking */
	SPOIL(waiting, "only a model that leaves something looks at tasks",
	      SET(model.leave, SY_LEAVE_FUNCTION),
	      SET(model.sw, SY_SWITCH_FUNCTION),
	      SET(detector, SY_DETECTOR_NONE)),
	SPOIL(scanning, "a deadline, or a reversal without one",
	      SET(deadline_at, 0)),
	SPOIL(waiting, "a deadline, or a reversal without one",
	      SET(deadline_at, 0)),
	SPOIL(reversing, "a deadline, or a reversal without one",
	      SET(deadline_at, 1)),
	SPOIL(turned, "a deadline, or a reversal without one",
	      SET(deadline_at, 1)),
	SPOIL(ordered, "a function whose turn it is", SET(news, 2)),
	SPOIL(second, "a function whose turn it is", SET(nfuncs, 1)),
	SPOIL(turned, "a function whose turn it is", SET(news, 0)),
	SPOIL(retrying, "tries are left", SET(attempts, 3)),
	SPOIL(retrying, "a nudge is due once, and for SWITCH_THREAD only",
	      SET(nudge_at, 1)),
	SPOIL(waiting, "a nudge is due once, and for SWITCH_THREAD only",
	      SET(nudged, 1)),
	SPOIL(waiting, "a request waits for the shell only", SET(cancel, 1)),
	SPOIL(reversing, "a request waits for the shell only", SET(cancel, 1)),
	SPOIL(scanning, "no look is due while looking", SET(scan_at, 1)),
	SPOIL(looking, "who stops looks after the flush", SET(flushed, 0)),
	SPOIL(stopping, "a stop follows a clean scan after the flush",
	      SET(flushed, 0)),
	SPOIL(ordered, "a stop follows a clean scan after the flush",
	      SET(flushed, 0)),
	SPOIL(stopping, "a stop follows a clean scan after the flush",
	      SET(pending, 1)),
	SPOIL(stopping, "a stop follows a clean scan after the flush",
	      SET(scan_at, 1)),
	SPOIL(stopping, "a stop follows a clean scan after the flush",
	      SET(model.sw, SY_SWITCH_THREAD)),
	SPOIL(waiting, "somebody to wait for", SET(pending, 0),
	      SET(nudgeable, 0)),
	SPOIL(retrying, "who stops waits for the flush or to look",
	      SET(scan_at, 0)),
	SPOIL(retrying, "who stops waits for the flush or to look",
	      SET(flushed, 0)),
};

/* @e with what row @i says of its fields. */
static void sy_spoil(struct sy_engine *e, size_t i)
{
	for (size_t k = 0; k < 4 && sy_spoils[i].set[k].size; k++)
		/* Little endian: the low bytes of the value come first. */
		memcpy((char *)e + sy_spoils[i].set[k].offset,
		       &sy_spoils[i].set[k].value, sy_spoils[i].set[k].size);
}

static void test_spoiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sy_spoils) / sizeof(*sy_spoils); i++) {
		const char *broken;
		struct sy_engine e;

		sy_lead(&e, *sy_spoils[i].state);
		sy_spoil(&e, i);
		broken = sy_engine_check(&e);
		if (!broken || strcmp(broken, sy_spoils[i].fact))
			fail_msg("row %zu: \"%s\", not \"%s\"", i,
				 broken ? broken : "nothing is noticed",
				 sy_spoils[i].fact);
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
	assert_int_equal(e.nfuncs, 0);
	assert_int_equal(e.tries, 0);
	assert_true(e.retry_ns == 0);
	assert_int_equal(e.stuck, 0);
}

/* Nobody has a turn where there is no order, and none after the last. */
static void test_turns(void **state)
{
	struct sy_engine e;

	(void)state;
	sy_lead(&e, "0 start model=patched_set/thread disable enabled "
		    "functions=3;1ms flushed;2ms prepared");
	assert_int_equal(e.news, 3);
	assert_int_equal(sy_order_turn(&e), 0);
	sy_lead(&e, rolled_out);
	assert_int_equal(e.news, 2);
	assert_int_equal(sy_order_turn(&e), 0);
	sy_order_advance(&e);
	assert_int_equal(e.news, 2);
	sy_lead(&e, second);
	assert_int_equal(sy_order_turn(&e), 1);
}

/* Attempts are those since the last function switched, or the turn. */
static void test_attempts(void **state)
{
	struct sy_engine e;

	(void)state;
	sy_lead(&e, ORDER ";2ms prepared;3ms scanned pending=1;4ms timer;"
			  "5ms scanned");
	assert_int_equal(e.attempts, 1);
	sy_lead(&e, ORDER ";2ms prepared;3ms scanned pending=1;4ms timer;"
			  "5ms scanned;6ms stopped flipped");
	assert_int_equal(e.attempts, 0);
	sy_lead(&e, ORDER ";2ms prepared;3ms scanned;4ms stopped flipped;"
			  "5ms scanned pending=1;6ms reverse");
	assert_int_equal(e.reversing, 1);
	assert_int_equal(e.attempts, 0);
}

/* An answer is made of the event alone, whatever its memory held before. */
static void test_answers(void **state)
{
	static const char *const lines[] = {
		"0 start model=patched_set/thread enable",
		"0 reverse",
		"2ms prepared",
		"3ms scanned pending=1 nudgeable=1",
		"60ms timer",
		"61ms reverse",
		"62ms scanned",
		"63ms flushed",
		"64ms settled",
	};
	struct sy_actions acts[2];
	struct sy_engine e[2];
	struct sy_event event;
	char error[SY_TRACE_LINE];

	(void)state;
	for (int k = 0; k < 2; k++) {
		memset(&e[k], 0, sizeof(e[k]));
		sy_engine_init(&e[k]);
	}
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_int_equal(sy_trace_parse(lines[i], &event, error), 0);
		for (int k = 0; k < 2; k++) {
			memset(&acts[k], k ? 0xff : 0, sizeof(acts[k]));
			sy_step(&e[k], &event, &acts[k]);
		}
		assert_true(acts[0].n == acts[1].n);
		assert_memory_equal(acts[0].at, acts[1].at,
				    acts[0].n * sizeof(acts[0].at[0]));
	}
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
		cmocka_unit_test(test_spoiled), cmocka_unit_test(test_init),
		cmocka_unit_test(test_turns),	cmocka_unit_test(test_attempts),
		cmocka_unit_test(test_answers), cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
