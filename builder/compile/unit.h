/* SPDX-License-Identifier: GPL-2.0 */
/* One translation unit of the kernel: how kbuild compiles it, and compiling. */
#ifndef SY_BUILDER_UNIT_H
#define SY_BUILDER_UNIT_H

#include "../tool/words.h"
#include "kernel.h"

struct sy_unit {
	struct sy_path path; /* "net/ipv4/ip_options.c", below the source */
	struct sy_words gcc; /* without output and dependency options */
	struct sy_words objtool; /* without the object; n == 0: not run */
	bool listed; /* its commands are from the list of all units */
	bool module; /* part of a module, not of vmlinux */
	char object[64]; /* the module's name, or "vmlinux" */
};

/* Asks kbuild once and keeps the answer in the kernel's folder. */
struct sy_fault *sy_unit_find(const struct sy_kernel *kernel, const char *path,
			      struct sy_unit *ret);

/* From a line of the list of all units: what compiles @path. */
struct sy_fault *sy_unit_from_line(const char *path, const char *line,
				   size_t len, struct sy_unit *ret);
void sy_unit_deinit(struct sy_unit *unit);

#define SY_COMPILE_SECTIONS 1u /* each function, each datum its own section */
#define SY_COMPILE_TYPES 4u /* with debugging information */
#define SY_COMPILE_OBJTOOL 2u /* as the image has it: objtool's changes too */

/*
 * Compiles the unit of @tree (NULL: the kernel's source) to @out. Compiler
 * messages are in @out.log. The bytes do not depend on where the tree lies.
 */
struct sy_fault *sy_unit_compile(const struct sy_kernel *kernel,
				 const struct sy_unit *unit, const char *tree,
				 unsigned int flags, const char *out);

/* As sy_unit_compile(), but only the preprocessor, without line markers. */
struct sy_fault *sy_unit_preprocess(const struct sy_kernel *kernel,
				    const struct sy_unit *unit,
				    const char *tree, const char *out);

/* A folder with the kernel's <asm/jump_label.h>, but with sites of five bytes. */
struct sy_fault *sy_jump_label_header(const struct sy_kernel *kernel,
				      struct sy_path *folder);

/* The file of a module by its name as KBUILD_MODNAME has it. */
struct sy_fault *sy_module_path(const struct sy_kernel *kernel,
				const char *name, struct sy_path *ret);

#endif
