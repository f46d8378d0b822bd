// SPDX-License-Identifier: GPL-2.0
/*
 * sy_target.ko, the device: turns requests on /dev/sy_target into calls of the
 * functions that the test patches replace. Nothing in this file is ever
 * patched, so what it counts and compares can be believed. Process context;
 * the kthread is guarded by kthread_lock, everything else is local to a call.
 */
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/uaccess.h>

#include <asm/msr.h>

#include "sy_target.h"
#include "sy_target_abi.h"
#include "sy_target_kthread.h"
#include "sy_target_seen.h"

static DEFINE_MUTEX(kthread_lock);
static struct task_struct *kthread;

static int check_pair(const struct sy_target_pair *pair)
{
	if (pair->rounds > SY_TARGET_ROUNDS_MAX ||
	    pair->pause_us > SY_TARGET_PAUSE_MAX_US)
		return -EINVAL;
	return 0;
}

static int run_pair(unsigned int cmd, struct sy_target_pair __user *arg)
{
	struct sy_target_pair pair;
	struct t_walk walk = {};
	u32 x, cell;

	if (copy_from_user(&pair, arg, sizeof(pair)))
		return -EFAULT;
	if (check_pair(&pair))
		return -EINVAL;
	walk.rounds = pair.rounds;
	walk.pause_us = pair.pause_us;
	walk.seed = pair.seed;
	x = t_random(&walk) % 1000;
	cell = x + 1 + t_random(&walk) % 1000;
	if (cmd == SY_TARGET_PAIR)
		t_pair_a(x, cell, &walk);
	else
		t_crash_a(x, &cell, &walk);
	pair.seed = walk.seed;
	pair.by_old = walk.by_old;
	pair.by_new = walk.by_new;
	pair.wrong = walk.wrong;
	return copy_to_user(arg, &pair, sizeof(pair)) ? -EFAULT : 0;
}

static int run_seen(struct sy_target_seen __user *arg)
{
	struct sy_target_seen seen;

	if (copy_from_user(&seen, arg, sizeof(seen)))
		return -EFAULT;
	if (seen.thread >= SY_TARGET_SEEN_THREADS ||
	    seen.rounds > SY_TARGET_ROUNDS_MAX ||
	    seen.pause_us > SY_TARGET_PAUSE_MAX_US || seen.uninterruptible > 1)
		return -EINVAL;
	sy_target_seen(&seen);
	return copy_to_user(arg, &seen, sizeof(seen)) ? -EFAULT : 0;
}

static u64 time_calls(const struct sy_target_cost *cost)
{
	unsigned long flags;
	u64 start, end;

	local_irq_save(flags);
	start = rdtsc_ordered();
	if (cost->functions == 1)
		t_hot_once(cost->calls);
	else
		t_hot_many(cost->calls);
	end = rdtsc_ordered();
	local_irq_restore(flags);
	return end - start;
}

static int measure(struct sy_target_cost __user *arg)
{
	struct sy_target_cost cost;

	if (copy_from_user(&cost, arg, sizeof(cost)))
		return -EFAULT;
	if (cost.functions != 1 && cost.functions != 64)
		return -EINVAL;
	if (cost.calls > SY_TARGET_COST_MAX / cost.functions)
		return -EINVAL;
	cost.ticks = time_calls(&cost);
	return copy_to_user(arg, &cost, sizeof(cost)) ? -EFAULT : 0;
}

static int tell_version(struct sy_target_version __user *arg)
{
	struct t_walk walk = { .rounds = 1 };
	struct sy_target_version v = {
		.hot = t_hot(),
		.hot64 = t_hot_many_old(),
		.dup_a = t_dup_a(),
		.dup_b = t_dup_b(),
		.untraced = t_notrace(),
		.sleep = t_sleep(t_generation() - 1),
		.beats = sy_target_beats(),
		.more63 = t_more_old(),
	};
	u32 many;

	t_pair_a(1, 2, &walk);
	v.pair = walk.by_new ? 2 : 1;
	many = t_many(1, 1, 1, 1, 1, 1, 2, 3);
	v.many = many == 326 ? 1 : many == 1326 ? 2 : 0;
	return copy_to_user(arg, &v, sizeof(v)) ? -EFAULT : 0;
}

static void stop_kthread(void)
{
	if (!kthread)
		return;
	kthread_stop(kthread);
	kthread = NULL;
}

static int set_kthread(unsigned long kind)
{
	struct task_struct *task = NULL;

	if (kind > SY_TARGET_KTHREAD_RUDE)
		return -EINVAL;
	mutex_lock(&kthread_lock);
	stop_kthread();
	if (kind != SY_TARGET_KTHREAD_STOP) {
		task = kthread_run(sy_target_kthread, (void *)kind,
				   "sy_target/%lu", kind);
		if (!IS_ERR(task))
			kthread = task;
	}
	mutex_unlock(&kthread_lock);
	return PTR_ERR_OR_ZERO(task);
}

static long target_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case SY_TARGET_PAIR:
	case SY_TARGET_CRASH:
		return run_pair(cmd, user);
	case SY_TARGET_SLEEP:
		return t_sleep(arg);
	case SY_TARGET_WAKE:
		return sy_target_wake();
	case SY_TARGET_DSLEEP:
		return arg > 10000 ? -EINVAL : t_dsleep(arg);
	case SY_TARGET_KTHREAD:
		return set_kthread(arg);
	case SY_TARGET_COST:
		return measure(user);
	case SY_TARGET_VERSION:
		return tell_version(user);
	case SY_TARGET_SEEN:
		return run_seen(user);
	case SY_TARGET_EPOCH:
		return arg > 2 ? -EINVAL : sy_target_seen_epoch(arg);
	}
	return -ENOTTY;
}

static const struct file_operations target_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = target_ioctl,
};

static struct miscdevice target_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = SY_TARGET_DEVICE,
	.fops = &target_fops,
};

static int __init target_init(void)
{
	return misc_register(&target_device);
}

static void __exit target_exit(void)
{
	misc_deregister(&target_device);
	stop_kthread();
}

module_init(target_init);
module_exit(target_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Functions for switchyard's tests to patch");
