/* SPDX-License-Identifier: GPL-2.0 */
/* Names of files, and the few things done to them in more than one place. */
#ifndef SY_BUILDER_PATH_H
#define SY_BUILDER_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "../elf/fault.h"

struct sy_path {
	char text[4096];
};

struct sy_fault *sy_path_make(struct sy_path *ret, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* mkdir -p of all folders that @path names; with @parent all but the last. */
struct sy_fault *sy_path_mkdir(const char *path, bool parent);

/* Below its root whatever it is appended to: not absolute, no "..", no "." and
 * no empty part, printable, and nothing that make or a shell would read. */
bool sy_path_is_inner(const char *path);

/* "a/b/../c" to "a/c" and "a/./b" to "a/b", in place: so that each file has one
 * name, whatever links there are. A ".." with nothing before it stays. */
void sy_path_normalize(char *path);

bool sy_path_exists(const char *path);

/*
 * Removes files of a folder that a program of the builder's left when it was
 * killed: NAME.NUMBER or NAME.NUMBER.more of a process that is gone, ten minutes
 * old or older, for a process may be of another namespace. Never a folder.
 */
void sy_path_sweep(const char *folder);

/* Writes a file under another name and renames it into place. */
struct sy_fault *sy_path_write(const char *path, const void *bytes,
			       size_t size);

#endif
