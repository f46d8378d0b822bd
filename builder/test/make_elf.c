// SPDX-License-Identifier: GPL-2.0
/*
 * Lays out one valid object, field by field, as <elf.h> has it. Never checks:
 * that is what the tests are for.
 */
#include <string.h>

#include "make_elf.h"

static void sy_make_section(struct sy_made *m, int i, uint32_t name,
			    uint32_t type, size_t offset, size_t size)
{
	m->sh[i].sh_name = name;
	m->sh[i].sh_type = type;
	m->sh[i].sh_offset = offset;
	m->sh[i].sh_size = size;
	m->sh[i].sh_addralign = 1;
}

void sy_make_elf(struct sy_made *ret)
{
	static const char names[] =
		"\0.rela.text\0.symtab\0.strtab\0.shstrtab\0";

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->eh.e_ident, ELFMAG, SELFMAG);
	ret->eh.e_ident[EI_CLASS] = ELFCLASS64;
	ret->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	ret->eh.e_ident[EI_VERSION] = EV_CURRENT;
	ret->eh.e_type = ET_REL;
	ret->eh.e_machine = EM_X86_64;
	ret->eh.e_shoff = offsetof(struct sy_made, sh);
	ret->eh.e_shentsize = sizeof(Elf64_Shdr);
	ret->eh.e_shnum = 6;
	ret->eh.e_shstrndx = 5;
	memset(ret->text, 0x90, sizeof(ret->text));
	memcpy(ret->shstr, names, sizeof(names));
	memcpy(ret->str, "\0f\0g", 5);
	ret->sym[1].st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION);
	ret->sym[1].st_shndx = 1;
	ret->sym[2].st_name = 1;
	ret->sym[2].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
	ret->sym[2].st_shndx = 1;
	ret->sym[2].st_value = 4;
	ret->sym[2].st_size = 12;
	ret->sym[3].st_name = 3;
	ret->sym[3].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE);
	ret->rela[0].r_offset = 8;
	ret->rela[0].r_info = ELF64_R_INFO(3, R_X86_64_PC32);
	ret->rela[0].r_addend = -4;
	sy_make_section(ret, 1, 6, SHT_PROGBITS, offsetof(struct sy_made, text),
			16);
	ret->sh[1].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	sy_make_section(ret, 2, 1, SHT_RELA, offsetof(struct sy_made, rela),
			sizeof(ret->rela));
	ret->sh[2].sh_link = 3;
	ret->sh[2].sh_info = 1;
	ret->sh[2].sh_entsize = sizeof(Elf64_Rela);
	sy_make_section(ret, 3, 12, SHT_SYMTAB, offsetof(struct sy_made, sym),
			sizeof(ret->sym));
	ret->sh[3].sh_link = 4;
	ret->sh[3].sh_entsize = sizeof(Elf64_Sym);
	sy_make_section(ret, 4, 20, SHT_STRTAB, offsetof(struct sy_made, str),
			sizeof(ret->str));
	sy_make_section(ret, 5, 28, SHT_STRTAB, offsetof(struct sy_made, shstr),
			sizeof(ret->shstr));
}
