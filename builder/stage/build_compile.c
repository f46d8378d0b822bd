// SPDX-License-Identifier: GPL-2.0
/*
 * The stage "compile": each unit three times (five, where types can change), as many at once as there are
 * CPUs, and what the results are: equal to what the kernel ships, or not, and
 * what the diff changes in them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../compile/kbuild.h"
#include "../compile/unit_list.h"
#include "../tool/command.h"
#include "build.h"

struct sy_jobs {
	struct sy_build *b;
	pthread_mutex_t lock;
	size_t next;
};

static unsigned int sy_objects(const struct sy_build *b)
{
	return b->types ? SY_BUILD_OBJECTS : SY_BUILD_TYPES_BEFORE;
}

static void sy_compile_one(struct sy_build *b, size_t job)
{
	static const struct {
		unsigned int flags;
		bool changed;
	} how[SY_BUILD_OBJECTS] = {
		[SY_BUILD_SHIPPED] = { SY_COMPILE_OBJTOOL, false },
		[SY_BUILD_BEFORE] = { SY_COMPILE_SECTIONS, false },
		[SY_BUILD_AFTER] = { SY_COMPILE_SECTIONS, true },
		[SY_BUILD_TYPES_BEFORE] = { SY_COMPILE_TYPES, false },
		[SY_BUILD_TYPES_AFTER] = { SY_COMPILE_TYPES, true },
	};
	struct sy_build_unit *u = &b->units[job / sy_objects(b)];
	size_t k = job % sy_objects(b);

	u->fault[k] = sy_unit_compile(b->kernel, &u->unit,
				      how[k].changed ? b->run.tree.text : NULL,
				      how[k].flags, u->path[k].text);
}

static void *sy_worker(void *data)
{
	struct sy_jobs *jobs = data;
	size_t job;

	for (;;) {
		pthread_mutex_lock(&jobs->lock);
		job = jobs->next++;
		pthread_mutex_unlock(&jobs->lock);
		if (job >= jobs->b->nunits * sy_objects(jobs->b))
			return NULL;
		sy_compile_one(jobs->b, job);
	}
}

#define SY_WORKERS_MAX 16

static void sy_compile_all(struct sy_build *b)
{
	struct sy_jobs jobs = { .b = b, .lock = PTHREAD_MUTEX_INITIALIZER };
	long i, n = sysconf(_SC_NPROCESSORS_ONLN), started = 0;
	pthread_t threads[SY_WORKERS_MAX];

	n = n > SY_WORKERS_MAX ? SY_WORKERS_MAX : n;
	for (i = 1; i < n; i++)
		if (!pthread_create(&threads[started], NULL, sy_worker, &jobs))
			started++;
	sy_worker(&jobs);
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

static struct sy_fault *sy_name_objects(struct sy_build *b)
{
	static const char *const names[SY_BUILD_OBJECTS] = {
		"shipped", "before", "after", "types.before", "types.after"
	};
	struct sy_fault *fault = NULL;
	size_t i, k;

	for (i = 0; !fault && i < b->nunits; i++)
		for (k = 0; !fault && k < SY_BUILD_OBJECTS; k++)
			fault = sy_path_make(&b->units[i].path[k],
					     "%s/unit%zu.%s.o", b->dir.text, i,
					     names[k]);
	return fault;
}

static void sy_say_list(void *data)
{
	struct sy_build *b = data;

	sy_run_step(&b->run,
		    "listing all units of this kernel, once (a minute)", 0, 0);
}

/* Asks for the unit anew, now that there is a list, and compiles it again. */
static struct sy_fault *sy_ask_again(struct sy_build *b, size_t i)
{
	struct sy_build_unit *u = &b->units[i];
	struct sy_path path = u->unit.path;
	struct sy_fault *fault;
	size_t k;

	for (k = 0; k < SY_BUILD_OBJECTS; k++)
		sy_fault_freep(&u->fault[k]);
	sy_unit_deinit(&u->unit);
	fault = sy_unit_find(b->kernel, path.text, &u->unit);
	if (fault && fault->kind == SY_FAULT_UNSUPPORTED) {
		sy_fault_free(fault);
		u->left_out = true;
		return NULL;
	}
	for (k = 0; !fault && k < sy_objects(b); k++)
		sy_compile_one(b, sy_objects(b) * i + k);
	return fault;
}

/*
 * A unit that does not compile as it was shipped may be none of this kernel's,
 * or one that kbuild compiles from another folder's Makefile: asked for it
 * alone, it gives a line all the same. Its list of all units knows better.
 */
static struct sy_fault *sy_doubt(struct sy_build *b)
{
	struct sy_file list = { 0 };
	struct sy_fault *fault = NULL;
	struct sy_build_unit *u;
	bool made = false;
	size_t i, k;

	for (i = 0; !fault && i < b->nunits; i++) {
		u = &b->units[i];
		for (k = 0; k < 2 && !u->fault[k]; k++)
			;
		if (k == 2 || u->fault[k]->kind != SY_FAULT_COMMAND ||
		    strncmp(u->fault[k]->line, b->kernel->compiler,
			    strlen(b->kernel->compiler)) ||
		    strstr(u->fault[k]->line, "killed by signal") ||
		    u->unit.listed || sy_command_interrupted())
			continue;
		if (!made)
			fault = sy_unit_list_open(b->kernel, sy_say_list, b,
						  &list);
		made = true;
		if (!fault)
			fault = sy_ask_again(b, i);
	}
	sy_file_close(&list);
	return fault;
}

