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
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../emit/verify.h"
#include "../extract/extract.h"
#include "../tool/command.h"

static char dir[] = "/tmp/sy-extract.XXXXXX";

struct object {
	struct sy_path path;
	struct sy_file file;
	struct sy_elf elf;
};

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *fmt, ...)
{
	char script[2048];
	const char *const argv[] = { "sh", "-ec", script, NULL };
	struct sy_fault *fault;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	fault = sy_command_run(
		&(struct sy_command_run){ .argv = argv, .dir = dir });
	if (fault)
		fail_msg("%s: %s", script, fault->line);
}

static void write_file(const char *name, const char *text)
{
	struct sy_path path;

	assert_null(sy_path_make(&path, "%s/%s", dir, name));
	assert_null(sy_path_write(path.text, text, strlen(text)));
}

#define FLAGS                                                       \
	"-O2 -fno-pic -mcmodel=kernel -fcf-protection=none -pg "    \
	"-mfentry -mrecord-mcount -fno-asynchronous-unwind-tables " \
	"-fno-strict-aliasing -mno-sse "
#define SECTIONS FLAGS "-ffunction-sections -fdata-sections "

static void open_object(const char *name, struct object *ret)
{
	assert_null(sy_path_make(&ret->path, "%s/%s", dir, name));
	assert_null(sy_file_open(ret->path.text, &ret->file));
	assert_null(sy_elf_parse(ret->file.bytes, ret->file.size,
				 ret->path.text, &ret->elf));
}

static void close_object(struct object *o)
{
	sy_elf_deinit(&o->elf);
	sy_file_close(&o->file);
}

struct result {
	char text[2048]; /* "replaced f; new g; needs m:k 2; section .x 12; " */
	size_t used;
	char relocs[1024]; /* for the engine: ".text.f 4 k-4; " */
	char labels[1024]; /* keys of __jump_table: "exported_key+1; " */
	const char *code; /* of a refusal */
};

