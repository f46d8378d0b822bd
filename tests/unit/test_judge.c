// SPDX-License-Identifier: GPL-2.0
/*
 * The verdict on one task: cases by hand, and properties that are stated here
 * without the code's help and hold over all sets of sightings and all served
 * models. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../module/core/sy_core.h"

#define USER SY_SEEN_USER
#define DEAD SY_SEEN_DEAD
#define RUNNING SY_SEEN_RUNNING
#define UNREL SY_SEEN_UNRELIABLE
#define INSET SY_SEEN_IN_SET
#define TRAMP SY_SEEN_IN_TRAMPOLINE
#define LOOP SY_SEEN_MAIN_LOOP
#define KTHREAD SY_SEEN_KTHREAD
#define EXITING SY_SEEN_EXITING
#define STOPPED SY_SEEN_STOPPED
#define DSTATE SY_SEEN_UNINTERRUPTIBLE
#define RUNNABLE SY_SEEN_RUNNABLE
#define PARKED SY_SEEN_PARKED

#define COUNTED SY_SEEN_COUNTED

#define SEEN_ALL 0x4000u
#define FRAMES (INSET | TRAMP | COUNTED)
#define BLIND (RUNNING | UNREL)

static const struct sy_model null = { SY_LEAVE_FUNCTION, SY_SWITCH_FUNCTION,
				      0 };
static const struct sy_model nocheck = { SY_LEAVE_FUNCTION, SY_SWITCH_KERNEL,
					 0 };
static const struct sy_model kpatch = { SY_LEAVE_PATCHED_SET, SY_SWITCH_KERNEL,
					0 };
static const struct sy_model hybrid = { SY_LEAVE_PATCHED_SET, SY_SWITCH_THREAD,
					0 };
static const struct sy_model kgraft = { SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 0 };
static const struct sy_model lax = { SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 1 };

static const struct sy_model freeze = { SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 0 };
static const struct sy_model thaw = { SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 1 };

static const struct sy_model *const served[] = { &null,	  &nocheck, &kpatch,
						 &hybrid, &kgraft,  &lax,
						 &freeze, &thaw };

#define SERVED (sizeof(served) / sizeof(*served))

static int goes(enum sy_look look)
{
	return look == SY_LOOK_LEFT || look == SY_LOOK_EXCUSED;
}

static const struct {
	const char *what;
	sy_u32 seen;
	enum sy_look set; /* LEAVE_PATCHED_SET */
	enum sy_look kernel; /* LEAVE_KERNEL */
	enum sy_look relaxed;
} cases[] = {
	{ "spins in user mode", USER, SY_LOOK_LEFT, SY_LOOK_LEFT,
	  SY_LOOK_LEFT },
	{ "a zombie", DEAD | EXITING, SY_LOOK_LEFT, SY_LOOK_LEFT,
	  SY_LOOK_LEFT },
	{ "a zombie whose exit is patched", DEAD | EXITING | INSET,
	  SY_LOOK_LEFT, SY_LOOK_LEFT, SY_LOOK_LEFT },
	{ "sleeps elsewhere", 0, SY_LOOK_LEFT, SY_LOOK_ASLEEP, SY_LOOK_ASLEEP },
	{ "sleeps in the set", INSET, SY_LOOK_ASLEEP, SY_LOOK_ASLEEP,
	  SY_LOOK_ASLEEP },
	{ "sleeps in a counted call", COUNTED, SY_LOOK_ASLEEP, SY_LOOK_ASLEEP,
	  SY_LOOK_ASLEEP },
	{ "preempted in the redirect", TRAMP | RUNNABLE, SY_LOOK_PREEMPTED,
	  SY_LOOK_PREEMPTED, SY_LOOK_PREEMPTED },
	{ "preempted elsewhere", RUNNABLE, SY_LOOK_LEFT, SY_LOOK_PREEMPTED,
	  SY_LOOK_PREEMPTED },
	{ "on another CPU", RUNNING, SY_LOOK_RUNNING, SY_LOOK_RUNNING,
	  SY_LOOK_RUNNING },
	{ "under a return probe", UNREL | RUNNABLE, SY_LOOK_UNRELIABLE,
	  SY_LOOK_UNRELIABLE, SY_LOOK_UNRELIABLE },
	{ "exits, elsewhere", EXITING, SY_LOOK_LEFT, SY_LOOK_EXITING,
	  SY_LOOK_EXITING },
	{ "exits in the set", EXITING | INSET, SY_LOOK_EXITING, SY_LOOK_EXITING,
	  SY_LOOK_EXITING },
	{ "a kthread in its main loop", KTHREAD | LOOP, SY_LOOK_LEFT,
	  SY_LOOK_LEFT, SY_LOOK_LEFT },
	{ "a kthread whose main loop is patched", KTHREAD | LOOP | INSET,
	  SY_LOOK_KTHREAD, SY_LOOK_KTHREAD, SY_LOOK_KTHREAD },
	{ "a kthread in an item", KTHREAD, SY_LOOK_LEFT, SY_LOOK_KTHREAD,
	  SY_LOOK_EXCUSED },
	{ "a preempted kthread", KTHREAD | RUNNABLE, SY_LOOK_LEFT,
	  SY_LOOK_KTHREAD, SY_LOOK_EXCUSED },
	{ "a vfork parent", DSTATE, SY_LOOK_LEFT, SY_LOOK_UNINTERRUPTIBLE,
	  SY_LOOK_EXCUSED },
	{ "a vfork parent in the set", DSTATE | INSET, SY_LOOK_UNINTERRUPTIBLE,
	  SY_LOOK_UNINTERRUPTIBLE, SY_LOOK_UNINTERRUPTIBLE },
	{ "a vfork parent, woken", DSTATE | RUNNABLE, SY_LOOK_LEFT,
	  SY_LOOK_UNINTERRUPTIBLE, SY_LOOK_UNINTERRUPTIBLE },
	{ "stopped", STOPPED, SY_LOOK_LEFT, SY_LOOK_STOPPED, SY_LOOK_EXCUSED },
	{ "stopped in the set", STOPPED | INSET, SY_LOOK_STOPPED,
	  SY_LOOK_STOPPED, SY_LOOK_STOPPED },
	{ "parked at the border", PARKED | DSTATE, SY_LOOK_LEFT, SY_LOOK_LEFT,
	  SY_LOOK_LEFT },
	{ "parked, and its way out is patched", PARKED | DSTATE | INSET,
	  SY_LOOK_UNINTERRUPTIBLE, SY_LOOK_UNINTERRUPTIBLE,
	  SY_LOOK_UNINTERRUPTIBLE },
	{ "an idle task", KTHREAD | LOOP | RUNNABLE, SY_LOOK_LEFT, SY_LOOK_LEFT,
	  SY_LOOK_LEFT },
};

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sy_u32 seen = cases[i].seen;

		if (sy_judge(&hybrid, seen) != cases[i].set ||
		    sy_judge(&kpatch, seen) != cases[i].set ||
		    sy_judge(&kgraft, seen) != cases[i].kernel ||
		    sy_judge(&freeze, seen) != cases[i].kernel ||
		    sy_judge(&lax, seen) != cases[i].relaxed)
			fail_msg("%s: set %s, kernel %s, relaxed %s",
				 cases[i].what,
				 sy_look_name(sy_judge(&hybrid, seen)),
				 sy_look_name(sy_judge(&kgraft, seen)),
				 sy_look_name(sy_judge(&lax, seen)));
		assert_int_equal(sy_judge(&null, seen), SY_LOOK_LEFT);
		assert_int_equal(sy_judge(&nocheck, seen), SY_LOOK_LEFT);
	}
}

