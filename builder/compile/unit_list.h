/* SPDX-License-Identifier: GPL-2.0 */
/* All units of a kernel's configuration, asked of kbuild once and kept. */
#ifndef SY_BUILDER_UNIT_LIST_H
#define SY_BUILDER_UNIT_LIST_H

#include "kernel.h"

/*
 * The list: a line for each unit of vmlinux and of modules, "UNIT", a blank and
 * what compiles it. It is made when it is not there or of a source that lay
 * elsewhere; @make is called before that, for it takes a minute.
 */
struct sy_fault *sy_unit_list_open(const struct sy_kernel *kernel,
				   void (*make)(void *data), void *data,
				   struct sy_file *ret);

/*
 * What compiles @unit, in @file, which has to be closed when *line is not NULL.
 * *listed: there is a list, and it tells of this unit: with *line NULL the
 * configuration leaves it out. Without a list nothing is asked or made.
 */
struct sy_fault *sy_unit_list_line(const struct sy_kernel *kernel,
				   const char *unit, struct sy_file *file,
				   const char **line, size_t *len,
				   bool *listed);

/* Drops the list: what it said did not make the kernel's code. */
void sy_unit_list_forget(const struct sy_kernel *kernel);

#endif
