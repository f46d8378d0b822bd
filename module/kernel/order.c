// SPDX-License-Identifier: GPL-2.0
/*
 * The order in which a SWITCH_FUNCTION model switches the functions of a patch:
 * that of its table, or the one that a request names. An order is taken whole
 * or refused, and nothing has changed then.
 *
 * sy_request_lock is held. Process context only.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "inject.h"
#include "live.h"

/* A name of an order: @len letters at @at. */
struct sy_word {
	const char *at;
	size_t len;
};

static bool sy_word_is(const struct sy_word *word, const char *name)
{
	return strlen(name) == word->len && !memcmp(word->at, name, word->len);
}

/* Does @word, NAME or OBJECT:NAME, stand for @func? */
static bool sy_word_names(const struct sy_word *word,
			  const struct sy_func *func)
{
	const char *object = func->object ?: "vmlinux";
	const char *colon = memchr(word->at, ':', word->len);
	struct sy_word name = *word, of = *word;

	if (colon) {
		of.len = colon - word->at;
		name.at = colon + 1;
		name.len = word->len - of.len - 1;
		if (!sy_word_is(&of, object))
			return false;
	}
	return sy_word_is(&name, func->old_name);
}

static u32 sy_order_refuse(const struct sy_live *live, const char *does,
			   const struct sy_word *word, const char *how,
			   struct sy_answer *answer)
{
	return sy_refuse(answer, SY_V_BAD_ORDER,
			 "%s: the order %s %.*s%s; name each function of the patch once",
			 sy_live_name(live), does,
			 (int)min_t(size_t, word->len, SY_NAME_LEN), word->at,
			 how);
}

/* The function that @word names, among those that have no place yet. */
static u32 sy_order_find(const struct sy_live *live, const struct sy_word *word,
			 u32 places, struct sy_answer *answer, u32 *ret)
{
	const struct sy_patch *decl = live->decl;
	u32 i, k, found = 0;

	for (i = 0; i < decl->nfuncs; i++) {
		if (!sy_word_names(word, &decl->funcs[i]))
			continue;
		*ret = i;
		found++;
	}
	if (!found)
		return sy_order_refuse(live, "names", word,
				       ", which the patch does not have",
				       answer);
	if (found > 1)
		return sy_order_refuse(live, "names", word,
				       ", which the patch has several of",
				       answer);
	for (k = 0; k < places; k++)
		if (live->order[k] == *ret)
			return sy_order_refuse(live, "names", word, " twice",
					       answer);
	return SY_V_OK;
}

static u32 sy_order_complete(const struct sy_live *live, u32 places,
			     struct sy_answer *answer)
{
	const struct sy_patch *decl = live->decl;
	struct sy_word word;
	u32 i, k;

	for (i = 0; i < decl->nfuncs; i++) {
		for (k = 0; k < places && live->order[k] != i; k++)
			;
		if (k < places)
			continue;
		word.at = decl->funcs[i].old_name;
		word.len = strlen(word.at);
		return sy_order_refuse(live, "leaves out", &word, "", answer);
	}
	return SY_V_OK;
}

static u32 sy_order_read(struct sy_live *live, const char *order,
			 struct sy_answer *answer)
{
	u32 func, places = 0, verdict = SY_V_OK;
	struct sy_word word = { .at = order };

	while (!verdict) {
		word.len = strcspn(word.at, ",");
		if (!word.len)
			return sy_order_refuse(live, "has an empty name", &word,
					       "", answer);
		/* Named once each, they cannot be more than there are. */
		verdict = sy_order_find(live, &word, places, answer, &func);
		if (!verdict)
			live->order[places++] = func;
		if (!word.at[word.len])
			break;
		word.at += word.len + 1;
	}
	return verdict ?: sy_order_complete(live, places, answer);
}

/**
 * sy_live_order() - settle in which order the functions of a patch switch
 * @live:   disabled, without a redirect; its @order is allocated
 * @model:  of the transition
 * @order:  as in SY_A_ORDER; NULL: that of the patch's table
 * @answer: filled when refused
 *
 * Context: process context, may sleep.
 * Return: SY_V_OK, SY_V_NO_MEMORY or SY_V_BAD_ORDER; sy_live_release() frees it.
 */
u32 sy_live_order(struct sy_live *live, const struct sy_model *model,
		  const char *order, struct sy_answer *answer)
{
	u32 i, nfuncs = live->decl->nfuncs;

	if (order && model->sw != SY_SWITCH_FUNCTION)
		return sy_refuse(answer, SY_V_BAD_ORDER,
				 "%s: an order of functions is for the models that switch by function; leave it out, or choose one of them",
				 sy_live_name(live));
	live->order =
		sy_zalloc(array_size(nfuncs, sizeof(*live->order)), GFP_KERNEL);
	if (!live->order)
		return sy_refuse(answer, SY_V_NO_MEMORY,
				 "%s: no memory; try again later",
				 sy_live_name(live));
	if (order)
		return sy_order_read(live, order, answer);
	for (i = 0; i < nfuncs; i++)
		live->order[i] = i;
	return SY_V_OK;
}

/**
 * sy_live_turn() - whose turn it is
 * @live: any; sy_patches_lock is held
 *
 * From the first scan to the last switch its @order is there.
 *
 * Context: process context.
 * Return: the name of the function that switches next, or NULL.
 */
const char *sy_live_turn(const struct sy_live *live)
{
	const struct sy_figures *f = &live->figures;

	lockdep_assert_held(&sy_patches_lock);
	if (!f->ordered || f->switched >= live->decl->nfuncs || !live->order)
		return NULL;
	return live->decl->funcs[live->order[f->turn]].old_name;
}
