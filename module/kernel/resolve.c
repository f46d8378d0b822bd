// SPDX-License-Identifier: GPL-2.0
/*
 * What an enable needs before it can be put to the core: symbols, positions,
 * pinned modules, gateways, the text to leave. Everything is checked and
 * nothing is changed; what was acquired is given back on any refusal. Functions
 * in modules that are not loaded are left for later (targets.c).
 *
 * sy_request_lock (but for targets.c) and sy_objects_lock are held. Process
 * context only.
 */
#include <linux/kallsyms.h>
#include <linux/slab.h>

#include "inject.h"
#include "live.h"
#include "symbols.h"

static void sy_targets_put(struct sy_live *live)
{
	while (live->ntargets) {
		struct module *mod = live->targets[--live->ntargets];

		sy_bound_forget(live->decl, live->bound, mod->name);
		module_put(mod);
	}
	kvfree(live->targets);
	live->targets = NULL;
}

/* Few patches have more than one target: the list grows by one at a time. */
static int sy_targets_grow(struct sy_live *live)
{
	size_t size = live->ntargets * sizeof(*live->targets);
	struct module **more = sy_zalloc(size + sizeof(*more), GFP_KERNEL);

	if (!more)
		return -ENOMEM;
	if (size)
		memcpy(more, live->targets, size);
	kvfree(live->targets);
	live->targets = more;
	return 0;
}

/* A module may not go while new code everywhere uses its symbols. */
static u32 sy_target_pin(struct sy_live *live, const char *object,
			 struct sy_answer *answer)
{
	struct module *mod;
	u32 i;

	for (i = 0; i < live->ntargets; i++)
		if (!strcmp(live->targets[i]->name, object))
			return SY_V_OK;
	if (sy_targets_grow(live))
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "%s: no memory; try again later",
				 sy_live_name(live));
	preempt_disable();
	mod = sy_api.find_module(object);
	if (mod && (mod->state != MODULE_STATE_LIVE || !try_module_get(mod)))
		mod = NULL;
	preempt_enable();
	if (!mod)
		return sy_refuse(answer, SY_V_NO_OBJECT,
				 "%s: the patch needs symbols of this module, which is not loaded; load it first",
				 object);
	live->targets[live->ntargets++] = mod;
	return SY_V_OK;
}

static u32 sy_targets_pin(struct sy_live *live, struct sy_answer *answer)
{
	const struct sy_patch *decl = live->decl;
	u32 i, verdict = SY_V_OK;

	for (i = 0; i < decl->nimports && !verdict; i++)
		if (decl->imports[i].object &&
		    !sy_part_of(live, decl->imports[i].object))
			verdict = sy_target_pin(live, decl->imports[i].object,
						answer);
	return verdict;
}

static u32 sy_func_check(const struct sy_func *func, unsigned long addr,
			 struct sy_answer *answer)
{
	if (!func->object && addr >= sy_api.init_begin &&
	    addr < sy_api.init_end)
		return sy_refuse(answer, SY_V_INIT_CODE,
				 "%s: initialization code, freed after boot; it cannot be patched",
				 func->old_name);
	if (!sy_api.ftrace_location(addr))
		return sy_refuse(answer, SY_V_NOT_TRACEABLE,
				 "%s: has no ftrace site (notrace, noinstr or assembly); patch its callers instead",
				 func->old_name);
	return SY_V_OK;
}

/* Nobody may be inside at one instant: an NMI cannot be kept outside. */
static bool sy_needs_instant(const struct sy_model *model)
{
	return model->sw == SY_SWITCH_KERNEL || sy_order_asked(model);
}

/**
 * sy_live_nmi_check() - refuse what a model cannot keep from running
 * @live:   the patch
 * @model:  of the transition
 * @answer: filled when refused
 *
 * Context: process context.
 * Return: SY_V_OK or SY_V_NMI_REACHABLE.
 */
u32 sy_live_nmi_check(const struct sy_live *live, const struct sy_model *model,
		      struct sy_answer *answer)
{
	const struct sy_patch *decl = live->decl;
	u32 i;

	for (i = 0; i < decl->nfuncs && sy_needs_instant(model); i++)
		if (sy_nmi_reachable(decl->funcs[i].old_name))
			return sy_refuse(answer, SY_V_NMI_REACHABLE,
					 "%s: may run in NMI context, where SWITCH_KERNEL and an order of functions cannot stop it; use a SWITCH_THREAD model or function/function",
					 decl->funcs[i].old_name);
	return SY_V_OK;
}

static u32 sy_func_resolve(struct sy_live *live, u32 i,
			   struct sy_answer *answer)
{
	const struct sy_func *func = &live->decl->funcs[i];
	unsigned long addr;
	u32 verdict = sy_symbol_find(func->object, func->old_name, func->sympos,
				     answer, &addr);

