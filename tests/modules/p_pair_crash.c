// SPDX-License-Identifier: GPL-2.0
/*
 * Turns round which argument of t_crash_b() of sy_target.ko is a pointer. Old
 * and new in one context follow a small number as a pointer and crash, so the
 * patch forbids M1.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

typedef u32 (*new_convention)(const u32 *cell, unsigned long value);

static void new_crash_a(unsigned long value, u32 *cell, struct t_walk *walk)
{
	new_convention b = (void *)t_crash_b;
	u32 i;

	for (i = 0; i < walk->rounds; i++) {
		if (b(cell, value) != *cell + value)
			walk->wrong++;
		walk->by_new++;
		t_pause(walk);
	}
}

static u32 new_crash_b(const u32 *cell, unsigned long value)
{
	return *cell + value;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_crash_a", new_crash_a),
	SY_FUNC_OF("sy_target", "t_crash_b", new_crash_b),
};

SY_PATCH(funcs, .forbid = SY_FORBID_M1,
	 .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: a changed prototype, fatal when mixed");
