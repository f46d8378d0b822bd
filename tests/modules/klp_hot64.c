// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of 64 functions of sy_target.ko, for the comparison
 * of what a call costs.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

#include "sy_target.h"

#define DEFINE_KLP(n)                \
	static int klp_hot_##n(void) \
	{                            \
		return 3;            \
	}
SY_TARGET_HOT64(DEFINE_KLP)

#define KLP_FUNC(_name, _new)                           \
	{                                               \
		.old_name = (_name), .new_func = (_new) \
	}
#define FUNC(n) KLP_FUNC("t_hot_" #n, klp_hot_##n),

/* One more than there are: the last one, all zero, ends the table. */
static struct klp_func funcs[64 + 1] = { SY_TARGET_HOT64(FUNC) };

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
MODULE_DESCRIPTION("test: upstream livepatch of 64 hot functions");
