// SPDX-License-Identifier: GPL-2.0
/*
 * The row table: commands fill it once, and it prints as aligned text or as
 * JSON. Text cells are what people read (12.3 ms), JSON has the plain value
 * (nanoseconds). Decides widths; never decides what is shown.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "table.h"

struct sy_cell {
	char *text;
	json_t *value;
};

void sy_table_init(struct sy_table *t, const struct sy_column *columns,
		   size_t width)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
	t->width = width < SY_COLUMNS_MAX ? width : SY_COLUMNS_MAX;
}

void sy_table_deinit(struct sy_table *t)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		free(t->cells[i].text);
		json_decref(t->cells[i].value);
	}
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

/* Takes @value over. */
static void sy_table_add(struct sy_table *t, const char *text, json_t *value)
{
	struct sy_cell *more = t->cells;
	char *copy = strdup(text);

	/* Room doubles each time the number of cells is a power of two. */
	if (!(t->count & (t->count - 1)))
		more = realloc(t->cells,
			       (t->count ? t->count * 2 : 1) * sizeof(*more));
	if (more)
		t->cells = more;
	if (!more || !copy || !value) {
		free(copy);
		json_decref(value);
		t->failed = true;
		return;
	}
	sy_printable(copy);
	t->cells[t->count].text = copy;
	t->cells[t->count].value = value;
	t->count++;
}

void sy_table_text(struct sy_table *t, const char *value)
{
	sy_table_add(t, value[0] ? value : "-", json_string(value));
}

void sy_table_u64(struct sy_table *t, uint64_t value)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%" PRIu64, value);
	sy_table_add(t, buf, json_integer((json_int_t)value));
}

void sy_table_ns(struct sy_table *t, uint64_t ns)
{
	char buf[32];

	sy_table_add(t, sy_duration(ns, buf, sizeof(buf)),
		     json_integer((json_int_t)ns));
}

void sy_table_bool(struct sy_table *t, bool value, const char *if_true)
{
	sy_table_add(t, value ? if_true : "-", json_boolean(value));
}

void sy_table_null(struct sy_table *t)
{
	sy_table_add(t, "-", json_null());
}

/* The width of a column in text; 0 when it is not shown. */
static size_t sy_column_width(const struct sy_table *t, size_t col)
{
	const struct sy_column *c = &t->columns[col];
	bool empty = t->count > 0;
	size_t i, len, width;

	if (!c->heading)
		return 0;
	width = strlen(c->heading);
	for (i = col; i < t->count; i += t->width) {
		len = strlen(t->cells[i].text);
		if (len > width)
			width = len;
		empty &= !strcmp(t->cells[i].text, "-");
	}
	return c->optional && empty ? 0 : width;
}

static void sy_print_row(const struct sy_table *t, FILE *out,
			 const size_t *widths, size_t last, size_t row)
{
	size_t col;
	const char *text;
	bool first = true, right;
	int pad;

	for (col = 0; col <= last; col++) {
		if (!widths[col])
			continue;
		text = row ? t->cells[(row - 1) * t->width + col].text :
			     t->columns[col].heading;
		right = t->columns[col].right;
		/* Nothing follows the last column: no blanks either. */
		pad = col == last && !right ? 0 : (int)widths[col];
		fputs(first ? "" : "  ", out);
		fprintf(out, right ? "%*s" : "%-*s", pad, text);
		first = false;
	}
	fputc('\n', out);
}

static void sy_table_print(const struct sy_table *t, FILE *out)
{
	size_t widths[SY_COLUMNS_MAX], rows = t->count / t->width;
	size_t row, col, last = 0;

	for (col = 0; col < t->width; col++) {
		widths[col] = sy_column_width(t, col);
		if (widths[col])
			last = col;
	}
	for (row = 0; row <= rows; row++)
		sy_print_row(t, out, widths, last, row);
}

json_t *sy_table_json(const struct sy_table *t)
{
	json_t *rows = t->failed ? NULL : json_array();
	json_t *object = NULL;
	size_t i;

	for (i = 0; rows && i < t->count; i++) {
		if (i % t->width == 0) {
			object = json_object();
			json_array_append_new(rows, object);
		}
		if (json_object_set(object, t->columns[i % t->width].key,
				    t->cells[i].value)) {
			json_decref(rows);
			return NULL;
		}
	}
	return rows;
}

json_t *sy_table_json_row(const struct sy_table *t)
{
	json_t *rows = sy_table_json(t);
	json_t *row = json_incref(json_array_get(rows, 0));

	json_decref(rows);
	return row;
}

static enum sy_exit sy_no_memory(void)
{
	sy_error_auto struct sy_error *err =
		sy_error_make(SY_E_NO_MEMORY, 0, "memory");

	return sy_fail(err);
}

enum sy_exit sy_json_output(json_t *value, size_t flags)
{
	char *text = value ? json_dumps(value, flags) : NULL;

	json_decref(value);
	if (!text)
		return sy_no_memory();
	puts(text);
	free(text);
	return sy_output_done();
}

enum sy_exit sy_table_output(const struct sy_table *t, bool json)
{
	if (json)
		return sy_json_output(sy_table_json(t), JSON_INDENT(2));
	if (t->failed)
		return sy_no_memory();
	sy_table_print(t, stdout);
	return sy_output_done();
}
