// SPDX-License-Identifier: GPL-2.0
/*
 * Judges a history, event by event: which observations it shows, and which
 * clauses of the model's definition it violates. It keeps what it needs to know
 * of the past in its own small state, so that the simulator can branch from any
 * point. It never explains a gap away: a history with lost or impossible events
 * is incomplete. No lock; one caller at a time.
 *
 * Old and new are relative to the transition: the side it goes to is "new", so
 * that taking a patch out is judged by the same rules.
 *
 * Source: docs/models.md, "A model is two choices" and "What can be observed".
 */
#include <string.h>

#include "oracle.h"

void sy_oracle_init(struct sy_oracle *o, const struct sy_model *model,
		    sy_u32 nfuncs, int to_new, struct sy_oracle_thread *threads,
		    sy_u32 nthreads)
{
	sy_u32 i;

	memset(o, 0, sizeof(*o));
	memset(threads, 0, nthreads * sizeof(*threads));
	o->model = *model;
	o->nfuncs = (sy_u8)nfuncs;
	o->to = !!to_new;
	o->goal = o->to;
	o->kernel_side = !o->to;
	o->func_side = o->to ? 0 : ~0ull;
	for (i = 0; i < nthreads; i++)
		threads[i].side = !o->to;
}

static sy_u8 sy_frame(const struct sy_history *ev)
{
	return (sy_u8)(ev->func << 1 | ev->side);
}

static sy_u8 sy_side_of(const struct sy_oracle *o,
			const struct sy_oracle_thread *t, sy_u32 func)
{
	switch (o->model.sw) {
	case SY_SWITCH_FUNCTION:
		return o->func_side >> func & 1;
	case SY_SWITCH_THREAD:
		return t->side;
	default:
		return o->kernel_side;
	}
}

/* M1: the context that enters holds a frame of the other side. */
static void sy_observe_stack(struct sy_oracle *o,
			     const struct sy_oracle_thread *t,
			     const struct sy_history *ev)
{
	sy_u32 i;

	for (i = 0; i < t->depth; i++) {
		if ((t->frame[i] & 1) == ev->side)
			continue;
		o->seen |= SY_M1;
		if (t->frame[i] >> 1 == ev->func)
			o->seen |= SY_M1_SAME_FUNC;
	}
}

/* M3: a call of the other side runs on another thread. */
static void sy_observe_beside(struct sy_oracle *o,
			      const struct sy_oracle_thread *threads,
			      sy_u32 nthreads, const struct sy_history *ev)
{
	sy_u32 i, k;

	for (k = 0; k < nthreads; k++) {
		if (k == ev->thread)
			continue;
		for (i = 0; i < threads[k].depth; i++) {
			if ((threads[k].frame[i] & 1) == ev->side)
				continue;
			o->seen |= SY_M3;
			if (threads[k].frame[i] >> 1 == ev->func)
				o->seen |= SY_M3_SAME_FUNC;
		}
	}
}

/* M4: a call starts old after another started new. */
static void sy_observe_after(struct sy_oracle *o, struct sy_oracle_thread *t,
			     const struct sy_history *ev)
{
	sy_u64 entered = o->blind ? ev->after : o->entered_to;

	if (ev->side == o->to) {
		o->entered_to |= 1ull << ev->func;
		t->entered_to = 1;
		return;
	}
	if (!entered)
		return;
	o->seen |= SY_M4;
	if (entered >> ev->func & 1)
		o->seen |= SY_M4_SAME_FUNC;
	if (o->blind ? ev->after_own : t->entered_to)
		o->seen |= SY_M4_SAME_THREAD;
}

static void sy_enter(struct sy_oracle *o, struct sy_oracle_thread *threads,
		     sy_u32 nthreads, const struct sy_history *ev)
{
	struct sy_oracle_thread *t = &threads[ev->thread];

	if (t->depth == SY_ORACLE_DEPTH || !t->inside) {
		o->incomplete = 1;
		return;
	}
	if (!o->blind && ev->side != sy_side_of(o, t, ev->func))
		o->broken |= SY_CLAUSE_SIDE;
	sy_observe_stack(o, t, ev);
	sy_observe_beside(o, threads, nthreads, ev);
	sy_observe_after(o, t, ev);
	t->stay |= (sy_u8)(1 << ev->side);
	if (t->stay == 3) {
		o->seen |= SY_M2;
		if (!t->excused)
			o->seen |= SY_M2_UNEXCUSED;
	}
	t->frame[t->depth++] = sy_frame(ev);
}

static void sy_return(struct sy_oracle *o, struct sy_oracle_thread *t,
		      const struct sy_history *ev)
{
	if (!t->depth || t->frame[t->depth - 1] >> 1 != ev->func) {
		o->incomplete = 1;
		return;
	}
	if (t->frame[t->depth - 1] != sy_frame(ev))
		o->broken |= SY_CLAUSE_WHOLE;
	t->frame[--t->depth] = 0;
}

