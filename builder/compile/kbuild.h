/* SPDX-License-Identifier: GPL-2.0 */
/* What kbuild would run to compile a unit. */
#ifndef SY_BUILDER_KBUILD_H
#define SY_BUILDER_KBUILD_H

#include "unit.h"

/*
 * The line "gcc ... ; ./tools/objtool/objtool ..." for @unit, from the kernel's
 * folder or from kbuild itself. It lies in @file, which has to be closed.
 */
struct sy_fault *sy_kbuild_line(const struct sy_kernel *kernel,
				const char *unit, struct sy_file *file,
				const char **line, size_t *len);

/*
 * Makes the file @path: all units of vmlinux and of modules, in lines of "UNIT",
 * a blank and what compiles it. Takes a minute. Units for which kbuild needs a
 * file that the packages do not hold are left out.
 */
struct sy_fault *sy_kbuild_list(const struct sy_kernel *kernel,
				const char *path);

#endif
