// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces functions of two modules, sy_late.ko, which may come and go, and
 * t_dsleep() of sy_target.ko, in which a task can hold up a transition. The new
 * late_answer() needs a function of sy_late.ko that is not exported, and its old
 * code must have the right digest unless "wrong" is set.
 */
#include <generated/utsrelease.h>
#include <generated/utsversion.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>

#include <switchyard/patch.h>

#include <old_late.h>

static bool wrong;
module_param(wrong, bool, 0444);
MODULE_PARM_DESC(wrong, "carry a wrong digest of late_answer()");

static void *secret_at __section(".data");

static int new_answer(void)
{
	int (*secret)(void) = READ_ONCE(secret_at);

	return 1 + secret();
}

static int new_other(void)
{
	return 2;
}

static int new_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_late", "late_answer", new_answer),
	SY_FUNC_OF("sy_target", "t_dsleep", new_dsleep),
	SY_FUNC_OF("sy_late", "late_other", new_other),
};

static const struct sy_import imports[] = {
	{ .name = "late_secret", .object = "sy_late" },
};

static const struct sy_reloc relocs[] = {
	{ &secret_at, 0, SY_RELOC_64, 0 },
};

static const struct sy_mask masks[] = { OLD_MASKS };

static struct sy_old olds[] = {
	{
		.size = OLD_SIZE,
		.masks = masks,
		.nmasks = ARRAY_SIZE(masks),
		.sha256 = { OLD_SHA256 },
	},
};

static const struct sy_patch sy_this_patch = {
	.format = SY_PATCH_FORMAT,
	.flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS,
	.owner = THIS_MODULE,
	.funcs = funcs,
	.nfuncs = ARRAY_SIZE(funcs),
	.imports = imports,
	.nimports = ARRAY_SIZE(imports),
	.release = UTS_RELEASE,
	.version = UTS_VERSION,
	.olds = olds,
	.nolds = ARRAY_SIZE(olds),
	.relocs = relocs,
	.nrelocs = ARRAY_SIZE(relocs),
};

static int __init late_init(void)
{
	if (wrong)
		olds[0].sha256[0] ^= 1;
	return sy_patch_register(&sy_this_patch);
}

static void __exit late_exit(void)
{
	sy_patch_unregister(&sy_this_patch);
}

module_init(late_init);
module_exit(late_exit);
MODULE_INFO(switchyard, "patch");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: a target module that comes and goes");
