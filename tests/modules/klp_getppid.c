// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of getppid(), to meet p_getppid.ko on one function.
 */
#include <linux/ptrace.h>

#include "klp_test.h"

static long klp_getppid(const struct pt_regs *regs)
{
	return 0;
}

static struct klp_func funcs[] = { KLP_FUNC("__x64_sys_getppid", klp_getppid),
				   {} };

KLP_TEST(NULL, funcs, "test: upstream livepatch of getppid");
