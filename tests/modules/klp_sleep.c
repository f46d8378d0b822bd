// SPDX-License-Identifier: GPL-2.0
/*
 * The upstream livepatch of the two functions that p_sleep replaces, in which
 * tasks sleep: for the comparison of transitions.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "klp_test.h"
#include "sy_target.h"

static int klp_sleep(u32 gen)
{
	int err = t_sleep_wait(gen);

	return err ? err : 3;
}

static int klp_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 3;
}

static struct klp_func funcs[] = {
	KLP_FUNC("t_sleep", klp_sleep),
	KLP_FUNC("t_dsleep", klp_dsleep),
	{},
};

KLP_TEST("sy_target", funcs,
	 "test: upstream livepatch of functions in which tasks sleep");
