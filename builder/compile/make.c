// SPDX-License-Identifier: GPL-2.0
/* kbuild's command line. sub_make_done: its first pass, which looks for trees and
 * tools, is left out, so what that pass hands on is handed on here. */
#include <string.h>

#include "../tool/command.h"
#include "../tool/words.h"
#include "make.h"

/* The word @name@value; none without a value. */
static struct sy_fault *sy_word(struct sy_words *words, const char *name,
				const char *value)
{
	struct sy_path word;
	struct sy_fault *fault;

	if (!value)
		return NULL;
	fault = sy_path_make(&word, "%s%s", name, value);
	return fault ? fault :
		       sy_words_add(words, word.text, strlen(word.text));
}

static struct sy_fault *sy_make_words(const struct sy_kernel *k,
				      const struct sy_make_run *run,
				      struct sy_words *words)
{
	struct sy_path file, flags;
	const char *all = run->target ? NULL : "1";
	bool go_on = !run->target || run->go_on;
	const struct {
		const char *name, *value;
	} list[] = {
		{ "make", "" },
		{ "-k", go_on ? "" : NULL },
		{ "-n", run->really ? NULL : "" },
		{ "-f", file.text },
		{ "V=1", "" },
		{ "sub_make_done=1", "" },
		{ "ARCH=x86", "" },
		{ "abs_srctree=", k->source.text },
		{ "abs_objtree=", k->overlay.text },
		/* This is what reaches the makes that make calls. */
		{ "MAKEFLAGS=-", flags.text },
		{ "KERNELRELEASE=", k->release },
		{ "CC=", k->compiler },
		{ "HOSTCC=", k->compiler },
		{ "KBUILD_BUILTIN=", all },
		{ "KBUILD_MODULES=", all },
		{ "-o", "prepare" },
		{ "-o", "prepare0" },
		{ "-o", "archprepare" },
		{ "-o", "scripts" },
		{ "build-dir=", run->folder },
		{ "single-goals=", run->goals ? run->goals : run->target },
		{ "", run->target ? run->target : "." },
	};
	struct sy_fault *fault;
	size_t i;

	fault = sy_path_make(&file, "%s/Makefile", k->source.text);
	if (!fault)
		fault = sy_path_make(&flags, "%s%srR --include-dir=%s",
				     go_on ? "k" : "", run->really ? "" : "n",
				     k->source.text);
	for (i = 0; !fault && i < sizeof(list) / sizeof(list[0]); i++)
		fault = sy_word(words, list[i].name, list[i].value);
	return fault;
}

struct sy_fault *sy_make(const struct sy_kernel *kernel,
			 const struct sy_make_run *run)
{
	struct sy_words words = { 0 };
	struct sy_fault *fault = sy_make_words(kernel, run, &words);
	const struct sy_command_run command = {
		.argv = (const char *const *)words.at,
		.dir = kernel->overlay.text,
		.out = run->out,
		.log = run->log,
		.out_size_max = run->out_size_max,
		.seconds_max = run->seconds_max,
		.fine_status = run->target ? 0 : 2,
	};

	if (!fault)
		fault = sy_command_run(&command);
	sy_words_deinit(&words);
	return fault;
}
