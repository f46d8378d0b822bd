/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch module says of itself: the tables of <switchyard/patch.h>, read
 * out of the file, of formats 1 and 2. The file is not trusted: after
 * sy_patch_read() every name and place below has been checked.
 */
#ifndef SY_BUILDER_READ_H
#define SY_BUILDER_READ_H

#include "../elf/object.h"

/* A place in a section of the file. */
struct sy_place {
	uint32_t section; /* 0: none */
	uint64_t offset;
};

struct sy_patch_func {
	const char *name, *object; /* object: NULL for vmlinux */
	uint64_t position;
	uint32_t flags;
	struct sy_place code;
	const struct sy_symbol *symbol; /* of the new function */
};

struct sy_patch_import {
	const char *name, *object;
	uint64_t position;
};

struct sy_patch_old {
	uint32_t func, size, position, nmasks;
	const char *name; /* NULL: the function itself */
	const uint8_t *sha256; /* 32 bytes */
};

struct sy_patch_reloc {
	struct sy_place where;
	uint32_t symbol, type;
	int64_t addend;
};

struct sy_patch_file {
	const struct sy_elf *elf;
	const char *module, *vermagic; /* of .modinfo */
	uint32_t format, flags, forbid;
	const char *release, *version; /* NULL: none is named */
	struct sy_patch_func *funcs;
	size_t nfuncs;
	struct sy_patch_import *imports;
	size_t nimports;
	struct sy_patch_old *olds;
	size_t nolds;
	struct sy_patch_reloc *relocs;
	size_t nrelocs;
	const char *info; /* of .switchyard.info; not ended by NUL */
	size_t info_size;
};

/* @elf must outlive @ret. Refuses what is no patch, and what is damaged. */
struct sy_fault *sy_patch_read(const struct sy_elf *elf,
			       struct sy_patch_file *ret);
void sy_patch_deinit(struct sy_patch_file *patch);

/* The digest and size of a function itself; NULL: the patch has none. */
const struct sy_patch_old *sy_patch_old_of(const struct sy_patch_file *patch,
					   size_t func);

#endif
