// SPDX-License-Identifier: GPL-2.0
/*
 * What the program in the guest makes of a history: cases by hand, of one
 * transition and of two. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vm.h"

#define ROOM 32

static struct sy_litmus test;
static struct lit_event history[ROOM];
static sy_u32 length;
static struct lit_seen seen;

static void read_test(const char *name)
{
	char path[512], error[400] = "";

	snprintf(path, sizeof(path), "%s/%s.litmus", LITMUS_DIR, name);
	sy_litmus_free(&test);
	if (sy_litmus_read(path, &test, error, sizeof(error)))
		fail_msg("%s", error);
	memset(history, 0, sizeof(history));
	length = 0;
}

static sy_u8 function(const char *name)
{
	sy_u8 i;

	for (i = 0; i < test.nfuncs; i++)
		if (!strcmp(test.func[i].name, name))
			return i;
	fail_msg("no function %s", name);
	return 0;
}

static struct lit_event *add(enum lit_kind kind, sy_u8 thread)
{
	struct lit_event *e = &history[length++];

	assert_true(length <= ROOM);
	e->kind = (sy_u8)kind;
	e->thread = thread;
	return e;
}

static void born(sy_u8 threads)
{
	sy_u8 i;

	for (i = 0; i < threads; i++)
		add(LIT_KIND_BIRTH, i)->func = 255;
}

/* The caller set out when the event of this slot had been. */
static void enter_after(sy_u8 thread, const char *func, sy_u8 version,
			sy_u32 slot)
{
	struct lit_event *e = add(LIT_KIND_ENTER, thread);

	e->func = function(func);
	e->version = version;
	e->before = slot;
}

static void enter(sy_u8 thread, const char *func, sy_u8 version)
{
	add(LIT_KIND_CALL, thread);
	enter_after(thread, func, version, length - 1);
}

static void leave(sy_u8 thread, const char *func, sy_u8 version)
{
	struct lit_event *e = add(LIT_KIND_RETURN, thread);

	e->func = function(func);
	e->version = version;
}

static void call(sy_u8 thread, const char *func, sy_u8 version)
{
	enter(thread, func, version);
	leave(thread, func, version);
}

/* Judges the history under a model by its name. */
static void judge(const char *model)
{
	struct lit_vm vm = { .l = &test, .history = history };

	while (vm.model < SY_MODELS && strcmp(sy_model_words[vm.model], model))
		vm.model++;
	assert_true(vm.model < SY_MODELS);
	memset(&seen, 0, sizeof(seen));
	lit_judge(&vm, length, &seen);
}

static void observed(sy_u32 m1, sy_u32 m2, sy_u32 m3, sy_u32 m4)
{
	assert_int_equal(seen.incomplete, 0);
	assert_int_equal(seen.m[0], m1);
	assert_int_equal(seen.m[1], m2);
	assert_int_equal(seen.m[2], m3);
	assert_int_equal(seen.m[3], m4);
}

static void test_clean(void **state)
{
	(void)state;
	read_test("mixed-stack");
	born(1);
	add(LIT_KIND_STAY, 0);
	enter(0, "produce", 0);
	call(0, "consume", 0);
	leave(0, "produce", 0);
	add(LIT_KIND_BORDER, 0);
	judge("KERNEL/KERNEL");
	observed(0, 0, 0, 0);
	assert_int_equal(seen.forbidden + seen.violated + seen.broken, 0);
	assert_int_equal(seen.entered[0], 2);
	assert_int_equal(seen.entered[1], 0);
	assert_int_equal(seen.events, length);
}

static void test_forbidden_by_the_model_asked_about(void **state)
{
	(void)state;
	read_test("mixed-stack");
	born(1);
	add(LIT_KIND_STAY, 0);
	enter(0, "produce", 0);
	call(0, "consume", 1);
	judge("PATCHED_SET/THREAD");
	observed(1, 1, 0, 0);
	assert_int_equal(seen.forbidden, 1);
	judge("FUNCTION/THREAD");
	observed(1, 1, 0, 0);
	assert_int_equal(seen.forbidden, 0);
}

/* Late is a call whose caller set out when a new one had begun. */
static void test_late(void **state)
{
	sy_u32 begun;

	(void)state;
	read_test("replace");
	born(2);
	add(LIT_KIND_STAY, 0);
	add(LIT_KIND_STAY, 1);
	add(LIT_KIND_SECOND, 0);
	begun = length;
	call(0, "f", 2);
	enter_after(1, "f", 0, begun);
	leave(1, "f", 0);
	judge("KERNEL/KERNEL");
	observed(0, 0, 0, 0);
	call(1, "f", 0);
	judge("KERNEL/KERNEL");
	observed(0, 0, 0, 1);
	assert_int_equal(seen.forbidden, 1);
	assert_int_equal(seen.qualifiers, SY_M4_SAME_FUNC);
}

