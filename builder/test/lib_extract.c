// SPDX-License-Identifier: GPL-2.0
/*
 * A unit of a module "m", compiled here as the kernel's build would, before and
 * after a change: extracted and emitted as far as that needs no kernel, then
 * verified, as it is and with each byte and relocation altered.
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
#include "lib_extract.h"
#include "lib_shell.h"

char dir[] = "/tmp/sy-extract.XXXXXX";

struct object {
	struct sy_path path;
	struct sy_file file;
	struct sy_elf elf;
};

void run(const char *fmt, ...)
{
	char script[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(script, sizeof(script), fmt, ap);
	va_end(ap);
	shell_in(dir, script);
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

void change(const char *before, const char *after, struct result *ret)
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
	write_file_in(dir, "before.c", before);
	write_file_in(dir, "after.c", after);
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

int lib_extract_begin(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return 1;
	write_file_in(dir, "kernel.c", kernel_text);
	write_file_in(dir, "other.c", other_text);
	write_file_in(dir, "Module.symvers", symvers);
	run("for u in kernel other; do gcc " FLAGS "-c $u.c; done");
	return 0;
}

int lib_extract_end(void **state)
{
	(void)state;
	sy_command_remove(dir);
	return 0;
}