/* Return: 1 if @t has a frame of the side that is left for @side. */
static int sy_has_frame(const struct sy_oracle *o,
			const struct sy_oracle_thread *t, sy_u8 side)
{
	sy_u32 i;

	for (i = 0; i < t->depth; i++)
		if ((t->frame[i] & 1) != side &&
		    !(o->unchecked >> (t->frame[i] >> 1) & 1))
			return 1;
	return 0;
}

/* What LEAVE asks of one thread concerned at T_u. */
static void sy_check_left(struct sy_oracle *o, const struct sy_oracle_thread *t,
			  sy_u8 side, int excused)
{
	if (!t->alive || o->model.leave == SY_LEAVE_FUNCTION)
		return;
	if (sy_has_frame(o, t, side))
		o->broken |= SY_CLAUSE_LEAVE_SET;
	if (o->model.leave == SY_LEAVE_KERNEL && t->inside && !excused)
		o->broken |= SY_CLAUSE_LEAVE_KERNEL;
}

static void sy_check_all_left(struct sy_oracle *o,
			      struct sy_oracle_thread *threads, sy_u32 nthreads,
			      const struct sy_history *ev)
{
	sy_u32 i;

	for (i = 0; i < nthreads; i++) {
		sy_check_left(o, &threads[i], ev->side,
			      ev->excused || threads[i].excused_next);
		threads[i].excused_next = 0;
	}
}

/* Under relaxed somebody may be excused; in the strict models nobody is. */
static void sy_check_excuse(struct sy_oracle *o, const struct sy_history *ev)
{
	if (ev->excused && !o->model.relaxed)
		o->broken |= SY_CLAUSE_LEAVE_KERNEL;
}

static void sy_excuse(struct sy_oracle *o, struct sy_oracle_thread *t)
{
	if (!o->model.relaxed)
		o->broken |= SY_CLAUSE_LEAVE_KERNEL;
	t->excused = 1;
	t->excused_next = 1;
}

/* The new ones grow from the first function on, and shrink to it. */
static sy_u32 sy_whose_turn(const struct sy_oracle *o, sy_u8 side)
{
	sy_u32 i, news = 0;

	for (i = 0; i < o->nfuncs; i++)
		news += o->func_side >> i & 1;
	return side ? news : news - 1;
}

static void sy_switch_func(struct sy_oracle *o,
			   struct sy_oracle_thread *threads, sy_u32 nthreads,
			   const struct sy_history *ev)
{
	if (o->model.sw != SY_SWITCH_FUNCTION)
		o->broken |= SY_CLAUSE_UNIT;
	if ((o->func_side >> ev->func & 1) == ev->side)
		o->broken |= SY_CLAUSE_TWICE;
	if (ev->side != o->goal)
		o->broken |= SY_CLAUSE_TWICE;
	if (ev->func != sy_whose_turn(o, ev->side))
		o->broken |= SY_CLAUSE_ORDER;
	sy_check_excuse(o, ev);
	sy_check_all_left(o, threads, nthreads, ev);
	o->func_side ^= 1ull << ev->func;
}

static void sy_switch_thread(struct sy_oracle *o, struct sy_oracle_thread *t,
			     const struct sy_history *ev)
{
	if (o->model.sw != SY_SWITCH_THREAD)
		o->broken |= SY_CLAUSE_UNIT;
	if (t->side == ev->side || ev->side != o->goal)
		o->broken |= SY_CLAUSE_TWICE;
	sy_check_excuse(o, ev);
	sy_check_left(o, t, ev->side, ev->excused);
	t->side = ev->side;
	t->excused = ev->excused;
}

static void sy_switch_kernel(struct sy_oracle *o,
			     struct sy_oracle_thread *threads, sy_u32 nthreads,
			     const struct sy_history *ev)
{
	if (o->model.sw != SY_SWITCH_KERNEL)
		o->broken |= SY_CLAUSE_UNIT;
	if (o->kernel_side == ev->side)
		o->broken |= SY_CLAUSE_TWICE;
	sy_check_excuse(o, ev);
	sy_check_all_left(o, threads, nthreads, ev);
	o->kernel_side = ev->side;
}

static void sy_birth(struct sy_oracle *o, struct sy_oracle_thread *threads,
		     sy_u32 nthreads, const struct sy_history *ev)
{
	struct sy_oracle_thread *t = &threads[ev->thread];

	if (ev->by < nthreads && o->model.sw == SY_SWITCH_THREAD &&
	    !o->settled && !o->blind && threads[ev->by].side != ev->side)
		o->broken |= SY_CLAUSE_CHILD;
	memset(t, 0, sizeof(*t));
	t->alive = 1;
	t->side = ev->side;
}

