// SPDX-License-Identifier: GPL-2.0
/*
 * The perfect hash of a patch's functions: every key has a cell of its own, for
 * each number of functions and for keys as close together as sites come. One
 * thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "../../module/core/hash.h"

#define SY_KEYS_MAX (SY_HASH_CELLS - 1)
#define SY_ROUNDS 40

static sy_u64 sy_random_state = 1;

static sy_u64 sy_random(void)
{
	sy_random_state = sy_random_state * 6364136223846793005ull +
			  1442695040888963407ull;
	return sy_random_state >> 20;
}

/* Sites: multiples of 16 and 9, @step of the former apart at most. */
static void sy_keys_make(sy_u64 *keys, sy_u32 n, sy_u32 step)
{
	sy_u64 at = 0xffffffff81000009ull + (sy_random() & 0xffffff0);

	for (sy_u32 i = 0; i < n; i++) {
		at += 16 * (1 + sy_random() % step);
		keys[i] = at;
	}
}

static void sy_check_cells(const struct sy_hash *h, const sy_u64 *keys,
			   sy_u32 n)
{
	unsigned char taken[SY_HASH_CELLS] = { 0 };

	for (sy_u32 i = 0; i < n; i++) {
		sy_u32 cell = sy_hash_cell(h, keys[i]);

		assert_true(cell < SY_HASH_CELLS);
		assert_false(taken[cell]++);
	}
}

/* Seeds tried for @n keys, SY_ROUNDS times, at most 16 each. */
static sy_u32 sy_seeds(sy_u32 n, sy_u32 step)
{
	sy_u64 keys[SY_KEYS_MAX];
	struct sy_hash h;
	sy_u32 tried = 0;

	for (int round = 0; round < SY_ROUNDS; round++) {
		sy_u32 left = 16;

		sy_keys_make(keys, n, step);
		do {
			assert_true(left--);
			tried++;
		} while (!sy_hash_build(&h, keys, n,
					sy_random() << 32 | sy_random()));
		sy_check_cells(&h, keys, n);
	}
	return tried;
}

static void test_every_number(void **state)
{
	(void)state;
	for (sy_u32 n = 1; n <= SY_KEYS_MAX; n++)
		sy_seeds(n, 1000);
}

static void test_close_and_far(void **state)
{
	(void)state;
	for (sy_u32 step = 1; step < 1000000; step *= 10) {
		sy_u32 full = sy_seeds(SY_KEYS_MAX, step);
		sy_u32 half = sy_seeds(64, step);

		print_message("step %u: %u seeds for %u tables of 127, %u for 64\n",
			      step, full, SY_ROUNDS, half);
		assert_true(full < 3 * SY_ROUNDS);
		assert_true(half < 2 * SY_ROUNDS);
	}
}

/* Every bucket is displaced within bounds, those without a key, too. */
static void test_displacement(void **state)
{
	const sy_u64 key = 0xffffffffc0000009ull;
	struct sy_hash h;

	(void)state;
	for (sy_u32 n = 0; n < 2; n++) {
		memset(&h, 0xff, sizeof(h));
		assert_true(sy_hash_build(&h, &key, n, 0));
		assert_true(h.multiplier == 1);
		for (sy_u32 i = 0; i < SY_HASH_BUCKETS; i++)
			assert_true(h.displace[i] < SY_HASH_CELLS);
	}
}

/* Two equal keys have no cells of their own, and the search ends. */
static void test_equal_keys(void **state)
{
	const sy_u64 keys[] = { 0xffffffffc0000009ull, 0xffffffffc0000009ull };
	struct sy_hash h;

	(void)state;
	for (sy_u64 seed = 1; seed < 100; seed++)
		assert_false(sy_hash_build(&h, keys, 2, seed << 40));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_number),
		cmocka_unit_test(test_close_and_far),
		cmocka_unit_test(test_displacement),
		cmocka_unit_test(test_equal_keys),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
