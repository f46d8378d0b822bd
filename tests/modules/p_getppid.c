// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces getppid() and getpgrp() so that the version that answered can be told:
 * both add a number to what they answer that no process has. Both are functions
 * of vmlinux, at which a BPF program can be attached.
 */
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include <switchyard/patch.h>

#define NEW_OFFSET 10000000

static long new_getppid(const struct pt_regs *regs)
{
	pid_t pid;

	rcu_read_lock();
	pid = task_tgid_vnr(rcu_dereference(current->real_parent));
	rcu_read_unlock();
	return pid + NEW_OFFSET;
}

static long new_getpgrp(const struct pt_regs *regs)
{
	pid_t pid;

	rcu_read_lock();
	pid = task_pgrp_vnr(current);
	rcu_read_unlock();
	return pid + NEW_OFFSET;
}

static const struct sy_func funcs[] = {
	SY_FUNC("__x64_sys_getppid", new_getppid),
	SY_FUNC("__x64_sys_getpgrp", new_getpgrp),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: getppid and getpgrp, versions told apart");
