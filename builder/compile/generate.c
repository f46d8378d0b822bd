// SPDX-License-Identifier: GPL-2.0
/*
 * What kbuild makes in our object tree is made under the kernel's lock, one run
 * after another. A run that was killed may leave a half-made file that the next
 * would take for whole: a mark tells, and the object tree is made anew.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tool/command.h"
#include "generate.h"
#include "kbuild.h"
#include "programs.h"

static struct sy_fault *sy_generate(const struct sy_kernel *k,
				    const struct sy_make_run *how)
{
	struct sy_make_run run = *how;
	struct sy_path log;
	struct sy_fault *fault;
	int fd;

	fault = sy_path_make(&log, "%s/generate.%d.log", k->home.text,
			     (int)getpid());
	if (!fault)
		fault = sy_kernel_lock(k, &fd);
	if (fault)
		return fault;
	run.really = true;
	run.log = log.text;
	run.out_size_max = 1u << 28;
	run.seconds_max = 300;
	fault = sy_kernel_begin_change(k);
	if (!fault) {
		fault = sy_make(k, &run);
		if (!sy_command_interrupted())
			sy_kernel_end_change(k);
	}
	close(fd);
	unlink(log.text);
	return fault;
}

struct sy_fault *sy_generate_for(const struct sy_kernel *kernel,
				 const char *unit)
{
	struct sy_path target, folder, made;
	struct sy_fault *fault;

	fault = sy_path_make(&target, "%.*s.o", (int)strlen(unit) - 2, unit);
	if (!fault)
		fault = sy_path_make(&made, "%s/%s", kernel->overlay.text,
				     target.text);
	if (!fault)
		fault = sy_kbuild_folder(kernel, unit, &folder);
	if (fault)
		return fault;
	fault = sy_generate(kernel,
			    &(struct sy_make_run){ .target = target.text,
						   .folder = folder.text });
	unlink(made.text); /* or kbuild has nothing to do for it */
	return fault;
}

static bool sy_is_made(const struct sy_kernel *k, const char *program)
{
	struct sy_path path;

	return !sy_path_make(&path, "%s/%s", k->overlay.text, program) &&
	       sy_path_exists(path.text);
}

/*
 * kbuild makes what is named in the folder it is sent to, whatever the target
 * says, which only has to look like an object's. A folder "scripts" would be
 * taken for the target of that name, which is said to be there: so it is called
 * "scripts/.", and what is in it likewise.
 */
static struct sy_fault *sy_generate_in(const struct sy_kernel *k,
				       const char *folder, const char *goals,
				       const char *one)
{
	struct sy_path target;
	struct sy_fault *fault = sy_path_make(&target, "%s.o", one);

	return fault ? fault :
		       sy_generate(k,
				   &(struct sy_make_run){ .target = target.text,
							  .folder = folder,
							  .goals = goals,
							  .go_on = true });
}

/* Those of @all from *@at on that are in one folder; *@at becomes the next one's.
 * Who is missing afterwards is told in @unmade, and why. */
static struct sy_fault *sy_generate_folder(const struct sy_kernel *k,
					   const struct sy_words *all,
					   size_t *at, FILE *unmade)
{
	const char *first = all->at[*at];
	int len = (int)(strrchr(first, '/') - first);
	struct sy_path folder, goals = { "" }, more;
	struct sy_fault *fault;
	size_t i, from = *at;

	fault = sy_path_make(&folder, "%.*s/.", len, first);
	for (i = from; !fault && i < all->n; i++) {
		if (strncmp(all->at[i], first, (size_t)len + 1) ||
		    strchr(all->at[i] + len + 1, '/'))
			break;
		if (sy_is_made(k, all->at[i]))
			continue;
		more = goals;
		fault = sy_path_make(&goals, "%s%s%s/%s", more.text,
				     *more.text ? " " : "", folder.text,
				     all->at[i] + len + 1);
	}
	*at = i;
	if (fault || !*goals.text)
		return fault;
	fault = sy_generate_in(k, folder.text, goals.text, first);
	for (i = from; fault && i < *at; i++)
		if (!sy_is_made(k, all->at[i]))
			fprintf(unmade, "%s: %s\n", all->at[i], fault->line);
	if (!sy_command_interrupted())
		sy_fault_freep(&fault);
	return fault;
}

