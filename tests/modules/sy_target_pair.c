// SPDX-License-Identifier: GPL-2.0
/*
 * sy_target.ko, the pairs: an outer and an inner function that must agree on
 * the order of two arguments. A patch replaces both and turns the order round,
 * so an outer function of one version that calls an inner function of the other
 * gets a wrong value (t_pair) or follows a number as a pointer (t_crash). The
 * outer functions pause at random between calls, asleep and awake, so that
 * transitions find them at every place. Process context, no locks.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/sched.h>

#include "sy_target.h"

u32 t_random(struct t_walk *walk)
{
	walk->seed = walk->seed * 1664525u + 1013904223u;
	return walk->seed >> 8;
}

/* At most pause_us: nothing, a yield, a busy wait, or one of two sleeps. */
void t_pause(struct t_walk *walk)
{
	u32 us = t_random(walk) % (walk->pause_us + 1);

	if (!us)
		return;
	switch (t_random(walk) % 5) {
	case 0:
		break;
	case 1:
		cond_resched();
		break;
	case 2:
		udelay(min(us, 100u));
		break;
	case 3:
		usleep_range_state(us, us + 1, TASK_UNINTERRUPTIBLE);
		break;
	case 4:
		usleep_range_state(us, us + 1, TASK_INTERRUPTIBLE);
		break;
	}
}
EXPORT_SYMBOL_GPL(t_pause);

SY_TARGET_FN u32 t_pair_b(u32 first, u32 second)
{
	return 3 * first + second;
}
EXPORT_SYMBOL_GPL(t_pair_b);

SY_TARGET_FN void t_pair_a(u32 x, u32 y, struct t_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->rounds; i++) {
		if (t_pair_b(x, y) != 3 * x + y)
			walk->wrong++;
		walk->by_old++;
		t_pause(walk);
	}
}

SY_TARGET_FN u32 t_crash_b(unsigned long value, const u32 *cell)
{
	return *cell + value;
}
EXPORT_SYMBOL_GPL(t_crash_b);

SY_TARGET_FN void t_crash_a(unsigned long value, u32 *cell, struct t_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->rounds; i++) {
		if (t_crash_b(value, cell) != *cell + value)
			walk->wrong++;
		walk->by_old++;
		t_pause(walk);
	}
}
