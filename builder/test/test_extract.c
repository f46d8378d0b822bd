// SPDX-License-Identifier: GPL-2.0
/*
 * Extracting a change: a unit, compiled here as the kernel's build would, before
 * and after a change, and as shipped in a module "m" with a namesake of one of
 * its static symbols. What is replaced, what is taken along, what the engine has
 * to find, and what is refused, by code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib_extract.h"

static void expect(const char *before, const char *after, const char *text)
{
	struct result r;

	change(before, after, &r);
	assert_string_equal(r.code, "");
	assert_string_equal(r.text, text);
}

static void refuse(const char *before, const char *after, const char *code)
{
	struct result r;

	change(before, after, &r);
	assert_string_equal(r.code, code);
}

#define NI "__attribute__((noinline)) "
#define H "extern int exported(int); extern int unexported(int);\n"

static void test_body(void **state)
{
	(void)state;
	expect("int f(int a) { return a + 1; }\nint g(int a) { return a; }\n",
	       "int f(int a) { return a + 2; }\nint g(int a) { return a; }\n",
	       "replaced f; ");
}

/* As module_exit() makes one: the function is replaced once. */
static void test_second_name(void **state)
{
	(void)state;
	expect("static int f(int a) { return a + 1; }\n"
	       "int g(int a) __attribute__((alias(\"f\")));\n",
	       "static int f(int a) { return a + 2; }\n"
	       "int g(int a) __attribute__((alias(\"f\")));\n",
	       "replaced f; ");
}

/* By a name: what is exported, what is not, what is the module's own. */
static void test_references(void **state)
{
	(void)state;
	expect(H "int f(int a) { return a; }\n",
	       H "int f(int a) { return exported(a) * 3; }\n", "replaced f; ");
	expect(H "int f(int a) { return a; }\n",
	       H "int f(int a) { return unexported(a) * 3; }\n",
	       "replaced f; needs vmlinux:unexported 1; ");
	/* the second helper of the module: the other unit has the first */
	expect("static " NI "int helper(int a) { return a * 7; }\n"
	       "int f(int a) { return helper(a); }\n",
	       "static " NI "int helper(int a) { return a * 7; }\n"
	       "int f(int a) { return helper(a) + 1; }\n",
	       "replaced f; needs m:helper 2; ");
	refuse("int f(int a) { return a; }\n",
	       "extern int nowhere(int);\n"
	       "int f(int a) { return nowhere(a) * 3; }\n",
	       "no-symbol");
}

static void test_data(void **state)
{
	(void)state;
	expect("static int k = 4; int g(void) { return k++; }\n"
	       "int f(int a) { return a + k; }\n",
	       "static int k = 4; int g(void) { return k++; }\n"
	       "int f(int a) { return a - k; }\n",
	       "replaced f; needs m:k 1; ");
	refuse("int k = 4; int f(int a) { return a + k; }\n",
	       "int k = 5; int f(int a) { return a - k; }\n", "data-changed");
	/* new data and strings come along */
	expect(H "int f(int a) { return a; }\n",
	       H "static int k = 4; int f(int a) { k += a; return k; }\n",
	       "replaced f; .data.k 4; ");
	expect("extern int exported();\nint f(int a) { return a; }\n",
	       "extern int exported();\n"
	       "int f(int a) { return exported(\"string\", a); }\n",
	       "replaced f; .rodata.sy.str 7; ");
}

/* gcc numbers static locals; the number may be another after the change. */
static void test_static_locals(void **state)
{
	(void)state;
	expect("int g(int a) { static int n = 1; return n += a; }\n"
	       "int f(int a) { static int n = 2; return n += a; }\n",
	       "int g(int a) { static int n = 1; return n += a; }\n"
	       "int e(int a) { static int n = 3; return n -= a; }\n"
	       "int f(int a) { static int n = 2; return n += 2 * a; }\n"
	       "int h(int a) { return e(a); }\n",
	       "replaced f; needs m:n.0 1; ");
}

