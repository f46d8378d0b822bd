// SPDX-License-Identifier: GPL-2.0
/*
 * From kbuild's command line for a unit to objects: gcc and objtool are run
 * directly, with outputs of our own, in another tree where one is given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tool/command.h"
#include "generate.h"
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
	ret->listed = true;
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
		fault = sy_kbuild_line(kernel, path, &file, &line, &len,
				       &ret->listed);
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

static struct sy_fault *sy_add_all(struct sy_words *words,
				   const char *const *list)
{
	struct sy_fault *fault = NULL;

	for (; !fault && *list; list++)
		fault = sy_add(words, *list);
	return fault;
}

/* A tree of links: "folder/.." of a link leads out of it, so such names are made
 * plain, in the source too, that both are compiled alike. */
static struct sy_fault *sy_move_words(const struct sy_kernel *k,
				      struct sy_words *words, const char *tree)
{
	struct sy_fault *fault = NULL;
	char *word;
	size_t i;

	if (tree)
		fault = sy_words_replace(words, k->source.text, tree);
	for (i = 0; !fault && i < words->n; i++) {
		word = words->at[i];
		if (word[0] == '/' || !strncmp(word, "-I/", 3))
			sy_path_normalize(word);
	}
	return fault;
}

/* The unit's compiler with @first behind its name, all other words but those in
 * @but, and @last; of @tree, or of the source. */
struct sy_gcc_run {
	const char *tree;
	const char *const *first, *const *last;
	const char *but; /* a word, or NULL */
	bool as_built; /* no word is made plain */
};

static struct sy_fault *sy_run_gcc_once(const struct sy_kernel *k,
					const struct sy_unit *unit,
					const struct sy_gcc_run *run,
					const char *out)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault = sy_add(&words, unit->gcc.at[0]);
	size_t i;

	if (!fault)
		fault = sy_add_all(&words, run->first);
	for (i = 1; !fault && i < unit->gcc.n; i++)
		if (!run->but || strcmp(unit->gcc.at[i], run->but))
			fault = sy_add(&words, unit->gcc.at[i]);
	if (!fault && !run->as_built)
		fault = sy_move_words(k, &words, run->tree);
	if (!fault)
		fault = sy_add_all(&words, run->last);
	if (!fault)
		fault = sy_run_words(k, &words, out);
	sy_words_deinit(&words);
	return fault;
}

/* What a unit includes may be something that kbuild makes. */
static struct sy_fault *sy_run_gcc(const struct sy_kernel *k,
				   const struct sy_unit *unit,
				   const struct sy_gcc_run *run,
				   const char *out)
{
	static const char key[] = ": No such file or directory";
	struct sy_fault *fault = sy_run_gcc_once(k, unit, run, out);

	if (!fault || fault->kind != SY_FAULT_COMMAND ||
	    !strstr(fault->line, ": fatal error: ") ||
	    !strstr(fault->line, key))
		return fault;
	sy_fault_free(sy_generate_for(k, unit->path.text));
	sy_fault_free(fault);
	return sy_run_gcc_once(k, unit, run, out);
}

struct sy_fault *sy_unit_preprocess(const struct sy_kernel *kernel,
				    const struct sy_unit *unit,
				    const char *tree, const char *out)
{
	const char *const first[] = { NULL };
	const char *const last[] = { "-E", "-P", "-o", out, NULL };
	const struct sy_gcc_run run = {
		.tree = tree, .first = first, .last = last, .but = "-c"
	};

	return sy_run_gcc(kernel, unit, &run, out);
}

static struct sy_fault *sy_run_objtool(const struct sy_kernel *k,
				       const struct sy_unit *unit,
				       const char *out)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault;

	fault = sy_add_all(&words, (const char *const *)unit->objtool.at);
	if (!fault)
		fault = sy_add(&words, out);
	if (!fault)
		fault = sy_run_words(k, &words, out);
	sy_words_deinit(&words);
	return fault;
}

/* Our own folder of headers comes before all others. */
static struct sy_fault *sy_compile_sections(const struct sy_kernel *kernel,
					    const struct sy_unit *unit,
					    const char *tree, const char *out)
{
	struct sy_path folder;
	const char *const first[] = { "-I", folder.text, NULL };
	const char *const last[] = {
		"-ffunction-sections", "-fdata-sections", "-g0", "-o", out, NULL
	};
	const struct sy_gcc_run run = { .tree = tree,
					.first = first,
					.last = last };
	struct sy_fault *fault = sy_jump_label_header(kernel, &folder);

	return fault ? fault : sy_run_gcc(kernel, unit, &run, out);
}

struct sy_fault *sy_unit_compile(const struct sy_kernel *kernel,
				 const struct sy_unit *unit, const char *tree,
				 unsigned int flags, const char *out)
{
	const char *const first[] = { NULL };
	const char *const plain[] = { "-g0", "-o", out, NULL };
	const char *const types[] = { "-g",
				      "-gdwarf-4",
				      "-fno-eliminate-unused-debug-types",
				      "-fno-var-tracking",
				      "-o",
				      out,
				      NULL };
	const struct sy_gcc_run run = { .tree = tree,
					.first = first,
					.last = flags & SY_COMPILE_TYPES ?
							types :
							plain,
					.as_built = !tree };
	struct sy_fault *fault;

	if (flags & SY_COMPILE_SECTIONS)
		fault = sy_compile_sections(kernel, unit, tree, out);
	else
		fault = sy_run_gcc(kernel, unit, &run, out);
	if (!fault && flags & SY_COMPILE_OBJTOOL && unit->objtool.n)
		fault = sy_run_objtool(kernel, unit, out);
	return fault;
}
