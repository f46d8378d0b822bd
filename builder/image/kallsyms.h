/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The symbol table that an image carries for itself. Debian ships no other: its
 * System.map is a stub. All symbols are there, static ones included.
 */
#ifndef SY_BUILDER_KALLSYMS_H
#define SY_BUILDER_KALLSYMS_H

#include "../elf/file.h"

struct sy_ksym {
	uint64_t address; /* as linked; per-CPU symbols: their offset */
	const char *name;
	uint32_t position; /* 1 for the first of its name: sympos */
	char type; /* as nm prints it */
};

struct sy_kallsyms {
	struct sy_ksym *syms; /* in the kernel's order */
	size_t n;
	uint32_t *by_name, *by_address; /* indexes into syms */
	char *names;
	uint64_t base; /* of the addresses: _text */
};

/* Searches for the tables in the bytes of .rodata. @path is for messages. */
struct sy_fault *sy_kallsyms_decode(const uint8_t *bytes, size_t size,
				    const char *path, struct sy_kallsyms *ret);

/* For symbols from elsewhere: makes the two indexes and the positions of
 * k->syms; all else is the caller's. */
struct sy_fault *sy_kallsyms_index(struct sy_kallsyms *k);
void sy_kallsyms_deinit(struct sy_kallsyms *k);

/* Symbols of a name, in the kernel's order: indexes; *ret is their number. */
const uint32_t *sy_kallsyms_named(const struct sy_kallsyms *k, const char *name,
				  size_t *ret);

/* Symbols with exactly this address: indexes; *ret is their number. */
const uint32_t *sy_kallsyms_at(const struct sy_kallsyms *k, uint64_t address,
			       size_t *ret);

/* Bytes up to the next higher address; 0 when there is none. */
uint64_t sy_kallsyms_size(const struct sy_kallsyms *k, uint64_t address);

#endif
