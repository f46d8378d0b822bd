/* SPDX-License-Identifier: GPL-2.0 */
/* Several diffs, one after another, as one: a cumulative patch. */
#ifndef SY_BUILDER_SERIES_H
#define SY_BUILDER_SERIES_H

#include "tree.h"

struct sy_diff_file {
	struct sy_path path; /* as given, or below the series' folder */
	unsigned int strip;
};

struct sy_series {
	struct sy_diff_file *diffs; /* in the order in which they apply */
	size_t n;
};

/*
 * Diffs by name. A folder with a file "series", or a file of that name, is a
 * quilt series: a name in each line, "-pN" behind it, "#" begins a comment.
 */
struct sy_fault *sy_series_read(char *const *names, size_t n,
				unsigned int strip, struct sy_series *ret);
void sy_series_deinit(struct sy_series *series);

/*
 * Applies all of them in memory to files of @source and writes what they change
 * together, as one diff with names to be stripped by 1, to @out. @dir: a folder
 * for files in between, which is there and is left with them in it. Refuses
 * diffs that undo one another.
 */
struct sy_fault *sy_series_combine(const struct sy_series *series,
				   const char *source, const char *dir,
				   const char *out);

#endif
