/* SPDX-License-Identifier: GPL-2.0 */
/* Exhaustive exploration of one litmus test under one model. */
#ifndef SY_EXPLORE_H
#define SY_EXPLORE_H

#include <stdio.h>

#include "world.h"

/* What may be seen on the way; the oracle's bits come first. */
#define SY_SIGHT_BROKEN 12 /* a check of the program failed */
#define SY_SIGHTS 13

struct sy_witness {
	sy_u32 from; /* the state before */
	struct sy_move move;
};

struct sy_explored {
	sy_u32 states;
	unsigned long long moves;
	size_t bytes; /* of memory */
	int over; /* over the bound: nothing is known */
	int refused; /* the request was refused: nothing ran */
	sy_u32 seen; /* bits: oracle observations, SY_SIGHT_BROKEN */
	struct sy_witness witness[SY_SIGHTS];
	int reverses; /* some state had turned: qualifiers do not apply */
	int can_settle; /* some state is settled */
	int must_settle; /* from every state a settled one can be reached */
	const char *wrong; /* a rule that must always hold did not */
	struct sy_witness wrong_at;
};

struct sy_explorer;

#define SY_BYTES \
	((size_t)4 << 30) /* of memory, unless something else is asked */

/* How far to go, and how. */
struct sy_extent {
	sy_u32 states; /* more is an error, never a result; 0: any number */
	size_t bytes; /* of memory, likewise */
	int whole; /* without what reduce.h leaves out: the same results */
	/* now and then, @open of @states still to be expanded; or NULL */
	void (*progress)(void *arg, sy_u32 states, sy_u32 open, size_t bytes);
	void *arg;
};

struct sy_explorer *sy_explore(const struct sy_litmus *l,
			       const struct sy_model *model, int definition,
			       const struct sy_extent *extent,
			       struct sy_explored *ret);
/* Print the way to a witness, one numbered line a step. Return: its steps. */
sy_u32 sy_explorer_tell(struct sy_explorer *x, const struct sy_witness *w,
			const char *indent, FILE *out);
void sy_explorer_free(struct sy_explorer *x);

#endif
