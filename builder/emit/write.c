// SPDX-License-Identifier: GPL-2.0
/*
 * Lays an object out as a file: header, section bytes, relocations, symbols
 * with the local ones first, strings, section headers.
 */
#include <stdlib.h>
#include <string.h>

#include "../tool/path.h"
#include "out.h"

struct sy_bytes {
	uint8_t *at;
	uint64_t size, room;
	bool failed;
};

static uint64_t sy_put(struct sy_bytes *b, const void *bytes, uint64_t size,
		       uint64_t align)
{
	uint64_t start = align > 1 ? (b->size + align - 1) & ~(align - 1) :
				     b->size;
	uint8_t *grown;

	if (start + size > b->room) {
		grown = realloc(b->at, (start + size) * 2);
		if (!grown) {
			b->failed = true;
			return 0;
		}
		b->at = grown;
		b->room = (start + size) * 2;
	}
	memset(b->at + b->size, 0, start - b->size);
	if (size)
		memcpy(b->at + start, bytes, size);
	b->size = start + size;
	return start;
}

static uint32_t sy_put_string(struct sy_bytes *b, const char *text)
{
	return (uint32_t)sy_put(b, text, strlen(text) + 1, 1);
}

/* Sections and, right behind them, those with their relocations. */
struct sy_layout {
	const struct sy_out *out;
	struct sy_bytes file, names, strings;
	Elf64_Shdr *headers; /* of the file's sections */
	size_t nheaders;
	uint32_t *place; /* of each symbol in the file's table */
	size_t nlocals, symtab;
};

static void sy_lay_sections(struct sy_layout *l)
{
	const struct sy_out_section *s;
	size_t i;

	for (i = 1; i < l->out->nsections; i++) {
		s = &l->out->sections[i];
		l->headers[i] = (Elf64_Shdr){
			.sh_name = sy_put_string(&l->names, s->name),
			.sh_type = s->type,
			.sh_flags = s->flags,
			.sh_size = s->size,
			.sh_addralign = s->align,
			.sh_entsize = s->entsize,
		};
		l->headers[i].sh_offset =
			s->type == SHT_NOBITS ?
				l->file.size :
				sy_put(&l->file, s->data, s->size, s->align);
	}
	l->nheaders = l->out->nsections;
}

static void sy_lay_one_symbol(struct sy_layout *l, struct sy_bytes *table,
			      size_t i)
{
	const struct sy_out_symbol *s = &l->out->symbols[i];
	const Elf64_Sym raw = {
		.st_name = s->name[0] ? sy_put_string(&l->strings, s->name) : 0,
		.st_info = ELF64_ST_INFO(s->bind, s->type),
		.st_shndx = (uint16_t)s->section,
		.st_value = s->value,
		.st_size = s->size,
	};

	l->place[i] =
		(uint32_t)(sy_put(table, &raw, sizeof(raw), 1) / sizeof(raw));
}

static void sy_lay_symbols(struct sy_layout *l)
{
	const Elf64_Sym none = { 0 };
	struct sy_bytes table = { 0 };
	size_t i;

	sy_put(&table, &none, sizeof(none), 1);
	for (i = 1; i < l->out->nsymbols; i++)
		if (l->out->symbols[i].bind == STB_LOCAL)
			sy_lay_one_symbol(l, &table, i);
	l->nlocals = table.size / sizeof(none);
	for (i = 1; i < l->out->nsymbols; i++)
		if (l->out->symbols[i].bind != STB_LOCAL)
			sy_lay_one_symbol(l, &table, i);
	l->symtab = l->nheaders++;
	l->headers[l->symtab] = (Elf64_Shdr){
		.sh_name = sy_put_string(&l->names, ".symtab"),
		.sh_type = SHT_SYMTAB,
		.sh_size = table.size,
		.sh_link = (uint32_t)l->nheaders,
		.sh_info = (uint32_t)l->nlocals,
		.sh_addralign = 8,
		.sh_entsize = sizeof(none),
	};
	l->headers[l->symtab].sh_offset =
		sy_put(&l->file, table.at, table.size, 8);
	l->file.failed |= table.failed;
	free(table.at);
	l->headers[l->nheaders++] = (Elf64_Shdr){
		.sh_name = sy_put_string(&l->names, ".strtab"),
		.sh_type = SHT_STRTAB,
		.sh_size = l->strings.size,
		.sh_offset =
			sy_put(&l->file, l->strings.at, l->strings.size, 1),
		.sh_addralign = 1,
	};
}

