// SPDX-License-Identifier: GPL-2.0
/*
 * Reading twenty thousand files takes longer than anything else about the include
 * graph, and they hardly ever change. So their #include lines are kept in one
 * file, below the kernel's folder: a head, a line "NAME<tab>SIGNATURE" for each
 * file with its includes behind it, and a last line without which it is not whole.
 * Where a name leads is never kept: that can change when a file is added.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "includes.h"

struct sy_kept {
	const char *path; /* in the kept file; NULL: a free slot */
	uint32_t path_len, text_len;
	const char *signature, *text;
	uint32_t signature_len;
};

struct sy_includes {
	struct sy_path name;
	struct sy_file file;
	struct sy_kept *kept; /* a hash table */
	size_t nkept, room;
	FILE *out; /* what will be kept */
	char *bytes; /* of out */
	size_t size;
	size_t nasked, nnew; /* files in out; of these not kept before */
	char *text; /* of the file asked for last */
	size_t text_len, text_room;
	time_t begun;
};

static const char sy_head[] = "switchyard includes 1\n";
static const char sy_tail[] = "end of includes\n";

static uint64_t sy_hash(const char *text, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;

	while (len--)
		hash = (hash ^ (uint8_t)*text++) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static struct sy_kept *sy_slot(struct sy_includes *s, const char *path,
			       size_t len)
{
	size_t at = sy_hash(path, len) & (s->room - 1);

	while (s->kept[at].path && (s->kept[at].path_len != len ||
				    memcmp(s->kept[at].path, path, len)))
		at = (at + 1) & (s->room - 1);
	return &s->kept[at];
}

/* Lines behind the head; false: not of this form. */
static bool sy_read_kept(struct sy_includes *s, const char *at, const char *end)
{
	struct sy_kept *k = NULL;
	const char *stop, *tab;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			return false;
		if (k && (*at == '<' || *at == '"')) {
			k->text_len = (uint32_t)(stop + 1 - k->text);
			continue;
		}
		tab = memchr(at, '\t', (size_t)(stop - at));
		if (*at != '/' || !tab || s->nkept >= s->room / 2)
			return false;
		k = sy_slot(s, at, (size_t)(tab - at));
		s->nkept += !k->path;
		*k = (struct sy_kept){ .path = at,
				       .path_len = (uint32_t)(tab - at),
				       .signature = tab + 1,
				       .signature_len =
					       (uint32_t)(stop - tab - 1),
				       .text = stop + 1 };
	}
	return true;
}

static struct sy_fault *sy_open_kept(struct sy_includes *s)
{
	const size_t head = sizeof(sy_head) - 1, tail = sizeof(sy_tail) - 1;
	const char *bytes;
	size_t i, lines = 0;

	s->room = 1024;
	if (sy_path_exists(s->name.text))
		sy_fault_free(sy_file_open(s->name.text, &s->file));
	bytes = (const char *)s->file.bytes;
	for (i = 0; i < s->file.size; i++)
		lines += bytes[i] == '\t';
	while (s->room < 2 * lines + 2)
		s->room *= 2;
	s->kept = calloc(s->room, sizeof(*s->kept));
	if (!s->kept)
		return sy_fault_no_memory();
	if (s->file.size >= head + tail && !memcmp(bytes, sy_head, head) &&
	    !memcmp(bytes + s->file.size - tail, sy_tail, tail) &&
	    sy_read_kept(s, bytes + head, bytes + s->file.size - tail))
		return NULL;
	memset(s->kept, 0, s->room * sizeof(*s->kept));
	s->nkept = 0;
	return NULL;
}

struct sy_fault *sy_includes_open(const struct sy_kernel *kernel,
				  struct sy_includes **ret)
{
	struct sy_includes *s = calloc(1, sizeof(*s));
	struct sy_fault *fault;

	*ret = NULL;
	if (!s)
		return sy_fault_no_memory();
	s->begun = time(NULL);
	fault = sy_path_make(&s->name, "%s/graph/includes", kernel->home.text);
	if (!fault)
		fault = sy_open_kept(s);
	if (!fault && !(s->out = open_memstream(&s->bytes, &s->size)))
		fault = sy_fault_no_memory();
	if (fault) {
		sy_includes_close(s);
		return fault;
	}
	fputs(sy_head, s->out);
	*ret = s;
	return NULL;
}

