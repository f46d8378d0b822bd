/* SPDX-License-Identifier: GPL-2.0 */
/* What the upstream livepatches of the tests and the benchmark have in common. */
#ifndef KLP_TEST_H
#define KLP_TEST_H

#include <linux/livepatch.h>
#include <linux/module.h>

#define KLP_FUNC(_name, _new)                           \
	{                                               \
		.old_name = (_name), .new_func = (_new) \
	}

/*
 * From its loading on the module patches the functions of the table @_funcs,
 * which an entry of zeros ends, in the object @_object (NULL: vmlinux).
 */
#define KLP_TEST(_object, _funcs, _description)           \
	static struct klp_object klp_objects[] = {        \
		{ .name = (_object), .funcs = (_funcs) }, \
		{},                                       \
	};                                                \
	static struct klp_patch klp_patch = {             \
		.mod = THIS_MODULE,                       \
		.objs = klp_objects,                      \
	};                                                \
	MODULE_DESCRIPTION(_description)

/* Defined by KLP_TEST(). */
static struct klp_patch klp_patch;

static int __init klp_test_init(void)
{
	return klp_enable_patch(&klp_patch);
}

static void __exit klp_test_exit(void)
{
}

module_init(klp_test_init);
module_exit(klp_test_exit);
MODULE_INFO(livepatch, "Y");
MODULE_LICENSE("GPL");

#endif
