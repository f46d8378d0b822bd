// SPDX-License-Identifier: GPL-2.0
/*
 * From kbuild's command line for a unit to objects: gcc and objtool are run
 * directly, with outputs of our own, in another tree where one is given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tool/command.h"
#include "kbuild.h"

/* Does this word, or do these two, name an output? *skip: how many words. */
static bool sy_is_output(char *const *word, size_t *skip)
{
	*skip = 1;
	if (!strncmp(word[0], "-Wp,-MMD,", 9) ||
	    !strncmp(word[0], "-Wp,-MD,", 8))
		return true;
	*skip = 2;
	return !strcmp(word[0], "-o") && word[1];
}

static void sy_drop_outputs(struct sy_words *words)
{
	size_t i = 0, n = 0, skip;

	while (i < words->n) {
		if (!sy_is_output(words->at + i, &skip)) {
			words->at[n++] = words->at[i++];
			continue;
		}
		while (skip--)
			free(words->at[i++]);
	}
	words->n = n;
	words->at[n] = NULL;
}

static struct sy_fault *sy_read_object(struct sy_unit *unit)
{
	static const char key[] = "-DKBUILD_MODNAME=\"";
	const char *name = "";
	size_t i, len;

	for (i = 0; i < unit->gcc.n; i++) {
		if (!strcmp(unit->gcc.at[i], "-DMODULE"))
			unit->module = true;
		if (!strncmp(unit->gcc.at[i], key, sizeof(key) - 1))
			name = unit->gcc.at[i] + sizeof(key) - 1;
	}
	len = strcspn(name, "\"");
	if (!unit->module) {
		strcpy(unit->object, "vmlinux");
		return NULL;
	}
	if (!len || len >= sizeof(unit->object))
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: kbuild names no module for it",
				     unit->path.text);
	memcpy(unit->object, name, len);
	return NULL;
}

static struct sy_fault *sy_parse_line(struct sy_unit *unit, const char *line,
				      size_t len)
{
	static const char tool[] = " ; ./tools/objtool/objtool ";
	const char *second = memmem(line, len, tool, sizeof(tool) - 1);
	const char *end = line + len;
	struct sy_fault *fault;

	fault = sy_words_split(&unit->gcc, line,
			       (size_t)((second ? second : end) - line));
	if (!fault && second)
		fault = sy_words_split(&unit->objtool, second + 3,
				       (size_t)(end - second) - 3);
	if (!fault && unit->gcc.n < 3)
		fault = sy_fault_make(SY_FAULT_UNSUPPORTED,
				      "%s: no compile command from kbuild",
				      unit->path.text);
	if (fault)
		return fault;
	sy_drop_outputs(&unit->gcc);
	if (unit->objtool.n) /* the object, which comes last */
		free(unit->objtool.at[--unit->objtool.n]);
	if (unit->objtool.at)
		unit->objtool.at[unit->objtool.n] = NULL;
	return sy_read_object(unit);
}

struct sy_fault *sy_unit_from_line(const char *path, const char *line,
				   size_t len, struct sy_unit *ret)
{
	struct sy_fault *fault;

	memset(ret, 0, sizeof(*ret));
	fault = sy_path_make(&ret->path, "%s", path);
	if (!fault)
		fault = sy_parse_line(ret, line, len);
	if (fault)
		sy_unit_deinit(ret);
	return fault;
}

struct sy_fault *sy_unit_find(const struct sy_kernel *kernel, const char *path,
			      struct sy_unit *ret)
{
	size_t size = strlen(path), len;
	struct sy_file file = { 0 };
	struct sy_fault *fault;
	struct sy_path source;
	const char *line;

	memset(ret, 0, sizeof(*ret));
	if (size < 3 || strcmp(path + size - 2, ".c") ||
	    !sy_path_is_inner(path))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%.200s: not the name of a C file below "
				     "the kernel's source",
				     path);
	fault = sy_path_make(&ret->path, "%s", path);
	if (!fault)
		fault = sy_path_make(&source, "%s/%s", kernel->source.text,
				     path);
	if (!fault && !sy_path_exists(source.text))
		fault = sy_fault_make(SY_FAULT_BAD_FILE,
				      "%s: not in the kernel's source", path);
	if (!fault)
		fault = sy_kbuild_line(kernel, path, &file, &line, &len);
	if (!fault)
		fault = sy_parse_line(ret, line, len);
	sy_file_close(&file);
	if (fault)
		sy_unit_deinit(ret);
	return fault;
}

