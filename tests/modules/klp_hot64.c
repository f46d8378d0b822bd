// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of 64 functions of sy_target.ko, for the comparison
 * of what a call costs.
 */

#include "klp_test.h"
#include "sy_target.h"

#define DEFINE_KLP(n)                \
	static int klp_hot_##n(void) \
	{                            \
		return 3;            \
	}
SY_TARGET_HOT64(DEFINE_KLP)

#define FUNC(n) KLP_FUNC("t_hot_" #n, klp_hot_##n),

/* One more than there are: the last one, all zero, ends the table. */
static struct klp_func funcs[64 + 1] = { SY_TARGET_HOT64(FUNC) };

KLP_TEST("sy_target", funcs, "test: upstream livepatch of 64 hot functions");
