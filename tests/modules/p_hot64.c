// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces 64 functions of sy_target.ko, to measure what a call costs when a
 * patch is large.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

#define DEFINE_NEW(n)                \
	static int new_hot_##n(void) \
	{                            \
		return 2;            \
	}
SY_TARGET_HOT64(DEFINE_NEW)

#define FUNC(n) SY_FUNC_OF("sy_target", "t_hot_" #n, new_hot_##n),

static const struct sy_func funcs[] = { SY_TARGET_HOT64(FUNC) };

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: 64 hot functions");
