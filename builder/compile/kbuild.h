/* SPDX-License-Identifier: GPL-2.0 */
/* What kbuild would run to compile a unit. */
#ifndef SY_BUILDER_KBUILD_H
#define SY_BUILDER_KBUILD_H

#include "unit.h"

/*
 * The line "gcc ... ; ./tools/objtool/objtool ..." for @unit, from the list of
 * all units where there is one (*listed), else from the kernel's folder or from
 * kbuild itself. It lies in @file, which has to be closed.
 */
struct sy_fault *sy_kbuild_line(const struct sy_kernel *kernel,
				const char *unit, struct sy_file *file,
				const char **line, size_t *len, bool *listed);

/* The nearest folder above @unit that kbuild could enter. */
struct sy_fault *sy_kbuild_folder(const struct sy_kernel *kernel,
				  const char *unit, struct sy_path *ret);

/* The next "No rule to make target 'MADE', needed by 'BY'" of make's from *@at on;
 * false: no other. */
bool sy_kbuild_lacks(const struct sy_file *log, size_t *at,
		     struct sy_path *made, struct sy_path *by);

/* Drops where the commands of @unit came from, for it did not make the kernel's code: kbuild asks
 * the compiler what it can do, and a compiler that was killed could nothing. */
void sy_kbuild_forget(const struct sy_kernel *kernel,
		      const struct sy_unit *unit);

/*
 * kbuild's line is "set -e; echo ...; trap ...; COMPILE; fixdep ...", and only
 * COMPILE is wanted: "gcc ... ; ./tools/objtool/objtool ...".
 */
const char *sy_kbuild_trim(const struct sy_kernel *kernel, const char *line,
			   size_t *len);

#endif