/* A function that is inlined everywhere: its callers change instead. */
static void test_inlined(void **state)
{
	(void)state;
	expect("static inline int in(int a) { return a * 3; }\n"
	       "int f(int a) { return in(a); }\n"
	       "int g(int a) { return in(a) + 1; }\n"
	       "int h(int a) { return a; }\n",
	       "static inline int in(int a) { return a * 5; }\n"
	       "int f(int a) { return in(a); }\n"
	       "int g(int a) { return in(a) + 1; }\n"
	       "int h(int a) { return a; }\n",
	       "replaced f; replaced g; ");
}

/* The part that gcc moves away goes with its function, whichever changed. */
static void test_cold(void **state)
{
	static const char before[] =
		"extern void exported(int) __attribute__((cold));\n"
		"int f(int a) { if (a > 1000) { exported(1); exported(2); }\n"
		"return a; }\n";
	static const char after[] =
		"extern void exported(int) __attribute__((cold));\n"
		"int f(int a) { if (a > 1000) { exported(1); exported(3); }\n"
		"return a; }\n";
	struct result r;

	(void)state;
	change(before, after, &r);
	assert_string_equal(r.code, "");
	assert_non_null(strstr(r.text, "replaced f; "));
	assert_null(strstr(r.text, "replaced f.cold"));
	run("nm before.o | grep -q f.cold && nm linked.o | grep -q f.cold");
}

/* Clones that gcc makes for its callers keep their names and are found. */
static void test_clones(void **state)
{
	static const char before[] =
		"extern int exported(int);\n"
		"static " NI "int c(int *p, int k) { return exported(*p) * k +"
		" exported(k); }\n"
		"int f(int a) { return c(&a, 5) + c(&a, 5); }\n";
	static const char after[] =
		"extern int exported(int);\n"
		"static " NI "int c(int *p, int k) { return exported(*p) * k -"
		" exported(k); }\n"
		"int f(int a) { return c(&a, 5) + c(&a, 5); }\n";
	struct result r;

	(void)state;
	change(before, after, &r);
	assert_string_equal(r.code, "");
	run("nm before.o | grep -qE ' t c\\.(constprop|isra)'");
	assert_non_null(strstr(r.text, "replaced c."));
}

/*
 * What gcc knows of a callee is in its callers' code. The unit is compiled whole
 * with the new callee: a caller that relied on what is no longer true is
 * compiled otherwise and found by its own code; one whose code is the same is
 * right for both. Each line: a callee before and after, and a caller.
 */
static void test_callers_that_know(void **state)
{
	static const struct {
		const char *before, *after, *caller, *said;
	} cases[] = {
		/* pure: called once for two */
		{ "static " NI "int c(int a) { return a * a / 7; }",
		  "static " NI "int c(int a) { n++; return a * a / 7; }",
		  "int f(int a) { int b = c(a); exported(b);"
		  " return b + c(a); }",
		  "replaced f; " },
		/* modref: it does not write to n, which need not be read again */
		{ "static " NI "int c(int a, int *q) { *q = a; return a / 7; }",
		  "static " NI
		  "int c(int a, int *q) { *q = a; n = 1; return a / 7; }",
		  "int f(int a, int *q) { n = a * 3; a = c(a, q); return a + n; }",
		  "replaced f; " },
		/* isra: the value for the pointer */
		{ "static " NI "int c(int *p) { return *p * *p / 7; }",
		  "static " NI
		  "int c(int *p) { exported((long)p); return *p / 7; }",
		  "int f(int a) { return c(&a) + 1; }", "replaced f; " },
		/* constprop: the parameter that is always 5 */
		{ "static " NI
		  "int c(int a, int k) { return exported(a) / k; }",
		  "static " NI "int c(int a, int k) { return exported(a) / k; }"
		  " int h(int a) { return c(a, a); }",
		  "int f(int a) { return c(a, 5) + 1; }",
		  "replaced f; new c; " },
		/* an unused parameter, which is then used */
		{ "static " NI "int c(int a, int k) { return exported(a); }",
		  "static " NI
		  "int c(int a, int k) { return exported(a) + k; }",
		  "int f(int a) { return c(a, a * 3) + 1; }", "replaced f; " },
	};
	char before[1024], after[1024];
	struct result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(before, sizeof(before),
			 "extern int exported(int); static int n;\n"
			 "int get(void) { return n++; }\n%s\n%s\n",
			 cases[i].before, cases[i].caller);
		snprintf(after, sizeof(after),
			 "extern int exported(int); static int n;\n"
			 "int get(void) { return n++; }\n%s\n%s\n",
			 cases[i].after, cases[i].caller);
		change(before, after, &r);
		if (r.code[0] || !strstr(r.text, cases[i].said))
			fail_msg("%zu: %s %s", i, r.code, r.text);
	}
}

