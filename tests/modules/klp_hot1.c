// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of t_hot() of sy_target.ko: for the refusals in both
 * orders and for the comparison of what a call costs.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

#include "sy_target.h"

static int klp_hot(void)
{
	return 3;
}

static struct klp_func funcs[] = {
	{
		.old_name = "t_hot",
		.new_func = klp_hot,
	},
	{},
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
MODULE_DESCRIPTION("test: upstream livepatch of one hot function");
