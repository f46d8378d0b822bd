/* SPDX-License-Identifier: GPL-2.0 */
/* The simulator's subcommands. Each returns an exit status. */
#ifndef SY_SIM_H
#define SY_SIM_H

#include "explore.h"

#define SY_JOBS 64
#define SY_STEPS_MAX 100000

struct sy_litmus_options {
	int witness; /* tell the way to each "Sometimes" */
	int quick; /* one line a test */
	int terminal; /* somebody waits: tell how far it is */
	int tell_table; /* print the table and a witness for each yes */
	const char *table; /* a document that holds the table, or NULL */
	const char *model; /* this one only, or NULL */
	struct sy_extent extent;
	sy_u32 jobs; /* rows at a time, up to SY_JOBS */
	char **files;
	int nfiles;
};

struct sy_random_options {
	sy_u64 seed;
	sy_u32 worlds;
	sy_u32 steps; /* up to SY_STEPS_MAX */
	int trace; /* tell each step in words */
};

int sy_run_litmus(const struct sy_litmus_options *o);
int sy_run_random(const struct sy_random_options *o);

#endif
