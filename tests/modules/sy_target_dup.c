// SPDX-License-Identifier: GPL-2.0
/*
 * sy_target.ko, the second t_dup(): the same static name as in
 * sy_target_hot.c, so that a patch must say which of the two it means. Any
 * context, no locks.
 */
#include <linux/compiler.h>

#include "sy_target.h"

static SY_TARGET_FN int t_dup(void)
{
	return 1;
}

int t_dup_b(void)
{
	return t_dup();
}
