// SPDX-License-Identifier: GPL-2.0
/*
 * Looks at simulated tasks, the two hooks and the task table, step for step
 * what module/kernel/{unwind,scan,hooks,tasks}.c do; what a look means is
 * sy_judge()'s word. Each function is one instant: it runs under a lock or with
 * interrupts off in the kernel.
 */
#include "world.h"

/*
 * The side that tasks must leave now: sets[!goal] in the kernel, taken when the
 * task is held, so that it is of one instant with the look.
 */
static sy_u8 sy_leaving(const struct sy_world *w)
{
	return !w->goal;
}

static sy_u32 sy_sight_stack(const struct sy_sim *s,
			     const struct sy_sim_task *t)
{
	sy_u32 i, seen = 0;

	for (i = 0; i < t->nframes; i++) {
		const struct sy_sim_frame *f = &t->frame[i];
		const struct sy_routine *r = &s->l->func[f->func];

		/* The gateways of all patches are one text. */
		if (f->at != SY_AT_BODY)
			seen |= SY_SEEN_IN_TRAMPOLINE;
		else if (r->patched == SY_NONE || r->flags & SY_FUNC_UNCHECKED)
			continue;
		/* sy_live_below(): what a patch left is neither side's. */
		else if (f->version != r->version[f->side])
			seen |= SY_SEEN_IN_SET;
		/* Old text that was not there when the sets were made last. */
		else if (!f->side && !sy_part_in_sets(s, f->func))
			continue;
		else if (f->side == sy_leaving(s->w))
			seen |= f->epoch && f->epoch == s->w->count_epoch ?
					SY_SEEN_COUNTED :
					SY_SEEN_IN_SET;
	}
	return seen;
}

sy_u32 sy_sight(const struct sy_sim *s, sy_u32 i, enum sy_view view)
{
	const struct sy_sim_task *t = &s->w->task[i];
	const struct sy_thread *th = &s->l->thread[i];
	int runnable = t->run <= SY_RUNNABLE;
	sy_u32 seen = th->kind == SY_KTHREAD ? SY_SEEN_KTHREAD : 0;

	if (s->fault == SY_FAULT_LOOK)
		return seen | SY_SEEN_UNRELIABLE;
	if (t->life != SY_ALIVE)
		return seen | SY_SEEN_DEAD;
	if (view == SY_VIEW_OFF_CPU && t->run == SY_ON_CPU)
		return seen | SY_SEEN_RUNNING;
	if (t->exiting)
		seen |= SY_SEEN_EXITING;
	if (view == SY_VIEW_INTERRUPTED) {
		if (t->user)
			seen |= SY_SEEN_USER;
	} else if (runnable) {
		seen |= SY_SEEN_RUNNABLE;
	} else if (t->run == SY_HALTED) {
		seen |= SY_SEEN_STOPPED;
	} else if (t->run == SY_ASLEEP_D) {
		seen |= SY_SEEN_UNINTERRUPTIBLE;
	}
	/* sy_hold_sight(): the mark says where a task is that is asleep, too. */
	if (t->parked && !runnable && view != SY_VIEW_INTERRUPTED)
		seen |= SY_SEEN_PARKED;
	if (th->unreliable && !t->user)
		return seen | SY_SEEN_UNRELIABLE;
	seen |= sy_sight_stack(s, t);
	if (!runnable && th->kind == SY_KTHREAD && sy_task_resting(s, t) &&
	    !(seen & (SY_SEEN_IN_SET | SY_SEEN_IN_TRAMPOLINE)))
		seen |= SY_SEEN_MAIN_LOOP;
	return seen;
}

int sy_pending(const struct sy_world *w, const struct sy_sim_task *t)
{
	if (!t->known || t->life == SY_GONE)
		return 0;
	if (w->by_thread)
		return t->universe != w->goal;
	if (w->counting)
		return sy_count_held(t);
	return !t->clean && !t->queued;
}

static void sy_pending_dec(struct sy_world *w)
{
	if (!w->pending)
		w->count_wrong = 1;
	else if (!--w->pending)
		w->drained = 1;
}

/* SWITCH_THREAD: the instant at which a task switches. */
void sy_task_switch(struct sy_sim *s, sy_u32 i, int excused)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];
	struct sy_history ev = { .kind = SY_HISTORY_SWITCH_THREAD,
				 .thread = i,
				 .side = w->goal,
				 .excused = (sy_u8)excused };

	if (t->universe == w->goal)
		return;
	t->universe = w->goal;
	t->excused = !!excused;
	sy_pending_dec(w);
	if (t->life == SY_ALIVE)
		sy_oracle_feed(&w->o, sy_othreads(w), w->ntasks, &ev);
	sy_say(s, "%s switches to the %sside", s->l->thread[i].name,
	       sy_side_name(s, w->goal));
}

