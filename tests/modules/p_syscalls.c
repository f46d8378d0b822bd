// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces what read(), write() and getppid() do: functions that a load calls
 * all the time and that readers of empty pipes sleep in. (Not __x64_sys_read():
 * it jumps to ksys_read() and is on no sleeper's stack.) What they do is
 * unchanged, so old and new may mix in every way and every model can be shown
 * with it.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include <switchyard/patch.h>

static unsigned long (*take_file)(unsigned int fd);
static void (*unlock_position)(struct file *file);
static ssize_t (*do_read)(struct file *file, char __user *buf, size_t count,
			  loff_t *pos);
static ssize_t (*do_write)(struct file *file, const char __user *buf,
			   size_t count, loff_t *pos);

/* The low bits of what take_file() answers: what must be given back. */
static struct file *file_of(unsigned long got)
{
	return (struct file *)(got & ~3UL);
}

static void give_back(unsigned long got)
{
	if (got & FDPUT_POS_UNLOCK)
		unlock_position(file_of(got));
	if (got & FDPUT_FPUT)
		fput(file_of(got));
}

/* Streams have no position. */
static loff_t *position(struct file *file, loff_t *copy)
{
	if (file->f_mode & FMODE_STREAM)
		return NULL;
	*copy = file->f_pos;
	return copy;
}

static ssize_t new_read(unsigned int fd, char __user *buf, size_t count)
{
	unsigned long got = take_file(fd);
	struct file *file = file_of(got);
	loff_t copy, *pos;
	ssize_t ret;

	if (!file)
		return -EBADF;
	pos = position(file, &copy);
	ret = do_read(file, buf, count, pos);
	if (ret >= 0 && pos)
		file->f_pos = copy;
	give_back(got);
	return ret;
}

static ssize_t new_write(unsigned int fd, const char __user *buf, size_t count)
{
	unsigned long got = take_file(fd);
	struct file *file = file_of(got);
	loff_t copy, *pos;
	ssize_t ret;

	if (!file)
		return -EBADF;
	pos = position(file, &copy);
	ret = do_write(file, buf, count, pos);
	if (ret >= 0 && pos)
		file->f_pos = copy;
	give_back(got);
	return ret;
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
	SY_FUNC("ksys_read", new_read),
	SY_FUNC("ksys_write", new_write),
	SY_FUNC("__x64_sys_getppid", new_getppid),
};

static const struct sy_import imports[] = {
	SY_IMPORT("__fdget_pos", take_file),
	SY_IMPORT("__f_unlock_pos", unlock_position),
	SY_IMPORT("vfs_read", do_read),
	SY_IMPORT("vfs_write", do_write),
};

SY_PATCH(funcs, .imports = imports, .nimports = ARRAY_SIZE(imports),
	 .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: read, write and getppid");
