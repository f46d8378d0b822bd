// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_live() of sy_target.ko, in which a kthread lives until it is
 * stopped: no model that waits for the set to be left can converge while that
 * kthread runs.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

static void new_live(void)
{
	while (t_live_beat(2))
		;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_live", new_live),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a function in which a kthread lives");
