// SPDX-License-Identifier: GPL-2.0
/*
 * Target modules that come and go while patches are enabled. A module that comes
 * is patched before its init runs, with the side that is in force, or, while a
 * transition runs, with its functions at the gate like all others; if that fails
 * the module is not loaded, as upstream livepatch has it. When it goes, its
 * redirects go first; the patch waits for it to come back.
 *
 * A module is not pinned by a patch that replaces its functions: whoever unloads
 * it has made sure, as without a patch, that nobody runs in it, and a new
 * function runs in place of an old one, for the same callers.
 *
 * sy_objects_lock is held while it is decided what is there; registering and
 * unregistering, which wait for grace periods, are done without it by whoever
 * has claimed the patch. Module notifiers: process context, may sleep.
 *
 * Source of the rules: klp_module_coming() and klp_module_going().
 */
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/notifier.h>

#include "dispatch.h"
#include "live.h"
#include "symbols.h"
#include "transition.h"

/* Patches that replace functions of a module: each has a gateway. */
struct sy_wanting {
	struct sy_live *at[SY_GATEWAYS];
	u32 n;
};

/* Their memory stays until sy_wanting_put(). sy_objects_lock is held. */
static void sy_wanting_get(const char *object, struct sy_wanting *ret)
{
	struct sy_live *live;

	lockdep_assert_held(&sy_objects_lock);
	ret->n = 0;
	mutex_lock(&sy_patches_lock);
	list_for_each_entry(live, &sy_patches, node) {
		if (!sy_part_of(live, object) || ret->n == SY_GATEWAYS)
			continue;
		kobject_get(&live->kobj);
		ret->at[ret->n++] = live;
	}
	mutex_unlock(&sy_patches_lock);
}

static void sy_wanting_put(struct sy_wanting *wanting)
{
	while (wanting->n)
		kobject_put(&wanting->at[--wanting->n]->kobj);
}

struct sy_sets_change {
	struct sy_live *live;
	int err;
};

static void sy_sets_renew(struct sy_transition *tr, void *data)
{
	struct sy_sets_change *change = data;

	if (tr->patch == change->live)
		change->err = sy_transition_sets_renew(tr);
}

/* The running transition looks for the text that is there now. */
static int sy_target_sets(struct sy_live *live)
{
	struct sy_sets_change change = { .live = live };

	sy_transition_peek(sy_sets_renew, &change);
	return change.err;
}

/* sy_objects_lock is held. */
static u32 sy_part_come(struct sy_live *live, const char *object,
			struct sy_answer *answer)
{
	u32 verdict;

	/* On its way out: its entries lead to the old bodies for good. */
	if (READ_ONCE(live->state) == SY_ST_RETIRING)
		return SY_V_OK;
	verdict = sy_part_resolve(live, sy_part_of(live, object), answer);
	if (!verdict && sy_target_sets(live))
		verdict = sy_refuse(answer, SY_V_NO_MEMORY,
				    "%s: no memory; try again later",
				    sy_live_name(live));
	return verdict;
}

/* The patch may have been given up meanwhile, or have registered by itself. */
static u32 sy_part_open(struct sy_live *live, const char *object,
			struct sy_answer *answer)
{
	struct sy_part *part = NULL;
	u32 verdict = SY_V_OK;

	sy_parts_claim(live);
	if (live->open)
		part = sy_part_of(live, object);
	if (part && (!part->there || part->registered))
		part = NULL;
	mutex_unlock(&sy_objects_lock);
	if (part)
		verdict = sy_part_register(live, part, answer);
	if (part && !verdict)
		sy_live_note_handled(live);
	sy_parts_yield(live);
	return verdict;
}

static void sy_part_go(struct sy_live *live, const char *object)
{
	struct sy_part *part;

	sy_parts_claim(live);
	part = sy_part_of(live, object);
	mutex_unlock(&sy_objects_lock);
	if (part) {
		sy_part_unregister(part);
		if (sy_redirect_made(part->redirect))
			sy_dispatch_drain();
		sy_redirect_clear(part->redirect);
		mutex_lock(&sy_objects_lock);
		sy_part_forget(live, part);
		/* Without memory the old spans stay: nobody can be in them. */
		sy_target_sets(live);
		mutex_unlock(&sy_objects_lock);
	}
	sy_parts_yield(live);
}

static void sy_target_going(const struct module *mod)
{
	struct sy_wanting wanting;
	u32 i;

	mutex_lock(&sy_objects_lock);
	sy_wanting_get(mod->name, &wanting);
	mutex_unlock(&sy_objects_lock);
	for (i = 0; i < wanting.n; i++)
		sy_part_go(wanting.at[i], mod->name);
	sy_wanting_put(&wanting);
}

static int sy_target_refuse(const struct module *mod,
			    const struct sy_live *live,
			    const struct sy_answer *answer)
{
	sy_refusal_note(answer);
	pr_warn("switchyard: %s: not loaded, for the patch %s cannot be applied to it: %s\n",
		mod->name, sy_live_name(live), answer->message);
	switch (answer->verdict) {
	case SY_V_NO_MEMORY:
		return -ENOMEM;
	case SY_V_OWNED:
		return -EBUSY;
	default:
		return -EINVAL;
	}
}

static int sy_target_coming(const struct module *mod)
{
	struct sy_wanting wanting;
	struct sy_answer answer;
	u32 i, verdict = SY_V_OK;
	int err = 0;

	mutex_lock(&sy_objects_lock);
	sy_wanting_get(mod->name, &wanting);
	for (i = 0; i < wanting.n && !verdict; i++)
		verdict = sy_part_come(wanting.at[i], mod->name, &answer);
	mutex_unlock(&sy_objects_lock);
	if (!verdict)
		for (i = 0; i < wanting.n && !verdict; i++)
			verdict =
				sy_part_open(wanting.at[i], mod->name, &answer);
	if (verdict) {
		sy_target_going(mod);
		err = sy_target_refuse(mod, wanting.at[i - 1], &answer);
	}
	sy_wanting_put(&wanting);
	return notifier_from_errno(err);
}

static int sy_target_notify(struct notifier_block *nb, unsigned long state,
			    void *data)
{
	if (state == MODULE_STATE_COMING)
		return sy_target_coming(data);
	if (state == MODULE_STATE_GOING)
		sy_target_going(data);
	return NOTIFY_DONE;
}

static struct notifier_block sy_target_nb = {
	.notifier_call = sy_target_notify,
};

int sy_targets_init(void)
{
	return register_module_notifier(&sy_target_nb);
}

/* Context: no patch is registered. */
void sy_targets_deinit(void)
{
	unregister_module_notifier(&sy_target_nb);
}
