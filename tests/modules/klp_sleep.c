// SPDX-License-Identifier: GPL-2.0
/*
 * The upstream livepatch of the two functions that p_sleep replaces, in which
 * tasks sleep: for the comparison of transitions.
 */
#include <linux/jiffies.h>
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "sy_target.h"

static int klp_sleep(u32 gen)
{
	int err = t_sleep_wait(gen);

	return err ? err : 3;
}

static int klp_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 3;
}

static struct klp_func funcs[] = {
	{
		.old_name = "t_sleep",
		.new_func = klp_sleep,
	},
	{
		.old_name = "t_dsleep",
		.new_func = klp_dsleep,
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
MODULE_DESCRIPTION("test: upstream livepatch of functions in which tasks sleep");
