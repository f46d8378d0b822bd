// SPDX-License-Identifier: GPL-2.0
/* Names of files that must not lead out of a folder, and command lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../tool/path.h"
#include "../tool/words.h"

static void test_inner(void **state)
{
	(void)state;
	assert_true(sy_path_is_inner("net/ipv4/ip_options.c"));
	assert_true(sy_path_is_inner("a..b/...c"));
	assert_true(sy_path_is_inner("arch/x86/lib/x86-opcode,1.c"));
	assert_false(sy_path_is_inner(""));
	assert_false(sy_path_is_inner("/etc/passwd"));
	assert_false(sy_path_is_inner(".."));
	assert_false(sy_path_is_inner("../x"));
	assert_false(sy_path_is_inner("a/../x"));
	assert_false(sy_path_is_inner("a/.."));
	assert_false(sy_path_is_inner("./a"));
	assert_false(sy_path_is_inner("a//b"));
	assert_false(sy_path_is_inner("a/"));
	assert_false(sy_path_is_inner("a b"));
	assert_false(sy_path_is_inner("$(x)"));
	assert_false(sy_path_is_inner("a/-rf"));
	assert_false(sy_path_is_inner("a\nb"));
}

static void test_long(void **state)
{
	struct sy_path path;
	char name[5000];
	struct sy_fault *fault;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fault = sy_path_make(&path, "/%s", name);
	assert_non_null(fault);
	assert_non_null(strstr(fault->line, "too long"));
	sy_fault_free(fault);
}

static void test_split(void **state)
{
	static const char line[] =
		"  gcc -DA='\"x y\"' \"b c\" d\\ e  -I/s/include '' ";
	struct sy_words words = { 0 };

	(void)state;
	assert_null(sy_words_split(&words, line, strlen(line)));
	assert_int_equal(words.n, 6);
	assert_string_equal(words.at[0], "gcc");
	assert_string_equal(words.at[1], "-DA=\"x y\"");
	assert_string_equal(words.at[2], "b c");
	assert_string_equal(words.at[3], "d e");
	assert_string_equal(words.at[5], "");
	assert_null(words.at[6]);
	assert_null(sy_words_replace(&words, "/s/", "/tree/of/mine/"));
	assert_string_equal(words.at[4], "-I/tree/of/mine/include");
	assert_null(sy_words_replace(&words, "e", "ee"));
	assert_string_equal(words.at[4], "-I/treeee/of/minee/includee");
	sy_words_deinit(&words);
}

static void test_shell_words(void **state)
{
	static const char *const lines[] = { "a $(b)", "a `b`", "a \"$b\"",
					     "a; b",   "a >b",	"a & b",
					     "a | b",  "'a",	"a\\",
					     "\"a" };
	struct sy_words words = { 0 };
	struct sy_fault *fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fault = sy_words_split(&words, lines[i], strlen(lines[i]));
		if (!fault)
			fail_msg("'%s' was taken", lines[i]);
		sy_fault_free(fault);
		sy_words_deinit(&words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inner),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_shell_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
