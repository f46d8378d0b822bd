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
	t->width = width;
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
	struct sy_cell *more;
	char *copy = strdup(text);

	more = realloc(t->cells, (t->count + 1) * sizeof(*more));
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

static size_t sy_column_width(const struct sy_table *t, size_t col)
{
	size_t width = strlen(t->columns[col].heading);
	size_t i, len;

	for (i = col; i < t->count; i += t->width) {
		len = strlen(t->cells[i].text);
		if (len > width)
			width = len;
	}
	return width;
}

static void sy_print_cell(FILE *out, const char *text, size_t width, bool right,
			  bool first, bool last)
{
	int pad = (int)width;

	if (!first)
		fputs("  ", out);
	if (last && !right)
		pad = 0;
	fprintf(out, right ? "%*s" : "%-*s", pad, text);
}

void sy_table_print(const struct sy_table *t, FILE *out)
{
	size_t rows = t->width ? t->count / t->width : 0;
	size_t row, col, last = 0;
	const char *text;

	for (col = 0; col < t->width; col++)
		if (t->columns[col].heading)
			last = col;
	for (row = 0; row <= rows; row++) {
		for (col = 0; col < t->width; col++) {
			if (!t->columns[col].heading)
				continue;
			text = row ? t->cells[(row - 1) * t->width + col].text :
				     t->columns[col].heading;
			sy_print_cell(out, text, sy_column_width(t, col),
				      t->columns[col].right, !col, col == last);
		}
		fputc('\n', out);
	}
}

json_t *sy_table_json(const struct sy_table *t)
{
	json_t *rows = json_array();
	json_t *object = NULL;
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (i % t->width == 0) {
			object = json_object();
			json_array_append_new(rows, object);
		}
		json_object_set(object, t->columns[i % t->width].key,
				t->cells[i].value);
	}
	return rows;
}

bool sy_json_print(json_t *value, size_t flags)
{
	char *text = value ? json_dumps(value, flags | JSON_ENCODE_ANY) : NULL;

	json_decref(value);
	if (!text)
		return false;
	puts(text);
	free(text);
	return true;
}
