// SPDX-License-Identifier: GPL-2.0
/*
 * Diffs that build on one another are applied in memory, file by file, and what
 * has become of each file is compared with the source again: so whatever comes
 * afterwards sees one diff, with one place for each change. The source is read
 * only; names have been checked by the parser of diffs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tool/command.h"
#include "series.h"

#define SY_DIFFS_MAX 1024

/* A file as it is after the diffs so far. */
struct sy_state {
	struct sy_path path;
	bool creates;
	char *bytes;
	size_t size;
};

struct sy_states {
	struct sy_state *files;
	size_t n;
};

static struct sy_fault *sy_series_add(struct sy_series *series,
				      const char *folder, const char *name,
				      size_t len, unsigned int strip)
{
	struct sy_diff_file *grown;

	if (series->n == SY_DIFFS_MAX)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: more than %d diffs; give fewer", name,
				     SY_DIFFS_MAX);
	grown = reallocarray(series->diffs, series->n + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	series->diffs = grown;
	grown[series->n].strip = strip;
	return sy_path_make(&grown[series->n++].path, "%s%.*s", folder,
			    (int)len, name);
}

/* "NAME [-pN] [# ...]" */
static struct sy_fault *sy_series_line(struct sy_series *series,
				       const char *file, const char *folder,
				       char *line)
{
	char *end = strchr(line, '#'), *word, *option, *rest;
	unsigned int strip = 1;

	if (end)
		*end = '\0';
	word = strtok_r(line, " \t\r\n", &rest);
	if (!word)
		return NULL;
	option = strtok_r(NULL, " \t\r\n", &rest);
	if (option && (strncmp(option, "-p", 2) || !option[2] ||
		       option[2 + strspn(option + 2, "0123456789")] ||
		       strlen(option) > 4))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: '%s' behind a name; only -pN can "
				     "stand there",
				     file, option);
	if (option)
		strip = (unsigned int)atoi(option + 2);
	if (!sy_path_is_inner(word))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: '%s' is not below its folder", file,
				     word);
	return sy_series_add(series, folder, word, strlen(word), strip);
}

static struct sy_fault *sy_series_quilt(struct sy_series *series,
					const char *path)
{
	const char *slash = strrchr(path, '/');
	struct sy_file file = { 0 };
	struct sy_path folder;
	struct sy_fault *fault;
	char *text, *line, *next;

	fault = sy_path_make(&folder, "%.*s",
			     slash ? (int)(slash + 1 - path) : 0, path);
	if (!fault)
		fault = sy_file_open(path, &file);
	if (fault)
		return fault;
	text = strndup(file.bytes ? (const char *)file.bytes : "", file.size);
	sy_file_close(&file);
	if (!text)
		return sy_fault_no_memory();
	for (line = text; !fault && line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		fault = sy_series_line(series, path, folder.text, line);
	}
	free(text);
	return fault;
}

static struct sy_fault *sy_series_operand(struct sy_series *series,
					  const char *name, unsigned int strip)
{
	const char *slash = strrchr(name, '/');
	struct sy_path path;
	struct sy_fault *fault;
	struct stat st;

	if (!stat(name, &st) && S_ISDIR(st.st_mode)) {
		fault = sy_path_make(&path, "%s/series", name);
		return fault ? fault : sy_series_quilt(series, path.text);
	}
	if (!strcmp(slash ? slash + 1 : name, "series"))
		return sy_series_quilt(series, name);
	return sy_series_add(series, "", name, strlen(name), strip);
}

struct sy_fault *sy_series_read(char *const *names, size_t n,
				unsigned int strip, struct sy_series *ret)
{
	struct sy_fault *fault = NULL;
	size_t i;

	*ret = (struct sy_series){ 0 };
	for (i = 0; !fault && i < n; i++)
		fault = sy_series_operand(ret, names[i], strip);
	if (!fault && !ret->n)
		fault = sy_fault_make(SY_FAULT_BAD_FILE,
				      "%s: no diff is named in it",
				      n ? names[0] : "series");
	if (fault)
		sy_series_deinit(ret);
	return fault;
}

void sy_series_deinit(struct sy_series *series)
{
	free(series->diffs);
	*series = (struct sy_series){ 0 };
}

static struct sy_state *sy_state_of(struct sy_states *states, const char *path)
{
	size_t i;

	for (i = 0; i < states->n; i++)
		if (!strcmp(states->files[i].path.text, path))
			return &states->files[i];
	return NULL;
}

/* The file as the source has it; one that a diff creates must not be there. */
static struct sy_fault *sy_state_load(struct sy_states *states,
				      const char *source,
				      const struct sy_change *c,
				      struct sy_state **ret)
{
	struct sy_file file = { 0 };
	struct sy_fault *fault;
	struct sy_state *s;
	struct sy_path from;

