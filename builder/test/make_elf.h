/* SPDX-License-Identifier: GPL-2.0 */
/* Small ELF objects made by hand, for tests that then break them. */
#ifndef SY_BUILDER_MAKE_ELF_H
#define SY_BUILDER_MAKE_ELF_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/* One .o: a text section of 16 bytes with one function "f" of 12 bytes at 4,
 * one PC32 relocation at 8 against an undefined "g", and their tables. */
struct sy_made {
	Elf64_Ehdr eh;
	uint8_t text[16];
	Elf64_Sym sym[4]; /* null, .text, f, g */
	Elf64_Rela rela[1];
	char str[16];
	char shstr[48];
	Elf64_Shdr sh[6]; /* null, .text, .rela.text, .symtab, .strtab, names */
};

void sy_make_elf(struct sy_made *ret);

#endif
