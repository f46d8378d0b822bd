// SPDX-License-Identifier: GPL-2.0
/*
 * What a patch module says, as text or as JSON. Sizes of old functions are taken
 * from the patch; where it has none, from the kernel in the cache, and without
 * that they are unknown. Decides nothing.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../compile/unit.h"
#include "inspect.h"

#define SY_FLAG_UNLOADABLE 1u
#define SY_NO_KERNEL 14 /* of cli/exit.h */

struct sy_shown {
	const struct sy_patch_file *patch;
	const char *path;
	char release[128]; /* "": unknown */
	struct sy_kernel *kernel; /* NULL: not in the cache */
	json_t *info; /* NULL: none */
};

/* Up to the first blank of vermagic: the release. */
static void sy_find_release(struct sy_shown *s)
{
	const struct sy_patch_file *p = s->patch;
	const char *from = p->release  ? p->release :
			   p->vermagic ? p->vermagic :
					 "";

	snprintf(s->release, sizeof(s->release), "%.*s",
		 (int)strcspn(from, " "), from);
}

/* A name of the file for the terminal. */
static const char *sy_plain(const char *name, char *ret, size_t room)
{
	size_t i;

	snprintf(ret, room, "%s", name ? name : "-");
	for (i = 0; ret[i]; i++)
		if (ret[i] < ' ' || ret[i] > '~')
			ret[i] = '?';
	return ret;
}

/* The image that an object's functions are in; @module has to be closed. */
static struct sy_fault *sy_image_of(const struct sy_shown *s,
				    const char *object, struct sy_image *module,
				    struct sy_path *path,
				    const struct sy_image **ret)
{
	struct sy_fault *fault;

	*module = (struct sy_image){ 0 };
	*ret = &s->kernel->image;
	if (!object)
		return NULL;
	*ret = module;
	fault = sy_module_path(s->kernel, object, path);
	return fault ? fault : sy_image_open_module(path->text, module);
}

/* Where an image has a function, and how large it is; false: not at all. */
static bool sy_find_old(const struct sy_image *image,
			const struct sy_patch_func *f, uint64_t *address,
			uint64_t *size)
{
	const uint32_t *named;
	size_t n;

	named = sy_kallsyms_named(&image->symbols, f->name, &n);
	if (!n || (!f->position && n != 1) || f->position > n)
		return false;
	*address = image->symbols.syms[named[f->position ? f->position - 1 : 0]]
			   .address;
	*size = sy_kallsyms_size(&image->symbols, *address);
	return *size != 0;
}

/* The size of the old function with its padding; 0: unknown. */
static uint64_t sy_old_size(const struct sy_shown *s, size_t func)
{
	const struct sy_patch_old *old = sy_patch_old_of(s->patch, func);
	const struct sy_patch_func *f = &s->patch->funcs[func];
	const struct sy_image *image;
	struct sy_image module = { 0 };
	uint64_t address, size = 0;
	struct sy_path path;
	struct sy_fault *fault;

	if (old)
		return old->size;
	if (!s->kernel)
		return 0;
	fault = sy_image_of(s, f->object, &module, &path, &image);
	if (!fault && !sy_find_old(image, f, &address, &size))
		size = 0;
	sy_image_close(&module);
	sy_fault_free(fault);
	return size;
}

static void sy_hex(const uint8_t *bytes, char *ret)
{
	int i;

	for (i = 0; i < 32; i++)
		sprintf(ret + 2 * i, "%02x", bytes[i]);
}

static json_t *sy_observations(uint32_t forbid)
{
	static const char *const names[] = { "m1", "m2", "m3", "m4" };
	json_t *list = json_array();
	int i;

	for (i = 0; i < 4; i++)
		if (forbid & 1u << i)
			json_array_append_new(list, json_string(names[i]));
	return list;
}

/* A name that is no UTF-8 is none that a kernel has. */
static json_t *sy_string(const char *text)
{
	json_t *value = text ? json_string(text) : NULL;

	return value ? value : json_null();
}

/* The source diffs that a function stems from, by name and digest; null: the
 * patch does not say. */
static json_t *sy_json_diffs(const struct sy_shown *s, size_t func)
{
	const json_t *all = json_object_get(s->info, "diffs");
	json_t *list, *one, *ret;
	size_t i;

	list = json_object_get(json_array_get(json_object_get(s->info,
							      "functions"),
					      func),
			       "diffs");
	if (!json_is_array(list))
		return json_null();
	ret = json_array();
	json_array_foreach(list, i, one)
	{
		const json_int_t k = json_integer_value(one);
		json_t *diff = json_is_integer(one) && k >= 0 ?
				       json_array_get(all, (size_t)k) :
				       NULL;

		if (diff)
			json_array_append(ret, diff);
	}
	return ret;
}