static void sy_lay_relas(struct sy_layout *l)
{
	const struct sy_out_section *s;
	struct sy_bytes table, name;
	Elf64_Rela raw;
	size_t i, j;

	for (i = 1; i < l->out->nsections; i++) {
		s = &l->out->sections[i];
		if (!s->nrelas)
			continue;
		table = (struct sy_bytes){ 0 };
		name = (struct sy_bytes){ 0 };
		sy_put(&name, ".rela", 5, 1);
		sy_put(&name, s->name, strlen(s->name) + 1, 1);
		for (j = 0; j < s->nrelas; j++) {
			raw.r_offset = s->relas[j].offset;
			raw.r_info =
				ELF64_R_INFO((uint64_t)l
						     ->place[s->relas[j].symbol],
					     s->relas[j].type);
			raw.r_addend = s->relas[j].addend;
			sy_put(&table, &raw, sizeof(raw), 1);
		}
		l->headers[l->nheaders++] = (Elf64_Shdr){
			.sh_name = name.failed ? 0 :
						 sy_put_string(&l->names,
							       (char *)name.at),
			.sh_type = SHT_RELA,
			.sh_flags = SHF_INFO_LINK,
			.sh_size = table.size,
			.sh_offset = sy_put(&l->file, table.at, table.size, 8),
			.sh_link = (uint32_t)l->symtab,
			.sh_info = (uint32_t)i,
			.sh_addralign = 8,
			.sh_entsize = sizeof(raw),
		};
		l->file.failed |= table.failed || name.failed;
		free(table.at);
		free(name.at);
	}
}

/* Section names last, then the headers; the file's own header is filled in. */
static void sy_lay_end(struct sy_layout *l)
{
	Elf64_Ehdr eh = {
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(eh),
		.e_shentsize = sizeof(Elf64_Shdr),
	};

	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_ident[EI_VERSION] = EV_CURRENT;
	eh.e_shstrndx = (uint16_t)l->nheaders;
	l->headers[l->nheaders] = (Elf64_Shdr){
		.sh_name = sy_put_string(&l->names, ".shstrtab"),
		.sh_type = SHT_STRTAB,
		.sh_addralign = 1,
	};
	l->headers[l->nheaders].sh_size = l->names.size;
	l->headers[l->nheaders++].sh_offset =
		sy_put(&l->file, l->names.at, l->names.size, 1);
	eh.e_shnum = (uint16_t)l->nheaders;
	eh.e_shoff = sy_put(&l->file, l->headers,
			    l->nheaders * sizeof(*l->headers), 8);
	if (!l->file.failed)
		memcpy(l->file.at, &eh, sizeof(eh));
}

struct sy_fault *sy_out_write(const struct sy_out *out, const char *path)
{
	struct sy_layout l = { .out = out };
	const Elf64_Ehdr none = { 0 };
	struct sy_fault *fault;

	if (out->nsections * 2 + 4 >= SHN_LORESERVE)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: too many sections", path);
	l.headers = calloc(out->nsections * 2 + 4, sizeof(*l.headers));
	l.place = calloc(out->nsymbols + 1, sizeof(*l.place));
	if (!l.headers || !l.place) {
		fault = sy_fault_no_memory();
	} else {
		sy_put(&l.names, "", 1, 1);
		sy_put(&l.strings, "", 1, 1);
		sy_put(&l.file, &none, sizeof(none), 1);
		sy_lay_sections(&l);
		sy_lay_symbols(&l);
		sy_lay_relas(&l);
		sy_lay_end(&l);
		fault = l.file.failed || l.names.failed || l.strings.failed ?
				sy_fault_no_memory() :
				sy_path_write(path, l.file.at, l.file.size);
	}
	free(l.headers);
	free(l.place);
	free(l.file.at);
	free(l.names.at);
	free(l.strings.at);
	return fault;
}
