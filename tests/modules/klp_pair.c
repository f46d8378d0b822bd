// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of the inner function of the pair of sy_target.ko
 * that computes the same value: for the refusals in both orders.
 */
#include <linux/livepatch.h>
#include <linux/module.h>

#include "sy_target.h"

static u32 klp_pair_b(u32 first, u32 second)
{
	return 3 * first + second;
}

static struct klp_func funcs[] = {
	{
		.old_name = "t_pair_b",
		.new_func = klp_pair_b,
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
MODULE_DESCRIPTION("test: upstream livepatch of a function of the pair");