static void say(struct result *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void say(struct result *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	r->used += (size_t)vsnprintf(r->text + r->used,
				     sizeof(r->text) - r->used, fmt, ap);
	va_end(ap);
	assert_true(r->used < sizeof(r->text));
}

/* The engine's table, as the finished module would have it. */
static void read_relocs(const struct sy_emit *e, const struct sy_elf *ko,
			struct sy_patch_file *patch)
{
	const struct sy_engine_reloc *r;
	const struct sy_symbol *at;
	char name[32];
	size_t i;

	patch->nimports = e->extract->nimports;
	patch->imports = calloc(patch->nimports + 1, sizeof(*patch->imports));
	for (i = 1; i < patch->nimports; i++)
		patch->imports[i].name = e->extract->imports[i].name;
	patch->nrelocs = e->nrelocs;
	patch->relocs = calloc(e->nrelocs + 1, sizeof(*patch->relocs));
	for (i = 0; i < e->nrelocs; i++) {
		r = &e->relocs[i];
		snprintf(name, sizeof(name), "sy_at_%u", r->anchor);
		at = sy_verify_named(ko, name);
		assert_non_null(at);
		patch->relocs[i] = (struct sy_patch_reloc){
			.where = { at->section, at->value + r->offset },
			.symbol = r->import,
			.type = r->type,
			.addend = r->addend
		};
	}
}

static bool is_verified(const struct sy_section *s)
{
	static const char *const names[] = {
		".text",
		"__bug_table",
		"__ex_table",
		".smp_locks",
		".parainstructions",
		"__mcount_loc",
		".altinstructions",
		".altinstr_replacement",
		"__jump_table",
	};
	size_t i;

	for (i = 0; s->data && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(s->name, names[i], strlen(names[i])))
			return true;
	return false;
}

static void must_be_found(struct sy_verify *v, const char *section, size_t at)
{
	struct sy_fault *fault = sy_verify_text(v);

	if (!fault)
		fail_msg("%s+%zu: altered, and not found", section, at);
	sy_fault_free(fault);
}

/* Every byte of the code and of its tables, and every relocation. */
static void damage_all(struct sy_verify *v, const struct sy_elf *ko)
{
	struct sy_section *s;
	const uint8_t *whole;
	uint8_t *copy;
	size_t i, k;

	for (i = 1; i < ko->nsections; i++) {
		s = &ko->sections[i];
		if (!is_verified(s))
			continue;
		whole = s->data;
		copy = malloc(s->size + 1);
		memcpy(copy, whole, s->size);
		s->data = copy;
		for (k = 0; k < s->size; k++) {
			copy[k] ^= 1;
			must_be_found(v, s->name, k);
			copy[k] ^= 1;
		}
		for (k = 0; k < s->nrelas; k++) {
			s->relas[k].addend++;
			must_be_found(v, s->name, s->relas[k].offset);
			s->relas[k].addend--;
		}
		s->data = whole;
		free(copy);
	}
	for (i = 0; i < v->patch->nrelocs; i++) {
		v->patch->relocs[i].addend++;
		must_be_found(v, "engine", i);
		v->patch->relocs[i].addend--;
	}
}

static void say_to(char *text, size_t room, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void say_to(char *text, size_t room, const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	used += (size_t)vsnprintf(text + used, room - used, fmt, ap);
	va_end(ap);
	assert_true(used < room);
}

static void tell_emitted(const struct sy_emit *e, const struct sy_elf *ko,
			 struct result *r)
{
	const struct sy_engine_reloc *g;
	const struct sy_section *s;
	size_t i, k;

	for (i = 0; i < e->nrelocs; i++) {
		g = &e->relocs[i];
		say_to(r->relocs, sizeof(r->relocs), "%s %u %s%+lld; ",
		       g->section, g->type, e->extract->imports[g->import].name,
		       (long long)g->addend);
	}
	for (i = 1; i < ko->nsections; i++) {
		s = &ko->sections[i];
		if (strcmp(s->name, "__jump_table"))
			continue;
		for (k = 0; k < s->nrelas; k++)
			if (s->relas[k].offset % 16 == 8)
				say_to(r->labels, sizeof(r->labels),
				       "%s%+lld; ",
				       ko->symbols[s->relas[k].symbol].name,
				       (long long)s->relas[k].addend);
	}
}

/* The object that modpost would be given: what is left for the engine, and that
 * verifying finds every alteration. */
static void emit(const struct sy_extract *x, struct result *ret)
{
	struct sy_emit e = { .kernel = x->kernel,
			     .extract = x,
			     .name = "fix",
			     .info = "{}",
			     .write = true };
	struct sy_patch_file patch = { 0 };
	struct sy_verify v = { .e = &e, .patch = &patch };
	struct sy_path path;
	struct sy_fault *fault;
	struct object made;

	assert_null(sy_path_make(&path, "%s/extract.o", dir));
	assert_null(sy_out_write(&x->out, path.text));
	assert_null(sy_path_make(&e.dir, "%s", dir));
	fault = sy_emit_finish(&e);
	ret->code = fault && fault->code ? fault->code : "";
	if (fault && !fault->code)
		fail_msg("%s", fault->line);
	if (!fault) {
		run("ld -r -o linked.o patch.o");
		open_object("linked.o", &made);
		read_relocs(&e, &made.elf, &patch);
		tell_emitted(&e, &made.elf, ret);
		v.ko = &made.elf;
		fault = sy_verify_text(&v);
		if (fault)
			fail_msg("%s", fault->line);
		damage_all(&v, &made.elf);
		close_object(&made);
	}
	sy_fault_free(fault);
	free(patch.imports);
	free(patch.relocs);
	sy_emit_deinit(&e);
}

static void tell(const struct sy_extract *x, struct result *r)
{
	const struct sy_out_section *s;
	size_t i;

	for (i = 0; i < x->nreplaced; i++)
		say(r, "replaced %s; ", x->replaced[i].name);
	for (i = 0; i < x->nadded; i++)
		say(r, "new %s; ", x->added[i].name);
	for (i = 1; i < x->nimports; i++)
		say(r, "needs %s:%s %u; ", x->imports[i].object,
		    x->imports[i].name, x->imports[i].position);
	for (i = 1; i < x->out.nsections; i++) {
		s = &x->out.sections[i];
		if (s->size && strncmp(s->name, ".text", 5) &&
		    strcmp(s->name, "__mcount_loc"))
			say(r, "%s %llu; ", s->name,
			    (unsigned long long)s->size);
	}
	if (x->escapes)
		say(r, "escapes %s; ", x->escapes_by);
}

static void extract(struct sy_extract *x, struct sy_extract_unit *u,
		    struct result *ret)
{
	struct sy_fault *fault;

	x->units = u;
	x->nunits = 1;
	fault = sy_extract_run(x);
	ret->code = fault && fault->code ? fault->code : "";
	if (fault && !fault->code)
		fail_msg("%s", fault->line);
	if (!fault) {
		tell(x, ret);
		emit(x, ret);
	}
	sy_fault_free(fault);
	sy_extract_deinit(x);
}

/* Symbols of the kernel: of kernel.o, whose first is exported. */
static const char kernel_text[] = "int exported(int a) { return a; }\n"
				  "int unexported(int a) { return a + 1; }\n"
				  "long key, hidden; long __SCK__call;\n"
				  "int __SCT__call(int a) { return a; }\n"
				  "int __fentry__(void) { return 0; }\n";
static const char symvers[] =
	"0x12345678\texported\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x12345670\tkey\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x12345671\t__SCT__call\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x12345672\t__SCK__call\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x12345679\t__fentry__\tvmlinux\tEXPORT_SYMBOL\t\n";
/* Another unit of the module, linked before: twins of names. */
static const char other_text[] =
	"static __attribute__((noinline)) int helper(int a)\n"
	"{ return a * 99; }\n"
	"int other(int a) { return helper(a); }\n";

static void change(const char *before, const char *after, struct result *ret)
{
	struct sy_kernel *kernel = calloc(1, sizeof(*kernel));
	struct object shipped, a, b;
	struct sy_unit unit = { .module = true, .object = "m" };
	struct sy_extract x = { .kernel = kernel };
	struct sy_extract_unit u = { .unit = &unit };
	struct sy_image module;
	struct sy_match match;
	struct sy_objdiff diff;
	struct sy_path path;

	*ret = (struct result){ .code = "" };
	write_file("before.c", before);
	write_file("after.c", after);
	run("gcc " FLAGS "-c before.c -o shipped.o;"
	    "gcc " SECTIONS "-c before.c -o before.o;"
	    "gcc " SECTIONS "-c after.c -o after.o;"
	    "ld -r -o m.ko other.o shipped.o");
	assert_null(sy_path_make(&kernel->overlay, "%s", dir));
	assert_null(sy_path_make(&path, "%s/kernel.o", dir));
	assert_null(sy_image_open_module(path.text, &kernel->image));
	assert_null(sy_path_make(&unit.path, "f.c"));
	open_object("shipped.o", &shipped);
	open_object("before.o", &a);
	open_object("after.o", &b);
	assert_null(sy_path_make(&path, "%s/m.ko", dir));
	assert_null(sy_image_open_module(path.text, &module));
	assert_null(sy_match_image(&shipped.elf, &module, &match));
	assert_int_equal(match.differing + match.absent, 0);
	assert_null(sy_objdiff(&a.elf, &b.elf, &diff));
	u.shipped = &shipped.elf;
	u.before = &a.elf;
	u.after = &b.elf;
	u.match = &match;
	u.diff = &diff;
	extract(&x, &u, ret);
	sy_objdiff_deinit(&diff);
	sy_match_deinit(&match);
	sy_image_close(&module);
	sy_image_close(&kernel->image);
	free(kernel);
	close_object(&shipped);
	close_object(&a);
	close_object(&b);
}

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

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return 1;
	write_file("kernel.c", kernel_text);
	write_file("other.c", other_text);
	write_file("Module.symvers", symvers);
	run("for u in kernel other; do gcc " FLAGS "-c $u.c; done");
	return 0;
}

static int end(void **state)
{
	(void)state;
	sy_command_remove(dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_body),
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

	return cmocka_run_group_tests(tests, begin, end);
}