/* Models that forbid M1 let nobody go who has, or may have, a frame. */
static void test_m1(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVED; i++) {
		if (sy_model_allows(served[i]) & SY_M1)
			continue;
		for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
			if (seen & DEAD || !(seen & (FRAMES | BLIND)))
				continue;
			assert_false(goes(sy_judge(served[i], seen)));
		}
	}
}

/*
 * A count says all about a task that was seen whole, with no frame that did not
 * count; that a frame counted never makes it say less.
 */
static void test_counted(void **state)
{
	(void)state;
	for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
		int all = sy_judge_counted(&hybrid, seen);

		assert_int_equal(all, seen & DEAD || !(seen & (INSET | TRAMP |
							       BLIND)));
		assert_int_equal(all, sy_judge_counted(&kpatch, seen));
		assert_int_equal(all,
				 sy_judge_counted(&hybrid, seen | COUNTED));
		if (goes(sy_judge(&hybrid, seen)))
			assert_true(all);
	}
}

/* Models that forbid M2 let nobody go in the middle of a stay. */
static void test_m2(void **state)
{
	(void)state;
	for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
		enum sy_look look = sy_judge(&kgraft, seen);

		if (!(seen & (USER | DEAD | LOOP | PARKED)))
			assert_false(goes(look));
		if ((seen & EXITING) && !(seen & DEAD))
			assert_false(goes(look));
		assert_int_not_equal(look, SY_LOOK_EXCUSED);
	}
}