/*
 * -fipa-ra: a caller may keep values in registers that its callee does not use,
 * and a new callee, entered by a redirect, may use them. gcc does without it
 * where calls are instrumented (-pg): what can be redirected has no such caller
 * in its unit. The same source shows it when it is compiled without.
 */
static void test_registers_of_callees(void **state)
{
	static const char text[] =
		"extern int exported(int);\n"
		"static " NI "int c(int a) { asm volatile(\"%s\" : : : %s);"
		" return a * 3; }\n"
		"int f(int a, int b) { return c(a) + b; }\n";
	char before[512], after[512];

	(void)state;
	snprintf(before, sizeof(before), text, "nop", "\"memory\"");
	snprintf(after, sizeof(after), text, "xor %%ecx, %%ecx",
		 "\"rcx\", \"rdx\", \"rsi\", \"r8\", \"r9\", \"r10\", \"r11\"");
	expect(before, after, "replaced c; ");
	run("for o in before after; do gcc -O2 -c $o.c -o ra.o;"
	    " objdump -d --disassemble=f ra.o | sed 1,3d >$o.ra; done;"
	    " ! cmp -s before.ra after.ra");
}

/* Entries of tables go with the code that they are of, and only these. */
static void test_tables(void **state)
{
	static const char *const tables[][2] = {
		{ "__bug_table,\\\"aw\\\"", ".long 1b - ., 0, 0" },
		{ "__ex_table,\\\"a\\\"", ".long 1b - ., 2b - ., 3" },
		{ ".smp_locks,\\\"a\\\"", ".long 1b - ." },
		{ ".parainstructions,\\\"a\\\"",
		  ".quad 1b\\n.byte 1, 1\\n.short 0\\n.long 0" },
	};
	static const char *const said[] = {
		"replaced f; __bug_table 12; ",
		"replaced f; __ex_table 12; ",
		"replaced f; .smp_locks 4; ",
		"replaced f; .parainstructions 16; ",
	};
	char before[1024], after[1024];
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(before, sizeof(before),
			 "#define S asm volatile(\"1: nop; 2:\\n.pushsection %s"
			 "\\n%s\\n.popsection\")\n"
			 "int g(int a) { S; return a; }\n"
			 "int f(int a) { S; return a; }\n",
			 tables[i][0], tables[i][1]);
		snprintf(after, sizeof(after),
			 "#define S asm volatile(\"1: nop; 2:\\n.pushsection %s"
			 "\\n%s\\n.popsection\")\n"
			 "int g(int a) { S; return a; }\n"
			 "int f(int a) { S; return a + 1; }\n",
			 tables[i][0], tables[i][1]);
		expect(before, after, said[i]);
	}
}

