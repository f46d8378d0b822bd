// SPDX-License-Identifier: GPL-2.0
/*
 * Needs a symbol of a module that is not loaded and of which it replaces
 * nothing: it cannot be enabled.
 */
#include <switchyard/patch.h>

static void *anything;

static int new_function(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_function),
};

static const struct sy_import imports[] = {
	{
		.name = "anything",
		.object = "sy_no_such_module",
		.slot = &anything,
	},
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE, .imports = imports,
	 .nimports = ARRAY_SIZE(imports));
MODULE_DESCRIPTION("test: a symbol of a module that is not there");
