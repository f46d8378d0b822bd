// SPDX-License-Identifier: GPL-2.0
/*
 * Names a function that sy_target.ko does not have, after one that it has:
 * nothing of the patch may be enabled.
 */
#include <switchyard/patch.h>

static int new_function(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_function),
	SY_FUNC_OF("sy_target", "t_no_such_function", new_function),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: an unknown function");
