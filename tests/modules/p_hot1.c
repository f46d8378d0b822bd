// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the shortest function there is, t_hot() of sy_target.ko, to
 * measure what a call of a patched function costs.
 */
#include <switchyard/patch.h>

static int new_hot(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: one hot function");
