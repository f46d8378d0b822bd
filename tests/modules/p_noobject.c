// SPDX-License-Identifier: GPL-2.0
/*
 * Names a module that is not loaded, after one that is: nothing of the patch
 * may be enabled.
 */
#include <switchyard/patch.h>

static int new_function(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_function),
	SY_FUNC_OF("sy_no_such_module", "t_hot", new_function),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a target module that is not there");
