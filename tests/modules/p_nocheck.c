// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_sleep(), in which tasks sleep, and says that it need not be looked
 * for on stacks: its old and its new version may mix with everything.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

static int new_sleep(u32 gen)
{
	int err = t_sleep_wait(gen);

	return err ? err : 2;
}

static const struct sy_func funcs[] = {
	{
		.object = "sy_target",
		.old_name = "t_sleep",
		.new_func = new_sleep,
		.flags = SY_FUNC_NO_STACK_CHECK,
	},
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a function that needs no stack check");
