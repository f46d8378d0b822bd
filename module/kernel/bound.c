// SPDX-License-Identifier: GPL-2.0
/*
 * Resolves the symbols of a patch, each once. For a patch with relocations this
 * begins while its module is being loaded, before the kernel's own notifiers
 * look at the module's jump labels and static calls: these may refer to symbols
 * that only the engine can resolve. Nothing but the patch module is changed.
 *
 * sy_bound_lock covers the list of modules that have been bound and whose init
 * has not registered yet. Process context, may sleep.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/utsname.h>

#include "bound.h"
#include "inject.h"
#include "live.h"
#include "symbols.h"

static DEFINE_MUTEX(sy_bound_lock);
static LIST_HEAD(sy_bounds); /* under sy_bound_lock */

/* Return: NULL without memory. */
struct sy_bound *sy_bound_create(const struct sy_patch *patch)
{
	struct sy_bound *bound = sy_zalloc(sizeof(*bound), GFP_KERNEL);

	if (!bound)
		return NULL;
	INIT_LIST_HEAD(&bound->node);
	bound->mod = patch->owner;
	bound->addrs =
		sy_zalloc((patch->nimports + 1) * sizeof(long), GFP_KERNEL);
	bound->written =
		sy_zalloc(BITS_TO_LONGS(patch->nrelocs + 1) * sizeof(long),
			  GFP_KERNEL);
	if (bound->addrs && bound->written)
		return bound;
	sy_bound_destroy(bound);
	return NULL;
}

void sy_bound_destroy(struct sy_bound *bound)
{
	if (!bound)
		return;
	kvfree(bound->addrs);
	kvfree(bound->written);
	kvfree(bound);
}

/**
 * sy_kernel_check() - was the patch built for the running kernel?
 * @patch:  its descriptor is sound
 * @answer: filled when it was not
 *
 * Context: any.
 * Return: SY_V_OK or SY_V_OTHER_KERNEL.
 */
u32 sy_kernel_check(const struct sy_patch *patch, struct sy_answer *answer)
{
	const struct new_utsname *here = &init_uts_ns.name;

	if (!patch->release || (!strcmp(patch->release, here->release) &&
				!strcmp(patch->version, here->version)))
		return SY_V_OK;
	return sy_refuse(answer, SY_V_OTHER_KERNEL,
			 "%s: built for %s %s, but %s %s is running; build it for this kernel",
			 patch->owner->name, patch->release, patch->version,
			 here->release, here->version);
}

/**
 * sy_bound_resolve() - look up the imports that are in one object
 * @patch:  its descriptor is sound
 * @bound:  what is resolved already is not looked up again
 * @object: module name, or NULL for vmlinux
 * @answer: filled when refused
 *
 * Slots are filled as well.
 *
 * Context: process context, may sleep; @object does not go meanwhile.
 * Return: SY_V_OK, SY_V_NO_SYMBOL or SY_V_AMBIGUOUS.
 */
u32 sy_bound_resolve(const struct sy_patch *patch, struct sy_bound *bound,
		     const char *object, struct sy_answer *answer)
{
	u32 i, verdict;

	for (i = 0; i < patch->nimports; i++) {
		const struct sy_import *import = &patch->imports[i];

		if (!sy_same_object(import->object, object))
			continue;
		if (!bound->addrs[i]) {
			verdict = sy_symbol_find(object, import->name,
						 import->sympos, answer,
						 &bound->addrs[i]);
			if (verdict == SY_V_NO_FUNCTION)
				answer->verdict = SY_V_NO_SYMBOL;
			if (verdict)
				return answer->verdict;
		}
		if (import->slot)
			WRITE_ONCE(*import->slot, (void *)bound->addrs[i]);
	}
	return SY_V_OK;
}

/* @object goes: what is known of its symbols is void. */
void sy_bound_forget(const struct sy_patch *patch, struct sy_bound *bound,
		     const char *object)
{
	u32 i;

	for (i = 0; i < patch->nimports; i++)
		if (sy_same_object(patch->imports[i].object, object))
			bound->addrs[i] = 0;
}

