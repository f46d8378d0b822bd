/* SPDX-License-Identifier: GPL-2.0 */
/* What a kernel and its modules export, as Module.symvers lists it. */
#ifndef SY_BUILDER_EXPORTS_H
#define SY_BUILDER_EXPORTS_H

#include <stdbool.h>

#include "../elf/file.h"

struct sy_export {
	const char *name, *object; /* "vmlinux" or a module's name */
	bool spaced; /* in a namespace: a module has to ask for it */
};

struct sy_exports {
	char *text;
	struct sy_export *at; /* by name */
	size_t n;
};

struct sy_fault *sy_exports_read(const char *path, struct sy_exports *ret);
const struct sy_export *sy_exports_find(const struct sy_exports *exports,
					const char *name);
void sy_exports_deinit(struct sy_exports *exports);

#endif
