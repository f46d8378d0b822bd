// SPDX-License-Identifier: GPL-2.0
/*
 * The beginning of a transition, and the second of two: another patch, whose
 * functions are others than those of the first or the same, after the first has
 * settled as it was requested. Threads go on meanwhile; what they have on their
 * stacks stays there, and the oracle is told of it. It decides nothing.
 *
 * A function of both is patched again only when its redirect is off and nobody
 * is in the gateway any more: module/kernel/owners.c refuses it until then.
 */
#include <string.h>

#include "world.h"

/* What a patch brings along before anybody has switched. */
void sy_world_begin(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	const struct sy_litmus *l = s->l;
	sy_u32 i;

	w->faults = l->faults;
	sy_oracle_init(&w->o, l->by ? l->by : &w->row, l->npatched, l->to_new,
		       sy_othreads(w), w->ntasks);
	for (i = 0; i < l->npatched; i++)
		if (l->func[l->order[i]].flags & SY_FUNC_UNCHECKED)
			w->o.unchecked |= 1ull << i;
	w->gate_universe = !l->to_new;
	sy_parts_begin(s);
	memset(w->word, 0, sizeof(w->word));
	for (i = 0; i < l->npatched; i++)
		w->word[i] = l->to_new ? SY_WORD_OLD : SY_WORD_NEW;
}

/* A function of the patch to come has run in this stay. */
void sy_next_note(struct sy_sim *s, sy_u32 i, sy_u32 func)
{
	const struct sy_litmus *then = s->l->then;

	if (then && then->func[func].patched != SY_NONE)
		s->w->task[i].ran_next = 1;
}

/* sy_dispatch_drain(), where the patches have a function in common. */
static int sy_drained(const struct sy_sim *s)
{
	sy_u32 i, k;

	for (i = 0; i < s->w->ntasks; i++)
		for (k = 0; k < s->w->task[i].nframes; k++) {
			const struct sy_sim_frame *f = &s->w->task[i].frame[k];

			if (f->at != SY_AT_BODY && sy_in_set(s, f->func) &&
			    s->l->then->func[f->func].patched != SY_NONE)
				return 0;
		}
	return 1;
}

int sy_next_can_begin(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;

	if (!s->l->then)
		return 0;
	if (s->definition)
		return w->arrived && sy_drained(s);
	return w->e.state == SY_IDLE && w->e.result == SY_RESULT_SETTLED &&
	       !w->acting && !w->nqueue &&
	       (!w->retiring || w->retiring == SY_RETIRE_FREED) &&
	       sy_drained(s);
}

/* Of the transition that is over nothing is left in a task but its calls. */
static void sy_next_task(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];
	sy_u32 k;

	t->holdout = 0;
	t->universe = 0;
	t->left = 0;
	for (k = 0; k < t->nframes; k++) {
		struct sy_sim_frame *f = &t->frame[k];
		const struct sy_routine *r = &s->l->func[f->func];

		f->epoch = 0;
		memset(f->below, 0, sizeof(f->below));
		f->side = r->patched != SY_NONE && f->version == r->version[1];
	}
}

/*
 * The oracle's view: every version but the one that is gone to is the side that
 * is left, whichever patch it is of.
 */
static void sy_next_thread(struct sy_sim *s, sy_u32 i, int alive, int inside)
{
	const struct sy_sim_task *t = &s->w->task[i];
	struct sy_oracle_thread *o = &sy_othreads(s->w)[i];
	const struct sy_sim_frame *f;
	sy_u8 place;
	sy_u32 k;

	o->alive = (sy_u8)alive;
	o->inside = (sy_u8)inside;
	if (t->ran_next)
		o->stay = (sy_u8)(1 << !s->l->to_new);
	for (k = 0; k < t->nframes; k++) {
		f = &t->frame[k];
		place = s->l->func[f->func].patched;
		if (place == SY_NONE || f->at == SY_AT_ASK)
			continue;
		o->frame[o->depth++] = (sy_u8)(place << 1 | f->side);
		o->stay |= (sy_u8)(1 << f->side);
	}
}

static void sy_next_threads(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u8 was[SY_THREADS];
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++)
		was[i] = sy_othreads(w)[i].alive | sy_othreads(w)[i].inside
							   << 1;
	sy_world_begin(s);
	for (i = 0; i < w->ntasks; i++) {
		sy_next_thread(s, i, was[i] & 1, was[i] >> 1);
		w->task[i].ran_next = 0;
	}
}

void sy_next_begin(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	s->l = s->l->then;
	w->second = 1;
	for (i = 0; i < w->ntasks; i++)
		sy_next_task(s, i);
	sy_next_threads(s);
	w->drained = 0;
	w->flushed_hint = 0;
	w->flush_started = 0;
	w->flush_done = 0;
	w->cancelled = 0;
	w->timer = 0;
	w->gate_by_task = 0;
	w->gate_nmi = 0;
	w->retiring = SY_RETIRE_NOT;
	w->reversed = 0;
	w->turned = 0;
	w->switched = 0;
	w->arrived = 0;
	w->flipped = 0;
	sy_engine_init(&w->e);
	sy_say(s, "the second transition is requested");
	if (!s->definition)
		sy_shell_start(s, &w->o.model);
}
