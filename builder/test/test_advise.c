// SPDX-License-Identifier: GPL-2.0
/*
 * What the advisor reads in the text of definitions: heads of functions and
 * bodies of structures, whatever comments, strings and directives stand between.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../module/uapi/switchyard/abi.h"
#include "../advise/advise.h"
#include "../tool/command.h"

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

/* Both functions have a struct of that name, which the code may not mix up. */
#define TWO_REQUESTS(first, second)                                      \
	"void f(void) {\n\tstruct req { " first " } r;\n\tuse(&r);\n}\n" \
	"void g(void) {\n\tstruct req { " second " } r;\n}\n"

/* The code of the refusal of @before's change to @after, or "". */
static void layout_is(const char *before, const char *after,
		      const char *expected)
{
	char dir[] = "/tmp/test_advise.XXXXXX";
	struct sy_change change = { 0 };
	const struct sy_patchfile patch = { .changes = &change, .n = 1 };
	struct sy_path old, new, path;
	struct sy_fault *fault;
	bool renamed = false;

	assert_non_null(mkdtemp(dir));
	assert_null(sy_path_make(&change.path, "f.c"));
	assert_null(sy_path_make(&old, "%s/old", dir));
	assert_null(sy_path_make(&new, "%s/new", dir));
	assert_null(sy_path_make(&path, "%s/f.c", old.text));
	assert_null(sy_path_mkdir(path.text, true));
	assert_null(sy_path_write(path.text, before, strlen(before)));
	assert_null(sy_path_make(&path, "%s/f.c", new.text));
	assert_null(sy_path_mkdir(path.text, true));
	assert_null(sy_path_write(path.text, after, strlen(after)));
	fault = sy_check_layout(old.text, new.text, &patch, 'c', &renamed);
	assert_string_equal(fault ? fault->code : "", expected);
	sy_fault_free(fault);
	sy_command_remove(dir);
}

static void test_layouts_by_text(void **state)
{
	(void)state;
	layout_is("struct s { int a; };\n", "struct s { int a; }; /* b */\n",
		  "");
	layout_is("struct s { int a; };\n", "struct s { int a, b; };\n",
		  "layout");
	layout_is(TWO_REQUESTS("int a;", "long a;"),
		  "int x;\n" TWO_REQUESTS("int a;", "long a;"), "");
	layout_is(TWO_REQUESTS("int a;", "long a;"),
		  TWO_REQUESTS("int a;", "long a, b;"), "layout");
}

/* Names the models that satisfy a requirement, weakest first. */
static void satisfied_by(unsigned int forbidden, const char *expected)
{
	const struct sy_advice advice = { .forbidden = forbidden };
	char names[128] = "";
	const char *name;
	size_t i;

	for (i = 0; (name = sy_advice_model(&advice, i)); i++) {
		strcat(names, i ? " " : "");
		strcat(names, name);
	}
	assert_string_equal(names, expected);
}

static void test_models(void **state)
{
	(void)state;
	satisfied_by(0,
		     "null kpatch-nocheck hybrid kgraft kpatch ksplice freeze");
	satisfied_by(SY_FORBID_M1, "hybrid kgraft kpatch ksplice freeze");
	satisfied_by(SY_FORBID_M2, "kgraft freeze");
	satisfied_by(SY_FORBID_M1 | SY_FORBID_M3, "kpatch ksplice freeze");
	satisfied_by(SY_FORBID_M4, "kpatch-nocheck kpatch ksplice freeze");
	satisfied_by(SY_FORBID_M2 | SY_FORBID_M3, "freeze");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_structs),
		cmocka_unit_test(test_layouts_by_text),
		cmocka_unit_test(test_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
