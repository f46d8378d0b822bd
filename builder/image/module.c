// SPDX-License-Identifier: GPL-2.0
/*
 * A module as an image. It is linked here to addresses that it will never have,
 * each symbol of others to an address of its own, so that all that works on the
 * kernel's image works on a module: bytes at addresses, names at addresses, and
 * relocation fields that can be decoded. Nothing is written to the file.
 */
#include <stdlib.h>

#include "image.h"

#define SY_MODULE_BASE 0xffffffffc0000000ull
#define SY_OTHERS_BASE 0xffffffffa0000000ull /* within reach of 32 bits */
#define SY_MODULE_SIZE_MAX (1ul << 28)

/* Lays out what will be in memory; *total: its bytes, with gaps. */
static struct sy_fault *sy_lay_out(struct sy_elf *elf, uint64_t *total)
{
	struct sy_section *s;
	uint64_t at = 0, align;
	size_t i;

	for (i = 1; i < elf->nsections; i++) {
		s = &elf->sections[i];
		if (!(s->flags & SHF_ALLOC))
			continue;
		align = s->align ? s->align : 1;
		if (align & (align - 1) || align > 4096 ||
		    s->size > SY_MODULE_SIZE_MAX - at)
			return sy_fault_make(SY_FAULT_BAD_FILE,
					     "%s: section %s cannot be placed",
					     elf->path, s->name);
		at = (at + align - 1) & ~(align - 1);
		s->address = SY_MODULE_BASE + at;
		at += s->size;
		if (at > SY_MODULE_SIZE_MAX)
			return sy_fault_make(SY_FAULT_BAD_FILE,
					     "%s: too large for a module",
					     elf->path);
	}
	*total = at;
	return NULL;
}

static uint64_t sy_symbol_address(const struct sy_elf *elf, size_t index)
{
	const struct sy_symbol *symbol = &elf->symbols[index];

	if (symbol->section)
		return elf->sections[symbol->section].address + symbol->value;
	if (symbol->index == SHN_ABS)
		return symbol->value;
	return SY_OTHERS_BASE + index * 16;
}

static struct sy_fault *sy_link_one(const struct sy_elf *elf,
				    const struct sy_section *s,
				    const struct sy_rela *rela, uint8_t *bytes)
{
	uint64_t value =
		sy_symbol_address(elf, rela->symbol) + (uint64_t)rela->addend;

	switch (rela->type) {
	case R_X86_64_NONE:
		return NULL;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_PC64:
		value -= s->address + rela->offset;
		break;
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_64:
		break;
	default:
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: relocation of type %u in %s",
				     elf->path, rela->type, s->name);
	}
	memcpy(bytes + rela->offset, &value, sy_rela_width(rela->type));
	return NULL;
}

/* Copies all that will be in memory, and writes relocations to the copy. */
static struct sy_fault *sy_link(struct sy_image *image, uint64_t total)
{
	struct sy_fault *fault = NULL;
	struct sy_section *s;
	uint8_t *bytes;
	size_t i, j;

	image->linked = calloc(1, total ? total : 1);
	if (!image->linked)
		return sy_fault_no_memory();
	for (i = 1; i < image->elf.nsections; i++) {
		s = &image->elf.sections[i];
		if (!(s->flags & SHF_ALLOC) || !s->data)
			continue;
		bytes = image->linked + (s->address - SY_MODULE_BASE);
		memcpy(bytes, s->data, s->size);
		s->data = bytes;
		for (j = 0; !fault && j < s->nrelas; j++)
			fault = sy_link_one(&image->elf, s, &s->relas[j],
					    bytes);
	}
	return fault;
}

static char sy_type_of(const struct sy_elf *elf, const struct sy_symbol *symbol)
{
	const struct sy_section *s = &elf->sections[symbol->section];

	if (!symbol->section)
		return 'U';
	if (s->flags & SHF_EXECINSTR)
		return symbol->bind == STB_LOCAL ? 't' : 'T';
	return symbol->bind == STB_LOCAL ? 'd' : 'D';
}

static struct sy_fault *sy_collect(struct sy_image *image)
{
	const struct sy_elf *elf = &image->elf;
	const struct sy_symbol *symbol;
	struct sy_kallsyms *k = &image->symbols;
	size_t i;

	k->base = SY_MODULE_BASE;
	k->syms = calloc(elf->nsymbols + 1, sizeof(*k->syms));
	if (!k->syms)
		return sy_fault_no_memory();
	for (i = 1; i < elf->nsymbols; i++) {
		symbol = &elf->symbols[i];
		if (!symbol->name[0] || symbol->type == STT_SECTION ||
		    symbol->type == STT_FILE)
			continue;
		k->syms[k->n++] = (struct sy_ksym){
			.address = sy_symbol_address(elf, i),
			.name = symbol->name,
			.type = sy_type_of(elf, symbol),
		};
	}
	return sy_kallsyms_index(k);
}

struct sy_fault *sy_image_open_module(const char *path, struct sy_image *ret)
{
	struct sy_fault *fault;
	uint64_t total = 0;

	*ret = (struct sy_image){ 0 };
	fault = sy_file_open(path, &ret->file);
	if (!fault)
		fault = sy_elf_parse(ret->file.bytes, ret->file.size, path,
				     &ret->elf);
	if (!fault && ret->elf.type != ET_REL)
		fault = sy_fault_make(SY_FAULT_BAD_FILE, "%s: not a module",
				      path);
	if (!fault)
		fault = sy_lay_out(&ret->elf, &total);
	if (!fault)
		fault = sy_link(ret, total);
	if (!fault)
		fault = sy_collect(ret);
	if (fault)
		sy_image_close(ret);
	return fault;
}
