/* SPDX-License-Identifier: GPL-2.0 */
/* A private source tree in which a diff is applied. */
#ifndef SY_BUILDER_TREE_H
#define SY_BUILDER_TREE_H

#include "patchfile.h"

/*
 * Makes @dest, which must not be there yet: the source with the changes applied.
 * Only folders on the way to a changed file are real ones, all else is a
 * symbolic link to the source, which is never written to.
 */
struct sy_fault *sy_tree_create(const char *source, const char *dest,
				const struct sy_patchfile *patch);

/*
 * Makes the folders of @path, which is below the source, real ones in @dest: so
 * that an include of "../x.h" in that file leads to the tree's x.h, not to the
 * source's. Threads must not use the tree meanwhile.
 */
struct sy_fault *sy_tree_open_folder(const char *source, const char *dest,
				     const char *path);

#endif
