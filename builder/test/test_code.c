// SPDX-License-Identifier: GPL-2.0
/*
 * Code as lines: what a relocation of new code refers to stands beside its
 * instruction, whatever numbers the file has in it (the tests are built with the
 * sanitizers: a sum that overflows ends them).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../inspect/inspect.h"
#include "make_elf.h"

/* The line of new code at which an object's one relocation stands. */
static void shown_is(const struct sy_made *made, const char *expected)
{
	struct sy_patch_func func = { .name = "f",
				      .code = { .section = 1, .offset = 4 } };
	struct sy_patch_file patch = { .funcs = &func, .nfuncs = 1 };
	struct sy_code code;
	struct sy_elf elf;

	assert_null(sy_elf_parse((const uint8_t *)made, sizeof(*made), "t.o",
				 &elf));
	patch.elf = &elf;
	func.symbol = &elf.symbols[2];
	assert_null(sy_code_of_new(&patch, 0, &code));
	assert_int_equal(code.n, 12);
	assert_string_equal(code.lines[3].text, "nop");
	assert_int_equal(code.lines[4].offset, 4);
	assert_string_equal(code.lines[4].text, expected);
	sy_code_deinit(&code);
	sy_elf_deinit(&elf);
}

static void test_references(void **state)
{
	struct sy_made made;

#ifndef SY_HAVE_ZYDIS
	print_message("SKIPPED: test_references: no disassembler\n");
	skip();
#endif
	(void)state;
	sy_make_elf(&made);
	shown_is(&made, "nop  # g");
	made.rela[0].r_info = ELF64_R_INFO(1, R_X86_64_PC32);
	shown_is(&made, "nop  # .text+0");
	made.rela[0].r_addend = INT64_MAX;
	shown_is(&made, "nop  # .text-9223372036854775805");
	made.rela[0].r_info = ELF64_R_INFO(1, R_X86_64_64);
	made.rela[0].r_addend = INT64_MIN;
	shown_is(&made, "nop  # .text-9223372036854775808");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
