// SPDX-License-Identifier: GPL-2.0
/*
 * The table of models against one written by hand from docs/models.md, and
 * which models are served. One thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "../../module/core/sy_core.h"

/* A letter per observation M1 .. M4: y the model allows it, - it does not. */
static const struct {
	struct sy_model model;
	const char *allows;
	int served;
} sy_table[] = {
	{ { SY_LEAVE_FUNCTION, SY_SWITCH_FUNCTION, 0 }, "yyyy", 1 },
	{ { SY_LEAVE_FUNCTION, SY_SWITCH_THREAD, 0 }, "yyyy", 1 },
	{ { SY_LEAVE_FUNCTION, SY_SWITCH_KERNEL, 0 }, "yyy-", 1 },
	{ { SY_LEAVE_PATCHED_SET, SY_SWITCH_FUNCTION, 0 }, "yyyy", 1 },
	{ { SY_LEAVE_PATCHED_SET, SY_SWITCH_THREAD, 0 }, "-yyy", 1 },
	{ { SY_LEAVE_PATCHED_SET, SY_SWITCH_KERNEL, 0 }, "-y--", 1 },
	{ { SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 0 }, "yyyy", 1 },
	{ { SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 0 }, "--yy", 1 },
	{ { SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 0 }, "----", 1 },
	/* Relaxed: M2 besides, by the excused. */
	{ { SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 1 }, "yyyy", 1 },
	{ { SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 1 }, "-yyy", 1 },
	{ { SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 1 }, "-y--", 1 },
};

#define SY_ROWS (sizeof(sy_table) / sizeof(*sy_table))

static void test_allows(void **state)
{
	(void)state;
	for (size_t i = 0; i < SY_ROWS; i++) {
		sy_u32 allowed = sy_model_allows(&sy_table[i].model);

		for (int m = 0; m < 4; m++)
			assert_int_equal(!!(allowed & (1u << m)),
					 sy_table[i].allows[m] == 'y');
		assert_int_equal(allowed & ~0xfu, 0);
	}
}

static void test_served(void **state)
{
	(void)state;
	for (size_t i = 0; i < SY_ROWS; i++)
		assert_int_equal(sy_model_served(&sy_table[i].model),
				 sy_table[i].served);
}

/* Whatever is asked for: what a model gets, or that it is refused. */
static void test_detectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < SY_ROWS; i++) {
		const struct sy_model *model = &sy_table[i].model;
		enum sy_detector own =
			model->leave == SY_LEAVE_FUNCTION ? SY_DETECTOR_NONE :
			model->leave == SY_LEAVE_KERNEL ? SY_DETECTOR_BOUNDARY :
							  SY_DETECTOR_STACK;
		int counts = model->leave == SY_LEAVE_PATCHED_SET &&
			     model->sw != SY_SWITCH_FUNCTION;

		assert_int_equal(sy_model_detector(model, 0), own);
		for (sy_u32 wish = 1; wish < 300; wish++) {
			enum sy_detector want = SY_DETECTOR__LAST;

			if (wish == (sy_u32)own)
				want = own;
			if (wish == SY_DETECTOR_COUNT && counts)
				want = SY_DETECTOR_COUNT;
			assert_int_equal(sy_model_detector(model, wish), want);
		}
	}
}

/* What is not in the table is not served and bears no requirement. */
static void test_outside_the_table(void **state)
{
	(void)state;
	for (unsigned int leave = 0; leave < 256; leave++) {
		for (unsigned int sw = 0; sw < 256; sw++) {
			struct sy_model m = { (sy_u8)leave, (sy_u8)sw, 0 };

			if (leave < 3 && sw < 3)
				continue;
			assert_int_equal(sy_model_served(&m), 0);
			assert_int_equal(sy_model_allows(&m), 0xf);
		}
	}
}

static void test_relaxed_is_for_leave_kernel(void **state)
{
	(void)state;
	for (unsigned int leave = 0; leave < 3; leave++) {
		for (unsigned int sw = 0; sw < 3; sw++) {
			struct sy_model m = { (sy_u8)leave, (sy_u8)sw, 1 };

			if (leave != SY_LEAVE_KERNEL)
				assert_int_equal(sy_model_served(&m), 0);
			m.relaxed = 2;
			assert_int_equal(sy_model_served(&m), 0);
		}
	}
}

static void test_retire_delay(void **state)
{
	(void)state;
	assert_true(sy_retire_delay(0) == 10000000);
	assert_true(sy_retire_delay(1) == 20000000);
	assert_true(sy_retire_delay(6) == 640000000);
	assert_true(sy_retire_delay(7) == 1000000000);
	assert_true(sy_retire_delay(~0u) == 1000000000);
	for (sy_u32 i = 0; i < 100; i++)
		assert_true(sy_retire_delay(i) <= sy_retire_delay(i + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_allows),
		cmocka_unit_test(test_served),
		cmocka_unit_test(test_detectors),
		cmocka_unit_test(test_outside_the_table),
		cmocka_unit_test(test_relaxed_is_for_leave_kernel),
		cmocka_unit_test(test_retire_delay),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
