// SPDX-License-Identifier: GPL-2.0
/*
 * Matching, on an object and an image made by hand: masks, placement, static
 * functions of one name, decoded relocations and what is said of a mismatch.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../match/masked.h"
#include "../match/match.h"
#include "make_elf.h"

#define BASE 0xffffffff81000000ull
#define TEXT_SIZE 256

/* The image: one text section at BASE; up to eight symbols. */
struct world {
	struct sy_made made;
	struct sy_elf object;
	uint8_t text[TEXT_SIZE];
	struct sy_section sections[2];
	struct sy_ksym syms[8];
	uint32_t by_name[8], by_address[8];
	struct sy_image image;
};

static void add(struct world *w, const char *name, uint64_t offset,
		uint32_t position)
{
	size_t n = w->image.symbols.n++;

	w->syms[n] = (struct sy_ksym){ .address = BASE + offset,
				       .name = name,
				       .position = position,
				       .type = 't' };
	w->by_name[n] = w->by_address[n] = (uint32_t)n;
}

/* Puts the object's text at an offset of the image, "g" called there. */
static void place(struct world *w, uint64_t offset, uint64_t g)
{
	int32_t field = (int32_t)(g - 4 - (offset + 8));

	memcpy(w->text + offset, w->made.text, sizeof(w->made.text));
	memcpy(w->text + offset + 8, &field, sizeof(field));
}

static void parse(struct world *w)
{
	assert_null(sy_elf_parse((uint8_t *)&w->made, sizeof(w->made), "t.o",
				 &w->object));
}

/* f is twice in the image, at 0x14 and 0x44; g at 0x80. */
static struct world *make_world(void)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	sy_make_elf(&w->made);
	w->made.text[7] = 0xe8;
	memset(w->made.text + 8, 0, 4);
	memset(w->text, 0xcc, sizeof(w->text));
	w->sections[0].name = "";
	w->sections[1] = (struct sy_section){ .name = ".text",
					      .type = SHT_PROGBITS,
					      .flags = SHF_ALLOC,
					      .address = BASE,
					      .size = TEXT_SIZE,
					      .data = w->text };
	w->image.elf.sections = w->sections;
	w->image.elf.nsections = 2;
	w->image.symbols.syms = w->syms;
	w->image.symbols.by_name = w->by_name;
	w->image.symbols.by_address = w->by_address;
	add(w, "f", 0x14, 1);
	add(w, "f", 0x44, 2);
	add(w, "g", 0x80, 1);
	place(w, 0x40, 0x80);
	return w;
}

static void free_world(struct world *w)
{
	sy_elf_deinit(&w->object);
	free(w);
}

static void test_equal(void **state)
{
	struct world *w = make_world();
	struct sy_match m;

	(void)state;
	parse(w);
	assert_null(sy_match_image(&w->object, &w->image, &m));
	assert_int_equal(m.nfuncs, 1);
	assert_int_equal(m.equal, 1);
	assert_int_equal(m.funcs[0].state, SY_MATCH_EQUAL);
	assert_true(m.funcs[0].address == BASE + 0x44);
	assert_int_equal(m.funcs[0].position, 2);
	assert_int_equal(m.funcs[0].namesakes, 2);
	assert_int_equal(m.funcs[0].relas, 1);
	assert_int_equal(m.odd, 0);
	assert_true(m.found[3] == BASE + 0x80);
	sy_match_deinit(&m);
	free_world(w);
}

static void test_differs(void **state)
{
	struct world *w = make_world();
	struct sy_match m;
	char line[512];

	(void)state;
	w->text[0x40 + 14] = 0xf4; /* hlt */
	parse(w);
	assert_null(sy_match_image(&w->object, &w->image, &m));
	assert_int_equal(m.differing, 1);
	assert_true(m.funcs[0].address == BASE + 0x44);
	assert_int_equal(m.funcs[0].differs_at, 10);
	sy_match_explain(&m, &m.funcs[0], line, sizeof(line));
	assert_non_null(strstr(line, "f+0xa: here '"));
	assert_null(strchr(line, '\n'));
	sy_match_deinit(&m);
	free_world(w);
}

static void test_ambiguous(void **state)
{
	struct world *w = make_world();
	struct sy_match m;

	(void)state;
	place(w, 0x10, 0x80);
	parse(w);
	assert_null(sy_match_image(&w->object, &w->image, &m));
	assert_int_equal(m.ambiguous, 1);
	assert_int_equal(m.equal, 0);
	sy_match_deinit(&m);
	free_world(w);
}

static void test_odd(void **state)
{
	struct world *w = make_world();
	struct sy_match m;

	(void)state;
	place(w, 0x40, 0x84); /* calls what is not g */
	parse(w);
	assert_null(sy_match_image(&w->object, &w->image, &m));
	assert_int_equal(m.equal, 1);
	assert_int_equal(m.odd, 1);
	assert_int_equal(m.funcs[0].odd_at, 4);
	assert_true(m.found[3] == 0);
	sy_match_deinit(&m);
	free_world(w);
}

static void test_absent(void **state)
{
	struct world *w = make_world();
	struct sy_match m;

	(void)state;
	w->made.str[1] = 'h';
	parse(w);
	assert_null(sy_match_image(&w->object, &w->image, &m));
	assert_int_equal(m.absent, 1);
	sy_match_deinit(&m);
	free_world(w);
}

/* A symbol whose address has no bytes, or too few: never equal. */
static void test_outside(void **state)
{
	struct world *w = make_world();
	struct sy_match m;

	(void)state;
	w->syms[0].address = BASE + TEXT_SIZE - 4;
	w->syms[1].address = ~0ull - 2;
	parse(w);
	assert_null(sy_match_image(&w->object, &w->image, &m));
	assert_int_equal(m.equal, 0);
	assert_int_equal(m.differing, 1);
	sy_match_deinit(&m);
	free_world(w);
}

static void test_masked(void **state)
{
	struct world *w = make_world();
	const struct sy_section *text;
	uint8_t other[16];

	(void)state;
	parse(w);
	text = &w->object.sections[1];
	memcpy(other, text->data, sizeof(other));
	assert_int_equal(sy_masked_compare(text, 0, 16, other), 16);
	memset(other + 8, 0x55, 4);
	assert_int_equal(sy_masked_compare(text, 0, 16, other), 16);
	other[12] ^= 1;
	assert_int_equal(sy_masked_compare(text, 0, 16, other), 12);
	assert_int_equal(sy_masked_compare(text, 0, 12, other), 12);
	other[7] ^= 1;
	assert_int_equal(sy_masked_compare(text, 0, 16, other), 7);
	assert_int_equal(sy_masked_compare(text, 4, 12, other + 4), 3);
	free_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_differs),
		cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