static struct sy_bound *sy_bound_find(const struct module *mod)
{
	struct sy_bound *bound;

	lockdep_assert_held(&sy_bound_lock);
	list_for_each_entry(bound, &sy_bounds, node)
		if (bound->mod == mod)
			return bound;
	return NULL;
}

/**
 * sy_bound_take() - what was bound while the patch module was being loaded
 * @patch: registers now
 *
 * Context: process context.
 * Return: the caller owns it; NULL if nothing was.
 */
struct sy_bound *sy_bound_take(const struct sy_patch *patch)
{
	struct sy_bound *bound;

	mutex_lock(&sy_bound_lock);
	bound = sy_bound_find(patch->owner);
	if (bound)
		list_del_init(&bound->node);
	mutex_unlock(&sy_bound_lock);
	return bound;
}

/* The descriptor, if @mod is a patch with relocations. */
static const struct sy_patch *sy_patch_within(struct module *mod)
{
	char name[MODULE_NAME_LEN + sizeof(":sy_this_patch")];
	const struct sy_patch *patch;

	snprintf(name, sizeof(name), "%s:sy_this_patch", mod->name);
	patch = (const struct sy_patch *)sy_api.lookup(name);
	if (!patch ||
	    !sy_module_holds(mod, (unsigned long)patch, sizeof(*patch)) ||
	    patch->format != SY_PATCH_FORMAT || patch->owner != mod)
		return NULL;
	return patch->nrelocs ? patch : NULL;
}

static u32 sy_bind(const struct sy_patch *patch, struct sy_answer *answer)
{
	const char *flaw = sy_descriptor_flaw(patch);
	struct sy_bound *bound;
	u32 verdict;

	if (flaw)
		return sy_refuse(answer, SY_V_BAD_DESCRIPTOR, "%s: %s",
				 patch->owner->name, flaw);
	verdict = sy_kernel_check(patch, answer);
	if (verdict)
		return verdict;
	bound = sy_bound_create(patch);
	if (!bound)
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "%s: no memory; try again later",
				 patch->owner->name);
	verdict = sy_bound_resolve(patch, bound, NULL, answer);
	if (!verdict)
		verdict = sy_relocs_apply(patch, bound, NULL, answer);
	if (verdict) {
		sy_bound_destroy(bound);
		return verdict;
	}
	mutex_lock(&sy_bound_lock);
	list_add(&bound->node, &sy_bounds);
	mutex_unlock(&sy_bound_lock);
	return SY_V_OK;
}

static int sy_bound_coming(struct module *mod)
{
	const struct sy_patch *patch = sy_patch_within(mod);
	struct sy_answer answer;

	if (!patch || !sy_bind(patch, &answer))
		return NOTIFY_DONE;
	sy_refusal_note(&answer);
	pr_err("switchyard: %s\n", answer.message);
	return notifier_from_errno(answer.verdict == SY_V_NO_MEMORY ? -ENOMEM :
								      -EINVAL);
}

/* Its init failed before it registered. */
static void sy_bound_going(struct module *mod)
{
	struct sy_bound *bound;

	mutex_lock(&sy_bound_lock);
	bound = sy_bound_find(mod);
	if (bound)
		list_del(&bound->node);
	mutex_unlock(&sy_bound_lock);
	sy_bound_destroy(bound);
}

static int sy_bound_notify(struct notifier_block *nb, unsigned long state,
			   void *data)
{
	if (state == MODULE_STATE_COMING)
		return sy_bound_coming(data);
	if (state == MODULE_STATE_GOING)
		sy_bound_going(data);
	return NOTIFY_DONE;
}

/* Before jump labels and static calls. */
static struct notifier_block sy_bound_nb = {
	.notifier_call = sy_bound_notify,
	.priority = INT_MAX,
};

int sy_bound_init(void)
{
	return register_module_notifier(&sy_bound_nb);
}

/* Context: no patch module is loaded. */
void sy_bound_deinit(void)
{
	unregister_module_notifier(&sy_bound_nb);
}
