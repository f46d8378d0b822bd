// SPDX-License-Identifier: GPL-2.0
/*
 * Code as lines that can be compared: where an instruction names an address, the
 * symbol stands instead, or the offset within the function. So a call of the
 * same function reads the same in the image, where it is linked, and in a patch
 * module, where it is a relocation, of the loader's or of the engine's.
 */
#include <stdio.h>
#include <stdlib.h>

#include "inspect.h"

#ifdef SY_HAVE_ZYDIS
#include <Zydis/Zydis.h>

#define SY_NEW_BASE 0x1000000ull /* of new code: it has no address yet */

struct sy_coder {
	const struct sy_image *image; /* of old code, or */
	const struct sy_patch_file *patch; /* of new code */
	struct sy_place place;
	uint64_t base, size;
};

static const char *sy_old_symbol(const struct sy_coder *c, uint64_t address,
				 uint64_t *off)
{
	const struct sy_kallsyms *k = &c->image->symbols;
	size_t low = 0, high = k->n, mid;

	while (low < high) { /* the last symbol at or before the address */
		mid = low + (high - low) / 2;
		if (k->syms[k->by_address[mid]].address <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	while (low > 1 && k->syms[k->by_address[low - 2]].address ==
				  k->syms[k->by_address[low - 1]].address)
		low--;
	*off = address - k->syms[k->by_address[low - 1]].address;
	return k->syms[k->by_address[low - 1]].name;
}

/* What the relocation within an instruction of new code refers to. */
static bool sy_new_reference(const struct sy_coder *c, uint64_t at, size_t len,
			     char *ret, size_t room)
{
	const struct sy_patch_file *p = c->patch;
	const struct sy_section *s = &p->elf->sections[c->place.section];
	const struct sy_symbol *symbol;
	const struct sy_rela *rela;
	const char *name;
	size_t i, n;

	for (i = 0; i < p->nrelocs; i++)
		if (p->relocs[i].where.section == c->place.section &&
		    p->relocs[i].where.offset >= at &&
		    p->relocs[i].where.offset < at + len) {
			snprintf(ret, room, "%.90s",
				 p->imports[p->relocs[i].symbol].name);
			return true;
		}
	rela = sy_section_relas(s, at, at + len, &n);
	if (!s->nrelas || !n)
		return false;
	symbol = &p->elf->symbols[rela->symbol];
	name = symbol->name;
	if (symbol->type == STT_SECTION)
		snprintf(ret, room, "%.60s%+lld", name,
			 (long long)((uint64_t)rela->addend +
				     sy_rela_bias(rela)));
	else
		snprintf(ret, room, "%.90s", name);
	return true;
}

/* The name to show for an address that an instruction holds. */
static bool sy_name_of(const struct sy_coder *c, uint64_t at, size_t len,
		       uint64_t address, char *ret, size_t room)
{
	const char *name;
	uint64_t off;

	if (c->patch &&
	    sy_new_reference(c, c->place.offset + at, len, ret, room))
		return true;
	if (address >= c->base && address < c->base + c->size) {
		snprintf(ret, room, "+%#llx",
			 (unsigned long long)(address - c->base));
		return true;
	}
	name = c->image ? sy_old_symbol(c, address, &off) : NULL;
	if (!name)
		return false;
	if (off)
		snprintf(ret, room, "%.80s+%#llx", name,
			 (unsigned long long)off);
	else
		snprintf(ret, room, "%.90s", name);
	return true;
}

/* Puts the name in the place of the number that stands for the address. */
static void sy_put_name(const struct sy_coder *c, uint64_t at,
			const ZydisDisassembledInstruction *one, char *text,
			size_t room)
{
	char number[32], name[100];
	ZyanU64 address;
	const char *found;
	size_t i;

	snprintf(text, room, "%s", one->text);
	for (i = 0; i < one->info.operand_count_visible; i++) {
		if (one->operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    one->operands[i].mem.segment == ZYDIS_REGISTER_GS)
			continue; /* an offset, not an address */
		if (!ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&one->info,
							   &one->operands[i],
							   c->base + at,
							   &address)))
			continue;
		snprintf(number, sizeof(number), "0x%016llX",
			 (unsigned long long)address);
		found = strstr(one->text, number);
		if (!found || !sy_name_of(c, at, one->info.length, address,
					  name, sizeof(name)))
			continue;
		snprintf(text, room, "%.*s%s%s", (int)(found - one->text),
			 one->text, name, found + strlen(number));
		return;
	}
	if (c->patch && sy_new_reference(c, c->place.offset + at,
					 one->info.length, name, sizeof(name)))
		snprintf(text, room, "%s  # %s", one->text, name);
}

static struct sy_fault *sy_code_read(const struct sy_coder *c,
				     const uint8_t *bytes, struct sy_code *ret)
{
	ZydisDisassembledInstruction one;
	struct sy_code_line *line;
	uint64_t at, len;

	*ret = (struct sy_code){ .lines = calloc(c->size + 1,
						 sizeof(*ret->lines)) };
	if (!ret->lines)
		return sy_fault_no_memory();
	for (at = 0; at < c->size; at += len) {
		line = &ret->lines[ret->n++];
		line->offset = at;
		len = 1;
		if (!ZYAN_SUCCESS(
			    ZydisDisassembleATT(ZYDIS_MACHINE_MODE_LONG_64,
						c->base + at, bytes + at,
						c->size - at, &one))) {
			snprintf(line->text, sizeof(line->text), ".byte 0x%02x",
				 bytes[at]);
			continue;
		}
		len = one.info.length;
		sy_put_name(c, at, &one, line->text, sizeof(line->text));
	}
	return NULL;
}

struct sy_fault *sy_code_of_new(const struct sy_patch_file *patch, size_t func,
				struct sy_code *ret)
{
	const struct sy_patch_func *f = &patch->funcs[func];
	const struct sy_coder c = { .patch = patch,
				    .place = f->code,
				    .base = SY_NEW_BASE,
				    .size = f->symbol->size };

	return sy_code_read(&c,
			    patch->elf->sections[f->code.section].data +
				    f->code.offset,
			    ret);
}

struct sy_fault *sy_code_of_old(const struct sy_image *image, uint64_t address,
				uint64_t size, struct sy_code *ret)
{
	const uint8_t *bytes = sy_elf_at(&image->elf, address, size);
	const struct sy_coder c = { .image = image,
				    .base = address,
				    .size = size };

	if (!bytes)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: no code of %llu bytes at %#llx; is "
				     "the patch for this kernel?",
				     image->elf.path, (unsigned long long)size,
				     (unsigned long long)address);
	return sy_code_read(&c, bytes, ret);
}
#else
static struct sy_fault *sy_no_disassembler(void)
{
	return sy_fault_make(SY_FAULT_UNSUPPORTED,
			     "--diff: built without a disassembler; install "
			     "libzydis-dev and build again");
}

struct sy_fault *sy_code_of_new(const struct sy_patch_file *patch, size_t func,
				struct sy_code *ret)
{
	(void)patch;
	(void)func;
	(void)ret;
	return sy_no_disassembler();
}

struct sy_fault *sy_code_of_old(const struct sy_image *image, uint64_t address,
				uint64_t size, struct sy_code *ret)
{
	(void)image;
	(void)address;
	(void)size;
	(void)ret;
	return sy_no_disassembler();
}
#endif

void sy_code_deinit(struct sy_code *code)
{
	free(code->lines);
	*code = (struct sy_code){ 0 };
}