	fault = sy_path_make(&from, "%s/%s", source, c->path.text);
	if (fault)
		return fault;
	if (sy_path_exists(from.text) == c->creates)
		return sy_fault_refuse("does-not-apply",
				       c->creates ?
					       "%s: the diff creates it, but the "
					       "kernel's source has it" :
					       "%s: not in the kernel's source; is -p "
					       "right?",
				       c->path.text);
	s = reallocarray(states->files, states->n + 1, sizeof(*s));
	if (!s)
		return sy_fault_no_memory();
	states->files = s;
	s += states->n;
	*s = (struct sy_state){ .path = c->path, .creates = c->creates };
	if (!c->creates)
		fault = sy_file_open(from.text, &file);
	if (!fault) {
		s->bytes = malloc(file.size + 1);
		s->size = file.size;
		if (!s->bytes)
			fault = sy_fault_no_memory();
		else if (file.size)
			memcpy(s->bytes, file.bytes, file.size);
	}
	sy_file_close(&file);
	if (!fault) {
		states->n++;
		*ret = s;
	}
	return fault;
}

static struct sy_fault *sy_state_change(struct sy_states *states,
					const char *source,
					const struct sy_change *c)
{
	struct sy_state *s = sy_state_of(states, c->path.text);
	struct sy_fault *fault = NULL;
	char *bytes;
	size_t size;

	if (s && c->creates)
		return sy_fault_refuse("does-not-apply",
				       "%s: created a second time",
				       c->path.text);
	if (!s)
		fault = sy_state_load(states, source, c, &s);
	if (!fault)
		fault = sy_change_apply(c, (const uint8_t *)s->bytes, s->size,
					false, &bytes, &size);
	if (fault)
		return fault;
	free(s->bytes);
	s->bytes = bytes;
	s->size = size;
	return NULL;
}

static struct sy_fault *sy_state_diff(struct sy_states *states,
				      const char *source,
				      const struct sy_diff_file *diff)
{
	struct sy_patchfile patch = { 0 };
	struct sy_file file = { 0 };
	struct sy_fault *fault, *why;
	size_t i;

	fault = sy_file_open(diff->path.text, &file);
	if (!fault)
		fault = sy_patchfile_parse(file.bytes, file.size,
					   diff->path.text, diff->strip,
					   &patch);
	for (i = 0; !fault && i < patch.n; i++)
		fault = sy_state_change(states, source, &patch.changes[i]);
	if (fault && fault->kind == SY_FAULT_REFUSED) {
		why = sy_fault_refuse(fault->code, "%s: %s", diff->path.text,
				      fault->line);
		sy_fault_free(fault);
		fault = why;
	}
	sy_patchfile_deinit(&patch);
	sy_file_close(&file);
	return fault;
}

static struct sy_fault *sy_append(const char *from, FILE *out, const char *path)
{
	struct sy_file file;
	struct sy_fault *fault = sy_file_open(from, &file);

	if (fault)
		return fault;
	if (file.size && fwrite(file.bytes, file.size, 1, out) != 1)
		fault = sy_fault_system(path);
	sy_file_close(&file);
	return fault;
}

/* What the diffs together do to one file; nothing when they undo each other. */
static struct sy_fault *sy_state_write(const struct sy_state *s,
				       const char *source, const char *dir,
				       FILE *out, const char *path)
{
	struct sy_path from, to, part, old, new;
	const char *const argv[] = { "diff",	"-u",	   "-a",     "--label",
				     old.text,	"--label", new.text, "--",
				     from.text, to.text,   NULL };
	const struct sy_command_run run = {
		.argv = argv,
		.out = part.text,
		.fine_status = 1, /* they differ */
	};
	struct sy_fault *fault;

	fault = s->creates ? sy_path_make(&from, "/dev/null") :
			     sy_path_make(&from, "%s/%s", source, s->path.text);
	if (!fault)
		fault = s->creates ? sy_path_make(&old, "/dev/null") :
				     sy_path_make(&old, "a/%s", s->path.text);
	if (!fault)
		fault = sy_path_make(&new, "b/%s", s->path.text);
	if (!fault)
		fault = sy_path_make(&to, "%s/after", dir);
	if (!fault)
		fault = sy_path_make(&part, "%s/part", dir);
	if (!fault)
		fault = sy_path_write(to.text, s->bytes, s->size);
	if (!fault)
		fault = sy_command_run(&run);
	if (!fault)
		fault = sy_append(part.text, out, path);
	unlink(part.text);
	unlink(to.text);
	return fault;
}

static struct sy_fault *sy_states_write(const struct sy_states *states,
					const char *source, const char *dir,
					const char *path)
{
	struct sy_fault *fault = NULL;
	FILE *out = fopen(path, "we");
	size_t i;
	long n;

	if (!out)
		return sy_fault_system(path);
	for (i = 0; !fault && i < states->n; i++)
		fault = sy_state_write(&states->files[i], source, dir, out,
				       path);
	n = ftell(out);
	if (fclose(out) && !fault)
		fault = sy_fault_system(path);
	if (!fault && !n)
		fault = sy_fault_refuse("does-nothing",
					"the diffs undo one another");
	return fault;
}

struct sy_fault *sy_series_combine(const struct sy_series *series,
				   const char *source, const char *dir,
				   const char *out)
{
	struct sy_states states = { 0 };
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < series->n; i++)
		fault = sy_state_diff(&states, source, &series->diffs[i]);
	if (!fault)
		fault = sy_states_write(&states, source, dir, out);
	for (i = 0; i < states.n; i++)
		free(states.files[i].bytes);
	free(states.files);
	return fault;
}
