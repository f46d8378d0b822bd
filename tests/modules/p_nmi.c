// SPDX-License-Identifier: GPL-2.0
/*
 * Names nmi_cpu_backtrace_handler(), which runs in NMI, after an ordinary
 * function: every model of SWITCH_KERNEL must refuse it.
 */
#include <switchyard/patch.h>

static int new_function(void)
{
	return 2;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_function),
	SY_FUNC("nmi_cpu_backtrace_handler", new_function),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: a function reachable from NMI");
