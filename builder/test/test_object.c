// SPDX-License-Identifier: GPL-2.0
/*
 * The ELF reader: what it finds in a good object, what it says of each kind of
 * damage, and that no change of a few bytes makes it read outside of the file
 * (the tests are built with the address sanitizer).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../elf/object.h"
#include "make_elf.h"

/* Parses an exact copy, so that one byte too far is seen. */
static struct sy_fault *parse(const void *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct sy_fault *fault;
	struct sy_elf elf;
	size_t i, n;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	fault = sy_elf_parse(copy, size, "t.o", &elf);
	for (i = 0; !fault && i < elf.nsections; i++)
		sy_section_relas(&elf.sections[i], 0, elf.sections[i].size, &n);
	if (!fault)
		sy_elf_deinit(&elf);
	free(copy);
	return fault;
}

static void test_good(void **state)
{
	const struct sy_rela *relas;
	struct sy_made made;
	struct sy_elf elf;
	size_t n;

	(void)state;
	sy_make_elf(&made);
	assert_null(sy_elf_parse((uint8_t *)&made, sizeof(made), "t.o", &elf));
	assert_int_equal(elf.type, ET_REL);
	assert_int_equal(elf.nsections, 6);
	assert_int_equal(elf.nsymbols, 4);
	assert_ptr_equal(sy_elf_section(&elf, ".text"), &elf.sections[1]);
	assert_null(sy_elf_section(&elf, ".data"));
	assert_string_equal(elf.symbols[1].name, ".text");
	assert_string_equal(elf.symbols[2].name, "f");
	assert_int_equal(elf.symbols[2].section, 1);
	assert_int_equal(elf.symbols[2].size, 12);
	assert_int_equal(elf.symbols[3].section, 0);
	relas = sy_section_relas(&elf.sections[1], 4, 16, &n);
	assert_int_equal(n, 1);
	assert_int_equal(relas[0].offset, 8);
	assert_int_equal(relas[0].symbol, 3);
	assert_int_equal(relas[0].addend, -4);
	sy_section_relas(&elf.sections[1], 9, 16, &n);
	assert_int_equal(n, 0);
	sy_section_relas(&elf.sections[1], 9, 2, &n);
	assert_int_equal(n, 0);
	assert_ptr_equal(sy_elf_at(&elf, 4, 12), elf.sections[1].data + 4);
	assert_null(sy_elf_at(&elf, 4, 13));
	assert_null(sy_elf_at(&elf, ~0ull, 2));
	sy_elf_deinit(&elf);
}

static void expect_line(struct sy_made *made, const char *words)
{
	struct sy_fault *fault = parse(made, sizeof(*made));

	assert_non_null(fault);
	if (!strstr(fault->line, words))
		fail_msg("'%s' does not say '%s'", fault->line, words);
	assert_null(strchr(fault->line, '\n'));
	sy_fault_free(fault);
	sy_make_elf(made);
}

static void test_header(void **state)
{
	struct sy_made m;

	(void)state;
	sy_make_elf(&m);
	m.eh.e_ident[0] = 'X';
	expect_line(&m, "t.o: no ELF file");
	m.eh.e_ident[EI_CLASS] = ELFCLASS32;
	expect_line(&m, "not for x86-64");
	m.eh.e_machine = EM_AARCH64;
	expect_line(&m, "not for x86-64 (machine 183)");
	m.eh.e_type = ET_CORE;
	expect_line(&m, "neither object nor image");
	m.eh.e_shentsize = 63;
	expect_line(&m, "section headers of size 63");
	m.eh.e_shoff = 0;
	expect_line(&m, "no section headers");
	m.eh.e_shoff = ~0ull - 3;
	expect_line(&m, "no section headers");
	m.eh.e_shnum = 0;
	expect_line(&m, "number of sections 0");
	m.eh.e_shnum = 7;
	expect_line(&m, "number of sections 7");
	m.eh.e_shstrndx = 6;
	expect_line(&m, "names in section 6");
	m.eh.e_shstrndx = 1;
	expect_line(&m, "no name for section");
}