static json_t *sy_json_func(const struct sy_shown *s, size_t i)
{
	const struct sy_patch_func *f = &s->patch->funcs[i];
	const struct sy_patch_old *old = sy_patch_old_of(s->patch, i);
	uint64_t size = sy_old_size(s, i);
	char hex[65] = "";

	if (old)
		sy_hex(old->sha256, hex);
	return json_pack("{s:o, s:o, s:I, s:o, s:I, s:o, s:o, s:o}", "name",
			 sy_string(f->name), "object", sy_string(f->object),
			 "position", (json_int_t)f->position, "old_size",
			 size ? json_integer((json_int_t)size) : json_null(),
			 "new_size", (json_int_t)f->symbol->size, "new_name",
			 sy_string(f->symbol->name), "sha256",
			 old ? json_string(hex) : json_null(), "diffs",
			 sy_json_diffs(s, i));
}

static json_t *sy_json_imports(const struct sy_patch_file *p)
{
	json_t *list = json_array();
	size_t *uses = calloc(p->nimports + 1, sizeof(*uses));
	size_t i;

	for (i = 0; uses && i < p->nrelocs; i++)
		uses[p->relocs[i].symbol]++;
	for (i = 0; uses && i < p->nimports; i++)
		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:I, s:I}", "name",
						sy_string(p->imports[i].name),
						"object",
						sy_string(p->imports[i].object),
						"position",
						(json_int_t)p->imports[i]
							.position,
						"relocations",
						(json_int_t)uses[i]));
	free(uses);
	return list;
}

static struct sy_fault *sy_show_json(const struct sy_shown *s)
{
	const struct sy_patch_file *p = s->patch;
	json_t *all, *funcs = json_array();
	size_t i;
	char *text;

	for (i = 0; i < p->nfuncs; i++)
		json_array_append_new(funcs, sy_json_func(s, i));
	all = json_pack("{s:o, s:o, s:I, s:o, s:o, s:b, s:o, s:o, s:o, s:I, "
			"s:O?}",
			"file", sy_string(s->path), "module",
			sy_string(p->module), "format", (json_int_t)p->format,
			"release", sy_string(s->release[0] ? s->release : NULL),
			"version", sy_string(p->version), "unloadable",
			p->flags & SY_FLAG_UNLOADABLE ? 1 : 0, "forbidden",
			sy_observations(p->forbid), "functions", funcs,
			"imports", sy_json_imports(p), "relocations",
			(json_int_t)p->nrelocs, "info", s->info);
	text = all ? json_dumps(all, JSON_INDENT(2)) : NULL;
	json_decref(all);
	if (!text)
		return sy_fault_no_memory();
	puts(text);
	free(text);
	return NULL;
}

static const char *sy_info_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Why the patch forbids what it forbids. */
static void sy_show_reasons(const struct sy_shown *s)
{
	json_t *requirement = json_object_get(s->info, "requirement");
	json_t *reason, *model;
	char a[200], b[100];
	size_t i;

	json_array_foreach(json_object_get(requirement, "reasons"), i, reason)
		printf("  %s: %s\n",
		       sy_plain(sy_info_text(reason, "code"), b, sizeof(b)),
		       sy_plain(sy_info_text(reason, "text"), a, sizeof(a)));
	json_array_foreach(json_object_get(s->info, "unsafe_allow"), i, model)
		printf("  allowed against the analysis: %s\n",
		       sy_plain(json_string_value(model), a, sizeof(a)));
	if (sy_info_text(requirement, "recommended")[0])
		printf("recommended: %s: %s\n",
		       sy_plain(sy_info_text(requirement, "recommended"), b,
				sizeof(b)),
		       sy_plain(sy_info_text(requirement, "why"), a,
				sizeof(a)));
}

static void sy_show_diffs(const struct sy_shown *s)
{
	json_t *diff;
	char a[200], b[80];
	size_t i;

	json_array_foreach(json_object_get(s->info, "diffs"), i, diff)
		printf("diff: %s, sha256 %s\n",
		       sy_plain(sy_info_text(diff, "name"), a, sizeof(a)),
		       sy_plain(sy_info_text(diff, "sha256"), b, sizeof(b)));
}

static void sy_show_func(const struct sy_shown *s, size_t i)
{
	const struct sy_patch_func *f = &s->patch->funcs[i];
	const struct sy_patch_old *old = sy_patch_old_of(s->patch, i);
	uint64_t size = sy_old_size(s, i);
	char name[64], object[64], hex[65] = "-", position[24] = "only";
	char before[24] = "-";

	if (old)
		sy_hex(old->sha256, hex);
	if (f->position)
		snprintf(position, sizeof(position), "%llu",
			 (unsigned long long)f->position);
	if (size)
		snprintf(before, sizeof(before), "%llu",
			 (unsigned long long)size);
	printf("%-32s  %-12s  %8s  %5s  %5llu  %.16s\n",
	       sy_plain(f->name, name, sizeof(name)),
	       f->object ? sy_plain(f->object, object, sizeof(object)) :
			   "vmlinux",
	       position, before, (unsigned long long)f->symbol->size, hex);
}

