// SPDX-License-Identifier: GPL-2.0
/*
 * Diffs: what is read of good ones, what is refused in bad ones, how hunks are
 * applied, and that a private tree leaves its source as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../source/tree.h"
#include "lib_shell.h"

#define HEAD "Subject: x\n--- \n---\ndiff --git a/d/f.c b/d/f.c\n"
#define NAMES "--- a/d/f.c\n+++ b/d/f.c\n"

/* Parses an exact copy, so that one byte too far is seen. */
static struct sy_fault *parse(const char *text, size_t size, char **copy,
			      struct sy_patchfile *ret)
{
	*copy = malloc(size ? size : 1);
	assert_non_null(*copy);
	memcpy(*copy, text, size);
	return sy_patchfile_parse((uint8_t *)*copy, size, "p", 1, ret);
}

static void test_good(void **state)
{
	static const char text[] = HEAD
		"index 1..2 100644\n" NAMES
		"@@ -3,2 +3,3 @@ int f(void)\n a\n+b\n c\n"
		"@@ -9 +10,0 @@\n-z\n"
		"-- \n2.39\n"
		"--- /dev/null\t2026-01-01\n+++ b/d/new.h\t2026-01-01\n"
		"@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n";
	struct sy_patchfile patch;
	char *copy;

	(void)state;
	assert_null(parse(text, strlen(text), &copy, &patch));
	assert_int_equal(patch.n, 2);
	assert_string_equal(patch.changes[0].path.text, "d/f.c");
	assert_false(patch.changes[0].creates);
	assert_int_equal(patch.changes[0].nhunks, 2);
	assert_int_equal(patch.changes[0].hunks[0].old_line, 3);
	assert_int_equal(patch.changes[0].hunks[0].old_count, 2);
	assert_int_equal(patch.changes[0].hunks[0].new_count, 3);
	assert_int_equal(patch.changes[0].hunks[1].old_count, 1);
	assert_int_equal(patch.changes[0].hunks[1].new_count, 0);
	assert_string_equal(patch.changes[1].path.text, "d/new.h");
	assert_true(patch.changes[1].creates);
	sy_patchfile_deinit(&patch);
	free(copy);
}

static void expect_line(const char *text, const char *words)
{
	struct sy_patchfile patch;
	struct sy_fault *fault;
	char *copy;

	fault = parse(text, strlen(text), &copy, &patch);
	if (!fault)
		fail_msg("taken, not refused with '%s'", words);
	if (!strstr(fault->line, words))
		fail_msg("'%s' does not say '%s'", fault->line, words);
	sy_fault_free(fault);
	free(copy);
}

static void test_bad(void **state)
{
	(void)state;
	expect_line("", "p: no diff in it");
	expect_line("a letter\n", "p: no diff in it");
	expect_line(NAMES, "a file without a change");
	expect_line(NAMES "@@ -1 +1 @@\n-a\n", "p:4: the diff ends within");
	expect_line(NAMES "@@ -1 +1 @@\n-a\n-b\n+c\n", "counts are wrong");
	expect_line(NAMES "@@ -1 +1 @@\n-a\nb\n", "p:5: no line of a hunk");
	expect_line(NAMES "@@ -1,x +1 @@\n", "no head of a hunk");
	expect_line(NAMES "@@ -99999999999 +1 @@\n", "no head of a hunk");
	expect_line("--- f.c\n+++ f.c\n", "fewer parts in the name");
	expect_line("--- a/../f.c\n+++ b/../f.c\n", "p:1: a name outside");
	expect_line("--- a//etc/f\n+++ b//etc/f\n", "p:1: a name outside");
	expect_line("--- a/d/f.c\n+++ b/d/g.c\n", "a file is renamed");
	expect_line("--- a/d/f.c\n+++ /dev/null\n", "a file is deleted");
	expect_line(HEAD "rename from a\n", "a rename, deletion or binary");
	expect_line(HEAD "GIT binary patch\n", "a rename, deletion or binary");
}

static void test_mutated(void **state)
{
	static const char text[] = HEAD NAMES
		"@@ -3,2 +3,3 @@ int f(void)\n a\n+b\n c\n@@ -9 +10,0 @@\n-z\n";
	static const uint8_t file[] = "1\n2\na\nc\n5\n6\nz\n";
	uint64_t x = 88172645463325252ull;
	unsigned int round, i, taken = 0;
	char bytes[sizeof(text)], *copy, *out;
	struct sy_patchfile patch;
	struct sy_fault *fault;
	size_t size;

	(void)state;
	for (round = 0; round < 50000; round++) {
		memcpy(bytes, text, sizeof(text));
		for (i = 0; i < 1 + round % 3; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			bytes[x % sizeof(text)] = (char)(x >> 40);
		}
		fault = parse(bytes, x % 7 ? sizeof(text) : x % sizeof(text),
			      &copy, &patch);
		if (!fault) {
			taken++;
			fault = sy_change_apply(&patch.changes[0], file,
						sizeof(file) - 1, true, &out,
						&size);
			if (!fault)
				free(out);
			sy_patchfile_deinit(&patch);
		}
		sy_fault_free(fault);
		free(copy);
	}
	assert_in_range(taken, 100, 49900);
}