/* Whoever sleeps in the first patch's version is old for the second, too. */
static void test_left_behind(void **state)
{
	(void)state;
	read_test("replace");
	born(2);
	add(LIT_KIND_STAY, 0);
	enter(0, "f", 1);
	add(LIT_KIND_SECOND, 0);
	add(LIT_KIND_STAY, 1);
	call(1, "f", 2);
	judge("PATCHED_SET/KERNEL");
	observed(0, 0, 1, 0);
	assert_int_equal(seen.forbidden, 1);
	judge("PATCHED_SET/THREAD");
	observed(0, 0, 1, 0);
	assert_int_equal(seen.forbidden, 0);
	assert_int_equal(seen.entered[1], 2);
}

/* What is beside each other in neither transition is no observation. */
static void test_each_transition_for_itself(void **state)
{
	(void)state;
	read_test("replace");
	born(2);
	add(LIT_KIND_STAY, 0);
	call(0, "f", 1);
	add(LIT_KIND_BORDER, 0);
	add(LIT_KIND_SECOND, 0);
	add(LIT_KIND_STAY, 0);
	add(LIT_KIND_STAY, 1);
	call(0, "f", 0);
	call(1, "f", 2);
	judge("KERNEL/KERNEL");
	observed(0, 0, 0, 0);
	assert_int_equal(seen.forbidden + seen.violated, 0);
}

/* What the second patch's functions did before its turn, in the same stay. */
static void test_stay_over_both(void **state)
{
	(void)state;
	read_test("staged-apply");
	born(2);
	add(LIT_KIND_STAY, 0);
	call(0, "store", 0);
	add(LIT_KIND_SECOND, 0);
	call(0, "store", 1);
	judge("KERNEL/THREAD");
	observed(0, 1, 0, 0);
	assert_int_equal(seen.forbidden, 1);
	read_test("staged-apply");
	born(2);
	add(LIT_KIND_STAY, 0);
	call(0, "store", 0);
	add(LIT_KIND_BORDER, 0);
	add(LIT_KIND_STAY, 0);
	add(LIT_KIND_SECOND, 0);
	call(0, "load",
	     0); /* of the first patch, and no concern of the second */
	call(0, "store", 1);
	judge("KERNEL/THREAD");
	observed(0, 0, 0, 0);
}

/* Held against its own model, and not counted for the one asked about. */
static void test_by_another_model(void **state)
{
	(void)state;
	read_test("staged-apply-any-writer");
	born(2);
	add(LIT_KIND_STAY, 0);
	enter(0, "load", 0);
	enter(0, "load", 1);
	judge("FUNCTION/FUNCTION");
	observed(0, 0, 0, 0);
	assert_int_equal(seen.forbidden, 1);
}

static void test_broken(void **state)
{
	(void)state;
	read_test("replace");
	born(2);
	add(LIT_KIND_BROKEN, 1);
	add(LIT_KIND_SECOND, 0);
	judge("FUNCTION/FUNCTION");
	assert_int_equal(seen.broken, 1);
}

static void test_gaps(void **state)
{
	(void)state;
	read_test("mixed-stack");
	born(1);
	length++; /* drawn, and never written */
	add(LIT_KIND_STAY, 0);
	judge("KERNEL/KERNEL");
	assert_int_equal(seen.incomplete, 1);
	assert_int_equal(seen.events, 1);
	/* a second transition that the file does not have */
	read_test("mixed-stack");
	born(1);
	add(LIT_KIND_SECOND, 0);
	judge("KERNEL/KERNEL");
	assert_int_equal(seen.incomplete, 1);
	/* a return from what nobody called */
	read_test("replace");
	born(2);
	add(LIT_KIND_STAY, 0);
	enter(0, "f", 1);
	leave(0, "f", 2);
	judge("KERNEL/KERNEL");
	assert_int_equal(seen.incomplete, 1);
	/* a version that there is not */
	read_test("mixed-stack");
	born(1);
	add(LIT_KIND_STAY, 0);
	enter(0, "produce", 3);
	judge("KERNEL/KERNEL");
	assert_int_equal(seen.incomplete, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_forbidden_by_the_model_asked_about),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_left_behind),
		cmocka_unit_test(test_each_transition_for_itself),
		cmocka_unit_test(test_stay_over_both),
		cmocka_unit_test(test_by_another_model),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_gaps),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	sy_litmus_free(&test);
	return failed;
}
