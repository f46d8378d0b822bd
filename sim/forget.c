// SPDX-License-Identifier: GPL-2.0
/*
 * What of a state nobody will ever ask for again is set to one value, so that
 * states that differ in nothing else are one. It changes no state in which
 * somebody still asks: each line says who would, and why he does not.
 */
#include <string.h>

#include "world.h"

static int sy_is_due(const struct sy_world *w, enum sy_action_kind kind)
{
	sy_u32 i;

	if (w->acting && w->act.kind == kind)
		return 1;
	for (i = 0; i < w->nqueue; i++)
		if (w->queue[i].kind == kind)
			return 1;
	return 0;
}

/* Does somebody go through the CPUs one by one? */
int sy_cpus_count(const struct sy_world *w)
{
	return w->gathering || (w->acting && w->act.kind == SY_ACT_SCAN);
}

/*
 * Which of the CPUs a task is on makes no difference while nobody goes through
 * them one by one: number them in the order of their tasks.
 */
void sy_number_cpus(struct sy_world *w, sy_u32 ncpus)
{
	sy_u32 i, cpu = 0;

	if (sy_cpus_count(w))
		return;
	memset(w->cpu, 0, ncpus * sizeof(w->cpu[0]));
	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];

		if (t->life != SY_ALIVE || t->run != SY_ON_CPU)
			continue;
		t->cpu = (sy_u8)cpu;
		w->cpu[cpu++] = (sy_u16)(i + 1);
	}
}

/*
 * Who reads a look: the tally of a scan, of those who are pending then, and who
 * all were looked at in that scan; the nudge; the first drive of a hold.
 */
static void sy_forget_looks(struct sy_world *w)
{
	int scanning = w->acting && w->act.kind == SY_ACT_SCAN;
	int acts = w->e.nudge_at || sy_is_due(w, SY_ACT_NUDGE) ||
		   sy_is_due(w, SY_ACT_HOLD);
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];
		int to_come = !scanning || i >= w->pos;

		if (!sy_pending(w, t) || (to_come && !acts))
			t->look = 0;
	}
}

/*
 * Who asks whether a task is on the dirty list: a scan that runs, the stop, and
 * the first drive of a hold. The next scan begins with an empty list.
 */
static int sy_list_is_dead(const struct sy_world *w)
{
	return !w->by_thread && w->e.state != SY_STOPPING &&
	       !(w->acting && w->act.kind == SY_ACT_SCAN) &&
	       !sy_is_due(w, SY_ACT_HOLD);
}

/* May anybody sleep where a signal reaches him? */
static int sy_anybody_sleeps(const struct sy_litmus *l)
{
	sy_u32 i, k, side;

	for (i = 0; i < l->nfuncs; i++)
		for (side = 0; side < SY_VERSIONS; side++)
			for (k = 0; k < SY_INSNS; k++)
				if (l->func[i].body[side][k].op ==
					    SY_OP_SLEEP ||
				    l->func[i].body[side][k].op == SY_OP_AWAITI)
					return 1;
	return 0;
}

/*
 * Who asks whether a task was signalled: it, before it sleeps where a signal
 * reaches it, and the work that may park it. On its way to the border, where
 * works are made, it is forgotten.
 */
static void sy_forget_signal(const struct sy_sim *s, struct sy_sim_task *t)
{
	if (t->flagged && !t->working && !sy_anybody_sleeps(s->l))
		t->flagged = 0;
}

static void sy_forget_task(const struct sy_sim *s, struct sy_sim_task *t,
			   const struct sy_thread *th, int list_is_dead)
{
	struct sy_world *w = s->w;

	/* Round and round: before the first call again. */
	if (t->user && th->loop && t->next == th->ncalls)
		t->next = 0;
	/* Nudged once a direction: the engine asks for no other nudge. */
	if (w->e.nudged && !sy_is_due(w, SY_ACT_NUDGE))
		t->nudged = 0;
	if (list_is_dead)
		t->queued = 0;
	/* No scan and no stop will come. */
	if (w->e.state == SY_SETTLING || w->e.state == SY_IDLE)
		t->clean = 0;
	/* The flip tells the oracle whom it excused; by thread it knows. */
	if (w->by_thread || (!t->clean && !t->queued))
		t->excused = 0;
	/* Everyone who comes to the border is parked, marked or not. */
	if (w->hold_all || !w->holding)
		t->herd = 0;
	if (!s->whole)
		sy_forget_signal(s, t);
	/* Dead and gone. */
	if (!t->known) {
		t->clean = 0;
		t->queued = 0;
		t->excused = 0;
		t->nudged = 0;
	}
}

/* Who took part in an observation is not noted after a request to reverse. */
static void sy_forget_qualifiers(struct sy_world *w)
{
	sy_u32 i;

	if (!w->turned && !w->reversed)
		return;
	w->o.entered_to = !!w->o.entered_to;
	for (i = 0; i < w->ntasks; i++)
		sy_othreads(w)[i].entered_to = 0;
}

void sy_forget(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	int list_is_dead;
	sy_u32 i;

	sy_number_cpus(w, s->l->ncpus);
	if (s->definition)
		return;
	list_is_dead = sy_list_is_dead(w);
	sy_forget_looks(w);
	for (i = 0; i < w->ntasks; i++)
		sy_forget_task(s, &w->task[i], &s->l->thread[i], list_is_dead);
	if (w->e.state == SY_SETTLING || w->e.state == SY_IDLE)
		w->e.herd_at = 0;
	if (!w->e.scan_at && !w->e.nudge_at && !w->e.deadline_at &&
	    !w->e.holding)
		w->timer = 0;
	/*
	 * The hint of the last one is about threads that switch, and at the end
	 * nobody hears it. (One that is stale must do no harm: it is kept.)
	 */
	if (!w->by_thread ||
	    (!s->whole && (w->e.state == SY_SETTLING || w->e.state == SY_IDLE)))
		w->drained = 0;
	if (!s->whole)
		sy_forget_qualifiers(w);
}
