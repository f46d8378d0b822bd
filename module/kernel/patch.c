// SPDX-License-Identifier: GPL-2.0
/*
 * The patches the engine knows: registration and what it checks. It decides
 * nothing about transitions.
 *
 * sy_request_lock serializes requests, sy_patches_lock covers the list and what
 * is shown of a patch. Process context only.
 */
#include <linux/slab.h>

#include "inject.h"
#include "live.h"
#include "symbols.h"
#include "transition.h"

/* Covers sy_patches, and the state, figures and leftovers of every patch. */
DEFINE_MUTEX(sy_patches_lock);
/* One request at a time; outside sy_patches_lock. */
DEFINE_MUTEX(sy_request_lock);
LIST_HEAD(sy_patches);

u32 sy_refuse(struct sy_answer *answer, u32 verdict, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(answer->message, sizeof(answer->message), fmt, args);
	va_end(args);
	answer->verdict = verdict;
	return verdict;
}

/* sy_patches_lock is held. */
struct sy_live *sy_live_find(const char *name)
{
	struct sy_live *live;

	lockdep_assert_held(&sy_patches_lock);
	list_for_each_entry(live, &sy_patches, node)
		if (!strcmp(sy_live_name(live), name))
			return live;
	return NULL;
}

void sy_live_state(struct sy_live *live, u32 state)
{
	mutex_lock(&sy_patches_lock);
	live->state = state;
	mutex_unlock(&sy_patches_lock);
}

static bool sy_func_sound(const struct sy_patch *patch,
			  const struct sy_func *func)
{
	struct sy_span text;
	size_t len = func->old_name ? strnlen(func->old_name, SY_NAME_LEN) : 0;

	sy_module_text(patch->owner, &text.start, &text.end);
	return len && len < SY_NAME_LEN && !func->reserved &&
	       !(func->flags & ~SY_FUNC_NO_STACK_CHECK) &&
	       sy_span_has(&text, (unsigned long)func->new_func);
}

/* Do two entries name the same function? */
bool sy_same_func(const struct sy_func *a, const struct sy_func *b)
{
	return !strcmp(a->old_name, b->old_name) &&
	       !strcmp(a->object ?: "", b->object ?: "") &&
	       a->sympos == b->sympos;
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

static const char *sy_descriptor_flaw(const struct sy_patch *patch)
{
	u32 i;

	if (patch->format != SY_PATCH_FORMAT)
		return "built against another <switchyard/patch.h>; rebuild it";
	if (patch->reserved || patch->flags & ~SY_PATCH_UNLOADABLE ||
	    patch->forbid & ~SY_FORBID_ALL)
		return "unknown flags or observations; rebuild it against this engine's <switchyard/patch.h>";
	if (patch->release || patch->version || patch->nolds || patch->nrelocs)
		return "has digests or relocations, which this engine does not serve yet; update the engine";
	if (!patch->funcs || !patch->nfuncs || patch->nfuncs > SY_FUNCS_MAX)
		return "no functions, or too many; see SY_FUNCS_MAX";
	if (patch->nimports > SY_IMPORTS_MAX ||
	    (patch->nimports && !patch->imports))
		return "a broken table of imports; correct .imports and .nimports";
	for (i = 0; i < patch->nfuncs; i++)
		if (!sy_func_sound(patch, &patch->funcs[i]))
			return "an entry of its function table is broken (name, flags or replacement); correct the table";
	if (sy_func_twice(patch))
		return "a function stands in its table twice; remove one";
	for (i = 0; i < patch->nimports; i++)
		if (!patch->imports[i].name || !patch->imports[i].slot)
			return "an entry of its import table is broken; correct the table";
	return NULL;
}

static void sy_register_refuse(const char *name, u32 verdict, const char *why)
{
	struct sy_answer answer;

	sy_refuse(&answer, verdict, "%s: %s", name, why);
	sy_refusal_note(&answer);
	pr_err("switchyard: %s\n", answer.message);
}

static int sy_live_add(struct sy_live *live, const struct sy_patch *patch)
{
	int err;

	mutex_lock(&sy_patches_lock);
	if (sy_live_find(patch->owner->name)) {
		mutex_unlock(&sy_patches_lock);
		return -EEXIST;
	}
	live->kobj.kset = sy_patches_kset;
	err = kobject_init_and_add(&live->kobj, &sy_live_ktype, NULL, "%s",
				   patch->owner->name);
	if (!err)
		list_add_tail(&live->node, &sy_patches);
	mutex_unlock(&sy_patches_lock);
	return err;
}

int sy_patch_register(const struct sy_patch *patch)
{
	const char *flaw;
	struct sy_live *live;
	int err;

	if (!patch || !patch->owner) {
		sy_register_refuse("a patch", SY_V_BAD_DESCRIPTOR,
				   "has no owner; set .owner to THIS_MODULE");
		return -EINVAL;
	}
	flaw = sy_descriptor_flaw(patch);
	if (flaw) {
		sy_register_refuse(patch->owner->name, SY_V_BAD_DESCRIPTOR,
				   flaw);
		return -EINVAL;
	}
	live = sy_zalloc(sizeof(*live), GFP_KERNEL);
	if (!live) {
		sy_register_refuse(patch->owner->name, SY_V_NO_MEMORY,
				   "no memory; try again later");
		return -ENOMEM;
	}
	live->decl = patch;
	INIT_DELAYED_WORK(&live->retire, sy_retire_work);
	INIT_LIST_HEAD(&live->node);
	err = sy_live_add(live, patch);
	if (err == -EEXIST) {
		kvfree(live);
		sy_register_refuse(patch->owner->name, SY_V_DUPLICATE,
				   "a patch of that name is loaded; unload it first");
	} else if (err) {
		kobject_put(&live->kobj);
	} else {
		kobject_uevent(&live->kobj, KOBJ_ADD);
	}
	return err;
}
EXPORT_SYMBOL_GPL(sy_patch_register);

void sy_patch_unregister(const struct sy_patch *patch)
{
	struct sy_live *live;

	mutex_lock(&sy_request_lock);
	mutex_lock(&sy_patches_lock);
	live = sy_live_find(patch->owner->name);
	if (live)
		list_del_init(&live->node);
	mutex_unlock(&sy_patches_lock);
	mutex_unlock(&sy_request_lock);
	if (!live)
		return;
	/* The last walk of the retirement put the reference that let us in. */
	cancel_delayed_work_sync(&live->retire);
	kobject_del(&live->kobj);
	kobject_put(&live->kobj);
}
EXPORT_SYMBOL_GPL(sy_patch_unregister);