static struct sy_fault *sy_programs_mark(const struct sy_kernel *k,
					 struct sy_path *ret)
{
	return sy_path_make(ret, "%s/scripts/.generated", k->overlay.text);
}

struct sy_fault *sy_generate_programs(const struct sy_kernel *kernel)
{
	struct sy_words all = { 0 };
	struct sy_path mark;
	struct sy_fault *fault;
	char *text = NULL;
	FILE *unmade;
	size_t i = 0, size = 0;

	fault = sy_programs_mark(kernel, &mark);
	if (fault || sy_path_exists(mark.text))
		return fault;
	unmade = open_memstream(&text, &size);
	if (!unmade)
		return sy_fault_no_memory();
	fault = sy_programs_find(kernel, &all);
	while (!fault && i < all.n)
		fault = sy_generate_folder(kernel, &all, &i, unmade);
	if (fclose(unmade) && !fault)
		fault = sy_fault_no_memory();
	if (!fault)
		fault = sy_path_write(mark.text, text, size);
	free(text);
	sy_words_deinit(&all);
	return fault;
}

/* What the mark says of programs that were left out. @ret->size 0: of none. */
static void sy_open_unmade(const struct sy_kernel *k, struct sy_file *ret)
{
	struct sy_path mark;

	*ret = (struct sy_file){ 0 };
	if (!sy_programs_mark(k, &mark) && sy_path_exists(mark.text))
		sy_fault_free(sy_file_open(mark.text, ret));
}

bool sy_generate_again(const struct sy_kernel *kernel)
{
	struct sy_file before, after;
	struct sy_path mark;
	bool more;

	sy_open_unmade(kernel, &before);
	if (!before.size || sy_programs_mark(kernel, &mark)) {
		sy_file_close(&before);
		return false;
	}
	unlink(mark.text);
	sy_fault_free(sy_generate_programs(kernel));
	sy_open_unmade(kernel, &after);
	more = before.size != after.size ||
	       memcmp(before.bytes, after.bytes, before.size);
	sy_file_close(&before);
	sy_file_close(&after);
	return more;
}

/* The line that begins with @name and a colon, or else the first one. */
static void sy_line_of(const struct sy_file *file, const char *name, char *ret,
		       size_t room)
{
	const char *at = (const char *)file->bytes, *end = at + file->size;
	const char *stop;
	size_t len = strlen(name);
	bool first = true, is;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		is = (size_t)(stop - at) > len && !memcmp(at, name, len) &&
		     at[len] == ':';
		if (is || first)
			snprintf(ret, room, "%.*s", (int)(stop - at), at);
		first = false;
		if (is)
			return;
	}
}

struct sy_fault *sy_generate_lacks(const struct sy_kernel *kernel,
				   const char *what, const char *made,
				   const char *by)
{
	char unmade[256] = "";
	struct sy_file file;

	sy_open_unmade(kernel, &file);
	sy_line_of(&file, made, unmade, sizeof(unmade));
	sy_file_close(&file);
	if (!*unmade)
		return sy_fault_make(SY_FAULT_COMMAND,
				     "%s: kbuild cannot make %.80s, which "
				     "%.80s needs, and no package has it; "
				     "report it with the diff",
				     what, made, by);
	return sy_fault_make(SY_FAULT_COMMAND,
			     "%s: kbuild cannot make %.80s, which %.80s needs: "
			     "a program of the kernel's could not be built, "
			     "%s; mend that and try again",
			     what, made, by, unmade);
}
