// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the addresses of symbols into a patch module, where its relocations
 * say. All of an object's relocations are computed and checked first; only then
 * is anything written, and writing cannot fail. Nothing outside the patch module
 * is written: the descriptor's check saw to it that every place lies inside.
 *
 * The module's text is read-only by then: text_poke() writes it, under
 * text_mutex. No code that is written here runs meanwhile: the patch has not
 * registered, or the object of the code is not there or not yet running.
 *
 * Source of the rules: __apply_relocate_add() in arch/x86/kernel/module.c, which
 * does the same for livepatch modules, and the System V psABI for x86-64.
 *
 * Process context, may sleep.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/mutex.h>

#include "bound.h"
#include "symbols.h"

/* Return: false if the value does not fit the field. */
static bool sy_reloc_value(const struct sy_reloc *reloc, unsigned long symbol,
			   u64 *ret)
{
	u64 value = symbol + reloc->addend;

	switch (reloc->type) {
	case SY_RELOC_PC32:
	case SY_RELOC_PLT32:
		value -= (unsigned long)reloc->where;
		*ret = value;
		return (s64)value == (s32)value;
	case SY_RELOC_32S:
		*ret = value;
		return (s64)value == (s32)value;
	case SY_RELOC_32:
		*ret = value;
		return value == (u32)value;
	default:
		*ret = value;
		return true;
	}
}

static bool sy_reloc_empty(const struct sy_reloc *reloc)
{
	static const u8 zeros[8];

	return !memcmp(reloc->where, zeros, sy_reloc_size(reloc->type));
}

static u32 sy_reloc_check(const struct sy_patch *patch, u32 i,
			  const struct sy_bound *bound,
			  struct sy_answer *answer)
{
	const struct sy_reloc *reloc = &patch->relocs[i];
	const struct sy_import *import = &patch->imports[reloc->symbol];
	u64 value;

	if (!test_bit(i, bound->written) && !sy_reloc_empty(reloc))
		return sy_refuse(answer, SY_V_BAD_DESCRIPTOR,
				 "%s: relocation %u: its place holds something already; rebuild the patch",
				 patch->owner->name, i);
	if (!sy_reloc_value(reloc, bound->addrs[reloc->symbol], &value))
		return sy_refuse(answer, SY_V_RELOCATION,
				 "%s: %s is out of the reach of relocation %u (type %u); rebuild the patch",
				 patch->owner->name, import->name, i,
				 reloc->type);
	return SY_V_OK;
}

static void sy_reloc_write(const struct sy_patch *patch, u32 i,
			   struct sy_bound *bound)
{
	const struct sy_reloc *reloc = &patch->relocs[i];
	u32 size = sy_reloc_size(reloc->type);
	u64 value;

	sy_reloc_value(reloc, bound->addrs[reloc->symbol], &value);
	__set_bit(i, bound->written);
	/* little endian: the low bytes come first */
	if (memcmp(reloc->where, &value, size))
		sy_api.text_poke(reloc->where, &value, size);
}

/**
 * sy_relocs_apply() - write the addresses of an object's symbols
 * @patch:  its descriptor is sound
 * @bound:  the imports of @object are resolved
 * @object: module name, or NULL for vmlinux
 * @answer: filled when refused
 *
 * Context: process context, may sleep; takes text_mutex.
 * Return: SY_V_OK, SY_V_RELOCATION or SY_V_BAD_DESCRIPTOR; on a refusal nothing
 *         is written.
 */
u32 sy_relocs_apply(const struct sy_patch *patch, struct sy_bound *bound,
		    const char *object, struct sy_answer *answer)
{
	u32 i, n = 0, verdict;

	for (i = 0; i < patch->nrelocs; i++) {
		const struct sy_reloc *reloc = &patch->relocs[i];

		if (!sy_same_object(patch->imports[reloc->symbol].object,
				    object))
			continue;
		verdict = sy_reloc_check(patch, i, bound, answer);
		if (verdict)
			return verdict;
		n++;
	}
	if (!n)
		return SY_V_OK;
	mutex_lock(sy_api.text_mutex);
	for (i = 0; i < patch->nrelocs; i++)
		if (sy_same_object(patch->imports[patch->relocs[i].symbol]
					   .object,
				   object))
			sy_reloc_write(patch, i, bound);
	sy_api.text_poke_sync();
	mutex_unlock(sy_api.text_mutex);
	return SY_V_OK;
}
