// SPDX-License-Identifier: GPL-2.0
/*
 * Applies the hunks of one file in memory. Every old line must be there byte for
 * byte: a diff that fits only roughly could change another function than its
 * author meant. What has moved is searched for, nearest place first. Within a
 * comment a #line directive is text: then lines below have other numbers, which
 * shows as more changes than there are, never as fewer.
 */
#include <stdio.h>
#include <stdlib.h>

#include "patchfile.h"

struct sy_lines {
	const char **at; /* n + 1: the last is the end of the file */
	size_t n;
};

struct sy_result {
	char *bytes;
	size_t size;
	bool keep_lines;
	int64_t shift; /* new lines less old ones since the last directive */
};

#define SY_DIRECTIVE_MAX 32 /* "#line 1234567890" and a newline */

static struct sy_fault *sy_split(const char *bytes, size_t size,
				 struct sy_lines *ret)
{
	const char *at = bytes, *end = bytes + size, *stop;
	size_t i, n = 0;

	for (i = 0; i < size; i++)
		n += bytes[i] == '\n';
	ret->at = calloc(n + 2, sizeof(*ret->at));
	if (!ret->at)
		return sy_fault_no_memory();
	for (ret->n = 0; at < end; at = stop) {
		ret->at[ret->n++] = at;
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop + 1 : end;
	}
	ret->at[ret->n] = end;
	return NULL;
}

/*
 * One line of a hunk: its kind (' ', '-' or '+'), and its text with the newline
 * that it has, or has not, in the file.
 */
static const char *sy_hunk_line(const struct sy_hunk *h, const char *at,
				char *kind, const char **text, size_t *len)
{
	const char *stop = memchr(at, '\n', (size_t)(h->end - at));
	const char *next = stop ? stop + 1 : h->end;

	*kind = stop == at ? ' ' : *at; /* an empty line has lost its blank */
	*text = stop == at ? at : at + 1;
	*len = (size_t)(next - *text);
	if (next < h->end && *next == '\\') {
		*len = (size_t)((stop ? stop : next) - *text);
		stop = memchr(next, '\n', (size_t)(h->end - next));
		next = stop ? stop + 1 : h->end;
	}
	return next;
}

/* Do the old lines of the hunk stand at line @at of the file? */
static bool sy_fits(const struct sy_hunk *h, const struct sy_lines *lines,
		    size_t at)
{
	const char *line = h->body, *text;
	size_t len;
	char kind;

	if (at > lines->n || h->old_count > lines->n - at)
		return false;
	while (line < h->end) {
		line = sy_hunk_line(h, line, &kind, &text, &len);
		if (kind == '+')
			continue;
		if (at >= lines->n ||
		    (size_t)(lines->at[at + 1] - lines->at[at]) != len ||
		    memcmp(lines->at[at], text, len))
			return false;
		at++;
	}
	return true;
}

/* The nearest place to @want, at or behind @from; lines->n + 1: none. */
static size_t sy_find(const struct sy_hunk *h, const struct sy_lines *lines,
		      size_t from, size_t want)
{
	size_t away;

	for (away = 0; away <= lines->n; away++) {
		if (want + away <= lines->n && want + away >= from &&
		    sy_fits(h, lines, want + away))
			return want + away;
		if (away && away <= want && want - away >= from &&
		    sy_fits(h, lines, want - away))
			return want - away;
	}
	return lines->n + 1;
}

static void sy_put(struct sy_result *r, const char *from, const char *to)
{
	memcpy(r->bytes + r->size, from, (size_t)(to - from));
	r->size += (size_t)(to - from);
}

/* Says what the number of the next line was, unless a line is to be continued:
 * then before a later one. */
static void sy_put_directive(struct sy_result *r, size_t number)
{
	bool at_start = !r->size || r->bytes[r->size - 1] == '\n';
	bool continued = r->size > 1 && r->bytes[r->size - 2] == '\\';

	if (!r->keep_lines || !r->shift || !at_start || continued)
		return;
	r->size += (size_t)snprintf(r->bytes + r->size, SY_DIRECTIVE_MAX,
				    "#line %zu\n", number);
	r->shift = 0;
}

/* The new lines of a hunk whose old ones begin with line @at, counted from 0. */
static void sy_put_new(struct sy_result *r, const struct sy_hunk *h, size_t at)
{
	const char *line = h->body, *text;
	size_t len;
	char kind;

	while (line < h->end) {
		line = sy_hunk_line(h, line, &kind, &text, &len);
		if (kind == ' ')
			sy_put_directive(r, at + 1);
		if (kind != '-')
			sy_put(r, text, text + len);
		at += kind != '+';
		r->shift += (kind == '+') - (kind == '-');
	}
	sy_put_directive(r, at + 1);
}

static struct sy_fault *sy_apply_hunks(const struct sy_change *change,
				       const struct sy_lines *lines,
				       struct sy_result *r)
{
	size_t i, at, want, from = 0;
	int64_t drift = 0, place;
	const struct sy_hunk *h;

	for (i = 0; i < change->nhunks; i++) {
		h = &change->hunks[i];
		place = (int64_t)h->old_line - (h->old_count ? 1 : 0) + drift;
		want = place < (int64_t)from	 ? from :
		       place > (int64_t)lines->n ? lines->n :
						   (size_t)place;
		at = sy_find(h, lines, from, want);
		if (at > lines->n)
			return sy_fault_refuse("does-not-apply",
					       "%s: hunk %zu, at line %u, does "
					       "not apply; the diff is for "
					       "another version",
					       change->path.text, i + 1,
					       h->old_line);
		drift += (int64_t)at - (int64_t)want;
		sy_put(r, lines->at[from], lines->at[at]);
		sy_put_new(r, h, at);
		from = at + h->old_count;
	}
	sy_put(r, lines->at[from], lines->at[lines->n]);
	return NULL;
}

struct sy_fault *sy_change_apply(const struct sy_change *change,
				 const uint8_t *bytes, size_t size,
				 bool keep_lines, char **ret, size_t *ret_size)
{
	struct sy_lines lines = { 0 };
	struct sy_result r = { .keep_lines = keep_lines && !change->creates };
	const struct sy_hunk *h;
	struct sy_fault *fault;
	size_t i, room = size + 1;

	for (i = 0; i < change->nhunks; i++) {
		h = &change->hunks[i];
		room += (size_t)(h->end - h->body);
		room += (h->old_count + 2ul) * SY_DIRECTIVE_MAX;
	}
	fault = sy_split(size ? (const char *)bytes : "", size, &lines);
	if (fault)
		return fault;
	r.bytes = malloc(room);
	fault = r.bytes ? sy_apply_hunks(change, &lines, &r) :
			  sy_fault_no_memory();
	free(lines.at);
	if (fault) {
		free(r.bytes);
		return fault;
	}
	*ret = r.bytes;
	*ret_size = r.size;
	return NULL;
}
