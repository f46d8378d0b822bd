// SPDX-License-Identifier: GPL-2.0
/* The stage "units": from the diffs to the units, each with its commands. */
#include <stdlib.h>

#include "build.h"

struct sy_fault *sy_build_units(struct sy_build *b)
{
	struct sy_fault *fault = sy_run_units(&b->run);
	size_t i, n = b->run.find.n;

	if (fault)
		return fault;
	b->units = calloc(n + 1, sizeof(*b->units));
	if (!b->units)
		return sy_fault_no_memory();
	for (i = 0; !fault && i < n; i++) {
		fault = sy_unit_find(b->kernel, b->run.find.units[i].text,
				     &b->units[i].unit);
		b->nunits += !fault;
	}
	return fault;
}
