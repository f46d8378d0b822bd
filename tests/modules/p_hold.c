// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the shortest function there is and t_dsleep(), which no signal
 * reaches: whoever sleeps in it holds the transition, and what a call of the
 * other costs meanwhile can be measured.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>

#include <switchyard/patch.h>

#include "sy_target.h"

static int new_hot(void)
{
	return 2;
}

static int new_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
	SY_FUNC_OF("sy_target", "t_dsleep", new_dsleep),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: a transition that lasts");
