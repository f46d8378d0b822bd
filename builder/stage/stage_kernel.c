// SPDX-License-Identifier: GPL-2.0
/*
 * The stage "kernel": opening a kernel has made all that is made once; this
 * only says what is there.
 */
#include <stdio.h>

#include "stages.h"

struct sy_fault *sy_stage_kernel(const struct sy_kernel *kernel,
				 const struct sy_stage_options *opt,
				 int *status)
{
	(void)status;
	printf("%s: %zu symbols; built by %s; source %s\n", kernel->release,
	       kernel->image.symbols.n, kernel->compiler, kernel->source.text);
	if (opt->verbose)
		printf("%s", kernel->image.banner);
	return NULL;
}