/* SWITCH_KERNEL: a task runs, what was seen of its stack is void. */
void sy_soil(struct sy_sim_task *t)
{
	t->clean = 0;
	t->queued = 1;
}

/*
 * What a look is kept for: whether a signal frees the task, whether a hold moves
 * it, and whether it moves by itself. One look of each kind stands for it.
 */
void sy_note_look(struct sy_sim_task *t, enum sy_look look)
{
	if (look == SY_LOOK_ASLEEP || look == SY_LOOK_KTHREAD)
		t->look = (sy_u8)look;
	else if (sy_look_drivable(look))
		t->look = SY_LOOK_PREEMPTED;
	else
		t->look = SY_LOOK_UNINTERRUPTIBLE;
}

void sy_visit(struct sy_sim *s, sy_u32 i, enum sy_view view)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];
	sy_u32 seen = sy_sight(s, i, view);
	enum sy_look look = sy_judge(&w->e.model, seen);

	sy_say(s, "%s is seen: %s", s->l->thread[i].name, sy_look_name(look));
	sy_note_look(t, look);
	if (w->counting) {
		if (sy_judge_counted(&w->e.model, seen) &&
		    sy_count_proved(s, t, seen & (SY_SEEN_USER | SY_SEEN_DEAD)))
			sy_task_switch(s, i, 0);
		return;
	}
	if (!w->by_thread)
		t->excused = look == SY_LOOK_EXCUSED;
	if (look != SY_LOOK_LEFT && look != SY_LOOK_EXCUSED)
		return;
	if (w->by_thread)
		sy_task_switch(s, i, look == SY_LOOK_EXCUSED);
	else if (view == SY_VIEW_OFF_CPU)
		t->clean = 1;
	else
		sy_soil(t);
}

/* sched_switch: the task has left its CPU and stands on its own stack. */
void sy_hook_out(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];

	if (!w->hooked || !w->armed || w->turning)
		return;
	if (sy_pending(w, t) &&
	    (!w->counting || t->uncounted || t->life != SY_ALIVE))
		sy_visit(s, i, SY_VIEW_SWITCHING);
	if (!w->by_thread && !w->counting && t->known && t->clean)
		sy_soil(t);
}

void sy_hook_in(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];

	if (!w->hooked || !w->armed || w->turning || w->by_thread ||
	    w->counting)
		return;
	if (t->known && t->clean)
		sy_soil(t);
}

/* user_return_notifier: the last step of the return to user mode. */
void sy_hook_border(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;

	if (!w->border || w->turning)
		return;
	if (!w->by_thread && !w->counting)
		sy_hold_border(s, i);
	else if (sy_pending(w, &w->task[i]))
		sy_visit(s, i, SY_VIEW_INTERRUPTED);
}

static void sy_table_add(struct sy_sim *s, sy_u32 i, sy_u8 universe, int fresh)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];

	t->known = 1;
	t->universe = universe;
	t->look = SY_LOOK_PREEMPTED;
	if (w->by_thread && universe != w->goal)
		w->pending++;
	sy_count_word(s, t, fresh);
	if (!w->by_thread && !w->counting && fresh)
		sy_soil(t);
}

/* task_newtask: in the parent, before the child runs. */
void sy_table_birth(struct sy_sim *s, sy_u32 parent, sy_u32 child)
{
	struct sy_world *w = s->w;
	struct sy_history ev = { .kind = SY_HISTORY_BIRTH,
				 .thread = child,
				 .by = parent,
				 .side = sy_othreads(w)[parent].side };

	if (w->tracked) {
		ev.side = w->task[parent].known ? w->task[parent].universe :
						  !s->l->to_new;
		sy_table_add(s, child, ev.side, 1);
		ev.side = w->task[child].universe;
	}
	sy_oracle_feed(&w->o, sy_othreads(w), w->ntasks, &ev);
	sy_history(s, SY_HISTORY_STAY, child, 0, 0);
}

/* sched_process_free */
void sy_table_free(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];

	if (w->tracked && t->known && w->counting)
		sy_count_proved(s, t, 1);
	if (w->tracked && t->known && w->by_thread && t->universe != w->goal)
		sy_pending_dec(w);
	t->life = SY_GONE;
	t->known = 0;
}

void sy_table_fill(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];

		if (t->life == SY_UNBORN || t->life == SY_GONE || t->offlist ||
		    t->known)
			continue;
		sy_table_add(s, i, !s->l->to_new, 0);
	}
}

void sy_table_turn(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	struct sy_history ev = { .kind = SY_HISTORY_TURN };
	sy_u32 i;

	w->goal = !w->goal;
	w->pending = 0;
	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];

		t->nudged = 0;
		t->excused = 0;
		t->clean = 0;
		if (w->counting && t->known)
			sy_count_word(s, t, 0);
		w->pending += t->known && t->universe != w->goal;
	}
	sy_oracle_feed(&w->o, sy_othreads(w), w->ntasks, &ev);
}