void sy_includes_close(struct sy_includes *includes)
{
	if (!includes)
		return;
	if (includes->out)
		fclose(includes->out);
	free(includes->bytes);
	free(includes->text);
	free(includes->kept);
	sy_file_close(&includes->file);
	free(includes);
}

static struct sy_fault *sy_add_name(struct sy_includes *s, const char *name,
				    size_t len)
{
	size_t room = s->text_room;
	char *grown;

	while (s->text_len + len + 1 > room)
		room = room ? room * 2 : 4096;
	if (room != s->text_room) {
		grown = realloc(s->text, room);
		if (!grown)
			return sy_fault_no_memory();
		s->text = grown;
		s->text_room = room;
	}
	memcpy(s->text + s->text_len, name, len);
	s->text[s->text_len + len] = '\n';
	s->text_len += len + 1;
	return NULL;
}

#define SY_NAME_MAX 256

/* Behind a '#': "include <NAME>" or "NAME", with any blanks. */
static struct sy_fault *sy_read_line(struct sy_includes *s, const char *at,
				     const char *end)
{
	const char *close;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (end - at < 10 || memcmp(at, "include", 7))
		return NULL;
	at += 7;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == end || (*at != '<' && *at != '"'))
		return NULL;
	close = memchr(at + 1, *at == '<' ? '>' : '"', (size_t)(end - at - 1));
	if (!close || close - at > SY_NAME_MAX)
		return NULL;
	return sy_add_name(s, at, (size_t)(close - at));
}

static struct sy_fault *sy_read_file(struct sy_includes *s, const char *path)
{
	struct sy_file file;
	struct sy_fault *fault = sy_file_open(path, &file);
	const char *at, *end, *hash, *stop, *back;

	if (fault) {
		sy_fault_free(fault);
		return NULL;
	}
	at = (const char *)file.bytes;
	end = at + file.size;
	while (!fault && at < end &&
	       (hash = memchr(at, '#', (size_t)(end - at)))) {
		stop = memchr(hash, '\n', (size_t)(end - hash));
		stop = stop ? stop : end;
		for (back = hash; back > (const char *)file.bytes &&
				  (back[-1] == ' ' || back[-1] == '\t');)
			back--;
		if (back == (const char *)file.bytes || back[-1] == '\n')
			fault = sy_read_line(s, hash + 1, stop);
		at = stop;
	}
	sy_file_close(&file);
	return fault;
}

#define SY_SETTLED_S 3 /* a clock's tick, and room for a file server's */

/* false: no file, or one that may still be written to within a tick of its
 * clock: then its times say nothing. */
static bool sy_sign(const struct sy_includes *s, const char *path, char *ret,
		    size_t size)
{
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	snprintf(ret, size, "%lu %lu %ld %ld.%09ld %ld.%09ld",
		 (unsigned long)st.st_dev, (unsigned long)st.st_ino,
		 (long)st.st_size, (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		 (long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	return st.st_ctim.tv_sec + SY_SETTLED_S < s->begun &&
	       st.st_mtim.tv_sec + SY_SETTLED_S < s->begun;
}

struct sy_fault *sy_includes_of(struct sy_includes *includes, const char *path,
				const char **ret, size_t *len)
{
	char signature[160] = "";
	struct sy_fault *fault = NULL;
	const struct sy_kept *k = sy_slot(includes, path, strlen(path));
	bool settled = sy_sign(includes, path, signature, sizeof(signature));

	includes->text_len = 0;
	if (settled && k->path && k->signature_len == strlen(signature) &&
	    !memcmp(k->signature, signature, k->signature_len)) {
		*ret = k->text;
		*len = k->text_len;
	} else {
		includes->nnew += settled;
		fault = sy_read_file(includes, path);
		*ret = includes->text;
		*len = includes->text_len;
	}
	if (!fault && settled && !strpbrk(path, "\t\n")) {
		fprintf(includes->out, "%s\t%s\n", path, signature);
		fwrite(*ret, 1, *len, includes->out);
		includes->nasked++;
	}
	return fault;
}

void sy_includes_keep(struct sy_includes *includes)
{
	if (!includes->nnew && includes->nasked == includes->nkept)
		return;
	fputs(sy_tail, includes->out);
	if (fflush(includes->out) || ferror(includes->out))
		return;
	sy_fault_free(sy_path_write(includes->name.text, includes->bytes,
				    includes->size));
}
