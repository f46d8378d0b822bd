// SPDX-License-Identifier: GPL-2.0
/*
 * The stage "diff": applies a source diff in a private tree, compiles each unit
 * before and after, and says which functions and data have changed and where
 * the kernel has the old ones. The source itself is never written to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../compile/unit.h"
#include "../diff/objdiff.h"
#include "../match/match.h"
#include "../source/tree.h"
#include "../tool/command.h"
#include "stages.h"

struct sy_object {
	struct sy_path path;
	struct sy_file file;
	struct sy_elf elf;
};

static struct sy_fault *sy_compile_object(const struct sy_kernel *kernel,
					  const struct sy_unit *unit,
					  const char *tree, unsigned int flags,
					  const char *dir, const char *name,
					  struct sy_object *ret)
{
	struct sy_fault *fault;

	fault = sy_path_make(&ret->path, "%s/%s.o", dir, name);
	if (!fault)
		fault = sy_unit_compile(kernel, unit, tree, flags,
					ret->path.text);
	if (!fault)
		fault = sy_file_open(ret->path.text, &ret->file);
	if (!fault)
		fault = sy_elf_parse(ret->file.bytes, ret->file.size,
				     unit->path.text, &ret->elf);
	return fault;
}

static void sy_object_close(struct sy_object *object)
{
	sy_elf_deinit(&object->elf);
	sy_file_close(&object->file);
}

/* A changed function that is not the kernel's own cannot be replaced. */
static void sy_print_change(const struct sy_objchange *c,
			    const struct sy_match *match, int *status)
{
	const struct sy_match_func *f = NULL;

	printf("  %s %s %s, %llu to %llu bytes", sy_change_kind_name(c->kind),
	       c->data ? "data" : "function", c->name,
	       (unsigned long long)c->old_size,
	       (unsigned long long)c->new_size);
	if (!c->data && c->kind == SY_CHANGED) {
		f = sy_match_find(match, c->name);
		if (f && f->state == SY_MATCH_EQUAL)
			printf("; shipped as symbol %u of %u", f->position,
			       f->namesakes);
		else
			*status = SY_STATUS_MISMATCH;
		if (f && f->state != SY_MATCH_EQUAL)
			printf("; the shipped one: %s",
			       sy_match_state_name(f->state));
	}
	printf("\n");
}

static struct sy_fault *sy_report(const struct sy_kernel *kernel,
				  const struct sy_unit *unit,
				  const struct sy_object *o, int *status)
{
	struct sy_objdiff diff = { 0 };
	struct sy_match match = { 0 };
	const struct sy_image *target;
	struct sy_image module;
	struct sy_path path;
	struct sy_fault *fault;
	size_t i;

	fault = sy_stage_target(kernel, unit, &module, &path, &target);
	if (!fault)
		fault = sy_match_image(&o[0].elf, target, &match);
	if (!fault)
		fault = sy_objdiff(&o[1].elf, &o[2].elf, &diff);
	if (!fault && match.nfuncs && match.absent == match.nfuncs) {
		printf("%s: %s has none of its %zu functions\n",
		       unit->path.text, unit->object, match.nfuncs);
		*status = SY_STATUS_MISMATCH;
	} else if (!fault) {
		printf("%s: %zu of %zu functions equal to those of %s, %zu "
		       "unchanged, %zu changes\n",
		       unit->path.text, match.equal, match.nfuncs, unit->object,
		       diff.same, diff.n);
		for (i = 0; i < diff.n; i++)
			sy_print_change(&diff.changes[i], &match, status);
	}
	sy_objdiff_deinit(&diff);
	sy_match_deinit(&match);
	sy_image_close(&module);
	return fault;
}

static struct sy_fault *sy_diff_unit(const struct sy_kernel *kernel,
				     const char *path, const char *dir,
				     const char *tree, int *status)
{
	struct sy_object *o = calloc(3, sizeof(*o));
	struct sy_unit unit = { 0 };
	struct sy_fault *fault;
	size_t i;

	if (!o)
		return sy_fault_no_memory();
	fault = sy_unit_find(kernel, path, &unit);
	if (!fault)
		fault = sy_compile_object(kernel, &unit, NULL,
					  SY_COMPILE_OBJTOOL, dir, "match",
					  &o[0]);
	if (!fault)
		fault = sy_compile_object(kernel, &unit, NULL,
					  SY_COMPILE_SECTIONS, dir, "before",
					  &o[1]);
	if (!fault)
		fault = sy_compile_object(kernel, &unit, tree,
					  SY_COMPILE_SECTIONS, dir, "after",
					  &o[2]);
	if (!fault)
		fault = sy_report(kernel, &unit, o, status);
	for (i = 0; i < 3; i++)
		sy_object_close(&o[i]);
	free(o);
	sy_unit_deinit(&unit);
	return fault;
}

static bool sy_ends_with(const char *name, const char *with)
{
	size_t len = strlen(name), n = strlen(with);

	return len >= n && !strcmp(name + len - n, with);
}

static struct sy_fault *sy_diff_all(const struct sy_kernel *kernel,
				    const struct sy_patchfile *patch,
				    const char *dir, int *status)
{
	struct sy_path tree;
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < patch->n; i++)
		if (!sy_ends_with(patch->changes[i].path.text, ".c"))
			fault = sy_fault_make(SY_FAULT_REFUSED,
					      "%s: only changes of .c files "
					      "can be compared",
					      patch->changes[i].path.text);
	if (!fault)
		fault = sy_path_make(&tree, "%s/tree", dir);
	if (!fault)
		fault = sy_tree_create(kernel->source.text, tree.text, patch);
	for (i = 0; !fault && i < patch->n; i++)
		fault = sy_diff_unit(kernel, patch->changes[i].path.text, dir,
				     tree.text, status);
	return fault;
}

static struct sy_fault *sy_diff_file(const struct sy_kernel *kernel,
				     const char *name, int *status)
{
	struct sy_patchfile patch = { 0 };
	struct sy_fault *fault;
	struct sy_file file = { 0 };
	struct sy_path dir;

	fault = sy_path_make(&dir, "%s/work.XXXXXX", kernel->home.text);
	if (!fault && !mkdtemp(dir.text))
		fault = sy_fault_system(dir.text);
	if (fault)
		return fault;
	fault = sy_file_open(name, &file);
	if (!fault)
		fault = sy_patchfile_parse(file.bytes, file.size, name, 1,
					   &patch);
	if (!fault)
		fault = sy_diff_all(kernel, &patch, dir.text, status);
	sy_patchfile_deinit(&patch);
	sy_file_close(&file);
	sy_command_remove(dir.text);
	return fault;
}

struct sy_fault *sy_stage_diff(const struct sy_kernel *kernel,
			       const struct sy_stage_options *opt, int *status)
{
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < opt->noperands; i++)
		fault = sy_diff_file(kernel, opt->operands[i], status);
	return fault;
}
