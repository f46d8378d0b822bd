// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces three system calls that a load calls all the time and that readers
 * of empty pipes sleep in. What they do is unchanged, so old and new may mix
 * in every way and every model can be shown with it.
 */
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include <switchyard/patch.h>

static ssize_t (*do_read)(unsigned int fd, char __user *buf, size_t count);
static ssize_t (*do_write)(unsigned int fd, const char __user *buf,
			   size_t count);

static long new_read(const struct pt_regs *regs)
{
	return do_read(regs->di, (char __user *)regs->si, regs->dx);
}

static long new_write(const struct pt_regs *regs)
{
	return do_write(regs->di, (const char __user *)regs->si, regs->dx);
}

static long new_getppid(const struct pt_regs *regs)
{
	struct task_struct *parent;
	pid_t pid;

	rcu_read_lock();
	parent = rcu_dereference(current->real_parent);
	pid = task_tgid_vnr(parent);
	rcu_read_unlock();
	return pid;
}

static const struct sy_func funcs[] = {
	SY_FUNC("__x64_sys_read", new_read),
	SY_FUNC("__x64_sys_write", new_write),
	SY_FUNC("__x64_sys_getppid", new_getppid),
};

static const struct sy_import imports[] = {
	SY_IMPORT("ksys_read", do_read),
	SY_IMPORT("ksys_write", do_write),
};

SY_PATCH(funcs, .imports = imports, .nimports = ARRAY_SIZE(imports),
	 .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: read, write and getppid");
