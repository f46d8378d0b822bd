// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_many() of sy_target.ko, whose last arguments are on the stack: its
 * calls cannot be counted, and it says nothing of the kind.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

static u32 new_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h)
{
	return a + b + c + d + e + f + 10 * g + 100 * h + 1000;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_many", new_many),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a function with arguments on the stack");
