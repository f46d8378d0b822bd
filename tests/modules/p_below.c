// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces t_sleep() of sy_target.ko as p_sleep does, and is permanent: when it
 * has been disabled tasks may sleep in its text for as long as they like. What
 * returns from there answers 3.
 */
#include <switchyard/patch.h>

#include "sy_target.h"

static int new_sleep(u32 gen)
{
	int err = t_sleep_wait(gen);

	return err ? err : 3;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_sleep", new_sleep),
};

SY_PATCH(funcs, .flags = SY_PATCH_REG_ARGS);
MODULE_DESCRIPTION("test: a permanent patch in whose text tasks sleep");
