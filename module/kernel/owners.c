// SPDX-License-Identifier: GPL-2.0
/*
 * What other patches have to do with the functions of one: which patch has one
 * of them now, and which versions that patches have left behind may still be on
 * a stack. It refuses the first and has the second looked for.
 *
 * Upstream looked at the version below a patch only, and a task asleep in one
 * further down went unseen. Here every version but the one that is gone to is
 * old. The text of a permanent patch stays when it is disabled, and who sleeps in
 * it; an unloadable one is disabled only when its text has been walked for.
 *
 * Source: Linux d0807da78e11 ("livepatch: Remove immediate feature").
 *
 * Process context only; sy_patches_lock covers the list.
 */
#include <linux/slab.h>

#include "inject.h"
#include "live.h"
#include "symbols.h"

/* The patch that has this function and is not disabled. */
static struct sy_live *sy_owner_of(const struct sy_live *self,
				   const struct sy_func *func)
{
	struct sy_live *live;
	u32 i;

	lockdep_assert_held(&sy_patches_lock);
	list_for_each_entry(live, &sy_patches, node) {
		if (live == self || live->state == SY_ST_DISABLED)
			continue;
		for (i = 0; i < live->decl->nfuncs; i++)
			if (sy_same_func(&live->decl->funcs[i], func))
				return live;
	}
	return NULL;
}

static u32 sy_func_owned(struct sy_live *live, const struct sy_func *func,
			 struct sy_answer *answer)
{
	struct sy_live *owner;
	u32 verdict = SY_V_OK;

	mutex_lock(&sy_patches_lock);
	owner = sy_owner_of(live, func);
	if (owner && owner->state == SY_ST_RETIRING)
		verdict =
			sy_refuse(answer, SY_V_OWNED,
				  "%s: the patch %s, which has this function, is still retiring, tasks are in its text (switchyard blocked); try again when they have left it",
				  func->old_name, sy_live_name(owner));
	else if (owner)
		verdict =
			sy_refuse(answer, SY_V_OWNED,
				  "%s: the patch %s has this function; disable that first",
				  func->old_name, sy_live_name(owner));
	mutex_unlock(&sy_patches_lock);
	return verdict;
}

/**
 * sy_live_owned() - refuse what another patch has
 * @live:   wants to be enabled
 * @answer: filled when refused
 *
 * Context: process context.
 * Return: SY_V_OK or SY_V_OWNED.
 */
u32 sy_live_owned(struct sy_live *live, struct sy_answer *answer)
{
	u32 i, verdict = SY_V_OK;

	for (i = 0; i < live->decl->nfuncs && !verdict; i++)
		verdict = sy_func_owned(live, &live->decl->funcs[i], answer);
	return verdict;
}

/**
 * sy_live_unobstructed() - is no retirement in the way of a patch?
 * @name: of the patch
 *
 * Context: process context.
 * Return: false while it, or another that has one of its functions, is retiring;
 *         true, too, if there is no such patch.
 */
bool sy_live_unobstructed(const char *name)
{
	struct sy_live *live, *owner;
	bool ret;
	u32 i;

	mutex_lock(&sy_patches_lock);
	live = sy_live_find(name);
	ret = !live || live->state != SY_ST_RETIRING;
	for (i = 0; live && ret && i < live->decl->nfuncs; i++) {
		owner = sy_owner_of(live, &live->decl->funcs[i]);
		ret = !owner || owner->state != SY_ST_RETIRING;
	}
	mutex_unlock(&sy_patches_lock);
	return ret;
}

/* Add the parts that gcc split off a function. Return: 0 or -E2BIG. */
int sy_set_add_cold(struct sy_set *set, const char *object, const char *name,
		    u32 index)
{
	struct sy_span cold[SY_COLD_MAX];
	int i, n = sy_symbol_cold_spans(object, name, cold);

	for (i = 0; i < n; i++)
		sy_set_add(set, &cold[i], index);
	return min(n, 0);
}

/* Add a function of a patch's module. Return: 0, -ENOENT or -E2BIG. */
int sy_set_add_new(struct sy_set *set, const struct module *owner,
		   const void *new_func, u32 index)
{
	char name[KSYM_SYMBOL_LEN];
	struct sy_span span;

	if (!sy_symbol_span((unsigned long)new_func, &span))
		return -ENOENT;
	sy_set_add(set, &span, index);
	/* "name [module]" */
	snprintf(name, sizeof(name), "%ps", new_func);
	if (strchr(name, ' '))
		*strchr(name, ' ') = '\0';
	return sy_set_add_cold(set, owner->name, name, index);
}

/* May tasks still be in the text of @live, which is disabled? */
static bool sy_leaves_text(const struct sy_live *live)
{
	return live->in_force && !sy_live_unloadable(live);
}

/*
 * The versions of function @index of @self that other patches have left.
 * @set: they are added; NULL: they are counted. Return: how many, or an error.
 */
static int sy_func_below(const struct sy_live *self, u32 index,
			 struct sy_set *set)
{
	const struct sy_func *func = &self->decl->funcs[index];
	const struct sy_live *live;
	int n = 0, err = 0;
	u32 i;

	lockdep_assert_held(&sy_patches_lock);
	list_for_each_entry(live, &sy_patches, node) {
		if (live == self || !sy_leaves_text(live))
			continue;
		for (i = 0; i < live->decl->nfuncs && !err; i++) {
			if (!sy_same_func(&live->decl->funcs[i], func))
				continue;
			n++;
			if (set)
				err = sy_set_add_new(set, live->decl->owner,
						     live->decl->funcs[i]
							     .new_func,
						     index);
		}
	}
	return err ?: n;
}

static int sy_funcs_below(const struct sy_live *live, struct sy_set *set)
{
	int n = 0, more = 0;
	u32 i;

	for (i = 0; i < live->decl->nfuncs && more >= 0; i++) {
		if (live->decl->funcs[i].flags & SY_FUNC_NO_STACK_CHECK)
			continue;
		more = sy_func_below(live, i, set);
		n += more;
	}
	return more < 0 ? more : n;
}

/**
 * sy_live_below() - versions of its functions that are neither side's
 * @live: the patch of a transition
 *
 * They are the text of permanent patches that were in force and are disabled:
 * for a transition to either side it is old.
 *
 * Context: process context, may sleep; sy_request_lock is held, so that no patch
 *          comes into force or goes.
 * Return: a set, empty as a rule; NULL without memory or where text is not found.
 */
struct sy_set *sy_live_below(const struct sy_live *live)
{
	struct sy_set *set;
	int n;

	mutex_lock(&sy_patches_lock);
	n = sy_funcs_below(live, NULL);
	set = sy_set_create((1 + SY_COLD_MAX) * n);
	if (set && sy_funcs_below(live, set) < 0) {
		kvfree(set);
		set = NULL;
	}
	mutex_unlock(&sy_patches_lock);
	return set;
}
