// SPDX-License-Identifier: GPL-2.0
/*
 * The cursor of SWITCH_FUNCTION: whose turn it is to switch. Functions become
 * new from the first of the order to the last, and old again from the last to
 * the first, whether a patch is taken out or a transition goes back: at any
 * time those before the cursor are new and the others old. It decides nothing
 * else, and not when. The caller that serializes sy_step() serializes this too.
 *
 * Source: the rule for SWITCH_FUNCTION in docs/models.md; an ordered roll-out
 * is safe both ways only if it rolls back in the opposite order.
 */
#include "sy_core.h"

int sy_order_asked(const struct sy_model *model)
{
	return model->sw == SY_SWITCH_FUNCTION &&
	       model->leave != SY_LEAVE_FUNCTION;
}

void sy_order_start(struct sy_engine *e)
{
	e->news = e->to_new ? 0 : e->nfuncs;
}

void sy_order_finish(struct sy_engine *e)
{
	e->news = e->to_new ? e->nfuncs : 0;
}

int sy_order_done(const struct sy_engine *e)
{
	return e->news == (e->to_new ? e->nfuncs : 0);
}

int sy_order_begun(const struct sy_engine *e)
{
	return e->news != (e->was_to_new ? 0 : e->nfuncs);
}

sy_u32 sy_order_turn(const struct sy_engine *e)
{
	if (!sy_order_asked(&e->model) || sy_order_done(e))
		return 0;
	return e->to_new ? e->news : e->news - 1;
}

void sy_order_advance(struct sy_engine *e)
{
	if (sy_order_done(e))
		return;
	if (e->to_new)
		e->news++;
	else
		e->news--;
}
