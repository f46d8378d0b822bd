// SPDX-License-Identifier: GPL-2.0
/*
 * Comparing two objects, compiled here from a few lines of C: what must be seen
 * as a change, and what must not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../diff/objdiff.h"
#include "../tool/command.h"
#include "../tool/path.h"

static char dir[] = "/tmp/sy-objdiff.XXXXXX";

struct object {
	struct sy_path path;
	struct sy_file file;
	struct sy_elf elf;
};

static void compile(const char *name, const char *text, struct object *ret)
{
	struct sy_path source;
	const char *const argv[] = { "gcc",
				     "-O2",
				     "-fno-pic",
				     "-mcmodel=kernel",
				     "-fno-asynchronous-unwind-tables",
				     "-fcf-protection=none",
				     "-ffunction-sections",
				     "-fdata-sections",
				     "-c",
				     source.text,
				     "-o",
				     ret->path.text,
				     NULL };
	struct sy_fault *fault;

	assert_null(sy_path_make(&source, "%s/%s.c", dir, name));
	assert_null(sy_path_make(&ret->path, "%s/%s.o", dir, name));
	assert_null(sy_path_write(source.text, text, strlen(text)));
	fault = sy_command_run(&(struct sy_command_run){ .argv = argv });
	if (fault)
		fail_msg("%s: %s", text, fault->line);
	assert_null(sy_file_open(ret->path.text, &ret->file));
	assert_null(
		sy_elf_parse(ret->file.bytes, ret->file.size, name, &ret->elf));
	unlink(source.text);
	unlink(ret->path.text);
}

/* The changes as "kind name; ..." in their order. */
static void expect(const char *before, const char *after, const char *changes)
{
	struct object a, b;
	struct sy_objdiff diff;
	char text[512] = "";
	size_t i, used = 0;

	compile("before", before, &a);
	compile("after", after, &b);
	assert_null(sy_objdiff(&a.elf, &b.elf, &diff));
	for (i = 0; i < diff.n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "%s %s; ",
					 sy_change_kind_name(
						 diff.changes[i].kind),
					 diff.changes[i].name);
	assert_string_equal(text, changes);
	sy_objdiff_deinit(&diff);
	sy_elf_deinit(&a.elf);
	sy_elf_deinit(&b.elf);
	sy_file_close(&a.file);
	sy_file_close(&b.file);
}

#define F "extern int g(const char *, int *);\n"
#define NI "__attribute__((noinline)) "

static void test_same(void **state)
{
	(void)state;
	/* other lines, another order, another number of a static local */
	expect(F "int f(void) { static int k; return g(\"x\", &k); }\n"
		 "int h(int a) { return a + 1; }\n",
	       F "\n\nint h(int a) { return a + 1; }\n"
		 "int f(void) { static int k; return g(\"x\", &k); }\n",
	       "");
	/* the same string at another place of the section */
	expect(F "int f(void) { return g(\"x\", 0); }\n"
		 "int h(void) { return g(\"yyy\", 0); }\n",
	       F "int h(void) { return g(\"yyy\", 0); }\n"
		 "int f(void) { return g(\"x\", 0); }\n",
	       "");
}

static void test_functions(void **state)
{
	(void)state;
	expect("int f(int a) { return a + 1; }\n"
	       "int h(int a) { return a + 1; }\n",
	       "int f(int a) { return a + 2; }\n"
	       "int h(int a) { return a + 1; }\n",
	       "changed f; ");
	expect("int f(int a) { return a; }\n",
	       "static " NI "int h(int a) { return a * 77; }\n"
	       "int f(int a) { return h(a) + 1; }\n",
	       "new h; changed f; ");
	expect("int f(void) { return 1; }\nint h(void) { return 2; }\n",
	       "int f(void) { return 1; }\n", "gone h; ");
	/* only the function that is called, or the string, is another */
	expect("extern int g(void), h(void);\nint f(void) { return g(); }\n",
	       "extern int g(void), h(void);\nint f(void) { return h(); }\n",
	       "changed f; ");
	expect(F "int f(void) { return g(\"x\", 0); }\n",
	       F "int f(void) { return g(\"y\", 0); }\n", "changed f; ");
	/* inlined everywhere: its callers change */
	expect("static int s(int a) { return a + 1; }\n"
	       "int f(int a) { return s(a); }\n"
	       "int h(int a) { return s(a) * 3; }\n",
	       "static int s(int a) { return a + 5; }\n"
	       "int f(int a) { return s(a); }\n"
	       "int h(int a) { return s(a) * 3; }\n",
	       "changed f; changed h; ");
}