/* What a compiler says is about the diff when only the tree with it fails. */
static struct sy_fault *sy_compile_fault(const struct sy_build *b,
					 struct sy_build_unit *u)
{
	struct sy_fault *fault;
	size_t k;

	for (k = 0; k < 2; k++)
		if (u->fault[k]) {
			fault = u->fault[k];
			u->fault[k] = NULL;
			if (!u->unit.listed)
				sy_kbuild_forget(b->kernel, &u->unit);
			return fault;
		}
	for (k = SY_BUILD_AFTER; k < SY_BUILD_OBJECTS - 1 && !u->fault[k]; k++)
		;
	fault = u->fault[k];
	u->fault[k] = NULL;
	if (!fault || fault->kind != SY_FAULT_COMMAND ||
	    strstr(fault->line, "interrupted"))
		return fault;
	fault->kind = SY_FAULT_REFUSED;
	fault->code = "does-not-compile";
	return fault;
}

static struct sy_fault *sy_open_objects(struct sy_build_unit *u)
{
	struct sy_fault *fault = NULL;
	size_t k;

	for (k = 0; !fault && k < 3; k++) {
		fault = sy_file_open(u->path[k].text, &u->file[k]);
		if (!fault)
			fault = sy_elf_parse(u->file[k].bytes, u->file[k].size,
					     u->unit.path.text, &u->elf[k]);
	}
	return fault;
}

static struct sy_fault *sy_check_shipped(const struct sy_build *b,
					 const struct sy_build_unit *u)
{
	char line[400];
	size_t i;

	for (i = 0; i < u->match.nfuncs; i++) {
		if (u->match.funcs[i].state != SY_MATCH_DIFFERS)
			continue;
		sy_match_explain(&u->match, &u->match.funcs[i], line,
				 sizeof(line));
		sy_kbuild_forget(b->kernel, &u->unit);
		return sy_fault_refuse("mismatch", "%s: %s", u->unit.path.text,
				       line);
	}
	return NULL;
}

static struct sy_fault *sy_compare_once(struct sy_build *b,
					struct sy_build_unit *u)
{
	struct sy_fault *fault;

	fault = sy_open_objects(u);
	if (!fault)
		fault = sy_stage_target(b->kernel, &u->unit, &u->module,
					&u->module_path, &u->target);
	if (!fault)
		fault = sy_match_image(&u->elf[SY_BUILD_SHIPPED], u->target,
				       &u->match);
	if (fault)
		return fault;
	if (u->match.nfuncs && u->match.absent == u->match.nfuncs)
		return NULL; /* no part of this kernel */
	fault = sy_check_shipped(b, u);
	if (!fault && b->types)
		fault = sy_build_types(u);
	if (!fault)
		fault = sy_objdiff(&u->elf[SY_BUILD_BEFORE],
				   &u->elf[SY_BUILD_AFTER], &u->diff);
	u->used = !fault && u->diff.n;
	return fault;
}

static void sy_close_objects(struct sy_build_unit *u)
{
	size_t k;

	sy_match_deinit(&u->match);
	sy_image_close(&u->module);
	for (k = 0; k < 3; k++) {
		sy_elf_deinit(&u->elf[k]);
		sy_file_close(&u->file[k]);
	}
}

/*
 * Code that is not the kernel's may be of a unit that is none of it: kbuild,
 * asked for one file, compiles whatever it is told to. Before the source or the
 * compiler is blamed, the list of all units is asked.
 */
static struct sy_fault *sy_compare(struct sy_build *b, size_t i)
{
	struct sy_build_unit *u = &b->units[i];
	struct sy_fault *fault = sy_compare_once(b, u), *other;
	struct sy_file list = { 0 };

	if (!fault || !fault->code || strcmp(fault->code, "mismatch") ||
	    u->unit.listed || b->from > SY_BUILD_COMPILE)
		return fault;
	other = sy_unit_list_open(b->kernel, sy_say_list, b, &list);
	sy_file_close(&list);
	if (other) {
		sy_fault_free(other);
		return fault;
	}
	sy_fault_free(fault);
	sy_close_objects(u);
	fault = sy_ask_again(b, i);
	if (!fault && !u->left_out)
		fault = sy_compile_fault(b, u);
	return fault || u->left_out ? fault : sy_compare_once(b, u);
}

struct sy_fault *sy_build_compile(struct sy_build *b)
{
	struct sy_fault *fault = sy_name_objects(b);
	size_t i, equal = 0;

	if (!fault && b->from <= SY_BUILD_COMPILE)
		sy_compile_all(b);
	if (!fault && b->from <= SY_BUILD_COMPILE)
		fault = sy_doubt(b);
	for (i = 0; !fault && i < b->nunits; i++)
		fault = sy_compile_fault(b, &b->units[i]);
	for (i = 0; !fault && i < b->nunits; i++)
		fault = b->units[i].left_out ? NULL : sy_compare(b, i);
	for (i = 0; !fault && i < b->nunits; i++)
		equal += b->units[i].match.equal;
	snprintf(b->done, sizeof(b->done),
		 "%zu functions equal to what the kernel ships", equal);
	return fault;
}
