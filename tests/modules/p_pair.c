// SPDX-License-Identifier: GPL-2.0
/*
 * Turns round the argument order that t_pair_a() and t_pair_b() of
 * sy_target.ko agree on. Old and new in one context compute a wrong value,
 * which the target counts, so the patch forbids M1.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

static void new_pair_a(u32 x, u32 y, struct t_walk *walk)
{
	u32 i;

	for (i = 0; i < walk->rounds; i++) {
		if (t_pair_b(y, x) != 3 * x + y)
			walk->wrong++;
		walk->by_new++;
		t_pause(walk);
	}
}

static u32 new_pair_b(u32 first, u32 second)
{
	return first + 3 * second;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_pair_a", new_pair_a),
	SY_FUNC_OF("sy_target", "t_pair_b", new_pair_b),
};

SY_PATCH(funcs, .forbid = SY_FORBID_M1,
	 .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: a changed calling convention");
