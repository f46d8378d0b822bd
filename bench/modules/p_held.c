// SPDX-License-Identifier: GPL-2.0
/*
 * A patch of 66 functions of sy_target.ko whose transition can be held open, to
 * measure what a call costs meanwhile.
 */
#include <switchyard/patch.h>

#include "held.h"

static int new_hot(void)
{
	return 2;
}

static int new_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 2;
}

#define DEFINE_NEW(n)                \
	static int new_hot_##n(void) \
	{                            \
		return 2;            \
	}
HELD_HOT64(DEFINE_NEW)

#define FUNC(n) SY_FUNC_OF("sy_target", "t_hot_" #n, new_hot_##n),

static const struct sy_func funcs[HELD_FUNCTIONS] = {
	HELD_HOT64(FUNC) SY_FUNC_OF("sy_target", "t_hot", new_hot),
	SY_FUNC_OF("sy_target", "t_dsleep", new_dsleep),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("bench: a patch whose transition can be held open");
