// SPDX-License-Identifier: GPL-2.0
/*
 * An upstream livepatch of t_hot() of sy_target.ko: for the refusals in both
 * orders and for the comparison of what a call costs.
 */

#include "klp_test.h"
#include "sy_target.h"

static int klp_hot(void)
{
	return 3;
}

static struct klp_func funcs[] = {
	KLP_FUNC("t_hot", klp_hot),
	{},
};

KLP_TEST("sy_target", funcs, "test: upstream livepatch of one hot function");
