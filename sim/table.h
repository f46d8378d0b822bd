/* SPDX-License-Identifier: GPL-2.0 */
/* The table of models by observations, as explorations derive it. */
#ifndef SY_TABLE_H
#define SY_TABLE_H

#include "explore.h"

struct sy_cell {
	char *words; /* the shortest way to it, or NULL: not seen */
	sy_u32 steps;
	char test[48];
};

struct sy_table {
	sy_u32 seen[2][SY_MODELS]; /* [0] by the engine, [1] by definition */
	struct sy_cell cell[SY_MODELS][4];
};

void sy_table_note(struct sy_table *t, const struct sy_litmus *l, sy_u32 model,
		   int definition, struct sy_explorer *x,
		   const struct sy_explored *found);
void sy_table_print(const struct sy_table *t, int witness);
/* Return: how many differences to core and to the file's table. */
int sy_table_check(const struct sy_table *t, const char *path);
void sy_table_deinit(struct sy_table *t);

#endif
