// SPDX-License-Identifier: GPL-2.0
/*
 * The rendezvous, as module/kernel/stop.c carries it out: CPUs come one after
 * another and stand still with interrupts off, then everything is checked and
 * flipped in one instant. It decides nothing about when to try again.
 */
#include "world.h"

void sy_stop_begin(struct sy_sim *s)
{
	s->w->gathering = 1;
	s->w->some_inside = 0;
	s->w->stopped = 0;
	sy_say(s, "the worker calls all CPUs to the stop");
}

static int sy_outside(struct sy_sim *s, sy_u32 i, enum sy_view view)
{
	struct sy_world *w = s->w;
	enum sy_look look = sy_judge(&w->e.model, sy_sight(s, i, view));

	sy_note_look(&w->task[i], look);
	w->task[i].excused = look == SY_LOOK_EXCUSED;
	return look == SY_LOOK_LEFT || look == SY_LOOK_EXCUSED;
}

/* One CPU comes, looks at its own task and stays. */
void sy_stop_cpu(struct sy_sim *s, sy_u32 cpu)
{
	struct sy_world *w = s->w;

	w->stopped |= 1u << cpu;
	sy_say(s, "CPU %u comes to the stop", cpu);
	if (w->cpu[cpu] &&
	    !sy_outside(s, w->cpu[cpu] - 1u, SY_VIEW_INTERRUPTED)) {
		w->some_inside = 1;
		sy_say(s, "%s is inside", s->l->thread[w->cpu[cpu] - 1].name);
	}
}

int sy_stop_all_came(const struct sy_sim *s)
{
	return s->w->stopped == (1u << s->l->ncpus) - 1;
}

/* Everybody stands still; those off their CPUs who ran are walked here. */
enum sy_stop_end sy_stop_check(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	if (s->fault == SY_FAULT_STOP_NMI)
		return SY_STOP_NMI;
	if (s->fault == SY_FAULT_STOP_INSIDE)
		return SY_STOP_INSIDE;
	if (w->gate_nmi) {
		w->gate_nmi = 0;
		return SY_STOP_NMI;
	}
	if (w->some_inside)
		return SY_STOP_INSIDE;
	for (i = 0; i < w->ntasks; i++) {
		const struct sy_sim_task *t = &w->task[i];

		if (!t->known || !t->queued || t->run == SY_ON_CPU)
			continue;
		if (!sy_outside(s, i, SY_VIEW_OFF_CPU))
			return SY_STOP_INSIDE;
	}
	return SY_STOP_FLIPPED;
}

void sy_stop_end(struct sy_sim *s)
{
	s->w->gathering = 0;
	s->w->stopped = 0;
	s->w->some_inside = 0;
}
