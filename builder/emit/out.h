/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An object file in the making: sections, symbols and relocations that grow in
 * memory and are written at once. Indexes of sections and symbols begin with 1;
 * 0 is none.
 */
#ifndef SY_BUILDER_OUT_H
#define SY_BUILDER_OUT_H

#include "../elf/object.h"

struct sy_out_rela {
	uint64_t offset;
	uint32_t type; /* R_X86_64_* */
	uint32_t symbol;
	int64_t addend;
};

struct sy_out_section {
	char *name;
	uint32_t type;
	uint64_t flags, align, entsize;
	uint8_t *data; /* NULL for SHT_NOBITS */
	uint64_t size, room;
	struct sy_out_rela *relas;
	size_t nrelas, rela_room;
	uint32_t symbol; /* its section symbol */
};

struct sy_out_symbol {
	char *name;
	uint32_t section; /* 0: undefined */
	uint64_t value, size;
	uint8_t type, bind;
	uint32_t import; /* the symbol is the engine's to resolve: see users */
};

struct sy_out {
	struct sy_out_section *sections; /* [0] unused */
	size_t nsections;
	struct sy_out_symbol *symbols; /* [0] unused */
	size_t nsymbols;
};

void sy_out_deinit(struct sy_out *out);

/* A new, empty section with its section symbol. */
struct sy_fault *sy_out_section(struct sy_out *out, const char *name,
				uint32_t type, uint64_t flags, uint64_t align,
				uint32_t *ret);

/* The section of that name, made when there is none. */
struct sy_fault *sy_out_section_named(struct sy_out *out, const char *name,
				      uint32_t type, uint64_t flags,
				      uint64_t align, uint32_t *ret);

/* Appends bytes (@bytes NULL: zeroes) at the section's alignment or at @align,
 * whichever is less; *at: where. */
struct sy_fault *sy_out_append(struct sy_out *out, uint32_t section,
			       const void *bytes, uint64_t size, uint64_t align,
			       uint64_t *at);

struct sy_fault *sy_out_rela(struct sy_out *out, uint32_t section,
			     struct sy_out_rela rela);

struct sy_fault *sy_out_symbol(struct sy_out *out, struct sy_out_symbol symbol,
			       uint32_t *ret);

/* The undefined symbol of that name and import, made when there is none. */
struct sy_fault *sy_out_undefined(struct sy_out *out, const char *name,
				  uint32_t import, uint32_t *ret);

/* Writes the file, which appears whole or not at all. */
struct sy_fault *sy_out_write(const struct sy_out *out, const char *path);

#endif
