// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of the inner function of the pair of sy_target.ko
 * that computes the same value: for the refusals in both orders.
 */

#include "klp_test.h"
#include "sy_target.h"

static u32 klp_pair_b(u32 first, u32 second)
{
	return 3 * first + second;
}

static struct klp_func funcs[] = {
	KLP_FUNC("t_pair_b", klp_pair_b),
	{},
};

KLP_TEST("sy_target", funcs,
	 "test: upstream livepatch of a function of the pair");
