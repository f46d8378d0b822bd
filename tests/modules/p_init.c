// SPDX-License-Identifier: GPL-2.0
/*
 * Names start_kernel(), whose memory was freed after boot, after a function
 * that is there: nothing of the patch may be enabled.
 */
#include <switchyard/patch.h>

static int new_function(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_function),
	SY_FUNC("start_kernel", new_function),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: init code");
