// SPDX-License-Identifier: GPL-2.0
/*
 * Threads with one program are interchangeable: a state in which two of them
 * have changed places shows what the other one shows. Of such states one is
 * kept, that with their contents in order.
 *
 * What names a task in a state: its place, its CPU's entry, and how far a scan
 * has gone through the places. A scan looks at equal threads in any order, so
 * before each look the explorer chooses which of them is next; those it has
 * looked at and those to come are put in order apart. A scan under way passes
 * over nobody for whom it would have to come back, but for a count of the whole
 * system, which may grow again; that one, a retirement's walk, and children,
 * whom a fork names, are left as they are.
 */
#include <string.h>

#include "reduce.h"

static int sy_symmetric(const struct sy_sim *s)
{
	return !s->l->retire && !s->l->faults &&
	       (!s->w->counting || s->w->by_thread);
}

/* Handlers that have run are no part of what a thread may do. */
static int sy_interchangeable(const struct sy_sim *s, sy_u32 a, sy_u32 b)
{
	const struct sy_thread *x = &s->l->thread[a], *y = &s->l->thread[b];
	const struct sy_sim_task *t = &s->w->task[a], *u = &s->w->task[b];

	return x->kind != SY_CHILD && x->kind == y->kind &&
	       x->ncalls == y->ncalls && !memcmp(x->call, y->call, x->ncalls) &&
	       x->loop == y->loop && x->preempt == y->preempt &&
	       x->unwoken == y->unwoken && x->unreliable == y->unreliable &&
	       (x->irq == y->irq || (!t->irqs && !u->irqs)) &&
	       (x->nmi == y->nmi || (!t->nmis && !u->nmis));
}

static int sy_compare(const struct sy_world *w, sy_u32 a, sy_u32 b)
{
	const struct sy_oracle_thread *threads =
		sy_othreads((struct sy_world *)w);
	int order = memcmp(&w->task[a], &w->task[b], sizeof(w->task[a]));

	return order ? order :
		       memcmp(&threads[a], &threads[b], sizeof(threads[a]));
}

/* Two threads change places, and @names with them unless it is null. */
static void sy_swap(struct sy_world *w, sy_u32 a, sy_u32 b,
		    struct sy_litmus *names)
{
	struct sy_oracle_thread *threads = sy_othreads(w), thread = threads[a];
	struct sy_sim_task task = w->task[a];
	char name[sizeof(names->thread[a].name)];
	sy_u32 cpu;

	w->task[a] = w->task[b];
	w->task[b] = task;
	threads[a] = threads[b];
	threads[b] = thread;
	for (cpu = 0; cpu < SY_CPUS; cpu++)
		if (w->cpu[cpu] == a + 1)
			w->cpu[cpu] = (sy_u16)(b + 1);
		else if (w->cpu[cpu] == b + 1)
			w->cpu[cpu] = (sy_u16)(a + 1);
	if (!names)
		return;
	memcpy(name, names->thread[a].name, sizeof(name));
	memcpy(names->thread[a].name, names->thread[b].name, sizeof(name));
	memcpy(names->thread[b].name, name, sizeof(name));
}

/* Threads from place @from on, and before @to. */
static void sy_sort_some(struct sy_sim *s, sy_u32 from, sy_u32 to,
			 struct sy_litmus *names)
{
	sy_u32 i, k;

	for (i = from; i < to; i++)
		for (k = i + 1; k < to; k++)
			if (sy_interchangeable(s, i, k) &&
			    sy_compare(s->w, i, k) > 0)
				sy_swap(s->w, i, k, names);
}

/* Put interchangeable threads in order, and @names with them unless it is null. */
void sy_sort(struct sy_sim *s, struct sy_litmus *names)
{
	struct sy_world *w = s->w;
	int scans = w->acting && w->act.kind == SY_ACT_SCAN;
	sy_u32 i, to = scans && w->pos < w->ntasks ? w->pos : w->ntasks;

	if (!sy_symmetric(s))
		return;
	/* Where CPUs have no numbers of their own they follow their tasks. */
	for (i = 0; i < w->ntasks && !sy_cpus_count(w); i++)
		w->task[i].cpu = 0;
	sy_sort_some(s, 0, to, names);
	sy_sort_some(s, to, w->ntasks, names);
	sy_number_cpus(w, s->l->ncpus);
}

/* Would a scan that begins now, or the one that runs, look at this one? */
static int sy_looked_at(const struct sy_world *w, sy_u32 i)
{
	struct sy_sim_task t = w->task[i];

	if (!w->acting)
		t.queued = 0;
	return sy_pending(w, &t);
}

/*
 * If the worker's next step is a look: make one of those who may be looked at
 * the first. @which: 0, 1, and so on. Return: 0 if there are not so many.
 */
int sy_choose_look(struct sy_sim *s, sy_u32 which, struct sy_litmus *names)
{
	struct sy_world *w = s->w;
	int kind = w->acting ? w->act.kind :
		   w->nqueue ? w->queue[0].kind :
			       SY_ACT__LAST;
	sy_u32 i, k;

	if (!which)
		return 1;
	if (s->definition || kind != SY_ACT_SCAN || !sy_symmetric(s))
		return 0;
	for (i = w->acting ? w->pos : 0; i < w->ntasks; i++)
		if (sy_looked_at(w, i))
			break;
	for (k = i + 1; k < w->ntasks; k++) {
		if (!sy_looked_at(w, k) || !sy_interchangeable(s, i, k) ||
		    --which)
			continue;
		sy_swap(w, i, k, names);
		return 1;
	}
	return 0;
}
