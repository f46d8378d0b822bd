// SPDX-License-Identifier: GPL-2.0
/*
 * From the names in a diff to the units that it can change. Errs on the side of
 * a unit too many: whether its code changes is decided by compiling it. The list
 * of all units and the include graph are made only when something other than a
 * unit itself has changed.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../compile/unit.h"
#include "../source/tree.h"
#include "../tool/command.h"
#include "find.h"
#include "names.h"
#include "scan.h"
#include "slice.h"

enum sy_file_kind {
	SY_FILE_C,
	SY_FILE_INCLUDED,
	SY_FILE_OTHER, /* documentation, programs: not of any kernel */
};

static bool sy_starts(const char *path, const char *with)
{
	return !strncmp(path, with, strlen(with));
}

static bool sy_ends(const char *path, const char *with)
{
	size_t len = strlen(path), n = strlen(with);

	return len >= n && !strcmp(path + len - n, with);
}

const char *sy_outside_code(const char *path)
{
	static const struct {
		const char *folder, *what;
	} outside[] = {
		{ "drivers/firmware/efi/libstub/",
		  "EFI stub: it has run before the kernel" },
		{ "arch/x86/entry/vdso/", "vdso: it runs in user space" },
		{ "arch/x86/realmode/", "realmode: it runs before the kernel" },
		{ "arch/x86/boot/", "boot: it has run before the kernel" },
		{ "arch/x86/purgatory/",
		  "purgatory: it runs after the kernel" },
	};
	/* The kernel's own beside it, by their Makefiles' obj-y. */
	static const char *const inside[] = {
		"arch/x86/entry/vdso/vma.c",
		"arch/x86/entry/vdso/extable.c",
		"arch/x86/entry/vdso/vdso32-setup.c",
		"arch/x86/realmode/init.c",
	};
	size_t i;

	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (!strcmp(path, inside[i]))
			return NULL;
	for (i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		if (sy_starts(path, outside[i].folder))
			return outside[i].what;
	return NULL;
}

static bool sy_is_other_file(const char *path)
{
	static const char *const folders[] = {
		"Documentation/", "tools/",  "samples/", "LICENSES/",
		"scripts/",	  "debian/", "usr/",	 "rust/",
	};
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (sy_starts(path, folders[i]))
			return true;
	if (sy_starts(path, "arch/") && !sy_starts(path, "arch/x86/"))
		return true;
	return sy_ends(path, ".rst") || sy_ends(path, ".txt") ||
	       !strcmp(path, "MAINTAINERS") || !strcmp(path, "CREDITS") ||
	       sy_ends(path, ".yaml") || sy_ends(path, ".gitignore");
}

static bool sy_is_kbuild_file(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	return sy_starts(base, "Kconfig") || sy_starts(base, "Makefile") ||
	       !strcmp(base, "Kbuild") || sy_ends(base, "_defconfig");
}

static struct sy_fault *sy_file_kind(const char *path, enum sy_file_kind *ret)
{
	const char *what = sy_outside_code(path);

	*ret = SY_FILE_OTHER;
	if (sy_is_other_file(path))
		return NULL;
	if (what)
		return sy_fault_refuse("outside-code",
				       "%s: %s; a reboot is needed", path,
				       what);
	if (sy_is_kbuild_file(path))
		return sy_fault_refuse("kbuild-change",
				       "%s: a change of what is built; leave "
				       "it out of the diff",
				       path);
	if (sy_ends(path, ".S"))
		return sy_fault_refuse("assembly",
				       "%s: assembly has no functions to "
				       "replace; change C code instead",
				       path);
	if (sy_ends(path, ".lds") || sy_ends(path, ".tbl"))
		return sy_fault_refuse("kbuild-change",
				       "%s: no C code comes of it alone; leave "
				       "it out of the diff",
				       path);
	*ret = sy_ends(path, ".c") ? SY_FILE_C : SY_FILE_INCLUDED;
	return NULL;
}

static struct sy_fault *sy_add_path(struct sy_path **list, size_t *n,
				    const char *path)
{
	struct sy_path *grown = reallocarray(*list, *n + 1, sizeof(*grown));

	if (!grown)
		return sy_fault_no_memory();
	*list = grown;
	return sy_path_make(&grown[(*n)++], "%s", path);
}

/* --- narrowing ----------------------------------------------------------- */

struct sy_narrow {
	const struct sy_graph *graph;
	const char *tree, *dir, *changed;
	const struct sy_find_report *report;
	uint32_t *todo; /* units of the graph */
	size_t n, done, ndiffers;
	_Atomic size_t next;
	pthread_mutex_t lock; /* done, report, fault */
	bool *differs; /* of each in todo */
	struct sy_fault *fault;
};

static struct sy_fault *sy_text(const struct sy_kernel *kernel,
				const struct sy_unit *unit, const char *tree,
				const char *out, struct sy_file *ret)
{
	struct sy_fault *fault = sy_unit_preprocess(kernel, unit, tree, out);

	return fault ? fault : sy_file_open(out, ret);
}

/* A unit that cannot be preprocessed before the change cannot be judged, and is
 * not compiled by this kernel's packages either: it is left out. */
static struct sy_fault *sy_narrow_one(struct sy_narrow *n, size_t i, int worker)
{
	const struct sy_graph_unit *g = &n->graph->units[n->todo[i]];
	struct sy_file before = { 0 }, after = { 0 };
	struct sy_path out[2], log;
	struct sy_unit unit;
	struct sy_fault *fault;
	int k;

	fault = sy_unit_from_line(g->path.text, g->line, g->len, &unit);
	for (k = 0; !fault && k < 2; k++)
		fault = sy_path_make(&out[k], "%s/narrow.%d.%d.i", n->dir,
				     worker, k);
	if (fault)
		return fault;
	fault = sy_text(n->graph->kernel, &unit, NULL, out[0].text, &before);
	if (!fault) {
		fault = sy_text(n->graph->kernel, &unit, n->tree, out[1].text,
				&after);
		if (!fault)
			fault = sy_slice_differs(&before, &after,
						 &n->differs[i]);
	} else if (fault->kind == SY_FAULT_COMMAND &&
		   !sy_command_interrupted()) {
		sy_fault_free(fault);
		fault = NULL;
	}
	sy_file_close(&before);
	sy_file_close(&after);
	for (k = 0; k < 2; k++) {
		unlink(out[k].text);
		if (!sy_path_make(&log, "%s.log", out[k].text))
			unlink(log.text);
	}
	sy_unit_deinit(&unit);
	return fault;
}

struct sy_worker {
	struct sy_narrow *narrow;
	int number;
};

/* A patch of so many units would replace thousands of functions: what changes
 * so much is the layout of something, or what everything is made of. */
#define SY_UNITS_MAX 100

static void sy_narrow_count(struct sy_narrow *n, size_t i)
{
	n->done++;
	n->ndiffers += n->differs[i];
	if (n->ndiffers > SY_UNITS_MAX && !n->fault)
		n->fault = sy_fault_refuse(
			"too-many-units",
			"%s: of %zu units that include what changes %zu looked "
			"at, and already %zu would change; keep the change out "
			"of headers, or the layout as it is",
			n->changed, n->n, n->done, n->ndiffers);
}

/* Units from all over the kernel first: so the limit is met early. */
static void sy_narrow_mix(struct sy_narrow *n, uint32_t *mixed)
{
	size_t i, step = n->n / 61 + 1, at = 0, from = 0;

	for (i = 0; i < n->n; i++) {
		mixed[i] = n->todo[at];
		at += step;
		if (at >= n->n)
			at = ++from;
	}
	memcpy(n->todo, mixed, n->n * sizeof(*mixed));
}

static void *sy_narrow_worker(void *data)
{
	struct sy_worker *w = data;
	struct sy_narrow *n = w->narrow;
	struct sy_fault *fault;
	bool stop = false;
	size_t i;

	while (!stop && (i = atomic_fetch_add(&n->next, 1)) < n->n) {
		fault = sy_narrow_one(n, i, w->number);
		pthread_mutex_lock(&n->lock);
		sy_narrow_count(n, i);
		if (fault && !n->fault)
			n->fault = fault;
		else
			sy_fault_free(fault);
		stop = n->fault;
		n->report->step(n->report->data, "units that include it",
				n->done, n->n);
		pthread_mutex_unlock(&n->lock);
	}
	return NULL;
}

#define SY_WORKERS_MAX 64

static struct sy_fault *sy_narrow_all(struct sy_narrow *n)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct sy_worker workers[SY_WORKERS_MAX];
	pthread_t threads[SY_WORKERS_MAX];
	size_t i, started = 0;

	if (cpus < 1 || cpus > SY_WORKERS_MAX)
		cpus = cpus < 1 ? 1 : SY_WORKERS_MAX;
	pthread_mutex_init(&n->lock, NULL);
	for (i = 0; i < (size_t)cpus && i < n->n; i++) {
		workers[i] = (struct sy_worker){ n, (int)i };
		if (pthread_create(&threads[i], NULL, sy_narrow_worker,
				   &workers[i]))
			break;
		started++;
	}
	if (n->n && !started) /* no thread to be had: this one */
		sy_narrow_worker(&(struct sy_worker){ n, 0 });
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&n->lock);
	return n->fault;
}