/* A jump label as the builder's <asm/jump_label.h> makes it. */
#define LABEL                                                                  \
	"#define LABEL(key, b) do { asm goto(\"1: .byte 0x0f,0x1f,0x44,0,0\\n" \
	".pushsection __jump_table,\\\"aw\\\"\\n.balign 8\\n.long 1b - .\\n"   \
	".long %%l[yes] - .\\n.quad %%c0 + %%c1 - .\\n.popsection\" : : "      \
	"\"i\"(&key), \"i\"(b) : : yes); } while (0)\n"

static void label(const char *key, int branch, struct result *r)
{
	char before[1024], after[1024];

	snprintf(before, sizeof(before),
		 H LABEL "%s\nint f(int a) { LABEL(key, %d); return a; "
			 "yes: return unexported(a); }\n",
		 key, branch);
	snprintf(after, sizeof(after),
		 H LABEL "%s\nint f(int a) { LABEL(key, %d); return a + 1; "
			 "yes: return unexported(a); }\n",
		 key, branch);
	change(before, after, r);
	assert_string_equal(r->code, "");
}

/* An exported key keeps its entry. What the engine has to find, of the kernel or
 * of a module that may come later, is tested where the label was. */
static void test_jump_labels(void **state)
{
	struct result r;

	(void)state;
	label("extern long key;", 1, &r);
	assert_string_equal(r.labels, "key+1; ");
	assert_string_equal(r.relocs, ".text.f 4 unexported-4; ");
	label("#define key hidden\nextern long key;", 0, &r);
	assert_string_equal(r.labels, "");
	assert_string_equal(r.relocs, ".text.f 4 unexported-4; "
				      ".text.f 2 hidden-5; ");
	run("objdump -d --section=.text.f linked.o | grep -q 'jne '");
	label("static long own;\n#define key own\n"
	      "long g(void) { return ++own; }",
	      1, &r);
	assert_string_equal(r.labels, "");
	assert_string_equal(r.relocs, ".text.f 4 unexported-4; "
				      ".text.f 2 own-5; ");
	run("objdump -d --section=.text.f linked.o | grep -q 'je '");
}

/* objtool finds the key of a static call by name; a call of a trampoline that
 * the engine finds is no site, for the trampoline is always right. */
static void test_static_calls(void **state)
{
	struct result r;

	(void)state;
	change("extern int __SCT__call(int);\nint f(int a) { return a; }\n",
	       "extern int __SCT__call(int);\n"
	       "int f(int a) { return __SCT__call(a) + 1; }\n",
	       &r);
	assert_string_equal(r.code, "");
	assert_string_equal(r.relocs, "");
	run("nm extract.o | grep -q ' U __SCK__call'");
	change("int __SCT__own(int a) { return a; }\nint f(int a) { return a; }\n",
	       "int __SCT__own(int a) { return a; }\n"
	       "extern " NI "int __SCT__own(int);\n"
	       "int f(int a) { return __SCT__own(a) + 1; }\n",
	       &r);
	assert_string_equal(r.code, "");
	assert_string_equal(r.relocs, ".text.f 4 __SCT__own-4; ");
	run("! nm extract.o | grep -q ' __SC[KT]__own'");
}

#define ALTERNATIVE                                                      \
	"#define A(old, new) asm volatile(\"1: \" old \"\\n2:\\n"        \
	".pushsection .altinstructions,\\\"a\\\"\\n.long 1b - .\\n"      \
	".long 3f - .\\n.short 1\\n.byte 2b - 1b, 4f - 3f\\n"            \
	".popsection\\n.pushsection .altinstr_replacement,\\\"ax\\\"\\n" \
	"3: \" new \"\\n4:\\n.popsection\" : : : \"memory\")\n"

/* Replaced at load, before the engine writes: only what is exported, before and
 * after the replacement. */
