// SPDX-License-Identifier: GPL-2.0
/*
 * The upstream livepatch of the functions that p_held replaces, for the
 * comparison of what a call costs in transition.
 */
#include "../../tests/modules/klp_test.h"
#include "held.h"

static int klp_hot(void)
{
	return 3;
}

static int klp_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 3;
}

#define DEFINE_KLP(n)                \
	static int klp_hot_##n(void) \
	{                            \
		return 3;            \
	}
HELD_HOT64(DEFINE_KLP)

#define FUNC(n) KLP_FUNC("t_hot_" #n, klp_hot_##n),

/* One more than there are: the last one, all zero, ends the table. */
static struct klp_func funcs[HELD_FUNCTIONS + 1] = {
	HELD_HOT64(FUNC) KLP_FUNC("t_hot", klp_hot),
	KLP_FUNC("t_dsleep", klp_dsleep),
};

KLP_TEST("sy_target", funcs,
	 "bench: upstream livepatch, transition can be held open");
