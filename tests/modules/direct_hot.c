// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the direct-call slot of t_hot() of sy_target.ko, as a BPF program of
 * type fentry does, and lets every call go on to the function's body. A slot
 * has one owner: a patch of t_hot() must be refused while this module is
 * loaded, and this module while such a patch is enabled.
 */
#include <linux/ftrace.h>
#include <linux/linkage.h>
#include <linux/module.h>

#include <asm/ibt.h>

#include "sy_target.h"

void direct_hot_entry(void);

/* clang-format off */
asm(".pushsection .text, \"ax\", @progbits\n"
	".type direct_hot_entry, @function\n"
	".globl direct_hot_entry\n"
	"direct_hot_entry:\n"
	ASM_ENDBR
	ASM_RET
	".size direct_hot_entry, .-direct_hot_entry\n"
	".popsection\n");
/* clang-format on */

static struct ftrace_ops ops;

static int __init direct_hot_init(void)
{
	int err = ftrace_set_filter_ip(&ops, (unsigned long)t_hot, 0, 0);

	if (err)
		return err;
	err = register_ftrace_direct_multi(&ops,
					   (unsigned long)direct_hot_entry);
	if (err)
		ftrace_free_filter(&ops);
	return err;
}

static void __exit direct_hot_exit(void)
{
	unregister_ftrace_direct_multi(&ops, (unsigned long)direct_hot_entry);
	ftrace_free_filter(&ops);
}

module_init(direct_hot_init);
module_exit(direct_hot_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: another owner of a direct-call slot");
