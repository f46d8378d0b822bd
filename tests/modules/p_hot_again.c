// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_hot() of sy_target.ko as p_hot1 does: the second to be enabled
 * must be refused.
 */
#include <switchyard/patch.h>

static int new_hot(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a function that another patch has");
