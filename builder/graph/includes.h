/* SPDX-License-Identifier: GPL-2.0 */
/* What each file includes, by name, kept between runs. */
#ifndef SY_BUILDER_INCLUDES_H
#define SY_BUILDER_INCLUDES_H

#include "../compile/kernel.h"

struct sy_includes;

/*
 * Opens what is kept of this kernel. What is damaged or of another form counts
 * as nothing: reading the files again is all that it costs.
 */
struct sy_fault *sy_includes_open(const struct sy_kernel *kernel,
				  struct sy_includes **ret);
void sy_includes_close(struct sy_includes *includes);

/*
 * The names that @path includes, a line for each: '<' or '"' and the name; in
 * *ret until the next call. A file that cannot be read includes nothing: it is one
 * that kbuild makes. What is kept is taken only of the very file that was read:
 * same inode, length and times, that of its last change of any kind (which no
 * program can set) among them.
 */
struct sy_fault *sy_includes_of(struct sy_includes *includes, const char *path,
				const char **ret, size_t *len);

/* Keeps all that was asked for, for the next run. A disk that is full or
 * read-only is no fault: nothing is kept then. */
void sy_includes_keep(struct sy_includes *includes);

#endif
