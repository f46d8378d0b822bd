// SPDX-License-Identifier: GPL-2.0
/*
 * Reads ELF files that may be truncated, damaged or made to harm. Everything is
 * checked once, here, before anything is believed: a file that breaks a rule is
 * refused with one line. Reads with <elf.h> alone; a library between would have
 * to be checked as well. Allocates no more than a small multiple of the file.
 */
#include <stdlib.h>
#include <string.h>

#include "object.h"

#define sy_bad(elf, ...) sy_elf_bad((elf)->path, __VA_ARGS__)

static struct sy_fault *sy_elf_bad(const char *path, const char *what,
				   uint64_t number)
{
	return sy_fault_make(SY_FAULT_BAD_FILE, "%s: damaged ELF file: %s %llu",
			     path, what, (unsigned long long)number);
}

/* A string of a string section, which ends with NUL; NULL: outside. */
static const char *sy_string(const struct sy_section *strings, uint64_t at)
{
	if (strings->type != SHT_STRTAB || !strings->data ||
	    at >= strings->size || strings->data[strings->size - 1])
		return NULL;
	return (const char *)strings->data + at;
}

static struct sy_fault *sy_check_header(const uint8_t *bytes, size_t size,
					const char *path, Elf64_Ehdr *ret)
{
	if (size < sizeof(*ret))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: no ELF file: %zu bytes", path, size);
	memcpy(ret, bytes, sizeof(*ret));
	if (memcmp(ret->e_ident, ELFMAG, SELFMAG))
		return sy_fault_make(SY_FAULT_BAD_FILE, "%s: no ELF file",
				     path);
	if (ret->e_ident[EI_CLASS] != ELFCLASS64 ||
	    ret->e_ident[EI_DATA] != ELFDATA2LSB || ret->e_machine != EM_X86_64)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: not for x86-64 (machine %u)", path,
				     ret->e_machine);
	if (ret->e_type != ET_REL && ret->e_type != ET_EXEC &&
	    ret->e_type != ET_DYN)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: neither object nor image (type %u)",
				     path, ret->e_type);
	if (ret->e_shentsize != sizeof(Elf64_Shdr))
		return sy_elf_bad(path, "section headers of size",
				  ret->e_shentsize);
	return NULL;
}

static void sy_read_shdr(const uint8_t *bytes, const Elf64_Ehdr *eh, uint64_t i,
			 Elf64_Shdr *ret)
{
	memcpy(ret, bytes + eh->e_shoff + i * sizeof(*ret), sizeof(*ret));
}

static struct sy_fault *sy_read_section(struct sy_elf *elf,
					const uint8_t *bytes, size_t size,
					const Elf64_Shdr *sh,
					struct sy_section *ret)
{
	size_t i = (size_t)(ret - elf->sections);

	ret->type = sh->sh_type;
	ret->link = sh->sh_link;
	ret->info = sh->sh_info;
	ret->flags = sh->sh_flags;
	ret->address = sh->sh_addr;
	ret->size = sh->sh_size;
	ret->entsize = sh->sh_entsize;
	ret->align = sh->sh_addralign;
	if (sh->sh_link >= elf->nsections)
		return sy_bad(elf, "a link out of section", i);
	if (sh->sh_type == SHT_NULL || sh->sh_type == SHT_NOBITS)
		return NULL;
	if (!sy_within(sh->sh_offset, sh->sh_size, size))
		return sy_bad(elf, "the file ends before section", i);
	ret->data = bytes + sh->sh_offset;
	return NULL;
}

static struct sy_fault *sy_read_sections(struct sy_elf *elf,
					 const uint8_t *bytes, size_t size,
					 const Elf64_Ehdr *eh)
{
	struct sy_fault *fault;
	uint64_t i, n = eh->e_shnum, names = eh->e_shstrndx;
	Elf64_Shdr sh;

	if (!sy_within(eh->e_shoff, sizeof(sh), size) || !eh->e_shoff)
		return sy_bad(elf, "no section headers at", eh->e_shoff);
	sy_read_shdr(bytes, eh, 0, &sh);
	if (!n)
		n = sh.sh_size;
	if (names == SHN_XINDEX)
		names = sh.sh_link;
	if (!n || n > (size - eh->e_shoff) / sizeof(sh))
		return sy_bad(elf, "number of sections", n);
	if (names >= n)
		return sy_bad(elf, "names in section", names);
	elf->sections = calloc(n, sizeof(*elf->sections));
	if (!elf->sections)
		return sy_fault_no_memory();
	elf->nsections = n;
	for (i = 1; i < n; i++) {
		sy_read_shdr(bytes, eh, i, &sh);
		fault = sy_read_section(elf, bytes, size, &sh,
					&elf->sections[i]);
		if (fault)
			return fault;
	}
	elf->sections[0].name = "";
	for (i = 1; i < n; i++) {
		sy_read_shdr(bytes, eh, i, &sh);
		elf->sections[i].name =
			sy_string(&elf->sections[names], sh.sh_name);
		if (!elf->sections[i].name)
			return sy_bad(elf, "no name for section", i);
	}
	return NULL;
}