static struct sy_fault *sy_show_text(const struct sy_shown *s)
{
	const struct sy_patch_file *p = s->patch;
	char a[200], b[200];
	size_t i;

	printf("%s: for kernel %s, %s\n",
	       sy_plain(p->module ? p->module : s->path, a, sizeof(a)),
	       s->release[0] ? s->release : "unknown",
	       p->version ? sy_plain(p->version, b, sizeof(b)) :
			    "any build of it");
	sy_show_diffs(s);
	printf("forbids:%s%s%s%s%s\n", p->forbid & 1 ? " m1" : "",
	       p->forbid & 2 ? " m2" : "", p->forbid & 4 ? " m3" : "",
	       p->forbid & 8 ? " m4" : "", p->forbid & 15 ? "" : " nothing");
	sy_show_reasons(s);
	printf("unloadable: %s\n",
	       p->flags & SY_FLAG_UNLOADABLE ? "yes" : "no");
	printf("%zu imported symbols, %zu relocations for the engine\n\n",
	       p->nimports, p->nrelocs);
	printf("%-32s  %-12s  %8s  %5s  %5s  %s\n", "FUNCTION", "OBJECT",
	       "POSITION", "OLD", "NEW", "SHA-256 OF OLD");
	for (i = 0; i < p->nfuncs; i++)
		sy_show_func(s, i);
	return NULL;
}

static struct sy_fault *sy_diff_func(const struct sy_shown *s, size_t i)
{
	const struct sy_patch_func *f = &s->patch->funcs[i];
	const struct sy_patch_old *digest = sy_patch_old_of(s->patch, i);
	struct sy_code old = { 0 }, new = { 0 };
	struct sy_image module = { 0 };
	const struct sy_image *image;
	uint64_t address, size = 0;
	struct sy_path path;
	struct sy_fault *fault;
	char name[64];

	fault = sy_image_of(s, f->object, &module, &path, &image);
	if (!fault && !sy_find_old(image, f, &address, &size))
		fault = sy_fault_make(SY_FAULT_BAD_FILE,
				      "%s: not in kernel %s; is the patch for "
				      "it?",
				      f->name, s->release);
	if (!fault)
		fault = sy_code_of_old(image, address,
				       digest ? digest->size : size, &old);
	if (!fault)
		fault = sy_code_of_new(s->patch, i, &new);
	if (!fault) {
		printf("\n%s\n", sy_plain(f->name, name, sizeof(name)));
		fault = sy_code_print(&old, &new);
	}
	sy_code_deinit(&old);
	sy_code_deinit(&new);
	sy_image_close(&module);
	return fault;
}

static struct sy_fault *sy_show(struct sy_shown *s, bool json, bool diff,
				int *status)
{
	struct sy_fault *fault = NULL, *unknown;
	size_t i;

	sy_find_release(s);
	unknown = s->release[0] ?
			  sy_kernel_open_image(s->release, s->kernel) :
			  sy_fault_make(SY_FAULT_BAD_FILE,
					"%s: it names no kernel", s->path);
	if (unknown)
		s->kernel = NULL;
	if (unknown && diff) {
		*status = SY_NO_KERNEL;
		return unknown;
	}
	sy_fault_free(unknown);
	fault = json ? sy_show_json(s) : sy_show_text(s);
	for (i = 0; !fault && diff && i < s->patch->nfuncs; i++)
		fault = sy_diff_func(s, i);
	return fault;
}

/* The notes for people; what is no JSON object is as good as none. */
static struct sy_fault *sy_read_info(struct sy_shown *s)
{
	json_error_t error;
	size_t len = s->patch->info_size;

	if (!s->patch->info)
		return NULL;
	while (len && !s->patch->info[len - 1])
		len--;
	s->info =
		json_loadb(s->patch->info, len, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(s->info))
		return NULL;
	return sy_fault_make(SY_FAULT_BAD_FILE,
			     "%s: a damaged patch: .switchyard.info is no JSON; "
			     "build it again",
			     s->path);
}

struct sy_fault *sy_inspect(const char *path, bool json, bool diff, int *status)
{
	struct sy_patch_file patch = { 0 };
	struct sy_kernel *kernel = calloc(1, sizeof(*kernel));
	struct sy_shown shown = { .patch = &patch,
				  .path = path,
				  .kernel = kernel };
	struct sy_file file = { 0 };
	struct sy_elf elf = { 0 };
	struct sy_fault *fault;

	if (!kernel)
		return sy_fault_no_memory();
	fault = sy_file_open(path, &file);
	if (!fault)
		fault = sy_elf_parse(file.bytes, file.size, path, &elf);
	if (!fault)
		fault = sy_patch_read(&elf, &patch);
	if (!fault)
		fault = sy_read_info(&shown);
	if (!fault)
		fault = sy_show(&shown, json, diff, status);
	json_decref(shown.info);
	if (shown.kernel)
		sy_kernel_close(kernel);
	sy_patch_deinit(&patch);
	sy_elf_deinit(&elf);
	sy_file_close(&file);
	free(kernel);
	return fault;
}
