/* SPDX-License-Identifier: GPL-2.0 */
/* The rows that several commands show: one patch, one blocking task. */
#ifndef SY_CLI_ROWS_H
#define SY_CLI_ROWS_H

#include "cli.h"
#include "table.h"

/*
 * What a call by a handler costs beyond one by the direct redirect, beside a BPF
 * program; measured, and this number checked, by tests/vm/cases/fentry-cost.sh.
 */
#define SY_HANDLER_INSTRUCTIONS 340

void sy_patch_table_init(struct sy_table *t);
void sy_patch_row(struct sy_table *t, const struct sy_patch *p);
void sy_blocker_table_init(struct sy_table *t);
void sy_blocker_row(struct sy_table *t, const struct sy_blocker *b,
		    const struct sy_patch *p);
char *sy_turn_text(const struct sy_patch *p, char *buf, size_t size);

#endif
