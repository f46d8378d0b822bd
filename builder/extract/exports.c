// SPDX-License-Identifier: GPL-2.0
/* Reads Module.symvers: "CRC name object how [namespace]", with tabs between. */
#include <stdlib.h>
#include <string.h>

#include "exports.h"

static int sy_compare(const void *a, const void *b)
{
	const struct sy_export *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Cuts the next field off a line; NULL: none is left. */
static char *sy_field(char **at)
{
	return *at ? strsep(at, "\t") : NULL;
}

/* "drivers/net/dummy" as the module's name: the last part, '-' as '_'. */
static char *sy_object(char *path)
{
	char *slash = strrchr(path, '/'), *at;

	path = slash ? slash + 1 : path;
	for (at = path; *at; at++)
		if (*at == '-')
			*at = '_';
	return path;
}

static void sy_read_line(struct sy_exports *e, char *line)
{
	char *name, *object, *space;

	sy_field(&line);
	name = sy_field(&line);
	object = sy_field(&line);
	sy_field(&line);
	space = sy_field(&line);
	if (name && object)
		e->at[e->n++] = (struct sy_export){ name, sy_object(object),
						    space && *space };
}

struct sy_fault *sy_exports_read(const char *path, struct sy_exports *ret)
{
	struct sy_file file;
	struct sy_fault *fault = sy_file_open(path, &file);
	size_t i, lines = 1;
	char *at, *line;

	*ret = (struct sy_exports){ 0 };
	if (fault)
		return fault;
	for (i = 0; i < file.size; i++)
		lines += file.bytes[i] == '\n';
	ret->text = calloc(1, file.size + 1);
	ret->at = calloc(lines, sizeof(*ret->at));
	if (!ret->text || !ret->at) {
		sy_exports_deinit(ret);
		sy_file_close(&file);
		return sy_fault_no_memory();
	}
	if (file.size)
		memcpy(ret->text, file.bytes, file.size);
	sy_file_close(&file);
	for (at = ret->text; (line = strsep(&at, "\n"));)
		sy_read_line(ret, line);
	qsort(ret->at, ret->n, sizeof(*ret->at), sy_compare);
	return NULL;
}

const struct sy_export *sy_exports_find(const struct sy_exports *exports,
					const char *name)
{
	const struct sy_export key = { .name = name };

	return exports->n ? bsearch(&key, exports->at, exports->n, sizeof(key),
				    sy_compare) :
			    NULL;
}

void sy_exports_deinit(struct sy_exports *exports)
{
	free(exports->text);
	free(exports->at);
	*exports = (struct sy_exports){ 0 };
}
