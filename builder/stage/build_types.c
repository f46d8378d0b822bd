// SPDX-License-Identifier: GPL-2.0
/*
 * Types before and after, as the compiler lays them out: a macro or an enum in a
 * header can change a struct whose own text stays as it is, and a member that is
 * only called otherwise changes none. Objects of the old kind live.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../types/types.h"
#include "build.h"

/* Does a line that comes or goes begin with '#'? */
static bool sy_has_directive(const struct sy_hunk *hunk)
{
	const char *at = hunk->body, *end = hunk->end, *c;

	for (; at && at < end; at = memchr(at, '\n', (size_t)(end - at)),
			       at = at ? at + 1 : NULL) {
		if (*at != '+' && *at != '-')
			continue;
		for (c = at + 1; c < end && (*c == ' ' || *c == '\t'); c++)
			;
		if (c < end && *c == '#')
			return true;
	}
	return false;
}

bool sy_types_can_change(const struct sy_patchfile *patch)
{
	const struct sy_change *change;
	size_t i, k, len;

	for (i = 0; i < patch->n; i++) {
		change = &patch->changes[i];
		len = strlen(change->path.text);
		if (len > 2 && !strcmp(change->path.text + len - 2, ".h"))
			return true;
		for (k = 0; k < change->nhunks; k++)
			if (sy_has_directive(&change->hunks[k]))
				return true;
	}
	return false;
}

static struct sy_fault *sy_compare_types(const struct sy_build_unit *u,
					 const struct sy_types *types)
{
	const struct sy_type *t = sy_types_differ(&types[0], &types[1]);

	if (!t)
		return NULL;
	return sy_fault_refuse("layout",
			       "%s: %s %s: its layout changes, and objects of "
			       "it live already; leave it as it is, unused "
			       "fields too",
			       u->unit.path.text,
			       t->is_union ? "union" : "struct", t->name);
}

struct sy_fault *sy_build_types(const struct sy_build_unit *u)
{
	struct sy_types types[2] = { 0 };
	struct sy_file file[2] = { 0 };
	struct sy_elf elf[2] = { 0 };
	struct sy_fault *fault = NULL;
	const char *path;
	size_t k;

	for (k = 0; !fault && k < 2; k++) {
		path = u->path[SY_BUILD_TYPES_BEFORE + k].text;
		fault = sy_file_open(path, &file[k]);
		if (!fault)
			fault = sy_elf_parse(file[k].bytes, file[k].size, path,
					     &elf[k]);
		if (!fault)
			fault = sy_types_read(&elf[k], &types[k]);
	}
	if (!fault)
		fault = sy_compare_types(u, types);
	for (k = 0; k < 2; k++) {
		sy_types_deinit(&types[k]);
		sy_elf_deinit(&elf[k]);
		sy_file_close(&file[k]);
	}
	return fault;
}
