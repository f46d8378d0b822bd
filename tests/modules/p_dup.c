// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_dup() of sy_target.ko, a static name of two of its files.
 * Without the module parameter sympos the name is ambiguous and the patch
 * must be refused.
 */
#include <linux/moduleparam.h>

#include <switchyard/patch.h>

static int new_dup(void)
{
	return 2;
}

static struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_dup", new_dup),
};

module_param_named(sympos, funcs[0].sympos, ulong, 0444);
MODULE_PARM_DESC(sympos, "which t_dup(), from 1; 0 demands that it be unique");

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: an ambiguous name");
