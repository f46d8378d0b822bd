// SPDX-License-Identifier: GPL-2.0
/*
 * A target module that comes and goes while patches wait for it. Its init
 * already calls the function that p_late.ko replaces: the parameter "at_init"
 * says what that answered, "now" what it answers when it is read. Process
 * context, no locks.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "sy_target.h"

/* Not exported, and only the patch calls it. */
static SY_TARGET_FN __used int late_secret(void)
{
	return 1;
}

SY_TARGET_FN int late_answer(void);
SY_TARGET_FN int late_answer(void)
{
	return 1;
}

/* As many functions as it takes for a table. */
SY_TARGET_FN int late_other(void);
SY_TARGET_FN int late_other(void)
{
	return 1;
}

static int at_init;
module_param(at_init, int, 0444);
MODULE_PARM_DESC(
	at_init,
	"what late_answer() and late_other() answered when the module was initialized");

static bool fail;
module_param(fail, bool, 0444);
MODULE_PARM_DESC(fail, "let the init fail after its calls");

static unsigned int init_ms;
module_param(init_ms, uint, 0444);
MODULE_PARM_DESC(init_ms, "how long the init takes after its calls");

static unsigned int exit_ms;
module_param(exit_ms, uint, 0644);
MODULE_PARM_DESC(exit_ms, "how long the exit takes before its calls");

static int answers(void)
{
	return late_answer() * 10 + late_other();
}

static int get_now(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%d\n", answers());
}

static const struct kernel_param_ops now_ops = {
	.get = get_now,
};
module_param_cb(now, &now_ops, NULL, 0444);
MODULE_PARM_DESC(now, "what they answer now");

static int __init late_init(void)
{
	at_init = answers();
	msleep(init_ms);
	if (!fail)
		return 0;
	pr_info("sy_late: at init: %d\n", at_init);
	return -ECANCELED;
}

static void __exit late_exit(void)
{
	msleep(exit_ms);
	pr_info("sy_late: at exit: %d\n", answers());
}

module_init(late_init);
module_exit(late_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A target module that comes and goes");
