// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel image: finding the payload of a bzImage, decoding kallsyms, what
 * is said of damage, and that damage never leads outside of the bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../image/kallsyms.h"
#include "../image/vmlinuz.h"
#include "make_kallsyms.h"

static struct sy_fault *decode(const struct sy_made_tables *t, size_t size,
			       struct sy_kallsyms *ret)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct sy_fault *fault;

	assert_non_null(copy);
	memcpy(copy, t->bytes, size);
	fault = sy_kallsyms_decode(copy, size, "t", ret);
	free(copy);
	return fault;
}

static void test_decode(void **state)
{
	struct sy_made_tables t;
	struct sy_kallsyms k;
	const uint32_t *at;
	size_t n;

	(void)state;
	sy_make_kallsyms(&t);
	assert_null(decode(&t, t.size, &k));
	assert_int_equal(k.n, SY_MADE_SYMBOLS);
	assert_true(k.base == SY_MADE_BASE);
	assert_string_equal(k.syms[0].name, "p0");
	assert_int_equal(k.syms[0].type, 'A');
	assert_true(k.syms[1].address == 16);
	at = sy_kallsyms_named(&k, "f77", &n);
	assert_int_equal(n, 1);
	assert_int_equal(at[0], 77);
	assert_int_equal(k.syms[77].type, 'T');
	assert_int_equal(k.syms[77].position, 1);
	assert_true(k.syms[77].address == SY_MADE_BASE + 16 * 77);
	at = sy_kallsyms_named(&k, "twin", &n);
	assert_int_equal(n, 2);
	assert_int_equal(at[0], 598);
	assert_int_equal(k.syms[599].position, 2);
	sy_kallsyms_named(&k, "f", &n);
	assert_int_equal(n, 0);
	sy_kallsyms_named(&k, "zz", &n);
	assert_int_equal(n, 0);
	at = sy_kallsyms_at(&k, SY_MADE_BASE + 16 * 100, &n);
	assert_int_equal(n, 1);
	assert_int_equal(at[0], 100);
	sy_kallsyms_at(&k, SY_MADE_BASE + 1, &n);
	assert_int_equal(n, 0);
	assert_int_equal(sy_kallsyms_size(&k, SY_MADE_BASE + 16 * 100), 16);
	assert_int_equal(sy_kallsyms_size(&k, SY_MADE_BASE + 16 * 599), 0);
	assert_int_equal(sy_kallsyms_size(&k, ~0ull), 0);
	sy_kallsyms_deinit(&k);
}

static void expect_line(struct sy_made_tables *t, const char *words)
{
	struct sy_kallsyms k;
	struct sy_fault *fault = decode(t, t->size, &k);

	assert_non_null(fault);
	if (!strstr(fault->line, words))
		fail_msg("'%s' does not say '%s'", fault->line, words);
	sy_fault_free(fault);
	sy_make_kallsyms(t);
}

static void test_damaged_tables(void **state)
{
	struct sy_made_tables t;

	(void)state;
	sy_make_kallsyms(&t);
	t.bytes[t.base + 7] = 0;
	expect_line(&t, "no kallsyms tables");
	t.bytes[t.base + 8] ^= 1;
	expect_line(&t, "no kallsyms tables");
	t.bytes[t.base + 13] = 1;
	expect_line(&t, "no kallsyms tables");
	t.bytes[t.names] = 0;
	expect_line(&t, "no kallsyms tables");
	t.bytes[t.names] = 0xff;
	expect_line(&t, "no kallsyms tables");
	t.bytes[t.markers + 4]++;
	expect_line(&t, "no kallsyms tables");
	t.bytes[t.tokens + 1] = 'x';
	expect_line(&t, "kallsyms without tokens");
	t.bytes[t.index + 6]++;
	expect_line(&t, "kallsyms without tokens");
	t.bytes[t.tokens + 3] = 0; /* "Tf" is now "T", then "" */
	expect_line(&t, "kallsyms without tokens");
}

static void test_truncated_tables(void **state)
{
	struct sy_made_tables t;
	struct sy_kallsyms k;
	struct sy_fault *fault;
	size_t size;

	(void)state;
	sy_make_kallsyms(&t);
	for (size = 0; size < t.index + 512; size += size < t.base ? 64 : 1) {
		fault = decode(&t, size, &k);
		assert_non_null(fault);
		sy_fault_free(fault);
	}
}

static void test_mutated_tables(void **state)
{
	uint64_t x = 88172645463325252ull;
	unsigned int round, i, refused = 0;
	struct sy_made_tables t;
	struct sy_kallsyms k;
	struct sy_fault *fault;

	(void)state;
	for (round = 0; round < 3000; round++) {
		sy_make_kallsyms(&t);
		for (i = 0; i < 1 + round % 3; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			t.bytes[x % t.size] = (uint8_t)(x >> 40);
		}
		fault = decode(&t, t.size, &k);
		refused += fault != NULL;
		if (!fault)
			sy_kallsyms_deinit(&k);
		sy_fault_free(fault);
	}
	assert_in_range(refused, 100, 2900);
}

static void sy_make_bzimage(uint8_t *b, size_t size)
{
	memset(b, 0, size);
	memcpy(b + 0x202, "HdrS\x0f\x02", 6);
	b[0x1f1] = 1;
	b[0x248] = 16;
	b[0x24c] = 64;
	memcpy(b + 1024 + 16,
	       "\xfd"
	       "7zXZ",
	       6);
}

static void expect_payload(uint8_t *b, size_t size, const char *words)
{
	struct sy_payload p;
	struct sy_fault *fault = sy_vmlinuz_payload(b, size, "v", &p);

	assert_non_null(fault);
	if (!strstr(fault->line, words))
		fail_msg("'%s' does not say '%s'", fault->line, words);
	sy_fault_free(fault);
	sy_make_bzimage(b, 1024 + 80);
}

static void test_payload(void **state)
{
	uint8_t b[1024 + 80];
	struct sy_payload p;

	(void)state;
	sy_make_bzimage(b, sizeof(b));
	assert_null(sy_vmlinuz_payload(b, sizeof(b), "v", &p));
	assert_ptr_equal(p.bytes, b + 1040);
	assert_int_equal(p.size, 60);
	assert_string_equal(p.program, "xz");
	b[1040] = 0x1f;
	b[1041] = 0x8b;
	assert_null(sy_vmlinuz_payload(b, sizeof(b), "v", &p));
	assert_string_equal(p.program, "gzip");
	memcpy(b + 1040, "\x28\xb5\x2f\xfd", 4);
	assert_null(sy_vmlinuz_payload(b, sizeof(b), "v", &p));
	assert_string_equal(p.program, "zstd");
	b[1040] = 'B';
	expect_payload(b, sizeof(b), "compressed in a way unknown here (42 ");
	expect_payload(b, 0x24f, "no setup header");
	b[0x202] = 0;
	expect_payload(b, sizeof(b), "no setup header");
	b[0x206] = 7;
	expect_payload(b, sizeof(b), "boot protocol 0x207");
	expect_payload(b, sizeof(b) - 1, "truncated");
	b[0x24b] = 0xff;
	expect_payload(b, sizeof(b), "truncated");
	b[0x24c] = 3;
	expect_payload(b, sizeof(b), "truncated");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_damaged_tables),
		cmocka_unit_test(test_truncated_tables),
		cmocka_unit_test(test_mutated_tables),
		cmocka_unit_test(test_payload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