/* Whom a stronger model lets go, the weaker ones let go too. */
static void test_stronger_holds_more(void **state)
{
	(void)state;
	for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
		int strict = goes(sy_judge(&kgraft, seen));
		int relaxed = goes(sy_judge(&lax, seen));
		int set = goes(sy_judge(&hybrid, seen));

		assert_true(strict <= relaxed);
		assert_true(relaxed <= set);
		assert_true(set <= goes(sy_judge(&null, seen)));
		/* Excused is who would not have gone by the strict rule. */
		if (strict)
			assert_int_equal(sy_judge(&lax, seen), SY_LOOK_LEFT);
		else if (relaxed)
			assert_int_equal(sy_judge(&lax, seen), SY_LOOK_EXCUSED);
	}
}

/* LEAVE decides; SWITCH does not change the look at one task. */
static void test_switch_does_not_matter(void **state)
{
	(void)state;
	for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
		assert_int_equal(sy_judge(&hybrid, seen),
				 sy_judge(&kpatch, seen));
		assert_int_equal(sy_judge(&null, seen),
				 sy_judge(&nocheck, seen));
		assert_int_equal(sy_judge(&kgraft, seen),
				 sy_judge(&freeze, seen));
		assert_int_equal(sy_judge(&lax, seen), sy_judge(&thaw, seen));
	}
}

/* Seeing more frames, or less well, never lets a task go. */
static void test_doubt_holds(void **state)
{
	static const sy_u32 doubts[] = { INSET, TRAMP, RUNNING, UNREL };

	(void)state;
	for (size_t i = 0; i < SERVED; i++)
		for (sy_u32 seen = 0; seen < SEEN_ALL; seen++)
			for (size_t d = 0; d < 4; d++)
				assert_true(goes(sy_judge(served[i],
							  seen | doubts[d])) <=
					    goes(sy_judge(served[i], seen)));
}

static void test_order_of_reasons(void **state)
{
	static const struct {
		sy_u32 bit;
		enum sy_look look;
	} order[] = {
		{ UNREL, SY_LOOK_UNRELIABLE },
		{ RUNNING, SY_LOOK_RUNNING },
		{ EXITING, SY_LOOK_EXITING },
		{ KTHREAD, SY_LOOK_KTHREAD },
		{ STOPPED, SY_LOOK_STOPPED },
		{ DSTATE, SY_LOOK_UNINTERRUPTIBLE },
		{ RUNNABLE, SY_LOOK_PREEMPTED },
		{ 0, SY_LOOK_ASLEEP },
	};

	(void)state;
	for (size_t i = 0; i < SERVED; i++) {
		for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
			enum sy_look look = sy_judge(served[i], seen);
			size_t first = 0;

			if (goes(look))
				continue;
			while (order[first].bit && !(seen & order[first].bit))
				first++;
			assert_int_equal(look, order[first].look);
		}
	}
}

/* A signal is for who sleeps and takes signals, and for nobody else. */
static void test_nudgeable(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVED; i++) {
		for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
			enum sy_look look = sy_judge(served[i], seen);
			int sleeper = !(seen & (BLIND | EXITING | KTHREAD |
						STOPPED | DSTATE | RUNNABLE));

			assert_int_equal(sy_look_nudgeable(look),
					 !goes(look) && sleeper);
		}
	}
}

/* A hold moves who sleeps or runs; nobody is judged to be parked. */
static void test_drivable(void **state)
{
	(void)state;
	for (size_t i = 0; i < SERVED; i++) {
		for (sy_u32 seen = 0; seen < SEEN_ALL; seen++) {
			enum sy_look look = sy_judge(served[i], seen);
			int fixed = seen & UNREL ||
				    (!(seen & (RUNNING | EXITING)) &&
				     seen & (KTHREAD | STOPPED | DSTATE));

			assert_int_not_equal(look, SY_LOOK_PARKED);
			assert_int_equal(sy_look_drivable(look),
					 !goes(look) && !fixed);
		}
	}
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i < SY_LOOK__LAST; i++) {
		enum sy_look look = (enum sy_look)i;

		assert_true(strlen(sy_look_name(look)) > 3);
		assert_true(strlen(sy_look_relief(look)) > 3);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(sy_look_name(look),
						sy_look_name((enum sy_look)j));
	}
	assert_string_equal(sy_look_name(SY_LOOK__LAST), "unknown");
	assert_string_equal(sy_look_relief((enum sy_look) - 1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_m1),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_m2),
		cmocka_unit_test(test_stronger_holds_more),
		cmocka_unit_test(test_switch_does_not_matter),
		cmocka_unit_test(test_doubt_holds),
		cmocka_unit_test(test_order_of_reasons),
		cmocka_unit_test(test_nudgeable),
		cmocka_unit_test(test_drivable),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
