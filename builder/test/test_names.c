// SPDX-License-Identifier: GPL-2.0
/* Which names a change of headers touches, and which files can notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "../graph/includes.h"
#include "../graph/names.h"
#include "../tool/command.h"

static struct sy_file text(const char *words)
{
	return (struct sy_file){ (const uint8_t *)words, strlen(words) };
}

static bool has(const struct sy_names *names, const char *name)
{
	size_t i;

	for (i = 0; names->at && i < names->room; i++)
		if (names->at[i] && !strcmp(names->at[i], name))
			return true;
	return false;
}

struct change {
	const char *before, *after;
	const char *names[4]; /* all of them */
};

/* @c->names[0] NULL: nothing changes. */
static void touches(const struct change *c)
{
	struct sy_file before = text(c->before), after = text(c->after);
	struct sy_names names;
	size_t i;

	assert_null(sy_names_changed(&before, &after, 1, &names));
	if (!names.known)
		fail_msg("unknown: %s", c->after);
	for (i = 0; i < 4 && c->names[i]; i++)
		if (!has(&names, c->names[i]))
			fail_msg("%s: not of %s", c->names[i], c->after);
	if (names.n != i)
		fail_msg("%zu names: %s", names.n, c->after);
	sy_names_deinit(&names);
}

static void names_are_found(void **state)
{
	static const struct change changes[] = {
		{ "int a;", "/* x */ int  a;\n", { NULL } },
		{ "#define A 1\n", "#define A 2\n", { "A" } },
		{ "",
		  "static inline struct t *f(int x)\n{ return g(x); }\n",
		  { "f" } },
		{ "static inline int f(void) { return 1; }",
		  "static inline int f(void) { return 2; }",
		  { "f" } },
		{ "int f(int a);", "int f(long a);", { "f" } },
		{ "enum e { A, B };",
		  "enum e { A, C, B };",
		  { "e", "A", "B", "C" } },
		{ "struct s { int a; };", "struct s { long a; };", { "s" } },
		{ "", "struct s;\n", { NULL } },
		{ "extern int x;", "extern long x;", { "x" } },
		/* what uses it in the same header */
		{ "#define A 1\nstatic inline int f(void) { return A; }",
		  "#define A 2\nstatic inline int f(void) { return A; }",
		  { "A", "f" } },
		/* another condition */
		{ "#ifdef X\n#define A 1\n#endif\n",
		  "#ifdef Y\n#define A 1\n#endif\n",
		  { "A" } },
		{ "#ifdef X\n#define A 1\n#else\n#define A 2\n#endif\n",
		  "#ifdef X\n#define A 2\n#else\n#define A 1\n#endif\n",
		  { "A" } },
		{ "#define A (1)\n", "#define A(1) 1\n", { "A" } },
		{ "int a;\n", "int a;\n#line 7\n", { NULL } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		touches(&changes[i]);
}

/* Code or data, what macros declare, other includes, another order. */
static void doubts_are_told(void **state)
{
	static const char *const changes[][2] = {
		{ "", "int f(void) { return 1; }" },
		{ "", "static int x = 1;" },
		{ "", "int x;" },
		{ "TRACE_EVENT(a, b);", "TRACE_EVENT(a, c);" },
		{ "",
		  "DECLARE_THING(a)\nstatic inline int f(void) { return 1; }" },
		{ "", "declares(a);" },
		{ "", "static inline DEFINES(a)\n{ return 1; }" },
		{ "#include <a.h>\n", "#include <b.h>\n" },
		{ "", "#undef A\n" },
		{ "#define A 1\n#define B 2\n#undef A\n",
		  "#undef A\n#define A 1\n#define B 2\n" },
		{ "#define A 1\n#if A > 1\n#endif\n",
		  "#define A 2\n#if A > 1\n#endif\n" },
		{ "#define A 1\nTRACE_EVENT(a, A);\n",
		  "#define A 2\nTRACE_EVENT(a, A);\n" },
		{ "", "static inline int f(void) {" },
		{ "", "#if A\n" },
		{ "", "}" },
	};
	struct sy_names names;
	struct sy_file before, after;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		before = text(changes[i][0]);
		after = text(changes[i][1]);
		assert_null(sy_names_changed(&before, &after, 1, &names));
		if (names.known)
			fail_msg("known: %s", changes[i][1]);
		sy_names_deinit(&names);
	}
}

/* Is @last, of three files, one that can notice that foo_bar is another? */
static bool notices(const char *first, const char *second, const char *last)
{
	struct sy_file before = text(""), after = text("#define foo_bar 1\n");
	struct sy_file files[3] = { text(first), text(second), text(last) };
	struct sy_names names;
	bool is;
	size_t i;

	assert_null(sy_names_changed(&before, &after, 1, &names));
	assert_true(names.known);
	for (i = 0; i < 3; i++)
		sy_names_collect(&names, &files[i]);
	sy_names_settle(&names);
	is = sy_names_in(&names, &files[2]);
	sy_names_deinit(&names);
	return is;
}

static void files_that_notice(void **state)
{
	(void)state;
	assert_true(notices("", "", "x = foo_bar;"));
	assert_false(notices("", "", "x = foo_bars + foo + bar;"));
	assert_true(notices("#define P(x) foo_##x\n", "", "P(bar)"));
	assert_true(notices("#define P(x) x##_bar\n", "", "P(foo)"));
	assert_true(
		notices("#define P(x, y) x##y\n", "P(foo_, a)", "P(b, bar)"));
	assert_true(notices("#define P(x, y) x##y\n", "#define Q bar\n",
			    "P(foo_, Q)"));
	assert_false(notices("#define P(x) foo_##x\n", "", "P(baz)"));
	assert_false(notices("", "", "P(bar)"));
}

/* Asks for the includes of @path, and keeps them. */
static void includes(const struct sy_kernel *kernel, const char *path,
		     const char *expect)
{
	struct sy_includes *includes;
	const char *at;
	size_t len;

	assert_null(sy_includes_open(kernel, &includes));
	assert_null(sy_includes_of(includes, path, &at, &len));
	assert_int_equal(len, strlen(expect));
	assert_memory_equal(at, expect, len);
	sy_includes_keep(includes);
	sy_includes_close(includes);
}

static void put(const char *path, const char *words)
{
	struct utimbuf old = { 1000000000, 1000000000 };

	assert_null(sy_path_write(path, words, strlen(words)));
	assert_int_equal(utime(path, &old), 0);
}

#define SETTLED_S 5 /* then a file's times say for certain what it holds */

/* What is kept of a file is of no use when the file is another one, were it as
 * long and had it the same time of change; nor is what was cut off. */
static void kept_includes_follow_files(void **state)
{
	char root[] = "/tmp/sy-test.XXXXXX";
	struct sy_kernel *kernel = calloc(1, sizeof(*kernel));
	struct sy_path path, kept;

	(void)state;
	assert_non_null(kernel);
	assert_non_null(mkdtemp(root));
	assert_null(sy_path_make(&kernel->home, "%s", root));
	assert_null(sy_path_make(&path, "%s/x.h", root));
	assert_null(sy_path_make(&kept, "%s/graph/includes", root));
	assert_null(sy_path_mkdir(kept.text, true));
	put(path.text, "#include <a.h>\n # include \"b.h\"\n//#include <c>\n");
	sleep(SETTLED_S);
	includes(kernel, path.text, "<a.h\n\"b.h\n");
	assert_true(sy_path_exists(kept.text));
	includes(kernel, path.text, "<a.h\n\"b.h\n");
	put(path.text, "#include <d.h>\n # include \"e.h\"\n//#include <f>\n");
	includes(kernel, path.text, "<d.h\n\"e.h\n");
	assert_int_equal(truncate(kept.text, 30), 0);
	includes(kernel, path.text, "<d.h\n\"e.h\n");
	put(kept.text, "switchyard includes 1\nnonsense\nend of includes\n");
	includes(kernel, path.text, "<d.h\n\"e.h\n");
	sy_command_remove(root);
	free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(doubts_are_told),
		cmocka_unit_test(files_that_notice),
		cmocka_unit_test(kept_includes_follow_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
