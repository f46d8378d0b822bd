// SPDX-License-Identifier: GPL-2.0
/*
 * Is a patch's descriptor sound? Everything that the engine will follow is
 * looked at here, once: counts, pointers, strings, places. A table or a string
 * that does not lie in the patch module's own core memory is refused, so a
 * descriptor that lies about sizes costs a line and nothing else.
 *
 * Reads the patch module and decides; changes nothing, takes no lock. Process
 * context.
 */
#include <linux/kallsyms.h>
#include <linux/utsname.h>

#include "live.h"

/* The patch module may unmap none of it while it is loaded. */
static bool sy_holds(const struct sy_patch *patch, const void *at, u32 n,
		     size_t size)
{
	return sy_module_holds(patch->owner, (unsigned long)at, n * size);
}

/* A string of 1 to @max - 1 bytes. */
static bool sy_string_sound(const struct sy_patch *patch, const char *s,
			    size_t max)
{
	size_t i;

	for (i = 0; i < max; i++) {
		if (!sy_holds(patch, s + i, 1, 1))
			return false;
		if (!s[i])
			return i > 0;
	}
	return false;
}

static bool sy_object_sound(const struct sy_patch *patch, const char *object)
{
	return !object || sy_string_sound(patch, object, MODULE_NAME_LEN);
}

static bool sy_func_sound(const struct sy_patch *patch,
			  const struct sy_func *func)
{
	struct sy_span text;

	sy_module_text(patch->owner, &text.start, &text.end);
	return sy_string_sound(patch, func->old_name, SY_NAME_LEN) &&
	       sy_object_sound(patch, func->object) && !func->reserved &&
	       !(func->flags & ~(SY_FUNC_NO_STACK_CHECK | SY_FUNC_REG_ARGS)) &&
	       sy_span_has(&text, (unsigned long)func->new_func);
}

static bool sy_import_sound(const struct sy_patch *patch,
			    const struct sy_import *import)
{
	bool slot = import->slot ?
			    sy_module_writable(patch->owner,
					       (unsigned long)import->slot,
					       sizeof(*import->slot)) :
			    patch->nrelocs;

	return slot && sy_string_sound(patch, import->name, KSYM_NAME_LEN) &&
	       sy_object_sound(patch, import->object);
}

static bool sy_masks_sound(const struct sy_patch *patch,
			   const struct sy_old *old)
{
	u32 i, end = 0;

	if (!old->nmasks)
		return true;
	if (old->nmasks > old->size ||
	    !sy_holds(patch, old->masks, old->nmasks, sizeof(*old->masks)))
		return false;
	for (i = 0; i < old->nmasks; i++) {
		const struct sy_mask *mask = &old->masks[i];

		if (mask->offset < end || mask->offset > old->size ||
		    mask->len > old->size - mask->offset)
			return false;
		end = mask->offset + mask->len;
	}
	return true;
}

static bool sy_old_sound(const struct sy_patch *patch, const struct sy_old *old)
{
	return old->func < patch->nfuncs && old->size &&
	       old->size <= SY_OLD_SIZE_MAX &&
	       (old->name ? sy_string_sound(patch, old->name, KSYM_NAME_LEN) :
			    !old->sympos) &&
	       sy_masks_sound(patch, old);
}

static bool sy_reloc_sound(const struct sy_patch *patch,
			   const struct sy_reloc *reloc)
{
	switch (reloc->type) {
	case SY_RELOC_64:
	case SY_RELOC_PC32:
	case SY_RELOC_PLT32:
	case SY_RELOC_32:
	case SY_RELOC_32S:
		return reloc->symbol < patch->nimports &&
		       sy_holds(patch, reloc->where, 1,
				sy_reloc_size(reloc->type));
	default:
		return false;
	}
}

/* Do two entries name the same function? */
bool sy_same_func(const struct sy_func *a, const struct sy_func *b)
{
	return !strcmp(a->old_name, b->old_name) &&
	       sy_same_object(a->object, b->object) && a->sympos == b->sympos;
}

