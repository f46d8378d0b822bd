// SPDX-License-Identifier: GPL-2.0
/*
 * Which body of a function either side of a transition means, for a test of one
 * transition or two. It reads nothing and checks nothing: the test is complete.
 */
#include <string.h>

#include "litmus.h"

/* Which body is meant by either side, in each of the transitions. */
static void sy_finish_versions(struct sy_litmus *l)
{
	const struct sy_litmus *then = l->then;
	sy_u32 i;

	for (i = 0; i < l->nfuncs; i++) {
		struct sy_routine *r = &l->func[i];

		if (r->patched != SY_NONE)
			r->version[1] = 1;
		else if (then && then->func[i].patched != SY_NONE)
			r->version[0] = !then->to_new;
	}
}

/* The second transition: the first patch's functions are where it left them. */
static void sy_finish_second(struct sy_litmus *l)
{
	struct sy_litmus *then = l->then;
	struct sy_routine *r;
	sy_u32 i;
	sy_u8 place;

	for (i = 0; i < l->nfuncs; i++) {
		r = &then->func[i];
		place = r->patched;
		*r = l->func[i];
		r->patched = place;
		r->version[0] = 0;
		r->version[1] = 1 + sy_in_both(l, i);
		if (place == SY_NONE && l->func[i].patched != SY_NONE)
			r->version[0] = l->to_new;
	}
	memcpy(then->thread, l->thread, sizeof(then->thread));
	memcpy(then->var, l->var, sizeof(then->var));
	memcpy(then->own, l->own, sizeof(then->own));
	then->nfuncs = l->nfuncs;
	then->nthreads = l->nthreads;
	then->ncpus = l->ncpus;
	then->outcome = l->outcome;
	then->observation = l->observation;
}

void sy_litmus_finish(struct sy_litmus *l)
{
	sy_finish_versions(l);
	if (l->then)
		sy_finish_second(l);
}
