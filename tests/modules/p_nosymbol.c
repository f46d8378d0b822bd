// SPDX-License-Identifier: GPL-2.0
/*
 * Imports a symbol that no kernel has: the patch must be refused when it is
 * enabled.
 */
#include <switchyard/patch.h>

static int (*no_such_symbol)(void);

static int new_hot(void)
{
	return no_such_symbol ? no_such_symbol() : 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
};

static const struct sy_import imports[] = {
	SY_IMPORT("sy_no_such_symbol", no_such_symbol),
};

SY_PATCH(funcs, .imports = imports, .nimports = ARRAY_SIZE(imports),
	 .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: an imported symbol that is not there");