static void test_data(void **state)
{
	(void)state;
	expect("int d = 1;\nint f(void) { return d; }\n",
	       "int d = 2;\nint f(void) { return d; }\n", "changed .data.d; ");
	expect("int d;\nint f(void) { return d; }\n",
	       "long d;\nint f(void) { return d; }\n", "changed .bss.d; ");
	expect("extern int g, h;\nint *d = &g;\n",
	       "extern int g, h;\nint *d = &h;\n", "changed .data.d; ");
	expect("int d = 1;\n", "int d = 1;\nint e = 1;\n", "new .data.e; ");
	expect("int d = 1;\nint e = 1;\n", "int d = 1;\n", "gone .data.e; ");
}

/* Not a byte of the text changes, only what a table says of it. */
static void test_tables(void **state)
{
	static const char one[] =
		"int f(void) {\n"
		"asm volatile(\"1: nop\\n.pushsection __jump_table, \\\"aw\\\"\\n"
		".long 1b - ., 1b - .\\n.quad k1 - .\\n.popsection\");\n"
		"return 0; }\nint h(void) { return 3; }\n";
	char two[sizeof(one)];

	(void)state;
	strcpy(two, one);
	*(strstr(two, "k1") + 1) = '2';
	expect(one, one, "");
	expect(one, two, "changed f; ");
	strcpy(two, one);
	memcpy(strstr(two, ", 1b"), ", . ", 4);
	expect(one, two, "changed f; ");
}

#define DEBUG(fmt)                                                        \
	"({ static struct d __attribute__((section(\"__dyndbg\"))) d = {" \
	"\"m\", __func__, \"f\", \"" fmt "\", __LINE__ }; d.key; })"
#define DEBUG_STRUCT                                                     \
	"struct d { const char *m, *fu, *fi, *fo; int l, fl; long k[1];" \
	" int key; };\n"

/* One more pr_debug() shifts the entries of all others. */
static void test_debug(void **state)
{
	(void)state;
	expect(DEBUG_STRUCT "int f(void) { return 1; }\n"
			    "int h(void) { return " DEBUG("x") "; }\n",
	       DEBUG_STRUCT "\nint f(void) { return " DEBUG(
		       "y") "; }\n"
			    "int h(void) { return " DEBUG("x") "; }\n",
	       "changed f; new .rodata.__func__.1; ");
	expect(DEBUG_STRUCT "int h(void) { return " DEBUG("x") "; }\n",
	       DEBUG_STRUCT "int h(void) { return " DEBUG("y") "; }\n",
	       "changed h; ");
}

static void test_names(void **state)
{
	(void)state;
	assert_true(sy_same_name("key.1", "key.27"));
	assert_true(sy_same_name(".bss.key.1", ".bss.key.2"));
	assert_true(sy_same_name("f", "f"));
	assert_false(sy_same_name("key.1", "key"));
	assert_false(sy_same_name("key1", "key2"));
	assert_false(sy_same_name("f.isra.0", "f.part.0"));
	assert_true(sy_same_name(".1", ".1"));
	assert_false(sy_same_name(".1", ".2"));
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),  cmocka_unit_test(test_functions),
		cmocka_unit_test(test_data),  cmocka_unit_test(test_tables),
		cmocka_unit_test(test_names), cmocka_unit_test(test_debug),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
