// SPDX-License-Identifier: GPL-2.0
/*
 * What the advisor reads in the text of definitions: heads of functions and
 * bodies of structures, whatever comments, strings and directives stand between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../advise/advise.h"

static const char text[] =
	"/* int f(int wrong) { } */\n"
	"#define f(x) \\\n"
	"	int f(int macro) { }\n"
	"static const char *s = \"int f(char *string) { \\\" \";\n"
	"int f(int);\n"
	"static int h(void) { return f (1); }\n"
	"__always_inline\n"
	"static  int  f ( int a ,\n"
	"	struct s *b ) // int f(long) {\n"
	"{\n"
	"	return '{';\n"
	"}\n"
	"struct s { int a; struct { char b[3]; } c; /* } */ };\n"
	"struct s *make(struct s *old);\n"
	"union u\n{\n\tint i;\n\tstruct inner { long l; } in;\n};\n";

static void same(char *got, const char *expected)
{
	if (!expected) {
		assert_null(got);
		return;
	}
	assert_non_null(got);
	assert_string_equal(got, expected);
	free(got);
}

static void test_heads(void **state)
{
	(void)state;
	same(sy_definition_head(text, strlen(text), "f"),
	     "__always_inline static int f(int a,struct s*b)");
	same(sy_definition_head(text, strlen(text), "h"), "static int h(void)");
	same(sy_definition_head(text, strlen(text), "make"), NULL);
	same(sy_definition_head(text, strlen(text), "g"), NULL);
	same(sy_definition_head("int f(int", 9, "f"), NULL);
	same(sy_definition_head("", 0, "f"), NULL);
}

static void test_structs(void **state)
{
	char *code = sy_code_only(text, strlen(text)), name[16];
	size_t at = 0;

	(void)state;
	assert_non_null(code);
	same(sy_struct_body(code, strlen(text), &at, name, sizeof(name)),
	     "{int a;struct{char b[3];}c;}");
	assert_string_equal(name, "s");
	same(sy_struct_body(code, strlen(text), &at, name, sizeof(name)),
	     "{int i;struct inner{long l;}in;}");
	assert_string_equal(name, "u");
	same(sy_struct_body(code, strlen(text), &at, name, sizeof(name)),
	     "{long l;}");
	assert_string_equal(name, "inner");
	same(sy_struct_body(code, strlen(text), &at, name, sizeof(name)), NULL);
	free(code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_structs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
