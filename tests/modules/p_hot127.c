// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces 127 functions of sy_target.ko: as many as a patch may have.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

#define DEFINE_HOT(n)                \
	static int new_hot_##n(void) \
	{                            \
		return 2;            \
	}
#define DEFINE_MORE(n)                \
	static int new_more_##n(void) \
	{                             \
		return 2;             \
	}
SY_TARGET_HOT64(DEFINE_HOT)
SY_TARGET_MORE63(DEFINE_MORE)

#define HOT(n) SY_FUNC_OF("sy_target", "t_hot_" #n, new_hot_##n),
#define MORE(n) SY_FUNC_OF("sy_target", "t_more_" #n, new_more_##n),

static const struct sy_func funcs[] = { SY_TARGET_HOT64(HOT)
						SY_TARGET_MORE63(MORE) };

static_assert(ARRAY_SIZE(funcs) == SY_FUNCS_MAX);

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: as many functions as a patch may have");