static void test_sections(void **state)
{
	struct sy_made m;

	(void)state;
	sy_make_elf(&m);
	m.sh[1].sh_offset = sizeof(m) - 15;
	expect_line(&m, "the file ends before section 1");
	m.sh[1].sh_offset = ~0ull;
	expect_line(&m, "the file ends before section 1");
	m.sh[1].sh_size = ~0ull - 8;
	expect_line(&m, "the file ends before section 1");
	m.sh[1].sh_name = sizeof(m.shstr);
	expect_line(&m, "no name for section 1");
	m.sh[3].sh_link = 99;
	expect_line(&m, "a link out of section 3");
	memset(m.shstr + sizeof(m.shstr) - 4, 'x', 4);
	expect_line(&m, "no name for section 1");
}

static void test_symbols(void **state)
{
	struct sy_made m;

	(void)state;
	sy_make_elf(&m);
	m.sh[3].sh_entsize = 8;
	expect_line(&m, "symbols of size 8");
	m.sh[3].sh_size--;
	expect_line(&m, "symbols of size 24");
	m.sh[3].sh_link = 1;
	expect_line(&m, "no name for symbol 0");
	m.sym[2].st_name = sizeof(m.str);
	expect_line(&m, "no name for symbol 2");
	m.sym[2].st_shndx = 6;
	expect_line(&m, "no such section for symbol 2");
	m.sym[2].st_value = 5;
	expect_line(&m, "outside of its section: symbol 2");
	m.sym[2].st_size = ~0ull - 3;
	expect_line(&m, "outside of its section: symbol 2");
	m.sh[1].sh_type = SHT_SYMTAB;
	m.sh[1].sh_entsize = sizeof(Elf64_Sym);
	m.sh[1].sh_size = 0;
	expect_line(&m, "a second symbol table in section 3");
}

static void test_relocations(void **state)
{
	struct sy_made m;

	(void)state;
	sy_make_elf(&m);
	m.sh[2].sh_entsize = 16;
	expect_line(&m, "relocations of size 16");
	m.sh[2].sh_info = 0;
	expect_line(&m, "no target for relocations in section 2");
	m.sh[2].sh_info = 77;
	expect_line(&m, "no target for relocations in section 2");
	m.rela[0].r_info = ELF64_R_INFO(4, R_X86_64_PC32);
	expect_line(&m, "no such symbol for relocation at 8");
	m.rela[0].r_offset = 13;
	expect_line(&m, "outside of its section: relocation at 13");
	m.rela[0].r_offset = ~0ull - 1;
	expect_line(&m, "outside of its section");
	m.sh[2].sh_offset = 0;
	m.sh[2].sh_size = sizeof(m) / 24 * 24;
	m.sh[4] = m.sh[2];
	expect_line(&m, "damaged ELF file");
}

static void test_truncated(void **state)
{
	struct sy_made m;
	struct sy_fault *fault;
	size_t size;

	(void)state;
	sy_make_elf(&m);
	for (size = 0; size < sizeof(m); size++) {
		fault = parse(&m, size);
		assert_non_null(fault);
		sy_fault_free(fault);
	}
}

/* A fixed sequence: what fails, fails again. */
static void test_mutated(void **state)
{
	uint64_t x = 88172645463325252ull;
	unsigned int round, i, refused = 0;
	struct sy_fault *fault;
	struct sy_made m;

	(void)state;
	for (round = 0; round < 200000; round++) {
		sy_make_elf(&m);
		for (i = 0; i < 1 + round % 4; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			((uint8_t *)&m)[x % sizeof(m)] = (uint8_t)(x >> 40);
		}
		fault = parse(&m, sizeof(m));
		refused += fault != NULL;
		sy_fault_free(fault);
	}
	assert_in_range(refused, 1000, 199000);
}

static void test_unprintable(void **state)
{
	struct sy_fault *fault;

	(void)state;
	fault = sy_fault_make(SY_FAULT_BAD_FILE, "%s", "a\nb\033[2Jc\377");
	assert_string_equal(fault->line, "a?b?[2Jc?");
	sy_fault_free(fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_relocations),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_unprintable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