static void test_alternatives(void **state)
{
	static const char *const good[] = { "nop; nop", "call exported" };
	static const char *const bad = "call unexported";
	char before[1024], after[1024];
	size_t i, k;

	(void)state;
	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++) {
			const char *x = i < 2 ? good[i] : bad;
			const char *y = k < 2 ? good[k] : bad;

			snprintf(before, sizeof(before),
				 ALTERNATIVE
				 "int f(int a) { A(\"%s\", \"%s\"); return a; }\n",
				 x, y);
			snprintf(after, sizeof(after),
				 ALTERNATIVE
				 "int f(int a) { A(\"%s\", \"%s\"); return a + 9; }\n",
				 x, y);
			if (i < 2 && k < 2)
				expect(before, after,
				       k ? "replaced f; .altinstructions 12; "
					   ".altinstr_replacement 5; " :
					   "replaced f; .altinstructions 12; "
					   ".altinstr_replacement 2; ");
			else
				refuse(before, after, "alternative");
		}
}

/* Places of a changed function in data: the old ones would lead into the old. */
static void test_labels_in_data(void **state)
{
	static const char text[] = H
		"int f(int a) { static const void *const t[] = { &&x, &&y, "
		"&&z };\ngoto *t[a]; x: a = exported(a); y: a = exported(a + "
		"1);\nz: return exported(a %c 3); }\n";
	char before[1024], after[1024];
	struct result r;

	(void)state;
	snprintf(before, sizeof(before), text, '+');
	snprintf(after, sizeof(after), text, '-');
	change(before, after, &r);
	assert_string_equal(r.code, "");
	assert_string_equal(r.relocs, "");
	assert_non_null(strstr(r.text, "24; "));
}

static void test_runtime_constants(void **state)
{
	static const char text[] =
		"%sint f(int a) { long v; asm(\"mov $0x12345678,%%0\\n1:\\n"
		".pushsection runtime_%s,\\\"a\\\"\\n.long 1b - 4 - .\\n"
		".popsection\" : \"=r\"(v)); return a %c v; }\n";
	char before[1024], after[1024];

	(void)state;
	snprintf(before, sizeof(before), text, "", "ptr_x", '+');
	snprintf(after, sizeof(after), text, "", "ptr_x", '-');
	refuse(before, after, "runtime-constant");
	snprintf(after, sizeof(after), text, "", "ptr_y", '+');
	refuse(before, after, "runtime-constant");
	snprintf(after, sizeof(after), text, "int g(int a) { return a; }\n",
		 "ptr_x", '+');
	expect(before, after, "");
}

static void test_refusals(void **state)
{
	(void)state;
	refuse("__attribute__((section(\".init.text\"))) int f(int a)"
	       " { return a; }\n",
	       "__attribute__((section(\".init.text\"))) int f(int a)"
	       " { return a + 1; }\n",
	       "init-code");
	refuse("__attribute__((section(\".noinstr.text\"))) int f(int a)"
	       " { return a; }\n",
	       "__attribute__((section(\".noinstr.text\"))) int f(int a)"
	       " { return a + 1; }\n",
	       "noinstr");
	refuse("__attribute__((no_instrument_function)) int f(int a)"
	       " { return a; }\n",
	       "__attribute__((no_instrument_function)) int f(int a)"
	       " { return a + 1; }\n",
	       "no-ftrace-site");
}

/* The address of new code that is handed on is told. */
static void test_escapes(void **state)
{
	(void)state;
	expect("extern int exported();\nint f(int a) { return a; }\n",
	       "extern int exported();\n"
	       "static int call(int a) { return a * 2; }\n"
	       "int f(int a) { return exported(call, a); }\n",
	       "replaced f; new call; escapes call; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_second_name),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_static_locals),
		cmocka_unit_test(test_inlined),
		cmocka_unit_test(test_cold),
		cmocka_unit_test(test_clones),
		cmocka_unit_test(test_callers_that_know),
		cmocka_unit_test(test_registers_of_callees),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_jump_labels),
		cmocka_unit_test(test_static_calls),
		cmocka_unit_test(test_alternatives),
		cmocka_unit_test(test_labels_in_data),
		cmocka_unit_test(test_runtime_constants),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, lib_extract_begin,
				      lib_extract_end);
}
