/* SPDX-License-Identifier: GPL-2.0 */
/* Which units have to be compiled for a diff. */
#ifndef SY_BUILDER_FIND_H
#define SY_BUILDER_FIND_H

#include "../compile/kernel.h"
#include "../source/patchfile.h"

/* Is this code of something else than vmlinux or a module? What it is, or NULL. */
const char *sy_outside_code(const char *path);

/* Called as work goes on, from one thread at a time. @total: 0: unknown yet. */
struct sy_find_report {
	void (*step)(void *data, const char *what, size_t done, size_t total);
	void *data;
};

struct sy_find {
	struct sy_path *units; /* below the source, sorted */
	size_t n;
	struct sy_path *ignored; /* changed files that this kernel is not of */
	size_t nignored;
	size_t included_by; /* units that include a changed file */
};

/*
 * @patch: what the diffs do together; @tree: the source with it applied; @dir: a
 * folder for files in between. A changed .c file that kbuild compiles is a unit;
 * whatever else can be included is followed to the units whose preprocessed text
 * changes where code or data come of it. n == 0: nothing is affected. Refuses,
 * by code, what is not compiled from C.
 */
struct sy_fault *sy_find_units(const struct sy_kernel *kernel,
			       const struct sy_patchfile *patch,
			       const char *tree, const char *dir,
			       const struct sy_find_report *report,
			       struct sy_find *ret);
void sy_find_deinit(struct sy_find *find);

#endif
