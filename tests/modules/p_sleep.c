// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces two functions of sy_target.ko in which tasks sleep: t_sleep(),
 * until woken or signalled, and t_dsleep(), which no signal reaches.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>

#include <switchyard/patch.h>

#include "sy_target.h"

static int new_sleep(u32 gen)
{
	int err = t_sleep_wait(gen);

	return err ? err : 2;
}

static int new_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_sleep", new_sleep),
	SY_FUNC_OF("sy_target", "t_dsleep", new_dsleep),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: functions in which tasks sleep");
