// SPDX-License-Identifier: GPL-2.0
/*
 * Objects that live were laid out by the old code and are still used when the
 * new code runs: no model helps against that. The text of the definitions is
 * judged at once, before anything is compiled; only new names of members are
 * left to the types that the compiler makes (stage/build_types.c).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"

/*
 * The body of the struct of that name in code, to be freed; NULL: none. Functions
 * may each have one of a name: @old is looked for, and else the first is taken.
 */
static char *sy_find_struct(const char *code, size_t size, const char *name,
			    const char *old)
{
	char found[128], *body, *first = NULL;
	size_t at = 0;

	while ((body = sy_struct_body(code, size, &at, found, sizeof(found)))) {
		if (!strcmp(found, name) && (!first || !strcmp(body, old))) {
			free(first);
			first = body;
			if (!strcmp(body, old))
				break;
			continue;
		}
		free(body);
	}
	return first;
}

static bool sy_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static size_t sy_word(const char *at)
{
	size_t n = 0;

	while (sy_is_word(at[n]))
		n++;
	return n;
}

static bool sy_has_word(const char *text, const char *word, size_t len)
{
	size_t n;

	while (*text) {
		n = sy_word(text);
		if (n == len && !memcmp(text, word, n))
			return true;
		text += n ? n : 1;
	}
	return false;
}

/* Do two bodies differ in names of members alone, and are all that come new to
 * the old body? (What is called by another's name has changed its place.) */
static bool sy_only_renamed(const char *old, const char *new)
{
	const char *x = old, *y = new;
	size_t m, n;

	while (*x && *y) {
		m = sy_word(x);
		n = sy_word(y);
		if (!m != !n || (!m && *x != *y))
			return false;
		if (m && (m != n || memcmp(x, y, m)) &&
		    (!strchr(";,[:)", x[m]) || x[m] != y[n] ||
		     sy_has_word(old, y, n)))
			return false;
		x += m ? m : 1;
		y += n ? n : 1;
	}
	return !*x && !*y;
}

static struct sy_fault *sy_compare_structs(const char *path, const char *before,
					   size_t nbefore, const char *after,
					   size_t nafter, bool *renamed)
{
	struct sy_fault *fault = NULL;
	char name[128], *old, *new;
	size_t at = 0;

	while (!fault && (old = sy_struct_body(before, nbefore, &at, name,
					       sizeof(name)))) {
		new = sy_find_struct(after, nafter, name, old);
		if (new &&strcmp(old, new) && sy_only_renamed(old, new))
			*renamed = true;
		else if (new &&strcmp(old, new))
			fault = sy_fault_refuse(
				"layout",
				"%s: %s: its layout changes, and objects of it "
				"live already; leave it as it is, unused fields "
				"too",
				path, name);
		free(old);
		free(new);
	}
	return fault;
}

static struct sy_fault *sy_check_file(const char *source, const char *tree,
				      const char *name, bool *renamed)
{
	struct sy_file old = { 0 }, new = { 0 };
	char *before = NULL, *after = NULL;
	struct sy_path path;
	struct sy_fault *fault;

	fault = sy_path_make(&path, "%s/%s", source, name);
	if (!fault)
		fault = sy_file_open(path.text, &old);
	if (!fault)
		fault = sy_path_make(&path, "%s/%s", tree, name);
	if (!fault)
		fault = sy_file_open(path.text, &new);
	if (!fault) {
		before = sy_code_only((const char *)old.bytes, old.size);
		after = sy_code_only((const char *)new.bytes, new.size);
		fault = before && after ?
				sy_compare_structs(name, before, old.size,
						   after, new.size, renamed) :
				sy_fault_no_memory();
	}
	free(before);
	free(after);
	sy_file_close(&old);
	sy_file_close(&new);
	return fault;
}

struct sy_fault *sy_check_layout(const char *source, const char *tree,
				 const struct sy_patchfile *patch, char kind,
				 bool *renamed)
{
	struct sy_fault *fault = NULL;
	const char *name;
	size_t i, len;

	for (i = 0; !fault && i < patch->n; i++) {
		name = patch->changes[i].path.text;
		len = strlen(name);
		if (!patch->changes[i].creates && len > 2 &&
		    name[len - 2] == '.' && name[len - 1] == kind &&
		    strncmp(name, "tools/", 6) &&
		    strncmp(name, "samples/", 8) &&
		    (strncmp(name, "arch/", 5) ||
		     !strncmp(name, "arch/x86/", 9)))
			fault = sy_check_file(source, tree, name, renamed);
	}
	return fault;
}