static struct sy_fault *sy_read_symbol(struct sy_elf *elf,
				       const struct sy_section *strings,
				       const Elf64_Sym *sym, uint32_t xindex,
				       struct sy_symbol *ret)
{
	size_t i = (size_t)(ret - elf->symbols);
	const struct sy_section *home;

	ret->name = sy_string(strings, sym->st_name);
	if (!ret->name)
		return sy_bad(elf, "no name for symbol", i);
	ret->value = sym->st_value;
	ret->size = sym->st_size;
	ret->index = sym->st_shndx;
	ret->type = ELF64_ST_TYPE(sym->st_info);
	ret->bind = ELF64_ST_BIND(sym->st_info);
	if (sym->st_shndx == SHN_XINDEX)
		ret->section = xindex;
	else if (sym->st_shndx < SHN_LORESERVE)
		ret->section = sym->st_shndx;
	if (ret->section >= elf->nsections)
		return sy_bad(elf, "no such section for symbol", i);
	if (!ret->section || elf->type != ET_REL)
		return NULL;
	home = &elf->sections[ret->section];
	if (!sy_within(ret->value, ret->size, home->size))
		return sy_bad(elf, "outside of its section: symbol", i);
	if (ret->type == STT_SECTION)
		ret->name = home->name;
	return NULL;
}

/* The section with the indexes that do not fit into st_shndx. */
static const struct sy_section *sy_extended(const struct sy_elf *elf,
					    size_t symtab)
{
	size_t i;

	for (i = 1; i < elf->nsections; i++)
		if (elf->sections[i].type == SHT_SYMTAB_SHNDX &&
		    elf->sections[i].link == symtab)
			return &elf->sections[i];
	return NULL;
}

static struct sy_fault *sy_read_symbols(struct sy_elf *elf, size_t index)
{
	const struct sy_section *table = &elf->sections[index];
	const struct sy_section *extended = sy_extended(elf, index);
	struct sy_fault *fault;
	size_t i, n = table->size / sizeof(Elf64_Sym);
	Elf64_Sym sym;
	uint32_t x;

	if (table->entsize != sizeof(sym) || table->size % sizeof(sym))
		return sy_bad(elf, "symbols of size", table->entsize);
	if (elf->symbols)
		return sy_bad(elf, "a second symbol table in section", index);
	elf->symbols = calloc(n ? n : 1, sizeof(*elf->symbols));
	if (!elf->symbols)
		return sy_fault_no_memory();
	elf->nsymbols = n;
	for (i = 0; i < n; i++) {
		memcpy(&sym, table->data + i * sizeof(sym), sizeof(sym));
		x = 0;
		if (extended && extended->data &&
		    sy_within(i * 4, 4, extended->size))
			x = sy_get32(extended->data + i * 4);
		fault = sy_read_symbol(elf, &elf->sections[table->link], &sym,
				       x, &elf->symbols[i]);
		if (fault)
			return fault;
	}
	return NULL;
}

unsigned int sy_rela_width(uint32_t type)
{
	switch (type) {
	case R_X86_64_64:
	case R_X86_64_PC64:
		return 8;
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
	case R_X86_64_32:
	case R_X86_64_32S:
	case R_X86_64_GOTPCREL:
	case R_X86_64_GOTPCRELX:
	case R_X86_64_REX_GOTPCRELX:
		return 4;
	case R_X86_64_16:
	case R_X86_64_PC16:
		return 2;
	case R_X86_64_8:
	case R_X86_64_PC8:
		return 1;
	}
	return 0;
}

