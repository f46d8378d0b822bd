// SPDX-License-Identifier: GPL-2.0
/*
 * A linker wrote into each field S + A, or S + A - P. The image has the result
 * and the object has A and P, which gives S: the address of the symbol. A named
 * symbol has to be where the image's table has that name, a section at one base
 * in all fields, and a merged string must be the same string. What leads
 * elsewhere is odd: counted, remembered, and never used.
 */
#include "decode.h"

/* The field's value, extended as the CPU does, as S + A; false: unknown. */
static bool sy_field_target(const struct sy_image *image,
			    const struct sy_rela *rela, uint64_t address,
			    uint64_t *ret)
{
	const uint8_t *at;

	at = sy_elf_at(&image->elf, address, sy_rela_width(rela->type));
	if (!at)
		return false;
	switch (rela->type) {
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		*ret = (uint64_t)(int64_t)(int32_t)sy_get32(at) + address;
		return true;
	case R_X86_64_32S:
		*ret = (uint64_t)(int64_t)(int32_t)sy_get32(at);
		return true;
	case R_X86_64_32:
		*ret = sy_get32(at);
		return true;
	case R_X86_64_64:
		*ret = sy_get64(at);
		return true;
	}
	return false;
}

/* Does the image have this name here? A name that it has nowhere, made by a
 * linker script and left out of the table, cannot be checked. */
static bool sy_named_here(const struct sy_image *image, const char *name,
			  uint64_t address)
{
	const struct sy_kallsyms *k = &image->symbols;
	const uint32_t *named;
	size_t i, n;

	named = sy_kallsyms_named(k, name, &n);
	for (i = 0; i < n; i++)
		if (k->syms[named[i]].address == address)
			return true;
	return n == 0;
}

/* Merged sections have no base: the content itself has to be there. */
static bool sy_same_content(const struct sy_image *image,
			    const struct sy_section *s,
			    const struct sy_rela *rela, uint64_t target)
{
	const uint8_t *here, *there;
	size_t len;

	here = sy_rela_content(s, rela, &len);
	if (!here)
		return false;
	there = sy_elf_at(&image->elf, target + sy_rela_bias(rela), len);
	return there && !memcmp(there, here, len);
}

static bool sy_decode_one(struct sy_match *m, const struct sy_rela *rela,
			  uint64_t target)
{
	const struct sy_symbol *symbol = &m->object->symbols[rela->symbol];
	const struct sy_section *s = &m->object->sections[symbol->section];
	uint64_t value = target - (uint64_t)rela->addend;
	uint64_t *found = &m->found[rela->symbol];

	if (symbol->type == STT_SECTION && s->flags & SHF_MERGE)
		return sy_same_content(m->image, s, rela, target);
	if (*found && *found != value)
		return false;
	if (symbol->type != STT_SECTION &&
	    !sy_named_here(m->image, symbol->name, value))
		return false;
	*found = value;
	return true;
}

void sy_decode_relas(struct sy_match *match, struct sy_match_func *func)
{
	const struct sy_symbol *f = func->symbol;
	const struct sy_section *s = &match->object->sections[f->section];
	const struct sy_rela *rela;
	uint64_t target, offset;
	size_t i, n;

	/* A weak function that another one replaced is not what its name means. */
	if (func->state != SY_MATCH_REPLACED)
		match->found[f - match->object->symbols] = func->address;
	rela = sy_section_relas(s, f->value, f->value + f->size, &n);
	for (i = 0; i < n; i++) {
		if (rela[i].type == R_X86_64_NONE)
			continue;
		offset = rela[i].offset - f->value;
		func->relas++;
		if (sy_field_target(match->image, &rela[i],
				    func->address + offset, &target) &&
		    sy_decode_one(match, &rela[i], target))
			continue;
		if (!func->odd_relas++)
			func->odd_at = offset;
	}
}

uint64_t sy_decoded_base(const struct sy_match *match, uint32_t section)
{
	const struct sy_symbol *symbol;
	size_t i;

	for (i = 0; i < match->object->nsymbols; i++) {
		symbol = &match->object->symbols[i];
		if (!match->found[i] || symbol->section != section)
			continue;
		if (symbol->type == STT_SECTION || symbol->bind == STB_LOCAL)
			return match->found[i] - symbol->value;
	}
	return 0;
}