static void apply_as(const char *hunks, const char *old, bool keep_lines,
		     const char *new)
{
	char text[1024], *copy, *out;
	struct sy_patchfile patch;
	struct sy_fault *fault;
	size_t size;

	snprintf(text, sizeof(text), NAMES "%s", hunks);
	assert_null(parse(text, strlen(text), &copy, &patch));
	fault = sy_change_apply(&patch.changes[0], (const uint8_t *)old,
				strlen(old), keep_lines, &out, &size);
	if (!new) {
		assert_non_null(fault);
		assert_non_null(strstr(fault->line, "does not apply"));
		sy_fault_free(fault);
	} else {
		if (fault)
			fail_msg("%s", fault->line);
		assert_int_equal(size, strlen(new));
		assert_memory_equal(out, new, size);
		free(out);
	}
	sy_patchfile_deinit(&patch);
	free(copy);
}

static void apply(const char *hunks, const char *old, const char *new)
{
	apply_as(hunks, old, false, new);
}

static void test_lines(void **state)
{
	(void)state;
	apply_as("@@ -1,3 +1,4 @@\n a\n-b\n+x\n+y\n c\n", "a\nb\nc\nd\n", true,
		 "a\nx\ny\n#line 3\nc\nd\n");
	/* as many lines as before: nothing to say */
	apply_as("@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n", "a\nb\nc\n", true,
		 "a\nx\nc\n");
	/* not before a line that continues a macro */
	apply_as("@@ -1,3 +1,4 @@\n a\n+x \\\n b\n c\n", "a\nb\nc\n", true,
		 "a\nx \\\nb\n#line 3\nc\n");
	/* at the end of a hunk, and again in the next one */
	apply_as("@@ -1 +1,0 @@\n-a\n@@ -3,1 +2,2 @@\n+x\n c\n", "a\nb\nc\n",
		 true, "#line 2\nb\nx\n#line 3\nc\n");
}

static void test_apply(void **state)
{
	(void)state;
	apply("@@ -2 +2,2 @@\n-b\n+x\n+y\n", "a\nb\nc\n", "a\nx\ny\nc\n");
	apply("@@ -1,0 +2 @@\n+x\n", "a\nb\n", "a\nx\nb\n");
	apply("@@ -3,1 +3,0 @@\n-c\n", "a\nb\nc\n", "a\nb\n");
	/* moved, both ways; the second one moves along */
	apply("@@ -1,2 +1,2 @@\n a\n-b\n+x\n@@ -3 +3 @@\n-c\n+y\n",
	      "0\n0\na\nb\nc\nc\n", "0\n0\na\nx\ny\nc\n");
	apply("@@ -9,1 +9,1 @@\n-b\n+x\n", "a\nb\n", "a\nx\n");
	/* the nearest of two */
	apply("@@ -4 +4 @@\n-b\n+x\n", "b\n1\n2\n3\nb\n", "b\n1\n2\n3\nx\n");
	/* an empty line that has lost its blank */
	apply("@@ -1,2 +1,2 @@\n\n-b\n+x\n", "\nb\n", "\nx\n");
	/* the end without a newline */
	apply("@@ -2 +2 @@\n-b\n\\ No newline at end of file\n+x\n", "a\nb",
	      "a\nx\n");
	apply("@@ -2 +2 @@\n-b\n+x\n\\ No newline at end of file\n", "a\nb\n",
	      "a\nx");
	apply("@@ -2 +2 @@\n-b\n+x\n", "a\nb", NULL);
	apply("@@ -2 +2 @@\n-b \n+x\n", "a\nb\n", NULL);
	apply("@@ -1 +1 @@\n-a\n+x\n@@ -1 +1 @@\n-a\n+y\n", "a\n", NULL);
	apply("@@ -1,2 +1,1 @@\n a\n-b\n", "a\n", NULL);
}

static void test_tree(void **state)
{
	static const char text[] = NAMES
		"@@ -1 +1 @@\n-a\n+b\n"
		"--- /dev/null\n+++ b/n/m/new.h\n@@ -0,0 +1 @@\n+x\n";
	char dir[] = "/tmp/sy-tree.XXXXXX", *copy;
	struct sy_path source, dest;
	struct sy_patchfile patch;
	struct sy_fault *fault;

	(void)state;
	assert_non_null(mkdtemp(dir));
	shell_in(dir, "mkdir -p s/d/e s/o; echo a >s/d/f.c; echo k >s/d/k.h;"
		      "echo m >s/o/m.c; chmod a-w s/d/f.c");
	assert_null(sy_path_make(&source, "%s/s", dir));
	assert_null(sy_path_make(&dest, "%s/t", dir));
	assert_null(parse(text, strlen(text), &copy, &patch));
	assert_null(sy_tree_create(source.text, dest.text, &patch));
	shell_in(dir, "[ $(cat t/d/f.c) = b ]; [ $(cat s/d/f.c) = a ];"
		      "[ ! -L t/d ]; [ -L t/o ]; [ -L t/d/e ]; [ -L t/d/k.h ];"
		      "[ $(cat t/o/m.c) = m ]; [ $(cat t/n/m/new.h) = x ];"
		      "[ ! -e s/n ]");
	fault = sy_tree_create(source.text, dest.text, &patch);
	assert_non_null(fault); /* it is there already */
	sy_fault_free(fault);
	shell_in(dir, "rm -rf t; mkdir -p s/n/m; echo >s/n/m/new.h");
	fault = sy_tree_create(source.text, dest.text, &patch);
	assert_non_null(fault);
	assert_non_null(strstr(fault->line, "the diff creates it"));
	sy_fault_free(fault);
	sy_patchfile_deinit(&patch);
	free(copy);
	shell_in(dir, "rm -rf s t");
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	cmocka_unit_test(test_bad),
		cmocka_unit_test(test_mutated), cmocka_unit_test(test_apply),
		cmocka_unit_test(test_tree),	cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
