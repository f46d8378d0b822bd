// SPDX-License-Identifier: GPL-2.0
/*
 * A module as an image: two units with static functions of one name, compiled
 * and linked here as kbuild links a module, and each matched against it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../match/match.h"
#include "../tool/command.h"
#include "../tool/path.h"
#include "lib_shell.h"

#define STATIC "static __attribute__((noinline)) "

static const char one[] =
	"extern int other(const char *); int value = 7;\n" STATIC
	"int same(int a) { return a * value; }\n"
	"int first(int a) { return same(a) + other(\"x\"); }\n";
static const char two[] =
	"extern int other(const char *); static int value;\n" STATIC
	"int same(int a) { return a * value++; }\n"
	"int second(int a) { return same(a) + other(\"y\"); }\n";

static char dir[] = "/tmp/sy-module.XXXXXX";

static const char compile[] =
	"for u in one two; do gcc -O2 -fno-pic -mcmodel=kernel "
	"-fcf-protection=none -fno-asynchronous-unwind-tables -c $u.c; done;"
	"ld -r -o m.ko one.o two.o";

/* Opens the module and one unit; the counts are what is to be checked. */
static void match(const char *unit, void (*check)(const struct sy_match *))
{
	struct sy_path ko, o;
	struct sy_image image;
	struct sy_file file;
	struct sy_elf elf;
	struct sy_match m;

	assert_null(sy_path_make(&ko, "%s/m.ko", dir));
	assert_null(sy_path_make(&o, "%s/%s.o", dir, unit));
	assert_null(sy_image_open_module(ko.text, &image));
	assert_null(sy_file_open(o.text, &file));
	assert_null(sy_elf_parse(file.bytes, file.size, o.text, &elf));
	assert_null(sy_match_image(&elf, &image, &m));
	check(&m);
	sy_match_deinit(&m);
	sy_elf_deinit(&elf);
	sy_file_close(&file);
	sy_image_close(&image);
}

static void all_equal(const struct sy_match *m)
{
	size_t i;

	assert_int_equal(m->nfuncs, 2);
	assert_int_equal(m->equal, 2);
	assert_int_equal(m->odd, 0);
	for (i = 0; i < m->nfuncs; i++)
		if (!strcmp(m->funcs[i].symbol->name, "same"))
			assert_int_equal(m->funcs[i].namesakes, 2);
}

static void one_differs(const struct sy_match *m)
{
	assert_int_equal(m->equal, 1);
	assert_int_equal(m->differing, 1);
}

static void test_match(void **state)
{
	(void)state;
	write_file_in(dir, "one.c", one);
	write_file_in(dir, "two.c", two);
	shell_in(dir, compile);
	match("one", all_equal);
	match("two", all_equal);
	shell_in(dir, "sed -i 's/same(a) +/same(a) -/' two.c; gcc -O2 -fno-pic "
		      "-mcmodel=kernel -fcf-protection=none "
		      "-fno-asynchronous-unwind-tables -c two.c");
	match("two", one_differs);
}

static void expect_line(const char *name, const char *words)
{
	struct sy_image image;
	struct sy_path path;
	struct sy_fault *fault;

	assert_null(sy_path_make(&path, "%s/%s", dir, name));
	fault = sy_image_open_module(path.text, &image);
	assert_non_null(fault);
	if (!strstr(fault->line, words))
		fail_msg("'%s' does not say '%s'", fault->line, words);
	sy_fault_free(fault);
}

static void test_bad(void **state)
{
	(void)state;
	shell_in(dir,
		 "echo 'int f(void);int f(void){return 0;}' >p.c; gcc -shared -fPIC "
		 "-o p.so p.c;"
		 "echo 'int e; int *f(void) { return &e; }' >g.c;"
		 "gcc -fPIC -c g.c; : >empty");
	expect_line("p.so", "not a module");
	expect_line("g.o", "relocation of type");
	expect_line("empty", "no ELF file");
	expect_line("none", "No such file");
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	const char *const argv[] = { "rm", "-rf", dir, NULL };

	(void)state;
	return sy_command_run(&(struct sy_command_run){ .argv = argv }) ? -1 :
									  0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
