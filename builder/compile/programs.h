/* SPDX-License-Identifier: GPL-2.0 */
/* The programs that a kernel's Makefiles have kbuild make before all else. */
#ifndef SY_BUILDER_PROGRAMS_H
#define SY_BUILDER_PROGRAMS_H

#include "../tool/words.h"
#include "kernel.h"

/*
 * Adds their names ("scripts/selinux/genheaders/genheaders") to @ret, all of a
 * folder one behind the other. They are what Makefiles below scripts/ list as
 * hostprogs-always-y, or with an option of this kernel's configuration that is
 * on (Documentation/kbuild/makefiles.rst).
 */
struct sy_fault *sy_programs_find(const struct sy_kernel *kernel,
				  struct sy_words *ret);

/* What one Makefile, of @folder, lists, with @config, the text of auto.conf. */
struct sy_fault *sy_programs_read(const struct sy_file *makefile,
				  const struct sy_file *config,
				  const char *folder, struct sy_words *ret);

#endif
