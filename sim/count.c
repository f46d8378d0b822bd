// SPDX-License-Identifier: GPL-2.0
/*
 * The detector count, as module/kernel/count.c and the counting trampoline in
 * dispatch.S carry it out. A call that counts itself in, and one that counts
 * itself out, is one instant: both are one compare-and-set in the kernel
 * (model/count.pml takes them apart). Within one simulated transition there are
 * two epochs at most: before the turn and after it.
 */
#include "world.h"

int sy_count_held(const struct sy_sim_task *t)
{
	return t->inside || t->uncounted;
}

/* SWITCH_KERNEL: the last one out switches the system. */
static void sy_count_release(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	if (!w->holds) {
		w->count_wrong = 1;
		return;
	}
	if (--w->holds)
		return;
	w->flipped = 1;
	w->gate_universe = s->l->to_new & 1;
	sy_say(s, "the last one out switches the system");
	sy_history(s, SY_HISTORY_SWITCH_KERNEL, 0, 0, s->l->to_new);
}

/* The task came into the table, or a turn made its word anew. */
void sy_count_word(struct sy_sim *s, struct sy_sim_task *t, int fresh)
{
	struct sy_world *w = s->w;

	t->inside = 0;
	t->uncounted = 0;
	if (!w->counting || t->universe == w->goal)
		return;
	if (!w->by_thread && ((fresh && w->live) || w->flipped))
		return;
	t->uncounted = 1;
	if (!w->by_thread)
		w->holds++;
}

/*
 * A look has shown that a task has nothing uncounted, or (@all) nothing at all.
 * Return: 1 if it may switch now (SWITCH_THREAD).
 */
int sy_count_proved(struct sy_sim *s, struct sy_sim_task *t, int all)
{
	struct sy_world *w = s->w;
	int held = sy_count_held(t);

	if (t->universe == w->goal)
		return 0;
	t->uncounted = 0;
	if (all)
		t->inside = 0;
	if (sy_count_held(t))
		return 0;
	if (!w->by_thread && held)
		sy_count_release(s);
	return w->by_thread;
}

/* SWITCH_KERNEL: the engine's own hold. */
void sy_count_close(struct sy_sim *s)
{
	if (!s->w->flipped)
		s->w->holds++;
}

void sy_count_open(struct sy_sim *s)
{
	sy_count_release(s);
}

/* dispatch.S has chosen the side that the task leaves. Return: the epoch. */
sy_u8 sy_count_in(struct sy_sim *s, struct sy_sim_task *t)
{
	struct sy_world *w = s->w;

	if (!w->counting || !t->known || t->universe == w->goal || w->flipped)
		return 0;
	if (!w->by_thread && !sy_count_held(t))
		w->holds++;
	t->inside++;
	return 1 + w->turned;
}

/* sy_count_down(): a call that counted itself in with @epoch has returned. */
void sy_count_out(struct sy_sim *s, sy_u32 i, sy_u8 epoch)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];

	if (!epoch || epoch != w->count_epoch || !t->inside)
		return;
	if (--t->inside || t->uncounted)
		return;
	if (w->by_thread)
		sy_task_switch(s, i, 0);
	else
		sy_count_release(s);
}

/* What must hold of the table's word inside. */
int sy_count_sums_up(const struct sy_world *w)
{
	sy_u32 i, held = w->engine_holds;

	if (!w->counting || w->by_thread || !w->tracked)
		return 1;
	for (i = 0; i < w->ntasks; i++)
		held += w->task[i].known && sy_count_held(&w->task[i]);
	return w->flipped ? !held : held == w->holds;
}
