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
#include "bound.h"
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
	if (!err && sy_fault(SY_FAULT_KOBJECT)) {
		kobject_del(&live->kobj);
		err = -ENOMEM;
	}
	if (!err)
		list_add_tail(&live->node, &sy_patches);
	mutex_unlock(&sy_patches_lock);
	return err;
}

/* Everything but a place on the list. Return: 0, or the refusal noted. */
static u32 sy_live_create(const struct sy_patch *patch, struct sy_live **ret,
			  struct sy_answer *answer)
{
	struct sy_live *live = sy_zalloc(sizeof(*live), GFP_KERNEL);

	if (!live)
		goto err_memory;
	live->decl = patch;
	live->bound = sy_bound_take(patch);
	if (!live->bound && patch->nrelocs) {
		kvfree(live);
		return sy_refuse(answer, SY_V_BAD_DESCRIPTOR,
				 "%s: has relocations, and its descriptor is not named sy_this_patch; use SY_PATCH",
				 patch->owner->name);
	}
	if (!live->bound)
		live->bound = sy_bound_create(patch);
	if (!live->bound)
		goto err_memory;
	INIT_DELAYED_WORK(&live->retire, sy_retire_work);
	INIT_LIST_HEAD(&live->node);
	*ret = live;
	return SY_V_OK;

err_memory:
	kvfree(live);
	return sy_refuse(answer, SY_V_NO_MEMORY,
			 "%s: no memory; try again later", patch->owner->name);
}

/* Return: the verdict on a patch that wants to register. */
static u32 sy_register_check(const struct sy_patch *patch,
			     struct sy_answer *answer)
{
	const char *flaw;

	if (!patch || !patch->owner)
		return sy_refuse(answer, SY_V_BAD_DESCRIPTOR,
				 "a patch: has no owner; set .owner to THIS_MODULE");
	flaw = sy_descriptor_flaw(patch);
	if (flaw)
		return sy_refuse(answer, SY_V_BAD_DESCRIPTOR, "%s: %s",
				 patch->owner->name, flaw);
	return sy_kernel_check(patch, answer);
}

static int sy_register_refused(const struct sy_answer *answer)
{
	sy_refusal_note(answer);
	pr_err("switchyard: %s\n", answer->message);
	switch (answer->verdict) {
	case SY_V_NO_MEMORY:
		return -ENOMEM;
	case SY_V_DUPLICATE:
		return -EEXIST;
	default:
		return -EINVAL;
	}
}

int sy_patch_register(const struct sy_patch *patch)
{
	struct sy_answer answer;
	struct sy_live *live;
	int err;

	if (sy_register_check(patch, &answer) ||
	    sy_live_create(patch, &live, &answer))
		return sy_register_refused(&answer);
	err = sy_live_add(live, patch);
	if (err == -EEXIST) {
		sy_bound_destroy(live->bound);
		kvfree(live);
		sy_refuse(&answer, SY_V_DUPLICATE,
			  "%s: a patch of that name is loaded; unload it first",
			  patch->owner->name);
		return sy_register_refused(&answer);
	}
	if (err) {
		sy_refuse(&answer, SY_V_NO_MEMORY,
			  "%s: the kernel refuses its directory in sysfs (%d); try again later",
			  patch->owner->name, err);
		kobject_put(&live->kobj);
		return sy_register_refused(&answer);
	}
	kobject_uevent(&live->kobj, KOBJ_ADD);
	return 0;
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
