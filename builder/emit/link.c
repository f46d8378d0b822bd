// SPDX-License-Identifier: GPL-2.0
/*
 * What kbuild does with an object to make a module of it, with kbuild's own
 * tools and the flags of a unit of the kernel: compile the tables, modpost,
 * compile what it writes, link by the kernel's script for modules.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../tool/command.h"
#include "link.h"

static struct sy_fault *sy_add(struct sy_words *words, const char *word)
{
	return sy_words_add(words, word, strlen(word));
}

static struct sy_fault *__attribute__((format(printf, 2, 3)))
sy_addf(struct sy_words *words, const char *fmt, ...)
{
	char word[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	return n < 0 || (size_t)n >= sizeof(word) ?
		       sy_fault_make(SY_FAULT_BAD_FILE, "%.80s: too long",
				     word) :
		       sy_add(words, word);
}

/* Of one unit alone: its names, its source, its debugging information. */
static bool sy_is_own(const char *word)
{
	size_t len = strlen(word);

	return !strncmp(word, "-DKBUILD_", 9) ||
	       !strncmp(word, "-D__KBUILD_", 11) ||
	       !strncmp(word, "-Wmissing", 9) || !strcmp(word, "-DMODULE") ||
	       !strcmp(word, "-g") || !strcmp(word, "-c") ||
	       (word[0] == '/' && len > 2 && !strcmp(word + len - 2, ".c"));
}

/* The kernel's flags for a module of our own. */
static struct sy_fault *sy_gcc_words(const struct sy_emit *e,
				     struct sy_words *words)
{
	const struct sy_unit *unit = e->extract->units[0].unit;
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < unit->gcc.n; i++)
		if (!sy_is_own(unit->gcc.at[i]))
			fault = sy_add(words, unit->gcc.at[i]);
	if (!fault)
		fault = sy_add(words, "-DMODULE");
	if (!fault)
		fault = sy_addf(words, "-DKBUILD_BASENAME=\"%s\"", e->name);
	if (!fault)
		fault = sy_addf(words, "-DKBUILD_MODFILE=\"%s\"", e->name);
	if (!fault)
		fault = sy_addf(words, "-DKBUILD_MODNAME=\"%s\"", e->name);
	if (!fault)
		fault = sy_addf(words, "-D__KBUILD_MODNAME=kmod_%s", e->name);
	if (!fault)
		fault = sy_addf(words, "-I%s", e->headers.text);
	if (!fault)
		fault = sy_addf(words, "-I%s", e->uapi.text);
	return fault;
}

static struct sy_fault *sy_run(const struct sy_words *words, const char *dir,
			       const char *log)
{
	return sy_command_run(&(struct sy_command_run){
		.argv = (const char *const *)words->at,
		.dir = dir,
		.log = log,
		.out_size_max = SY_FILE_SIZE_MAX });
}

static struct sy_fault *sy_compile(const struct sy_emit *e, const char *in,
				   const char *out)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault = sy_gcc_words(e, &words);
	struct sy_path log;

	if (!fault)
		fault = sy_path_make(&log, "%s/%s.log", e->dir.text, out);
	if (!fault)
		fault = sy_add(&words, "-c");
	if (!fault)
		fault = sy_addf(&words, "%s/%s", e->dir.text, in);
	if (!fault)
		fault = sy_add(&words, "-o");
	if (!fault)
		fault = sy_addf(&words, "%s/%s", e->dir.text, out);
	if (!fault)
		fault = sy_run(&words, e->kernel->overlay.text, log.text);
	sy_words_deinit(&words);
	return fault;
}

static struct sy_fault *sy_modpost(const struct sy_emit *e, const char *object)
{
	struct sy_path tool, kernel, log, list;
	const char *argv[12] = { tool.text,	   "-m", "-e",	     "-o",
				 "Module.symvers", "-i", kernel.text };
	struct sy_fault *fault;
	size_t n = 7;

	if (e->symvers.text[0]) {
		argv[n++] = "-i";
		argv[n++] = e->symvers.text;
	}
	argv[n++] = object;
	argv[n] = NULL;
	/* Debian's is a wrapper, which looks for another beside itself. */
	fault = sy_path_make(&tool,
			     "%s/usr/src/linux-headers-%s/scripts/mod/modpost",
			     e->kernel->root.text, e->kernel->release);
	if (!fault)
		fault = sy_path_make(&kernel, "%s/Module.symvers",
				     e->kernel->overlay.text);
	if (!fault)
		fault = sy_path_make(&log, "%s/modpost.log", e->dir.text);
	if (!fault)
		fault = sy_path_make(&list, "%s/%s.mod", e->dir.text, e->name);
	if (!fault) /* objects with exports: none */
		fault = sy_path_write(list.text, "\n", 1);
	return fault ? fault :
		       sy_command_run(&(struct sy_command_run){
			       .argv = argv,
			       .dir = e->dir.text,
			       .log = log.text,
			       .out_size_max = SY_FILE_SIZE_MAX });
}

static struct sy_fault *sy_ld(const struct sy_emit *e, const char *const *rest)
{
	static const char flags[] = "ld -m elf_x86_64 -r -z noexecstack "
				    "--no-warn-rwx-segments";
	struct sy_words words = { 0 };
	struct sy_path log;
	struct sy_fault *fault;

	fault = sy_path_make(&log, "%s/ld.log", e->dir.text);
	if (!fault)
		fault = sy_words_split(&words, flags, sizeof(flags) - 1);
	for (; !fault && *rest; rest++)
		fault = sy_add(&words, *rest);
	if (!fault)
		fault = sy_run(&words, e->dir.text, log.text);
	sy_words_deinit(&words);
	return fault;
}

/* The object that kbuild would hand to modpost. */
static struct sy_fault *sy_make_object(struct sy_emit *e, const char *object)
{
	const char *const parts[] = { "-o", object, "glue.o", "patch.o", NULL };
	struct sy_path glue;
	struct sy_fault *fault = sy_compile(e, "glue.c", "glue.o");

	if (!fault)
		fault = sy_path_make(&glue, "%s/glue.o", e->dir.text);
	if (!fault)
		fault = sy_run_objtool_module(e, glue.text);
	return fault ? fault : sy_ld(e, parts);
}

struct sy_fault *sy_emit_link(struct sy_emit *e)
{
	struct sy_path object, source, made, ko, script;
	struct sy_fault *fault;

	fault = sy_path_make(&object, "%s.o", e->name);
	if (!fault)
		fault = sy_path_make(&source, "%s.mod.c", e->name);
	if (!fault)
		fault = sy_path_make(&made, "%s.mod.o", e->name);
	if (!fault)
		fault = sy_path_make(&ko, "%s.ko", e->name);
	if (!fault)
		fault = sy_path_make(&script,
				     "%s/usr/src/linux-headers-%s/arch/x86/"
				     "module.lds",
				     e->kernel->root.text, e->kernel->release);
	if (!fault)
		fault = sy_make_object(e, object.text);
	if (!fault)
		fault = sy_modpost(e, object.text);
	if (!fault)
		fault = sy_compile(e, source.text, made.text);
	return fault ? fault :
		       sy_ld(e, (const char *const[]){
					"--build-id=sha1", "-T", script.text,
					"-o", ko.text, object.text, made.text,
					"info.o", NULL });
}
