// SPDX-License-Identifier: GPL-2.0
/*
 * Holding tasks at the border, as module/kernel/hold.c carries it out: whoever
 * is driven is sent to the border by a nudge, gets a work and an interrupt of its
 * own there, and parks on the way back from that interrupt. It decides nothing:
 * when, whom and for how long is the core's word.
 *
 * A parked task stands between two stays: the one that is over but for the
 * return, and the one that begins when it runs again, for whatever reason.
 * The hint that all who were driven have come is left out: it makes the worker
 * look again, and so does the timer, which may expire at any time.
 */
#include "world.h"

/* SY_ACT_HOLD: from now on whoever is driven is parked at the border. */
void sy_hold_begin(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	w->hold_all = w->e.model.leave == SY_LEAVE_KERNEL;
	w->holding = 1;
	sy_say(s, "the worker begins to hold tasks at the border");
	sy_hold_drive(s);
}

/* After a scan: make whoever is inside come to the border. */
void sy_hold_drive(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];

		if (!sy_pending(w, t) || t->life != SY_ALIVE ||
		    s->l->thread[i].kind == SY_KTHREAD ||
		    !sy_look_drivable((enum sy_look)t->look))
			continue;
		t->herd = 1;
		if (!sy_look_nudgeable((enum sy_look)t->look) ||
		    s->fault == SY_FAULT_NUDGE)
			continue;
		sy_say(s, "%s is driven to the border", s->l->thread[i].name);
		t->flagged = 1;
		if (t->run == SY_ASLEEP && !t->parked)
			sy_task_wake(s, i);
	}
}

/*
 * Released, or its own time is up: what it does from here on is its next stay.
 * The mark says something of a task that is asleep only, and one that was about
 * to sleep will not.
 */
static void sy_let_go(struct sy_sim_task *t)
{
	t->parked = 0;
	if (t->run != SY_ASLEEP)
		return;
	t->run = SY_RUNNABLE;
	t->resumes = 1;
}

/* SY_ACT_RELEASE: let everybody go; works under way find that no hold lasts. */
void sy_hold_end(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	w->holding = 0;
	w->hold_all = 0;
	sy_say(s, "the worker lets everybody go");
	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];

		t->herd = 0;
		if (t->parked)
			sy_let_go(t);
	}
}

/* The last step of a return to user mode, interrupts off. */
void sy_hold_border(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];

	if (!w->holding || !t->known || !(w->hold_all || t->herd) ||
	    t->exiting || s->l->thread[i].kind == SY_KTHREAD)
		return;
	t->working = 1;
	sy_say(s, "%s gets an interrupt of its own", s->l->thread[i].name);
}

/*
 * The work, where nothing but the return is left of the stay. With a signal
 * pending something is: it declines, and the border sends the task round again.
 */
void sy_hold_run(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];

	t->working = 0;
	t->parked = s->w->holding && !t->flagged;
	t->flagged = 0;
	sy_say(s, "%s: its work %s", s->l->thread[i].name,
	       t->parked ? "is about to park it" : "declines");
}

/* Marked: the look at whether the hold lasts, and the sleep, are one step. */
void sy_hold_park(struct sy_sim *s, sy_u32 i)
{
	sy_say(s, "%s: is parked", s->l->thread[i].name);
	sy_history(s, SY_HISTORY_BORDER, i, 0, 0);
	sy_task_off(s, i, SY_ASLEEP);
}

/* It was killed, or was held for as long as it may be. */
void sy_hold_time_is_up(struct sy_sim *s, sy_u32 i)
{
	sy_say(s, "%s need not stay parked any longer", s->l->thread[i].name);
	sy_let_go(&s->w->task[i]);
}
