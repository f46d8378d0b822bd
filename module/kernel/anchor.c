// SPDX-License-Identifier: GPL-2.0
/*
 * A function to hold on to. It is the one part of the engine that ftrace can
 * see; redirect.c hangs a permanent ftrace_ops on it. Nobody calls it.
 */
#include <linux/compiler.h>
#include <linux/linkage.h>

void sy_anchor(void);

noinline void sy_anchor(void)
{
	barrier();
}
