// SPDX-License-Identifier: GPL-2.0
/*
 * A descriptor with one thing wrong, chosen by the module parameter "wrong":
 * the engine must refuse it when the module is loaded, and the module then is
 * not loaded. With wrong=0 nothing is wrong.
 */
#include <linux/moduleparam.h>
#include <linux/sched.h>

#include <switchyard/patch.h>

enum wrong {
	NOTHING,
	FORMAT,
	FLAGS,
	FORBID,
	RESERVED,
	OWNER,
	NO_FUNCS,
	NO_COUNT,
	TOO_MANY,
	NO_NAME,
	NO_NEW,
	FUNC_FLAGS,
	FUNC_RESERVED,
	TWICE,
	NOT_OURS,
	NO_SLOT,
	WRONG_END
};

static unsigned int wrong = FORMAT;
module_param(wrong, uint, 0444);
MODULE_PARM_DESC(wrong,
		 "what is wrong: 1 (the default) to 15, or 0 for nothing");

static int new_hot(void)
{
	return 2;
}

static struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
	SY_FUNC_OF("sy_target", "t_hot_00", new_hot),
};

static void *slot;
static struct sy_import imports[] = {
	{ .name = "ksys_read", .slot = &slot },
};

static struct sy_patch patch = {
	.format = SY_PATCH_FORMAT,
	.flags = SY_PATCH_UNLOADABLE,
	.owner = THIS_MODULE,
	.funcs = funcs,
	.nfuncs = ARRAY_SIZE(funcs),
	.imports = imports,
	.nimports = ARRAY_SIZE(imports),
};

static void spoil_patch(void)
{
	switch (wrong) {
	case FORMAT:
		patch.format = SY_PATCH_FORMAT + 1;
		break;
	case FLAGS:
		patch.flags = 1u << 31;
		break;
	case FORBID:
		patch.forbid = SY_FORBID_ALL + 1;
		break;
	case RESERVED:
		patch.reserved = 1;
		break;
	case OWNER:
		patch.owner = NULL;
		break;
	case NO_FUNCS:
		patch.funcs = NULL;
		break;
	case NO_COUNT:
		patch.nfuncs = 0;
		break;
	case TOO_MANY:
		patch.nfuncs = SY_FUNCS_MAX + 1;
		break;
	}
}

static void spoil_tables(void)
{
	switch (wrong) {
	case NO_NAME:
		funcs[1].old_name = NULL;
		break;
	case NO_NEW:
		funcs[1].new_func = NULL;
		break;
	case FUNC_FLAGS:
		funcs[1].flags = 1u << 31;
		break;
	case FUNC_RESERVED:
		funcs[1].reserved = 1;
		break;
	case TWICE:
		funcs[1].old_name = "t_hot";
		break;
	case NOT_OURS:
		funcs[1].new_func = schedule;
		break;
	case NO_SLOT:
		imports[0].slot = NULL;
		break;
	}
}

static int __init malformed_init(void)
{
	if (wrong >= WRONG_END)
		return -ERANGE;
	spoil_patch();
	spoil_tables();
	return sy_patch_register(&patch);
}

static void __exit malformed_exit(void)
{
	sy_patch_unregister(&patch);
}

module_init(malformed_init);
module_exit(malformed_exit);
MODULE_INFO(switchyard, "patch");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: malformed descriptors");