static void sy_say_list(void *data)
{
	const struct sy_find_report *report = data;

	report->step(report->data,
		     "listing all units of this kernel, once (a minute)", 0, 0);
}

/* Includes by "../" of files between a unit and the change stay in the tree. */
static struct sy_fault *sy_open_folders(const struct sy_graph *graph,
					const char *tree)
{
	struct sy_fault *fault = NULL;
	const char *path;
	size_t at = 0;

	while (!fault && (path = sy_graph_next_reached(graph, &at)))
		fault = sy_tree_open_folder(graph->kernel->source.text, tree,
					    path);
	return fault;
}

static struct sy_fault *sy_open_headers(const char *folder,
					const struct sy_path *paths, size_t n,
					struct sy_file *ret)
{
	struct sy_fault *fault = NULL;
	struct sy_path path;
	size_t i;

	for (i = 0; !fault && i < n; i++) {
		fault = sy_path_make(&path, "%s/%s", folder, paths[i].text);
		if (!fault)
			fault = sy_file_open(path.text, &ret[i]);
	}
	return fault;
}

/* Where it is clear which names change, units without them are left out. */
static struct sy_fault *sy_narrow_by_names(struct sy_graph *graph,
					   const struct sy_path *paths,
					   size_t n, struct sy_narrow *narrow)
{
	struct sy_file *files = calloc(2 * n + 1, sizeof(*files));
	struct sy_names names = { 0 };
	struct sy_fault *fault;
	size_t i;

	if (!files)
		return sy_fault_no_memory();
	fault = sy_open_headers(graph->kernel->source.text, paths, n, files);
	if (!fault)
		fault = sy_open_headers(narrow->tree, paths, n, files + n);
	if (!fault)
		fault = sy_names_changed(files, files + n, n, &names);
	if (!fault && names.known)
		fault = sy_graph_narrow(graph, paths, n, &names,
					narrow->report);
	for (i = 0; i < 2 * n; i++)
		sy_file_close(&files[i]);
	sy_names_deinit(&names);
	free(files);
	return fault;
}