static void sy_settled(struct sy_oracle *o,
		       const struct sy_oracle_thread *threads, sy_u32 nthreads,
		       const struct sy_history *ev)
{
	sy_u32 i;

	if (o->blind)
		return;
	for (i = 0; i < nthreads && o->model.sw == SY_SWITCH_THREAD; i++)
		if (threads[i].alive && threads[i].side != ev->side)
			o->broken |= SY_CLAUSE_SETTLED;
	for (i = 0; i < o->nfuncs && o->model.sw == SY_SWITCH_FUNCTION; i++)
		if ((o->func_side >> i & 1) != ev->side)
			o->broken |= SY_CLAUSE_SETTLED;
	if (o->model.sw == SY_SWITCH_KERNEL && o->kernel_side != ev->side)
		o->broken |= SY_CLAUSE_SETTLED;
	o->settled = 1;
}

static void sy_border(struct sy_oracle *o, struct sy_oracle_thread *t)
{
	if (t->depth && o->model.leave != SY_LEAVE_FUNCTION)
		o->broken |= SY_CLAUSE_EXIT;
	t->inside = 0;
	t->stay = 0;
	t->excused = 0;
}

/* A stay in the main loop of a patched thread function begins with its call. */
static void sy_stay(struct sy_oracle_thread *t)
{
	sy_u32 i;

	t->inside = 1;
	t->stay = 0;
	for (i = 0; i < t->depth; i++)
		t->stay |= (sy_u8)(1 << (t->frame[i] & 1));
}

static int sy_possible(const struct sy_oracle *o,
		       const struct sy_oracle_thread *threads, sy_u32 nthreads,
		       const struct sy_history *ev)
{
	switch (ev->kind) {
	case SY_HISTORY_BIRTH:
		return ev->thread < nthreads && !threads[ev->thread].alive;
	case SY_HISTORY_SWITCH_FUNC:
		return ev->func < o->nfuncs;
	case SY_HISTORY_SWITCH_KERNEL:
	case SY_HISTORY_TURN:
	case SY_HISTORY_SETTLED:
	case SY_HISTORY_LOST:
		return 1;
	default:
		return ev->kind < SY_HISTORY__LAST && ev->thread < nthreads &&
		       ev->func < o->nfuncs && threads[ev->thread].alive;
	}
}

void sy_oracle_feed(struct sy_oracle *o, struct sy_oracle_thread *threads,
		    sy_u32 nthreads, const struct sy_history *ev)
{
	if (ev->side > 1 || !sy_possible(o, threads, nthreads, ev)) {
		o->incomplete = 1;
		return;
	}
	switch (ev->kind) {
	case SY_HISTORY_BIRTH:
		sy_birth(o, threads, nthreads, ev);
		break;
	case SY_HISTORY_ENTER:
		sy_enter(o, threads, nthreads, ev);
		break;
	case SY_HISTORY_RETURN:
		sy_return(o, &threads[ev->thread], ev);
		break;
	case SY_HISTORY_STAY:
		sy_stay(&threads[ev->thread]);
		break;
	case SY_HISTORY_BORDER:
		sy_border(o, &threads[ev->thread]);
		break;
	case SY_HISTORY_DEAD:
		memset(&threads[ev->thread], 0, sizeof(*threads));
		break;
	case SY_HISTORY_SWITCH_FUNC:
		sy_switch_func(o, threads, nthreads, ev);
		break;
	case SY_HISTORY_SWITCH_THREAD:
		sy_switch_thread(o, &threads[ev->thread], ev);
		break;
	case SY_HISTORY_EXCUSED:
		sy_excuse(o, &threads[ev->thread]);
		break;
	case SY_HISTORY_SWITCH_KERNEL:
		sy_switch_kernel(o, threads, nthreads, ev);
		break;
	case SY_HISTORY_TURN:
		o->goal = !o->goal;
		break;
	case SY_HISTORY_SETTLED:
		sy_settled(o, threads, nthreads, ev);
		break;
	default:
		o->incomplete = 1;
	}
}

sy_u32 sy_oracle_forbidden(const struct sy_oracle *o)
{
	sy_u32 allowed = sy_model_allows(&o->model);

	/* Old calls of an unchecked function may meet new ones of any other. */
	if (o->unchecked)
		allowed |= SY_M1 | SY_M3;
	return o->seen & SY_SEEN_M & ~allowed;
}

enum sy_oracle_verdict sy_oracle_verdict(const struct sy_oracle *o)
{
	if (o->broken)
		return SY_ORACLE_VIOLATED;
	if (sy_oracle_forbidden(o))
		return SY_ORACLE_FORBIDDEN;
	return o->incomplete ? SY_ORACLE_INCOMPLETE : SY_ORACLE_CLEAN;
}

const char *sy_oracle_clause(sy_u32 broken)
{
	static const char *const clauses[] = {
		"a call entered the side that its unit had left, or not reached",
		"an old frame was in the context of a thread concerned at T_u",
		"a thread concerned was in the kernel at T_u",
		"a unit switched to the side where it was",
		"the functions did not switch in the order, or back in the opposite one",
		"a child is not on its parent's side",
		"one call executed two versions",
		"settled with a unit on the other side",
		"a unit switched that this model does not have",
		"a thread left the kernel with a call of the set open",
	};
	sy_u32 i;

	for (i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++)
		if (broken >> i & 1)
			return clauses[i];
	return "nothing";
}
