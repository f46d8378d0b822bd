// SPDX-License-Identifier: GPL-2.0
/*
 * Parses unified diffs that may come from anywhere. Only "--- " with "+++ " in
 * the next line opens a file and only "@@ " behind that a hunk, whose counts say
 * where it ends; everything else is a letter around the diff. A name is used
 * only when it stays below the tree.
 */
#include <stdio.h>
#include <stdlib.h>

#include "patchfile.h"

struct sy_reader {
	const char *at, *end;
	const char *name; /* of the diff */
	unsigned int line;
	unsigned int strip;
};

static struct sy_fault *sy_bad_patch(const struct sy_reader *r,
				     const char *what)
{
	return sy_fault_make(SY_FAULT_BAD_FILE, "%s:%u: %s", r->name, r->line,
			     what);
}

/* The next line without its newline; false at the end. */
static bool sy_next_line(struct sy_reader *r, const char **line, size_t *len)
{
	const char *stop;

	if (r->at >= r->end)
		return false;
	*line = r->at;
	stop = memchr(r->at, '\n', (size_t)(r->end - r->at));
	*len = (size_t)((stop ? stop : r->end) - r->at);
	r->at = stop ? stop + 1 : r->end;
	r->line++;
	return true;
}

static bool sy_begins(const char *line, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && !memcmp(line, with, n);
}

/* Behind "--- " or "+++ ": up to a tab, without the stripped part. */
static struct sy_fault *sy_read_name(const struct sy_reader *r,
				     const char *line, size_t len,
				     struct sy_path *ret, bool *none)
{
	const char *at = line + 4, *end = memchr(line, '\t', len);
	unsigned int strip = r->strip;

	if (!end)
		end = line + len;
	if (end > at && end[-1] == '\r')
		end--;
	*none = end - at == 9 && !memcmp(at, "/dev/null", 9);
	ret->text[0] = '\0';
	if (*none)
		return NULL;
	while (strip--) {
		at = memchr(at, '/', (size_t)(end - at));
		if (!at)
			return sy_bad_patch(r, "fewer parts in the name than "
					       "are to be stripped");
		at++;
	}
	if ((size_t)(end - at) >= sizeof(ret->text))
		return sy_bad_patch(r, "too long a name");
	memcpy(ret->text, at, (size_t)(end - at));
	ret->text[end - at] = '\0';
	if (!sy_path_is_inner(ret->text))
		return sy_bad_patch(r, "a name outside of the source tree");
	return NULL;
}

static struct sy_fault *sy_open_change(struct sy_reader *r, const char *old,
				       size_t old_len,
				       struct sy_patchfile *patch)
{
	struct sy_change *grown, *c;
	struct sy_path before;
	struct sy_fault *fault;
	const char *line;
	bool gone;
	size_t len;

	grown = reallocarray(patch->changes, patch->n + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	patch->changes = grown;
	c = &grown[patch->n];
	memset(c, 0, sizeof(*c));
	fault = sy_read_name(r, old, old_len, &before, &c->creates);
	if (fault || !sy_next_line(r, &line, &len))
		return fault;
	fault = sy_read_name(r, line, len, &c->path, &gone);
	if (fault)
		return fault;
	if (gone)
		return sy_bad_patch(r, "a file is deleted");
	if (!c->creates && strcmp(before.text, c->path.text))
		return sy_bad_patch(r, "a file is renamed");
	patch->n++;
	return NULL;
}

/* "A[,B]" behind '-' or '+'. */
static const char *sy_read_range(const char *at, const char *end,
				 uint32_t *line, uint32_t *count)
{
	uint64_t value[2] = { 0, 1 };
	int i;

	for (i = 0; i < 2; i++) {
		if (at >= end || *at < '0' || *at > '9')
			return NULL;
		for (value[i] = 0; at < end && *at >= '0' && *at <= '9'; at++)
			if ((value[i] = value[i] * 10 + (uint64_t)(*at - '0')) >
			    10000000)
				return NULL;
		if (at >= end || *at != ',')
			break;
		at++;
	}
	*line = (uint32_t)value[0];
	*count = (uint32_t)value[1];
	return at;
}

/* The lines of a hunk, as many as its head has promised. */
static struct sy_fault *sy_read_body(struct sy_reader *r, struct sy_hunk *h)
{
	uint32_t old = h->old_count, new = h->new_count;
	const char *line;
	size_t len;

