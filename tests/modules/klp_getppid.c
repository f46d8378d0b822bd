// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of getppid(), to meet p_getppid.ko on one function.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/ptrace.h>

static long klp_getppid(const struct pt_regs *regs)
{
	return 0;
}

static struct klp_func funcs[] = { { .old_name = "__x64_sys_getppid",
				     .new_func = klp_getppid },
				   {} };

static struct klp_object objs[] = { { .funcs = funcs }, {} };

static struct klp_patch patch = { .mod = THIS_MODULE, .objs = objs };

static int __init klp_getppid_init(void)
{
	return klp_enable_patch(&patch);
}

static void __exit klp_getppid_exit(void)
{
}

module_init(klp_getppid_init);
module_exit(klp_getppid_exit);
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
MODULE_DESCRIPTION("test: upstream livepatch of getppid");