	if (!verdict)
		verdict = sy_func_check(func, addr, answer);
	if (verdict)
		return verdict;
	live->olds[i] = addr;
	sy_redirect_set(live->parts[live->spots[i].part].redirect,
			live->spots[i].place,
			sy_api.ftrace_location(addr) + MCOUNT_INSN_SIZE,
			(unsigned long)func->new_func);
	return SY_V_OK;
}

static u32 sy_object_bind(struct sy_live *live, const char *object,
			  struct sy_answer *answer)
{
	u32 verdict = sy_olds_verify(live->decl, object, live->olds, answer);

	if (!verdict)
		verdict = sy_bound_resolve(live->decl, live->bound, object,
					   answer);
	if (!verdict)
		verdict = sy_relocs_apply(live->decl, live->bound, object,
					  answer);
	return verdict;
}

/* A part's object goes, or the patch gives it up. */
void sy_part_forget(struct sy_live *live, struct sy_part *part)
{
	if (part->object)
		sy_bound_forget(live->decl, live->bound, part->object);
	WRITE_ONCE(part->there, false);
}

/**
 * sy_part_resolve() - check and resolve all that concerns one object
 * @live:   the patch
 * @part:   its object is loaded, and not yet there
 * @answer: filled when refused
 *
 * Context: process context, may sleep; sy_objects_lock is held, which keeps the
 *          object from going.
 * Return: SY_V_OK: it is there; or the refusal, with nothing changed.
 */
u32 sy_part_resolve(struct sy_live *live, struct sy_part *part,
		    struct sy_answer *answer)
{
	u32 i, verdict = SY_V_OK;

	lockdep_assert_held(&sy_objects_lock);
	/* Needed until they have been compared with their digests. */
	live->olds =
		sy_zalloc(array_size(live->decl->nfuncs, sizeof(*live->olds)),
			  GFP_KERNEL);
	if (!live->olds)
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "%s: no memory; try again later",
				 sy_live_name(live));
	for (i = 0; i < live->decl->nfuncs && !verdict; i++)
		if (&live->parts[live->spots[i].part] == part)
			verdict = sy_func_resolve(live, i, answer);
	if (!verdict)
		verdict = sy_object_bind(live, part->object, answer);
	kvfree(live->olds);
	live->olds = NULL;
	if (verdict)
		sy_part_forget(live, part);
	else
		WRITE_ONCE(part->there, true);
	return verdict;
}

/* A module that comes or goes just now is told about again: targets.c. */
static u32 sy_object_look(const char *object, bool *ret,
			  struct sy_answer *answer)
{
	const struct module *mod;
	bool moving = false;

	*ret = !object;
	if (!object)
		return SY_V_OK;
	preempt_disable();
	mod = sy_api.find_module(object);
	if (mod) {
		*ret = mod->state == MODULE_STATE_LIVE;
		moving = !*ret;
	}
	preempt_enable();
	if (!moving)
		return SY_V_OK;
	return sy_refuse(answer, SY_V_NO_OBJECT,
			 "%s: this target module is just being loaded or unloaded; try again",
			 object);
}

static u32 sy_objects_resolve(struct sy_live *live, struct sy_answer *answer)
{
	u32 i, verdict = SY_V_OK;
	bool loaded;

	for (i = 0; i < live->nparts && !verdict; i++) {
		struct sy_part *part = &live->parts[i];

		verdict = sy_object_look(part->object, &loaded, answer);
		if (!verdict && loaded)
			verdict = sy_part_resolve(live, part, answer);
	}
	if (!verdict && !sy_part_of(live, NULL))
		verdict = sy_object_bind(live, NULL, answer);
	for (i = 0; i < live->ntargets && !verdict; i++)
		verdict = sy_object_bind(live, live->targets[i]->name, answer);
	return verdict;
}

static u32 sy_patch_pin(struct sy_live *live, struct sy_answer *answer)
{
	if (live->pinned)
		return SY_V_OK;
	if (!try_module_get(live->decl->owner))
		return sy_refuse(answer, SY_V_NO_PATCH,
				 "%s: its module is being unloaded; load it again",
				 sy_live_name(live));
	live->pinned = true;
	return SY_V_OK;
}

/* Keep which functions go the second way, to be shown. Process context. */
void sy_live_note_handled(struct sy_live *live)
{
	u32 i;

	mutex_lock(&sy_patches_lock);
	bitmap_zero(live->handled, SY_FUNCS_MAX);
	for (i = 0; i < live->decl->nfuncs; i++)
		if (sy_redirect_by_handler(live->parts[live->spots[i].part]
						   .redirect,
					   live->spots[i].place))
			__set_bit(i, live->handled);
	mutex_unlock(&sy_patches_lock);
}

