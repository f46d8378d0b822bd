// SPDX-License-Identifier: GPL-2.0
/*
 * The stage "units": from the diffs to the units, each with its commands. A
 * changed layout in a header is refused first: to find all units that include
 * it takes long and leads to nothing.
 */
#include <stdlib.h>

#include "build.h"

static struct sy_fault *sy_find_all(struct sy_build *b)
{
	struct sy_fault *fault = NULL;
	size_t i, n = b->run.find.n;

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

struct sy_fault *sy_build_units(struct sy_build *b)
{
	const char *source = b->kernel->source.text;
	struct sy_fault *fault;

	b->types = sy_types_can_change(&b->run.patch);
	fault = sy_check_layout(source, b->run.tree.text, &b->run.patch, 'h',
				&b->types);
	if (!fault)
		fault = sy_run_units(&b->run);
	if (!fault && b->run.find.n)
		fault = sy_check_layout(source, b->run.tree.text, &b->run.patch,
					'c', &b->types);
	return fault ? fault : sy_find_all(b);
}