	h->body = r->at;
	while (old || new) {
		if (!sy_next_line(r, &line, &len))
			return sy_bad_patch(r, "the diff ends within a hunk");
		if (len == 0 || *line == ' ') {
			if (!old-- || !new --)
				return sy_bad_patch(r, "a hunk's counts are "
						       "wrong");
		} else if (*line == '-' ? !old-- : *line == '+' ? !new -- : 0) {
			return sy_bad_patch(r, "a hunk's counts are wrong");
		} else if (!strchr("-+\\", *line)) {
			return sy_bad_patch(r, "no line of a hunk");
		}
	}
	if (r->at < r->end && *r->at == '\\')
		sy_next_line(r, &line, &len);
	h->end = r->at;
	return NULL;
}

static struct sy_fault *sy_read_hunk(struct sy_reader *r, const char *line,
				     size_t len, struct sy_change *change)
{
	const char *end = line + len, *at = line + 4;
	struct sy_hunk *grown, *h;
	uint32_t new_line;

	grown = reallocarray(change->hunks, change->nhunks + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	change->hunks = grown;
	h = &grown[change->nhunks];
	at = sy_read_range(at, end, &h->old_line, &h->old_count);
	if (!at || !sy_begins(at, (size_t)(end - at), " +"))
		return sy_bad_patch(r, "no head of a hunk");
	at = sy_read_range(at + 2, end, &new_line, &h->new_count);
	if (!at || !sy_begins(at, (size_t)(end - at), " @@"))
		return sy_bad_patch(r, "no head of a hunk");
	change->nhunks++;
	return sy_read_body(r, h);
}

/* What a git diff can say that is no change of lines. */
static bool sy_is_other(const char *line, size_t len)
{
	return sy_begins(line, len, "rename from ") ||
	       sy_begins(line, len, "copy from ") ||
	       sy_begins(line, len, "deleted file mode ") ||
	       sy_begins(line, len, "GIT binary patch") ||
	       sy_begins(line, len, "Binary files ");
}

static struct sy_fault *sy_read_patch(struct sy_reader *r,
				      struct sy_patchfile *ret)
{
	struct sy_fault *fault = NULL;
	bool in_file = false, in_head = false;
	const char *line;
	size_t len;

	while (!fault && sy_next_line(r, &line, &len)) {
		if (sy_begins(line, len, "diff --git ")) {
			in_file = false;
			in_head = true;
		} else if (sy_begins(line, len, "--- ") && r->end - r->at > 4 &&
			   sy_begins(r->at, 4, "+++ ")) {
			fault = sy_open_change(r, line, len, ret);
			in_file = true;
			in_head = false;
		} else if (in_file && sy_begins(line, len, "@@ -")) {
			fault = sy_read_hunk(r, line, len,
					     &ret->changes[ret->n - 1]);
		} else if (in_head && sy_is_other(line, len)) {
			fault = sy_bad_patch(r, "a rename, deletion or binary "
						"part");
		}
	}
	return fault;
}

struct sy_fault *sy_patchfile_parse(const uint8_t *bytes, size_t size,
				    const char *name, unsigned int strip,
				    struct sy_patchfile *ret)
{
	struct sy_reader r = { .at = (const char *)bytes,
			       .end = (const char *)bytes + size,
			       .name = name,
			       .strip = strip };
	struct sy_fault *fault;
	size_t i;

	*ret = (struct sy_patchfile){ 0 };
	fault = bytes ? sy_read_patch(&r, ret) : NULL;
	for (i = 0; !fault && i < ret->n; i++)
		if (!ret->changes[i].nhunks)
			fault = sy_bad_patch(&r, "a file without a change");
	if (!fault && !ret->n)
		fault = sy_fault_make(SY_FAULT_BAD_FILE, "%s: no diff in it",
				      name);
	if (fault)
		sy_patchfile_deinit(ret);
	return fault;
}

void sy_patchfile_deinit(struct sy_patchfile *patch)
{
	size_t i;

	for (i = 0; i < patch->n; i++)
		free(patch->changes[i].hunks);
	free(patch->changes);
	*patch = (struct sy_patchfile){ 0 };
}
