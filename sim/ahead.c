// SPDX-License-Identifier: GPL-2.0
/*
 * Steps of the worker that are taken together with the step before, because
 * nothing that anybody else can do meanwhile makes a difference to them or is
 * made different by them. It looks and changes nothing. What it relies on is
 * asked of the state at hand (whether hooks are live, what the gate says), not
 * of how the worker is written: a worker with a fault does not fulfil it.
 */
#include "reduce.h"

/* What the worker's next step belongs to, or SY_ACT__LAST. */
static int sy_next_action(const struct sy_world *w)
{
	if (w->acting)
		return w->act.kind;
	return w->nqueue ? w->queue[0].kind : SY_ACT__LAST;
}

/* Whoever asks, or is about to, is told @side, and those who do not are sent there. */
static int sy_all_lead_to(const struct sy_sim *s, sy_u8 side)
{
	const struct sy_world *w = s->w;
	sy_u32 i;

	if (w->gate_by_task || w->gate_universe != side)
		return 0;
	for (i = 0; i < s->l->npatched; i++)
		if (w->word[i] != SY_WORD_ASK &&
		    w->word[i] != (side ? SY_WORD_NEW : SY_WORD_OLD))
			return 0;
	return 1;
}

/* Somebody is held, or a hook would switch somebody. */
static int sy_anybody_minds(const struct sy_world *w)
{
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		const struct sy_sim_task *t = &w->task[i];

		if (t->working || t->parked ||
		    (w->by_thread && sy_pending(w, t)))
			return 1;
	}
	return w->holding;
}

/*
 * The end: every call goes to the final side already, hooks find nothing to do
 * and nobody is held. When each word is set, and the table goes, is seen by
 * nobody: a call that still asks is told what its word would say later. But a
 * module that comes is still registered, and when the patch retires it is not.
 */
static int sy_end_is_unseen(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;

	if (s->l->ntargets && !w->e.to_new)
		return 0;
	return w->e.state == SY_SETTLING && !w->counting &&
	       sy_next_action(w) == SY_ACT_SETTLE &&
	       sy_all_lead_to(s, w->e.to_new) && !sy_anybody_minds(w);
}

/* There is nothing to retire, or what follows is not looked at. */
static int sy_retires_unseen(const struct sy_sim *s)
{
	return s->w->e.state == SY_IDLE && !s->l->retire &&
	       sy_next_action(s->w) == SY_ACT_RETIRE;
}

/*
 * Arming, before the hooks are live: nobody can switch, so whoever asks is told
 * the side he would be sent to without asking. A call made between two of these
 * stores and decided at once is the call made after them that asks next. Not so
 * if calls that ask are counted: by a detector, or from NMI by the gate.
 */
static int sy_arms_unseen(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;
	sy_u32 i;

	if (!w->acting || w->act.kind != SY_ACT_ARM || w->armed ||
	    w->counting || !w->pos || w->pos > s->l->npatched)
		return 0;
	for (i = 0; i < w->ntasks; i++)
		if (s->l->thread[i].nmi != SY_NONE)
			return 0;
	if (!w->gate_by_task)
		return w->gate_universe != s->l->to_new;
	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].known && w->task[i].universe == s->l->to_new)
			return 0;
	return 1;
}

/* The call of all CPUs to the stop: the first that comes is the first to see it. */
static int sy_calls_to_stop(const struct sy_world *w)
{
	return w->e.state == SY_STOPPING && !w->acting && !w->counting &&
	       sy_next_action(w) == SY_ACT_STOP;
}

int sy_worker_ahead(const struct sy_sim *s)
{
	if (s->definition || s->w->overflow)
		return 0;
	return sy_end_is_unseen(s) || sy_retires_unseen(s) ||
	       sy_arms_unseen(s) || sy_calls_to_stop(s->w);
}

/*
 * The timer and a request to reverse say something to the core alone, and
 * nobody can keep them from coming: they come when the worker acts upon them. A
 * step of the worker that may have a fault is a step of its own.
 */
int sy_worker_answers(const struct sy_sim *s, const struct sy_move *move)
{
	const struct sy_world *w = s->w;

	return (move->kind == SY_MOVE_TIMER || move->kind == SY_MOVE_REVERSE) &&
	       !s->l->faults && !w->acting && w->nqueue;
}

/*
 * A request that the core only remembers, or whose answer stands behind others in
 * the queue, is seen by nobody until then: it comes right before. The worker can
 * always get there: it waits for nobody in a scan, in a stop for CPUs that may
 * always come, and a request ends its wait for the flush.
 */
int sy_reverse_waits(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;

	if (s->l->faults || s->l->fault_late || s->l->fault_failed)
		return 0;
	return w->e.state != SY_WAITING || w->acting || w->nqueue;
}
