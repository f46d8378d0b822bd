// SPDX-License-Identifier: GPL-2.0
/*
 * The models by their definition alone, without the engine: each unit has one
 * instant T_u, any instant at which what LEAVE asks holds for all threads
 * concerned. All nine models run here, served or not. It uses perfect knowledge
 * of every task; how an engine could come by it is not its business.
 *
 * Source: docs/models.md, "A model is two choices", word for word.
 */
#include "world.h"

static const struct sy_model *sy_the_model(const struct sy_sim *s)
{
	return &s->w->o.model;
}

sy_u8 sy_definition_side(const struct sy_sim *s, sy_u32 i, sy_u32 func)
{
	switch (sy_the_model(s)->sw) {
	case SY_SWITCH_FUNCTION:
		return s->w->o.func_side >> func & 1;
	case SY_SWITCH_THREAD:
		return sy_othreads(s->w)[i].side;
	default:
		return s->w->o.kernel_side;
	}
}

/* No old frame, and none in the gateway: that counts as both versions. */
static int sy_free_of_set(const struct sy_sim *s, const struct sy_sim_task *t)
{
	sy_u32 i;

	for (i = 0; i < t->nframes; i++) {
		const struct sy_sim_frame *f = &t->frame[i];
		const struct sy_routine *r = &s->l->func[f->func];

		if (r->patched == SY_NONE || r->flags & SY_FUNC_UNCHECKED)
			continue;
		if (f->at != SY_AT_BODY || f->side != s->l->to_new)
			return 0;
	}
	return 1;
}

static int sy_outside_kernel(const struct sy_sim *s, sy_u32 i)
{
	const struct sy_sim_task *t = &s->w->task[i];

	return t->user || (s->l->thread[i].kind == SY_KTHREAD &&
			   t->run >= SY_ASLEEP && sy_task_resting(s, t));
}

/* Return: 0 held, 1 left, 2 excused. */
static int sy_left(const struct sy_sim *s, sy_u32 i)
{
	const struct sy_model *m = sy_the_model(s);
	const struct sy_sim_task *t = &s->w->task[i];

	if (t->life != SY_ALIVE || m->leave == SY_LEAVE_FUNCTION)
		return 1;
	if (!sy_free_of_set(s, t))
		return 0;
	if (m->leave == SY_LEAVE_PATCHED_SET || sy_outside_kernel(s, i))
		return 1;
	if (m->relaxed && (s->l->thread[i].kind == SY_KTHREAD ||
			   t->run == SY_ASLEEP_D || t->run == SY_HALTED))
		return 2;
	return 0;
}

static int sy_all_left(const struct sy_sim *s)
{
	sy_u32 i;

	for (i = 0; i < s->w->ntasks; i++)
		if (!sy_left(s, i))
			return 0;
	return 1;
}

sy_u32 sy_definition_moves(const struct sy_sim *s, struct sy_move *ret)
{
	const struct sy_world *w = s->w;
	sy_u32 i, n = 0;

	if (w->arrived)
		return 0;
	if (sy_the_model(s)->sw == SY_SWITCH_THREAD) {
		for (i = 0; i < w->ntasks; i++)
			if (w->task[i].life == SY_ALIVE &&
			    sy_othreads((struct sy_world *)w)[i].side !=
				    s->l->to_new &&
			    sy_left(s, i))
				ret[n++] = (struct sy_move){ SY_MOVE_SWITCH, 0,
							     (sy_u16)i };
		return n;
	}
	if (sy_all_left(s))
		ret[n++] = (struct sy_move){ SY_MOVE_SWITCH, 0, 0 };
	return n;
}

/*
 * SWITCH_THREAD, after every move, for a death may be the last thing that was
 * waited for: SETTLED when every thread has switched; births after that are on
 * that side.
 */
void sy_definition_arrive(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	if (w->arrived || sy_the_model(s)->sw != SY_SWITCH_THREAD)
		return;
	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].life == SY_ALIVE &&
		    sy_othreads(w)[i].side != s->l->to_new)
			return;
	w->arrived = 1;
	sy_history(s, SY_HISTORY_SETTLED, 0, 0, s->l->to_new);
}

void sy_definition_switch(struct sy_sim *s, const struct sy_move *move)
{
	struct sy_world *w = s->w;
	struct sy_history ev = { .side = s->l->to_new };
	sy_u32 i;

	for (i = 0; sy_the_model(s)->sw != SY_SWITCH_THREAD && i < w->ntasks;
	     i++)
		if (sy_left(s, i) == 2)
			sy_history(s, SY_HISTORY_EXCUSED, i, 0, 0);

	switch (sy_the_model(s)->sw) {
	case SY_SWITCH_FUNCTION:
		ev.kind = SY_HISTORY_SWITCH_FUNC;
		ev.func = s->l->to_new ? w->switched :
					 s->l->npatched - 1 - w->switched;
		w->switched++;
		sy_say(s, "%s() switches",
		       s->l->func[s->l->order[ev.func]].name);
		w->arrived = w->switched == s->l->npatched;
		break;
	case SY_SWITCH_THREAD:
		ev.kind = SY_HISTORY_SWITCH_THREAD;
		ev.thread = move->who;
		ev.excused = sy_left(s, move->who) == 2;
		sy_say(s, "%s switches%s", s->l->thread[move->who].name,
		       ev.excused ? ", excused" : "");
		break;
	default:
		ev.kind = SY_HISTORY_SWITCH_KERNEL;
		w->arrived = 1;
		sy_say(s, "the system switches");
	}
	sy_oracle_feed(&w->o, sy_othreads(w), w->ntasks, &ev);
	if (w->arrived)
		sy_history(s, SY_HISTORY_SETTLED, 0, 0, s->l->to_new);
}