static int sy_rela_compare(const void *a, const void *b)
{
	const struct sy_rela *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static struct sy_fault *sy_read_rela(struct sy_elf *elf,
				     const struct sy_section *target,
				     const uint8_t *at, struct sy_rela *ret)
{
	Elf64_Rela raw;

	memcpy(&raw, at, sizeof(raw));
	ret->offset = raw.r_offset;
	ret->type = ELF64_R_TYPE(raw.r_info);
	ret->symbol = ELF64_R_SYM(raw.r_info);
	ret->addend = raw.r_addend;
	if (ret->symbol >= elf->nsymbols)
		return sy_bad(elf, "no such symbol for relocation at",
			      ret->offset);
	if (!sy_within(ret->offset, sy_rela_width(ret->type), target->size))
		return sy_bad(elf, "outside of its section: relocation at",
			      ret->offset);
	return NULL;
}

/* Adds the relocations of one section to its target's. */
static struct sy_fault *sy_read_relas(struct sy_elf *elf, size_t index)
{
	const struct sy_section *from = &elf->sections[index];
	struct sy_section *target;
	size_t i, n = from->size / sizeof(Elf64_Rela);
	struct sy_fault *fault;
	struct sy_rela *grown;

	if (elf->sections[from->link].type != SHT_SYMTAB)
		return NULL; /* of a loader, not of the linker */
	if (from->entsize != sizeof(Elf64_Rela) ||
	    from->size % sizeof(Elf64_Rela))
		return sy_bad(elf, "relocations of size", from->entsize);
	if (!from->info || from->info >= elf->nsections)
		return sy_bad(elf, "no target for relocations in section",
			      index);
	target = &elf->sections[from->info];
	grown = reallocarray(target->relas, target->nrelas + n + 1,
			     sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	target->relas = grown;
	for (i = 0; i < n; i++) {
		fault = sy_read_rela(elf, target,
				     from->data + i * sizeof(Elf64_Rela),
				     &grown[target->nrelas]);
		if (fault)
			return fault;
		target->nrelas++;
	}
	return NULL;
}

/* Sections may share bytes, so their sum has to be held down on its own. */
static struct sy_fault *sy_read_all_relas(struct sy_elf *elf, size_t size)
{
	struct sy_section *s;
	struct sy_fault *fault;
	uint64_t sum = 0;
	size_t i;

	for (i = 1; i < elf->nsections; i++) {
		if (elf->sections[i].type != SHT_RELA)
			continue;
		sum += elf->sections[i].size;
		if (sum > size)
			return sy_bad(elf, "relocations overlap in section", i);
		fault = sy_read_relas(elf, i);
		if (fault)
			return fault;
	}
	for (i = 1; i < elf->nsections; i++) {
		s = &elf->sections[i];
		if (s->nrelas)
			qsort(s->relas, s->nrelas, sizeof(*s->relas),
			      sy_rela_compare);
	}
	return NULL;
}

static struct sy_fault *sy_read_all(struct sy_elf *elf, const uint8_t *bytes,
				    size_t size, const Elf64_Ehdr *eh)
{
	struct sy_fault *fault = sy_read_sections(elf, bytes, size, eh);
	size_t i;

	for (i = 1; !fault && i < elf->nsections; i++)
		if (elf->sections[i].type == SHT_SYMTAB)
			fault = sy_read_symbols(elf, i);
	if (!fault && elf->type == ET_REL)
		fault = sy_read_all_relas(elf, size);
	return fault;
}

struct sy_fault *sy_elf_parse(const uint8_t *bytes, size_t size,
			      const char *path, struct sy_elf *ret)
{
	struct sy_fault *fault;
	Elf64_Ehdr eh;

	*ret = (struct sy_elf){ .path = path };
	fault = sy_check_header(bytes, size, path, &eh);
	if (fault)
		return fault;
	ret->type = eh.e_type;
	fault = sy_read_all(ret, bytes, size, &eh);
	if (fault)
		sy_elf_deinit(ret);
	return fault;
}

void sy_elf_deinit(struct sy_elf *elf)
{
	size_t i;

	for (i = 0; i < elf->nsections; i++)
		free(elf->sections[i].relas);
	free(elf->sections);
	free(elf->symbols);
	*elf = (struct sy_elf){ .path = elf->path };
}

struct sy_section *sy_elf_section(const struct sy_elf *elf, const char *name)
{
	size_t i;

	for (i = 1; i < elf->nsections; i++)
		if (!strcmp(elf->sections[i].name, name))
			return &elf->sections[i];
	return NULL;
}

/* The first relocation at or behind an offset. */
static size_t sy_rela_from(const struct sy_section *section, uint64_t offset)
{
	size_t low = 0, high = section->nrelas, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (section->relas[mid].offset < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct sy_rela *sy_section_relas(const struct sy_section *section,
				       uint64_t begin, uint64_t end,
				       size_t *ret)
{
	size_t from = sy_rela_from(section, begin);

	*ret = end > begin ? sy_rela_from(section, end) - from : 0;
	return section->nrelas ? section->relas + from : NULL;
}

const uint8_t *sy_elf_at(const struct sy_elf *elf, uint64_t address,
			 uint64_t len)
{
	const struct sy_section *s;
	size_t i;

	for (i = 1; i < elf->nsections; i++) {
		s = &elf->sections[i];
		if (s->flags & SHF_ALLOC && s->data && address >= s->address &&
		    sy_within(address - s->address, len, s->size))
			return s->data + (address - s->address);
	}
	return NULL;
}

bool sy_symbol_is_function(const struct sy_elf *elf,
			   const struct sy_symbol *symbol)
{
	const struct sy_section *s = &elf->sections[symbol->section];

	return symbol->type == STT_FUNC && symbol->size && symbol->section &&
	       s->flags & SHF_EXECINSTR && s->data;
}

uint64_t sy_rela_bias(const struct sy_rela *rela)
{
	return rela->type == R_X86_64_PC32 || rela->type == R_X86_64_PLT32 ? 4 :
									     0;
}

const uint8_t *sy_rela_content(const struct sy_section *section,
			       const struct sy_rela *rela, size_t *ret)
{
	uint64_t at = (uint64_t)rela->addend + sy_rela_bias(rela);

	if (!section->data || at >= section->size)
		return NULL;
	*ret = section->flags & SHF_STRINGS ?
		       strnlen((const char *)section->data + at,
			       section->size - at) +
			       1 :
		       section->entsize;
	return sy_within(at, *ret, section->size) ? section->data + at : NULL;
}
