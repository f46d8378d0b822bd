/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader of x86-64 ELF files (.o, .ko, vmlinux) that trusts nothing in them.
 * After sy_elf_parse() has returned NULL every index, name, offset and size
 * below has been checked: users may follow them without checks of their own.
 */
#ifndef SY_BUILDER_OBJECT_H
#define SY_BUILDER_OBJECT_H

#include <elf.h>
#include <stdbool.h>

#include "file.h"

struct sy_rela {
	uint64_t offset; /* in the section; the field lies within it */
	uint32_t type; /* R_X86_64_* */
	uint32_t symbol; /* index into symbols */
	int64_t addend;
};

struct sy_section {
	const char *name;
	uint32_t type; /* SHT_* */
	uint32_t link, info;
	uint64_t flags, address, size, entsize, align;
	const uint8_t *data; /* size bytes; NULL without bytes in the file */
	struct sy_rela *relas; /* by offset, of all sections that apply */
	size_t nrelas;
};

struct sy_symbol {
	const char *name;
	uint64_t value, size; /* in a section of a .o: both within it */
	uint32_t section; /* index into sections, or 0: in none */
	uint16_t index; /* as in the file: SHN_UNDEF, SHN_ABS, ... */
	uint8_t type, bind; /* STT_*, STB_* */
};

struct sy_elf {
	const char *path; /* for messages; the caller's */
	uint16_t type; /* ET_REL, ET_EXEC or ET_DYN */
	struct sy_section *sections; /* [0] is the null section */
	size_t nsections;
	struct sy_symbol *symbols; /* [0] is the null symbol */
	size_t nsymbols;
};

/* @bytes must outlive @ret; @path is only used in messages. */
struct sy_fault *sy_elf_parse(const uint8_t *bytes, size_t size,
			      const char *path, struct sy_elf *ret);
void sy_elf_deinit(struct sy_elf *elf);

/* The first section of that name, or NULL. */
struct sy_section *sy_elf_section(const struct sy_elf *elf, const char *name);

/* The width in bytes of the field of a relocation; 0: a type unknown here. */
unsigned int sy_rela_width(uint32_t type);

/* The relocations with begin <= offset < end; *ret is their number. */
const struct sy_rela *sy_section_relas(const struct sy_section *section,
				       uint64_t begin, uint64_t end,
				       size_t *ret);

/* The bytes that a linked file has at an address, or NULL. */
const uint8_t *sy_elf_at(const struct sy_elf *elf, uint64_t address,
			 uint64_t len);

/* A function with bytes in a section of code. */
bool sy_symbol_is_function(const struct sy_elf *elf,
			   const struct sy_symbol *symbol);

/* Bytes between the field and the place its value counts from, as gcc writes
 * it: 4 for what is relative to the next instruction. */
uint64_t sy_rela_bias(const struct sy_rela *rela);

/* What a reference into a merged section means: a string with its end, or one
 * constant. *ret is its length; NULL when it is not within the section. */
const uint8_t *sy_rela_content(const struct sy_section *section,
			       const struct sy_rela *rela, size_t *ret);

#endif
