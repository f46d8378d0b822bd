// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the system calls exit and exit_group by themselves: functions that
 * never return, for the task dies in them.
 */
#include <asm/ptrace.h>

#include <switchyard/patch.h>

static void (*exit_thread_now)(long code);
static void (*exit_group_now)(int code);

static long new_exit(const struct pt_regs *regs)
{
	exit_thread_now((regs->di & 0xff) << 8);
	return 0;
}

static long new_exit_group(const struct pt_regs *regs)
{
	exit_group_now((regs->di & 0xff) << 8);
	return 0;
}

static const struct sy_func funcs[] = {
	SY_FUNC("__x64_sys_exit", new_exit),
	SY_FUNC("__x64_sys_exit_group", new_exit_group),
};

static const struct sy_import imports[] = {
	SY_IMPORT("do_exit", exit_thread_now),
	SY_IMPORT("do_group_exit", exit_group_now),
};

SY_PATCH(funcs, .imports = imports, .nimports = ARRAY_SIZE(imports),
	 .flags = SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: functions that never return");