static size_t sy_count_reached(const struct sy_graph *graph)
{
	size_t i, n = 0;

	for (i = 0; i < graph->nunits; i++)
		n += graph->units[i].reached;
	return n;
}

/* Preprocesses the units in question; those whose text differs are found. */
static struct sy_fault *sy_narrow_by_text(struct sy_graph *graph,
					  struct sy_narrow *narrow,
					  struct sy_find *ret)
{
	uint32_t *mixed = calloc(graph->nunits + 1, sizeof(*mixed));
	struct sy_fault *fault = NULL;
	size_t i;

	narrow->todo = calloc(graph->nunits + 1, sizeof(*narrow->todo));
	narrow->differs = calloc(graph->nunits + 1, sizeof(*narrow->differs));
	if (!mixed || !narrow->todo || !narrow->differs)
		fault = sy_fault_no_memory();
	for (i = 0; !fault && i < graph->nunits; i++)
		if (graph->units[i].reached)
			narrow->todo[narrow->n++] = (uint32_t)i;
	if (!fault) {
		sy_narrow_mix(narrow, mixed);
		fault = sy_narrow_all(narrow);
	}
	for (i = 0; !fault && i < narrow->n; i++)
		if (narrow->differs[i])
			fault = sy_add_path(&ret->units, &ret->n,
					    graph->units[narrow->todo[i]]
						    .path.text);
	free(mixed);
	free(narrow->todo);
	free(narrow->differs);
	return fault;
}