/**
 * sy_live_release_locked() - give back what sy_live_resolve() acquired
 * @live: disabled, its redirects unregistered and nobody inside its gateways
 *
 * A permanent patch that has been in force keeps its module and those whose
 * symbols it uses: its text may still run.
 *
 * Context: process context, may sleep; sy_objects_lock is held.
 */
void sy_live_release_locked(struct sy_live *live)
{
	bool keep = live->in_force && !sy_live_unloadable(live);
	u32 i;

	lockdep_assert_held(&sy_objects_lock);
	for (i = 0; i < live->nparts; i++)
		sy_part_forget(live, &live->parts[i]);
	sy_parts_destroy(live);
	kvfree(live->order);
	live->order = NULL;
	if (keep || !live->pinned)
		return;
	sy_targets_put(live);
	live->pinned = false;
	module_put(live->decl->owner);
}

/* The same, once no target that comes or goes has to do with the patch. */
void sy_live_release(struct sy_live *live)
{
	sy_parts_claim(live);
	sy_live_release_locked(live);
	mutex_unlock(&sy_objects_lock);
	sy_parts_yield(live);
}

/**
 * sy_live_resolve() - check and acquire everything a transition to @live needs
 * @live:   disabled
 * @model:  of the transition
 * @order:  the order of its functions, as in the request; NULL: the patch's own
 * @answer: filled when refused
 *
 * Context: process context, may sleep; sy_objects_lock is held.
 * Return: SY_V_OK, or the refusal with everything given back.
 */
u32 sy_live_resolve(struct sy_live *live, const struct sy_model *model,
		    const char *order, struct sy_answer *answer)
{
	u32 verdict;

	if (!READ_ONCE(*sy_api.ftrace_enabled))
		return sy_refuse(answer, SY_V_FTRACE_OFF,
				 "%s: ftrace is switched off; set kernel.ftrace_enabled to 1",
				 sy_live_name(live));
	verdict = sy_patch_pin(live, answer);
	if (verdict)
		return verdict;
	verdict = sy_live_order(live, model, order, answer);
	if (!verdict)
		verdict = sy_parts_create(live, answer);
	if (!verdict)
		verdict = sy_targets_pin(live, answer);
	if (!verdict)
		verdict = sy_live_nmi_check(live, model, answer);
	if (!verdict)
		verdict = sy_live_owned(live, answer);
	if (!verdict)
		verdict = sy_objects_resolve(live, answer);
	if (verdict)
		sy_live_release_locked(live);
	return verdict;
}

static int sy_add_old_text(struct sy_set *set, const struct sy_live *live,
			   u32 index)
{
	const struct sy_func *func = &live->decl->funcs[index];
	const struct sy_part *part = &live->parts[live->spots[index].part];
	struct sy_span span;

	/* Nobody is in an object that is not there. */
	if (!part->there)
		return 0;
	if (!sy_symbol_span(sy_redirect_site(part->redirect,
					     live->spots[index].place),
			    &span))
		return -ENOENT;
	sy_set_add(set, &span, index);
	return sy_set_add_cold(set, func->object, func->old_name, index);
}

static int sy_add_new_text(struct sy_set *set, const struct sy_live *live,
			   u32 index)
{
	return sy_set_add_new(set, live->decl->owner,
			      live->decl->funcs[index].new_func, index);
}

static void sy_add_below(struct sy_set *set, const struct sy_set *below)
{
	u32 i;

	for (i = 0; i < below->n; i++)
		sy_set_add(set, &below->at[i].span, below->at[i].func);
}

/**
 * sy_live_sets() - the text of both sides
 * @live:  the patch; what is there is resolved
 * @below: the text of sy_live_below(): neither side's, to be left for either
 * @sets:  [0] old side, [1] new side; on failure both may be half made
 *
 * Functions that need no stack check are in neither.
 *
 * Context: process context, may sleep; sy_objects_lock is held.
 * Return: 0, -ENOMEM, -ENOENT, or -E2BIG: more cold parts than expected.
 */
int sy_live_sets(struct sy_live *live, const struct sy_set *below,
		 struct sy_set *sets[2])
{
	const struct sy_patch *decl = live->decl;
	u32 i, max = (1 + SY_COLD_MAX) * decl->nfuncs + below->n;
	int err = 0;

	sets[0] = sy_set_create(max);
	sets[1] = sy_set_create(max);
	if (!sets[0] || !sets[1])
		return -ENOMEM;
	sy_add_below(sets[0], below);
	sy_add_below(sets[1], below);
	for (i = 0; i < decl->nfuncs && !err; i++) {
		if (decl->funcs[i].flags & SY_FUNC_NO_STACK_CHECK)
			continue;
		err = sy_add_old_text(sets[0], live, i);
		if (!err)
			err = sy_add_new_text(sets[1], live, i);
	}
	sy_set_sort(sets[0]);
	sy_set_sort(sets[1]);
	return err;
}
