// SPDX-License-Identifier: GPL-2.0
/*
 * The upstream livepatch of the functions that p_held replaces, for the
 * comparison of what a call costs in transition.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

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

#define KLP_FUNC(_name, _new)                           \
	{                                               \
		.old_name = (_name), .new_func = (_new) \
	}
#define FUNC(n) KLP_FUNC("t_hot_" #n, klp_hot_##n),

/* One more than there are: the last one, all zero, ends the table. */
static struct klp_func funcs[HELD_FUNCTIONS + 1] = {
	HELD_HOT64(FUNC) KLP_FUNC("t_hot", klp_hot),
	KLP_FUNC("t_dsleep", klp_dsleep),
};

static struct klp_object objects[] = {
	{
		.name = "sy_target",
		.funcs = funcs,
	},
	{},
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
};

static int __init livepatch_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit livepatch_exit(void)
{
}

module_init(livepatch_init);
module_exit(livepatch_exit);
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("bench: upstream livepatch, transition can be held open");
