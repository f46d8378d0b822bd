// SPDX-License-Identifier: GPL-2.0
/* Layouts as the compiler tells them, of objects that it makes here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../tool/command.h"
#include "../tool/path.h"
#include "../types/types.h"

static const char text[] =
	"struct in { int a; char b[3]; };\n"
	"struct foo { int x:3, y:5; struct in i; union { long l; char c; };\n"
	"	void (*f)(int); struct in arr[4][2]; } foo;\n";

struct object {
	struct sy_file file;
	struct sy_elf elf;
	struct sy_types types;
	struct sy_fault *fault;
};

/* Compiles text with @from replaced by @to, and cuts the object to @keep parts
 * of 64 (all: 64) when it is read. */
static void make(const char *from, const char *to, unsigned int keep,
		 struct object *ret)
{
	char root[] = "/tmp/sy-types.XXXXXX", source[1024];
	const char *at = strstr(text, from);
	struct sy_path in, out;
	const char *const argv[] = { "gcc", "-gdwarf-4", "-c", in.text,
				     "-o",  out.text,	 NULL };
	const struct sy_command_run run = { .argv = argv };

	*ret = (struct object){ 0 };
	assert_non_null(at);
	snprintf(source, sizeof(source), "%.*s%s%s", (int)(at - text), text, to,
		 at + strlen(from));
	assert_non_null(mkdtemp(root));
	assert_null(sy_path_make(&in, "%s/t.c", root));
	assert_null(sy_path_make(&out, "%s/t.o", root));
	assert_null(sy_path_write(in.text, source, strlen(source)));
	assert_null(sy_command_run(&run));
	assert_null(sy_file_open(out.text, &ret->file));
	assert_null(sy_elf_parse(ret->file.bytes, ret->file.size, "t.o",
				 &ret->elf));
	if (keep < 64)
		sy_elf_section(&ret->elf, ".debug_info")->size *= keep / 64.;
	ret->fault = sy_types_read(&ret->elf, &ret->types);
	sy_command_remove(root);
}

static void drop(struct object *o)
{
	sy_fault_free(o->fault);
	sy_types_deinit(&o->types);
	sy_elf_deinit(&o->elf);
	sy_file_close(&o->file);
}

/* What differs after the replacement; "": nothing. */
static void differs(const char *from, const char *to, const char *name)
{
	const struct sy_type *t;
	struct object a, b;

	make("int a", "int a", 64, &a);
	make(from, to, 64, &b);
	assert_null(a.fault);
	assert_null(b.fault);
	assert_int_equal(a.types.n, 2);
	t = sy_types_differ(&a.types, &b.types);
	assert_string_equal(t ? t->name : "", name);
	drop(&a);
	drop(&b);
}

static void layouts_are_compared(void **state)
{
	(void)state;
	differs("int a", "int a", "");
	differs("int a", "int other", "");
	differs("int a", "unsigned a", ""); /* as long, at the same place */
	differs("x:3", "first:3", "");
	differs("x:3, y:5", "x:4, y:4", "foo");
	differs("char c; }", "short c; }", "foo");
	differs("[4]", "[5]", "foo");
	differs("[4][2]", "[2][4]", "foo");
	differs("char b[3]", "char b[4]", "in"); /* within the padding */
	differs("struct in i; ", "", "foo");
}

static void damage_is_a_fault(void **state)
{
	struct object o;
	unsigned int keep;

	(void)state;
	for (keep = 0; keep < 64; keep += 3) {
		make("int a", "int a", keep, &o);
		assert_non_null(o.fault);
		assert_non_null(strstr(o.fault->line, "t.o: "));
		drop(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_compared),
		cmocka_unit_test(damage_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
