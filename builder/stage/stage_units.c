// SPDX-License-Identifier: GPL-2.0
/*
 * The stage "units": which units the diffs, taken together, can change. One name
 * in a line.
 */
#include <stdio.h>

#include "../driver/run.h"
#include "stages.h"

struct sy_fault *sy_stage_units(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt, int *status)
{
	struct sy_run run;
	struct sy_fault *fault;
	size_t i;

	(void)status;
	fault = sy_run_open(kernel, opt->operands, opt->noperands, 1, false,
			    &run);
	if (fault)
		return fault;
	fault = sy_run_units(&run);
	for (i = 0; !fault && i < run.find.n; i++)
		printf("%s\n", run.find.units[i].text);
	sy_run_close(&run);
	return fault;
}
