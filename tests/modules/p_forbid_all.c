// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_hot() of sy_target.ko and forbids all four observations: only
 * KERNEL/KERNEL would satisfy that, so every model is refused unless forced.
 */
#include <switchyard/patch.h>

static int new_hot(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
};

SY_PATCH(funcs, .forbid = SY_FORBID_ALL, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a requirement that no served model satisfies");
