/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One row table feeds text and JSON (style 21). A column that has no heading
 * appears in JSON only; an optional one is left out of text while it is empty.
 */
#ifndef SY_CLI_TABLE_H
#define SY_CLI_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "exit.h"

struct sy_column {
	const char *key; /* in JSON */
	const char *heading; /* in text, or NULL */
	bool right; /* aligned to the right */
	bool optional; /* not in text when no row has a value */
};

#define SY_COLUMNS_MAX 48 /* what is beyond it is left out */

struct sy_table {
	const struct sy_column *columns;
	size_t width; /* number of columns */
	struct sy_cell *cells;
	size_t count; /* of cells */
	bool failed; /* no memory */
};

void sy_table_init(struct sy_table *t, const struct sy_column *columns,
		   size_t width);
void sy_table_deinit(struct sy_table *t);
#define sy_table_auto __attribute__((cleanup(sy_table_deinit)))

/* Cells from left to right, row by row; text may differ from the value. */
void sy_table_text(struct sy_table *t, const char *value);
void sy_table_u64(struct sy_table *t, uint64_t value);
void sy_table_ns(struct sy_table *t, uint64_t ns);
void sy_table_bool(struct sy_table *t, bool value, const char *if_true);
void sy_table_null(struct sy_table *t);

/* Text, or JSON: an array of objects. Errors have been told when it returns. */
enum sy_exit sy_table_output(const struct sy_table *t, bool json);

/* For larger objects: an array of all rows, or the only row; NULL: no memory. */
json_t *sy_table_json(const struct sy_table *t);
json_t *sy_table_json_row(const struct sy_table *t);

/* Prints and frees @value, which may be NULL for lack of memory. */
enum sy_exit sy_json_output(json_t *value, size_t flags);

#endif