/* The entries are sound. Return: true if one stands in the table twice. */
static bool sy_func_twice(const struct sy_patch *patch)
{
	u32 i, j;

	for (i = 0; i < patch->nfuncs; i++)
		for (j = 0; j < i; j++)
			if (sy_same_func(&patch->funcs[i], &patch->funcs[j]))
				return true;
	return false;
}

static const char *sy_head_flaw(const struct sy_patch *patch)
{
	if (patch->format != SY_PATCH_FORMAT)
		return "built against another <switchyard/patch.h>; rebuild it";
	if (!sy_holds(patch, patch, 1, sizeof(*patch)))
		return "its descriptor is not in its own memory; set .owner to THIS_MODULE and keep it out of init sections";
	if (patch->reserved ||
	    patch->flags & ~(SY_PATCH_UNLOADABLE | SY_PATCH_REG_ARGS) ||
	    patch->forbid & ~SY_FORBID_ALL)
		return "unknown flags or observations; rebuild it against this engine's <switchyard/patch.h>";
	if (!patch->nfuncs || patch->nfuncs > SY_FUNCS_MAX ||
	    !sy_holds(patch, patch->funcs, patch->nfuncs,
		      sizeof(*patch->funcs)))
		return "no functions, or too many; see SY_FUNCS_MAX";
	if (patch->nimports > SY_IMPORTS_MAX ||
	    (patch->nimports &&
	     !sy_holds(patch, patch->imports, patch->nimports,
		       sizeof(*patch->imports))))
		return "a broken table of imports; correct .imports and .nimports";
	return NULL;
}

/* What a builder adds: as a whole, then entry by entry. */
static const char *sy_built_flaw(const struct sy_patch *patch)
{
	u32 i;

	if (!patch->release != !patch->version)
		return "names half a kernel; give both .release and .version";
	if (patch->release &&
	    (!sy_string_sound(patch, patch->release, __NEW_UTS_LEN + 1) ||
	     !sy_string_sound(patch, patch->version, __NEW_UTS_LEN + 1)))
		return "the kernel it names is broken; rebuild it";
	if (!patch->release && (patch->nolds || patch->nrelocs))
		return "has digests or relocations but names no kernel; give .release and .version";
	if (patch->nolds > SY_OLDS_MAX ||
	    (patch->nolds &&
	     !sy_holds(patch, patch->olds, patch->nolds, sizeof(*patch->olds))))
		return "a broken table of digests; rebuild it";
	if (patch->nrelocs > SY_RELOCS_MAX ||
	    (patch->nrelocs && !sy_holds(patch, patch->relocs, patch->nrelocs,
					 sizeof(*patch->relocs))))
		return "a broken table of relocations; rebuild it";
	for (i = 0; i < patch->nolds; i++)
		if (!sy_old_sound(patch, &patch->olds[i]))
			return "an entry of its table of digests is broken (function, size, part or masks); rebuild it";
	for (i = 0; i < patch->nrelocs; i++)
		if (!sy_reloc_sound(patch, &patch->relocs[i]))
			return "an entry of its table of relocations is broken (symbol, type, or a place outside its module); rebuild it";
	return NULL;
}

/**
 * sy_descriptor_flaw() - what is wrong with a descriptor
 * @patch: its owner is a module
 *
 * Context: process context.
 * Return: NULL if it is sound; else what is wrong and what to do.
 */
const char *sy_descriptor_flaw(const struct sy_patch *patch)
{
	const char *flaw = sy_head_flaw(patch);
	u32 i;

	if (flaw)
		return flaw;
	for (i = 0; i < patch->nfuncs; i++)
		if (!sy_func_sound(patch, &patch->funcs[i]))
			return "an entry of its function table is broken (name, object, flags or replacement); correct the table";
	if (sy_func_twice(patch))
		return "a function stands in its table twice; remove one";
	for (i = 0; i < patch->nimports; i++)
		if (!sy_import_sound(patch, &patch->imports[i]))
			return "an entry of its import table is broken; correct the table";
	return sy_built_flaw(patch);
}