/* Units that include one of @paths and whose code can be another. */
static struct sy_fault *sy_find_including(const struct sy_kernel *kernel,
					  const struct sy_path *paths, size_t n,
					  struct sy_narrow *narrow,
					  struct sy_find *ret)
{
	struct sy_graph graph = { 0 };
	struct sy_fault *fault;

	fault = sy_graph_open(kernel, sy_say_list, (void *)narrow->report,
			      &graph);
	if (fault)
		return fault;
	narrow->graph = &graph;
	narrow->changed = paths[0].text;
	fault = sy_graph_reach(&graph, paths, n, narrow->report);
	if (!fault)
		fault = sy_open_folders(&graph, narrow->tree);
	if (!fault) {
		ret->included_by = sy_count_reached(&graph);
		fault = sy_narrow_by_names(&graph, paths, n, narrow);
	}
	if (!fault)
		fault = sy_narrow_by_text(&graph, narrow, ret);
	sy_graph_close(&graph);
	return fault;
}

/* --- the diff's names ---------------------------------------------------- */

/* A .c file: compiled, or included by one that is. */
static struct sy_fault *sy_find_c(const struct sy_kernel *kernel,
				  const struct sy_change *change,
				  struct sy_find *ret, bool *compiled)
{
	struct sy_unit unit;
	struct sy_fault *fault;

	*compiled = false;
	if (change->creates)
		return sy_fault_refuse("new-file",
				       "%s: a new unit; put its code into one "
				       "that is there",
				       change->path.text);
	fault = sy_unit_find(kernel, change->path.text, &unit);
	if (fault && fault->kind == SY_FAULT_UNSUPPORTED) {
		sy_fault_free(fault);
		return NULL;
	}
	if (fault)
		return fault;
	sy_unit_deinit(&unit);
	*compiled = true;
	return sy_add_path(&ret->units, &ret->n, change->path.text);
}

static int sy_path_compare(const void *a, const void *b)
{
	return strcmp(((const struct sy_path *)a)->text,
		      ((const struct sy_path *)b)->text);
}

static void sy_sort(struct sy_find *find)
{
	size_t i, n = 0;

	if (find->n)
		qsort(find->units, find->n, sizeof(*find->units),
		      sy_path_compare);
	for (i = 0; i < find->n; i++)
		if (!n || strcmp(find->units[n - 1].text, find->units[i].text))
			find->units[n++] = find->units[i];
	find->n = n;
}

struct sy_fault *sy_find_units(const struct sy_kernel *kernel,
			       const struct sy_patchfile *patch,
			       const char *tree, const char *dir,
			       const struct sy_find_report *report,
			       struct sy_find *ret)
{
	struct sy_narrow narrow = { .tree = tree,
				    .dir = dir,
				    .report = report };
	struct sy_path *included = NULL;
	struct sy_fault *fault = NULL;
	enum sy_file_kind kind;
	size_t i, n = 0;
	bool compiled;

	*ret = (struct sy_find){ 0 };
	for (i = 0; !fault && i < patch->n; i++) {
		const char *path = patch->changes[i].path.text;

		compiled = false;
		fault = sy_file_kind(path, &kind);
		if (!fault && kind == SY_FILE_C)
			fault = sy_find_c(kernel, &patch->changes[i], ret,
					  &compiled);
		if (fault || compiled)
			continue;
		if (kind == SY_FILE_OTHER)
			fault = sy_add_path(&ret->ignored, &ret->nignored,
					    path);
		else if (!patch->changes[i].creates) /* nobody has it yet */
			fault = sy_add_path(&included, &n, path);
	}
	if (!fault && n)
		fault = sy_find_including(kernel, included, n, &narrow, ret);
	free(included);
	if (fault)
		sy_find_deinit(ret);
	else
		sy_sort(ret);
	return fault;
}

void sy_find_deinit(struct sy_find *find)
{
	free(find->units);
	free(find->ignored);
	*find = (struct sy_find){ 0 };
}
