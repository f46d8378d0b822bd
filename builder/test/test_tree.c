// SPDX-License-Identifier: GPL-2.0
/* The private tree: what an include by "../" finds in it, and plain names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "../source/tree.h"
#include "../tool/command.h"

static void names_are_made_plain(void **state)
{
	static const char *const names[][2] = {
		{ "/s/amd/amdgpu/../display/x.c", "/s/amd/display/x.c" },
		{ "-I/s/a/b/../../c", "-I/s/c" },
		{ "-I/s/a/..", "-I/s/" },
		{ "a/../b", "b" },
		{ "../../a", "../../a" },
		{ "/a/./b/..c/d", "/a/b/..c/d" },
		{ "plain", "plain" },
	};
	struct sy_path path;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_null(sy_path_make(&path, "%s", names[i][0]));
		sy_path_normalize(path.text);
		assert_string_equal(path.text, names[i][1]);
	}
}

static void put(const char *root, const char *name, const char *text)
{
	struct sy_path path;

	assert_null(sy_path_make(&path, "%s/%s", root, name));
	assert_null(sy_path_mkdir(path.text, true));
	assert_null(sy_path_write(path.text, text, strlen(text)));
}

static void is(const char *root, const char *name, const char *text)
{
	struct sy_file file;
	struct sy_path path;

	assert_null(sy_path_make(&path, "%s/%s", root, name));
	assert_null(sy_file_open(path.text, &file));
	assert_int_equal(file.size, strlen(text));
	assert_memory_equal(file.bytes, text, file.size);
	sy_file_close(&file);
}

/* Of files that are named after a process: those of one that is gone, if old. */
static void left_files_are_swept(void **state)
{
	char root[] = "/tmp/sy-test.XXXXXX", own[64];
	const char *const names[] = { "x.999999999.temp", "x.999999999", own,
				      "x.y", "x.999999999.new" };
	struct utimbuf old = { 1000000000, 1000000000 };
	struct sy_path path;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(own, sizeof(own), "x.%d.temp", (int)getpid());
	for (i = 0; i < 5; i++) {
		put(root, names[i], "");
		assert_null(sy_path_make(&path, "%s/%s", root, names[i]));
		if (i < 4)
			assert_int_equal(utime(path.text, &old), 0);
	}
	sy_path_sweep(root);
	for (i = 0; i < 5; i++) {
		assert_null(sy_path_make(&path, "%s/%s", root, names[i]));
		assert_int_equal(sy_path_exists(path.text), i >= 2);
	}
	sy_command_remove(root);
}

static void folders_lead_back_into_the_tree(void **state)
{
	static const char diff[] = "--- a/net/x.h\n+++ b/net/x.h\n"
				   "@@ -1 +1 @@\n-old\n+new\n";
	char root[] = "/tmp/sy-tree.XXXXXX";
	struct sy_path source, dest;
	struct sy_patchfile patch;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_null(sy_path_make(&source, "%s/source", root));
	assert_null(sy_path_make(&dest, "%s/dest", root));
	put(source.text, "net/x.h", "old\n");
	put(source.text, "net/sub/deep/unit.c", "unit\n");
	assert_null(sy_patchfile_parse((const uint8_t *)diff, sizeof(diff) - 1,
				       "x.patch", 1, &patch));
	assert_null(sy_tree_create(source.text, dest.text, &patch));
	is(dest.text, "net/sub/../x.h", "old\n"); /* why it has to be opened */
	assert_null(sy_tree_open_folder(source.text, dest.text,
					"net/sub/deep/unit.c"));
	is(dest.text, "net/sub/../x.h", "new\n");
	is(dest.text, "net/sub/deep/../../x.h", "new\n");
	is(dest.text, "net/sub/deep/unit.c", "unit\n");
	is(source.text, "net/x.h", "old\n");
	assert_null(sy_tree_open_folder(source.text, dest.text,
					"net/sub/deep/unit.c"));
	sy_patchfile_deinit(&patch);
	sy_command_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_made_plain),
		cmocka_unit_test(left_files_are_swept),
		cmocka_unit_test(folders_lead_back_into_the_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