void sy_unit_deinit(struct sy_unit *unit)
{
	sy_words_deinit(&unit->gcc);
	sy_words_deinit(&unit->objtool);
}

static struct sy_fault *sy_add(struct sy_words *words, const char *word)
{
	return sy_words_add(words, word, strlen(word));
}

static struct sy_fault *sy_copy_words(const struct sy_words *from, size_t first,
				      struct sy_words *ret)
{
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = first; !fault && i < from->n; i++)
		fault = sy_add(ret, from->at[i]);
	return fault;
}

static struct sy_fault *sy_run_words(const struct sy_kernel *k,
				     const struct sy_words *words,
				     const char *out)
{
	struct sy_path log;
	struct sy_fault *fault = sy_path_make(&log, "%s.log", out);
	const struct sy_command_run run = {
		.argv = (const char *const *)words->at,
		.dir = k->overlay.text,
		.log = log.text,
		.out_size_max = SY_FILE_SIZE_MAX,
	};

	return fault ? fault : sy_command_run(&run);
}

/* The compiler, our own folder of headers before all others, and the rest. */
static struct sy_fault *sy_add_sites(const struct sy_kernel *k,
				     const struct sy_unit *unit,
				     struct sy_words *words)
{
	struct sy_path folder;
	struct sy_fault *fault = sy_jump_label_header(k, &folder);

	if (!fault)
		fault = sy_add(words, unit->gcc.at[0]);
	if (!fault)
		fault = sy_add(words, "-I");
	if (!fault)
		fault = sy_add(words, folder.text);
	return fault ? fault : sy_copy_words(&unit->gcc, 1, words);
}

static struct sy_fault *sy_run_gcc(const struct sy_kernel *k,
				   const struct sy_unit *unit, const char *tree,
				   unsigned int flags, const char *out)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault = NULL;

	if (flags & SY_COMPILE_SECTIONS)
		fault = sy_add_sites(k, unit, &words);
	else
		fault = sy_copy_words(&unit->gcc, 0, &words);
	if (!fault && tree)
		fault = sy_words_replace(&words, k->source.text, tree);
	if (!fault && flags & SY_COMPILE_SECTIONS)
		fault = sy_add(&words, "-ffunction-sections");
	if (!fault && flags & SY_COMPILE_SECTIONS)
		fault = sy_add(&words, "-fdata-sections");
	if (!fault)
		fault = sy_add(&words, "-g0");
	if (!fault)
		fault = sy_add(&words, "-o");
	if (!fault)
		fault = sy_add(&words, out);
	if (!fault)
		fault = sy_run_words(k, &words, out);
	sy_words_deinit(&words);
	return fault;
}

struct sy_fault *sy_unit_preprocess(const struct sy_kernel *kernel,
				    const struct sy_unit *unit,
				    const char *tree, const char *out)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < unit->gcc.n; i++)
		if (strcmp(unit->gcc.at[i], "-c"))
			fault = sy_add(&words, unit->gcc.at[i]);
	if (!fault && tree)
		fault = sy_words_replace(&words, kernel->source.text, tree);
	if (!fault)
		fault = sy_add(&words, "-E");
	if (!fault)
		fault = sy_add(&words, "-P");
	if (!fault)
		fault = sy_add(&words, "-o");
	if (!fault)
		fault = sy_add(&words, out);
	if (!fault)
		fault = sy_run_words(kernel, &words, out);
	sy_words_deinit(&words);
	return fault;
}

static struct sy_fault *sy_run_objtool(const struct sy_kernel *k,
				       const struct sy_unit *unit,
				       const char *out)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault = sy_copy_words(&unit->objtool, 0, &words);

	if (!fault)
		fault = sy_add(&words, out);
	if (!fault)
		fault = sy_run_words(k, &words, out);
	sy_words_deinit(&words);
	return fault;
}

struct sy_fault *sy_unit_compile(const struct sy_kernel *kernel,
				 const struct sy_unit *unit, const char *tree,
				 unsigned int flags, const char *out)
{
	struct sy_fault *fault;

	fault = sy_run_gcc(kernel, unit, tree, flags, out);
	if (!fault && flags & SY_COMPILE_OBJTOOL && unit->objtool.n)
		fault = sy_run_objtool(kernel, unit, out);
	return fault;
}
