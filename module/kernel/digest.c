// SPDX-License-Identifier: GPL-2.0
/*
 * Compares the text that a patch replaces with the digests that its builder
 * took from the kernel's image: is this the kernel the patch was built for, and
 * has nobody rewritten the function since? Reads the running kernel's text;
 * changes nothing.
 *
 * text_mutex is held while the text is copied, so no half-written instruction is
 * seen. Process context, may sleep.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <crypto/sha2.h>

#include "bound.h"
#include "inject.h"
#include "symbols.h"

static_assert(sizeof_field(struct sy_old, sha256) == SHA256_DIGEST_SIZE);

/*
 * A kprobe on the ftrace site is ftrace's business and follows the function's
 * entry. Anywhere else it has rewritten the body.
 */
static unsigned long sy_probe_find(unsigned long start, u32 size)
{
	unsigned long site = sy_api.ftrace_location(start);
	unsigned long addr, found = 0;

	preempt_disable();
	for (addr = start; addr < start + size && !found; addr++)
		if (addr != site && sy_api.get_kprobe((void *)addr))
			found = addr;
	preempt_enable();
	return found;
}

static void sy_old_copy(const struct sy_old *old, unsigned long start, u8 *ret)
{
	u32 i;

	mutex_lock(sy_api.text_mutex);
	memcpy(ret, (void *)start, old->size);
	mutex_unlock(sy_api.text_mutex);
	for (i = 0; i < old->nmasks; i++)
		memset(ret + old->masks[i].offset, 0, old->masks[i].len);
}

static u32 sy_old_compare(const struct sy_old *old, const char *name,
			  unsigned long start, struct sy_answer *answer)
{
	u8 digest[SHA256_DIGEST_SIZE];
	unsigned long probe = sy_probe_find(start, old->size);
	u8 *copy;

	if (probe)
		return sy_refuse(answer, SY_V_REWRITTEN,
				 "%s: a kprobe has rewritten it at +0x%lx; remove the kprobe",
				 name, probe - start);
	copy = sy_zalloc(old->size, GFP_KERNEL);
	if (!copy)
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "%s: no memory to read it; try again later",
				 name);
	sy_old_copy(old, start, copy);
	sha256(copy, old->size, digest);
	kvfree(copy);
	if (memcmp(digest, old->sha256, sizeof(digest)))
		return sy_refuse(answer, SY_V_REWRITTEN,
				 "%s: its code is not what the patch was built against: another kernel, or someone else has rewritten it; rebuild the patch for this kernel, or remove what rewrote it",
				 name);
	return SY_V_OK;
}

static u32 sy_old_verify(const struct sy_old *old, const struct sy_func *func,
			 unsigned long start, struct sy_answer *answer)
{
	const char *name = old->name ?: func->old_name;
	struct sy_span span;
	u32 verdict;

	if (old->name) {
		verdict = sy_symbol_find(func->object, old->name, old->sympos,
					 answer, &start);
		if (verdict)
			return verdict;
	}
	if (!sy_symbol_span(start, &span) || span.start != start ||
	    old->size > span.end - start)
		return sy_refuse(answer, SY_V_REWRITTEN,
				 "%s: is smaller here than where the patch was built; rebuild the patch for this kernel",
				 name);
	return sy_old_compare(old, name, start, answer);
}

/**
 * sy_olds_verify() - is the code to be replaced the code the patch knows?
 * @patch:  its descriptor is sound
 * @object: only text of this object: a module name, or NULL for vmlinux
 * @funcs:  the address of each of the patch's functions in @object
 * @answer: filled when refused
 *
 * Context: process context, may sleep; @object does not go meanwhile.
 * Return: SY_V_OK, SY_V_REWRITTEN, SY_V_NO_MEMORY, or why a part is not found.
 */
u32 sy_olds_verify(const struct sy_patch *patch, const char *object,
		   const unsigned long *funcs, struct sy_answer *answer)
{
	u32 i, verdict = SY_V_OK;

	for (i = 0; i < patch->nolds && !verdict; i++) {
		const struct sy_old *old = &patch->olds[i];
		const struct sy_func *func = &patch->funcs[old->func];

		if (sy_same_object(func->object, object))
			verdict = sy_old_verify(old, func, funcs[old->func],
						answer);
	}
	return verdict;
}
