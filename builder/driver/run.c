// SPDX-License-Identifier: GPL-2.0
/*
 * What a run makes lies in one folder of its own, below the kernel's in the
 * cache, and goes with it, whatever happens. Folders of runs that were killed
 * are removed by the next: each holds a lock on its own for as long as it lives.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "../tool/command.h"
#include "run.h"

static double sy_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void sy_run_begin(struct sy_run *run, const char *stage)
{
	run->stage = stage;
	run->begun = sy_now();
	sy_run_step(run, "", 0, 0);
}

void sy_run_step(struct sy_run *run, const char *what, size_t done,
		 size_t total)
{
	if (run->quiet || !run->terminal)
		return;
	fprintf(stderr, "\r\033[K%-8s %s", run->stage, what);
	if (total)
		fprintf(stderr, ": %zu of %zu", done, total);
	fflush(stderr);
}

void sy_run_end(struct sy_run *run, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!run->quiet)
		fprintf(stderr, "%s%-8s %5.1f s  %s\n",
			run->terminal ? "\r\033[K" : "", run->stage,
			sy_now() - run->begun, text);
	run->stage = NULL;
}

/* Folders whose run has ended without removing them. */
static void sy_sweep(const char *home)
{
	DIR *dir = opendir(home);
	struct dirent *entry;
	struct sy_path path;
	int fd;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "work.", 5) ||
		    sy_path_make(&path, "%s/%s", home, entry->d_name))
			continue;
		fd = open(path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
			sy_command_remove(path.text);
		if (fd >= 0)
			close(fd);
	}
	if (dir)
		closedir(dir);
}

/* The lock lives as long as the process: its number is of no use to anyone. */
static struct sy_fault *sy_make_folder(struct sy_run *run)
{
	struct sy_fault *fault;
	int fd;

	sy_sweep(run->kernel->home.text);
	fault = sy_path_make(&run->dir, "%s/work.XXXXXX",
			     run->kernel->home.text);
	if (fault)
		return fault;
	if (!mkdtemp(run->dir.text)) {
		fault = sy_fault_system(run->kernel->home.text);
		run->dir.text[0] = '\0';
		return fault;
	}
	fd = open(run->dir.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_SH))
		return sy_fault_system(run->dir.text);
	return NULL;
}

static struct sy_fault *sy_read_diffs(struct sy_run *run, char *const *names,
				      size_t n, unsigned int strip)
{
	struct sy_fault *fault;

	fault = sy_series_read(names, n, strip, &run->series);
	if (!fault)
		fault = sy_path_make(&run->combined, "%s/combined.patch",
				     run->dir.text);
	if (!fault)
		fault = sy_series_combine(&run->series,
					  run->kernel->source.text,
					  run->dir.text, run->combined.text);
	if (!fault)
		fault = sy_file_open(run->combined.text, &run->text);
	if (!fault)
		fault = sy_patchfile_parse(run->text.bytes, run->text.size,
					   run->combined.text, 1, &run->patch);
	if (!fault)
		fault = sy_path_make(&run->tree, "%s/tree", run->dir.text);
	return fault ? fault :
		       sy_tree_create(run->kernel->source.text, run->tree.text,
				      &run->patch);
}

struct sy_fault *sy_run_open(const struct sy_kernel *kernel, char *const *names,
			     size_t n, unsigned int strip, bool quiet,
			     struct sy_run *ret)
{
	struct sy_fault *fault;

	*ret = (struct sy_run){ .kernel = kernel,
				.quiet = quiet,
				.terminal = isatty(2) };
	sy_run_begin(ret, "read");
	fault = sy_make_folder(ret);
	if (!fault)
		fault = sy_read_diffs(ret, names, n, strip);
	if (fault)
		sy_run_close(ret);
	else
		sy_run_end(ret, "%zu diffs change %zu files", ret->series.n,
			   ret->patch.n);
	return fault;
}

static void sy_step_of_find(void *data, const char *what, size_t done,
			    size_t total)
{
	sy_run_step(data, what, done, total);
}

struct sy_fault *sy_run_units(struct sy_run *run)
{
	const struct sy_find_report report = { sy_step_of_find, run };
	struct sy_fault *fault;

	sy_run_begin(run, "units");
	fault = sy_find_units(run->kernel, &run->patch, run->tree.text,
			      run->dir.text, &report, &run->find);
	if (!fault && run->find.included_by)
		sy_run_end(run,
			   "%zu units to compile, of %zu that include what has "
			   "changed",
			   run->find.n, run->find.included_by);
	else if (!fault)
		sy_run_end(run, "%zu units to compile", run->find.n);
	return fault;
}

void sy_run_close(struct sy_run *run)
{
	if (run->stage && run->terminal && !run->quiet)
		fprintf(stderr, "\r\033[K");
	sy_find_deinit(&run->find);
	sy_patchfile_deinit(&run->patch);
	sy_file_close(&run->text);
	sy_series_deinit(&run->series);
	if (run->dir.text[0])
		sy_command_remove(run->dir.text);
	run->dir.text[0] = '\0';
}
