// SPDX-License-Identifier: GPL-2.0
/*
 * The moves of the simulated system: which are possible in a state, and doing
 * one. Every decision of the environment (who runs, who is preempted or woken,
 * when an interrupt, a timer, a CPU or a request comes) is a move; it chooses
 * none itself.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

size_t sy_world_size(sy_u32 ntasks)
{
	return (sizeof(struct sy_world) +
		ntasks * (sizeof(struct sy_sim_task) +
			  sizeof(struct sy_oracle_thread)) +
		7) &
	       ~(size_t)7;
}

void sy_say(struct sy_sim *s, const char *fmt, ...)
{
	size_t n;
	va_list args;

	if (!s->words)
		return;
	n = strlen(s->words);
	if (n && n + 3 < s->nwords) {
		strcpy(s->words + n, "; ");
		n += 2;
	}
	va_start(args, fmt);
	vsnprintf(s->words + n, s->nwords - n, fmt, args);
	va_end(args);
}

const char *sy_side_name(const struct sy_sim *s, sy_u8 side)
{
	(void)s;
	return side ? "new " : "old ";
}

const char *sy_body_name(const struct sy_sim *s, const struct sy_sim_frame *f)
{
	static const char *const names[] = { "old ", "new ", "newer " };

	return s->l->func[f->func].defined == 1 ? "" : names[f->version];
}

/* Is a function in the patch of the transition at hand? */
int sy_in_set(const struct sy_sim *s, sy_u32 func)
{
	return s->l->func[func].patched != SY_NONE;
}

void sy_history(struct sy_sim *s, enum sy_history_kind kind, sy_u32 thread,
		sy_u32 func, sy_u8 side)
{
	struct sy_history ev = {
		.kind = kind, .thread = thread, .func = func, .side = side
	};

	if (kind == SY_HISTORY_STAY || kind == SY_HISTORY_BORDER)
		s->w->task[thread].ran_next = 0;
	sy_oracle_feed(&s->w->o, sy_othreads(s->w), s->w->ntasks, &ev);
}

static void sy_init_task(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];
	const struct sy_thread *th = &s->l->thread[i];
	struct sy_history born = { .kind = SY_HISTORY_BIRTH,
				   .thread = i,
				   .by = ~0u,
				   .side = !s->l->to_new };
	const struct sy_routine *r;
	sy_u32 cpu;

	t->irqs = th->irq != SY_NONE;
	t->nmis = th->nmi != SY_NONE;
	if (th->kind == SY_CHILD)
		return;
	t->life = SY_ALIVE;
	t->run = SY_RUNNABLE;
	sy_oracle_feed(&w->o, sy_othreads(w), w->ntasks, &born);
	if (th->kind == SY_USER) {
		t->user = 1;
	} else {
		r = &s->l->func[th->call[0]];
		t->nframes = 1;
		t->frame[0].func = th->call[0];
		t->frame[0].side = r->patched != SY_NONE && !s->l->to_new;
		t->frame[0].version = sy_version(r, !s->l->to_new);
		sy_history(s, SY_HISTORY_STAY, i, 0, 0);
		sy_next_note(s, i, th->call[0]);
		if (r->patched != SY_NONE)
			sy_history(s, SY_HISTORY_ENTER, i, r->patched,
				   t->frame[0].side);
		if (r->body[0][0].op == SY_OP_REST) {
			t->run = SY_ASLEEP;
			if (r->patched == SY_NONE)
				sy_history(s, SY_HISTORY_BORDER, i, 0, 0);
			return;
		}
	}
	for (cpu = 0; cpu < s->l->ncpus; cpu++)
		if (!w->cpu[cpu])
			break;
	if (cpu == s->l->ncpus)
		return;
	t->run = SY_ON_CPU;
	t->cpu = (sy_u8)cpu;
	w->cpu[cpu] = (sy_u16)(i + 1);
}

void sy_world_init(struct sy_sim *s, const struct sy_model *model)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	memset(w, 0, sy_world_size(s->l->nthreads));
	w->ntasks = s->l->nthreads;
	w->row = *model;
	sy_engine_init(&w->e);
	sy_world_begin(s);
	for (i = 0; i < w->ntasks; i++)
		sy_init_task(s, i);
	if (!s->definition)
		sy_shell_start(s, &w->o.model);
}

/* ---- moves ------------------------------------------------------------------ */

struct sy_moves {
	const struct sy_sim *s;
	struct sy_move *at;
	sy_u32 n;
};

static void sy_add(struct sy_moves *m, enum sy_move_kind kind, sy_u32 who,
		   sy_u32 arg)
{
	m->at[m->n].kind = (sy_u8)kind;
	m->at[m->n].arg = (sy_u8)arg;
	m->at[m->n++].who = (sy_u16)who;
}

static int sy_cpu_free(const struct sy_sim *s)
{
	sy_u32 cpu;

	for (cpu = 0; cpu < s->l->ncpus; cpu++)
		if (!s->w->cpu[cpu] && !(s->w->stopped >> cpu & 1))
			return 1;
	return 0;
}

static int sy_somebody_waits(const struct sy_world *w)
{
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].life == SY_ALIVE &&
		    w->task[i].run == SY_RUNNABLE)
			return 1;
	return 0;
}

static int sy_interrupted(const struct sy_sim_task *t)
{
	sy_u32 i;

	for (i = 0; i < t->nframes; i++)
		if (t->frame[i].irq)
			return 1;
	return 0;
}

/* Tasks on their CPUs: go on, are interrupted, are preempted. */
static void sy_moves_on_cpu(struct sy_moves *m, sy_u32 i, int crowded)
{
	const struct sy_world *w = m->s->w;
	const struct sy_sim_task *t = &w->task[i];
	int still = w->stopped >> t->cpu & 1;

	if (sy_task_can_step(m->s, i))
		sy_add(m, SY_MOVE_STEP, i, 0);
	if (t->user && t->working && !still)
		sy_add(m, SY_MOVE_KICK, i, 0);
	if (t->nmis && !(t->nframes && t->frame[t->nframes - 1].nmi))
		sy_add(m, SY_MOVE_NMI, i, 0);
	if (still || sy_interrupted(t))
		return;
	if (t->irqs)
		sy_add(m, SY_MOVE_IRQ, i, 0);
	if (m->s->l->thread[i].preempt || crowded)
		sy_add(m, SY_MOVE_OUT, i, 0);
}

static void sy_moves_of_tasks(struct sy_moves *m)
{
	const struct sy_world *w = m->s->w;
	int cpu_free = sy_cpu_free(m->s);
	int crowded = !cpu_free && sy_somebody_waits(w);
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		const struct sy_sim_task *t = &w->task[i];

		if (t->life == SY_DEAD) {
			sy_add(m, SY_MOVE_FREE, i, 0);
			continue;
		}
		if (t->life != SY_ALIVE)
			continue;
		if (t->run == SY_ON_CPU)
			sy_moves_on_cpu(m, i, crowded);
		else if (t->run == SY_RUNNABLE && cpu_free)
			sy_add(m, SY_MOVE_IN, i, 0);
		else if (sy_task_can_wake(m->s, i))
			sy_add(m, SY_MOVE_WAKE, i, 0);
	}
}

static void sy_moves_of_time(struct sy_moves *m)
{
	const struct sy_world *w = m->s->w;
	const struct sy_engine *e = &w->e;

	/* The worker hears of a timer when it has nothing else to do. */
	if (!w->timer || w->acting || w->nqueue)
		return;
	/* The wait before the first hold is as long as one wait between looks. */
	if (e->scan_at)
		sy_add(m, SY_MOVE_TIMER, 0,
		       e->herd_at > 1 ? SY_DUE_HERD : SY_DUE_SCAN);
	if (e->holding)
		sy_add(m, SY_MOVE_TIMER, 0, SY_DUE_HOLD);
	if (e->nudge_at && e->nudgeable)
		sy_add(m, SY_MOVE_TIMER, 0, SY_DUE_NUDGE);
	if (e->deadline_at && m->s->l->deadline)
		sy_add(m, SY_MOVE_TIMER, 0, SY_DUE_DEADLINE);
}

static void sy_moves_of_engine(struct sy_moves *m)
{
	const struct sy_sim *s = m->s;
	const struct sy_world *w = s->w;
	sy_u32 cpu, fault;

	if (sy_shell_can_step(s))
		sy_add(m, SY_MOVE_WORKER, 0, 0);
	if (w->flush_started && !w->flush_done && !sy_any_holdout(w))
		sy_add(m, SY_MOVE_FLUSHED, 0, 0);
	if (s->l->fault_failed && sy_shell_prepare_can_fail(s))
		sy_add(m, SY_MOVE_FAILED, 0, 0);
	if (w->gathering) {
		for (cpu = 0; cpu < s->l->ncpus; cpu++)
			if (!(w->stopped >> cpu & 1))
				sy_add(m, SY_MOVE_CPU, cpu, 0);
		if (s->l->fault_late && !sy_stop_all_came(s))
			sy_add(m, SY_MOVE_LATE, 0, 0);
	}
	for (fault = 1; w->faults && fault < SY_FAULT__LAST; fault++)
		if (sy_shell_can_fail(s, (enum sy_sim_fault)fault))
			sy_add(m, SY_MOVE_FAULT, 0, fault);
	sy_moves_of_time(m);
	if (s->l->reverse && !w->reversed && w->e.state != SY_IDLE &&
	    w->e.state != SY_SETTLING)
		sy_add(m, SY_MOVE_REVERSE, 0, 0);
	if (sy_retire_can_step(s))
		sy_add(m, SY_MOVE_RETIRE, 0, 0);
}

/* All that may happen next. Return: how many; @ret holds SY_MOVES_MAX. */
sy_u32 sy_moves(const struct sy_sim *s, struct sy_move *ret)
{
	struct sy_moves m = { .s = s, .at = ret };

	sy_moves_of_tasks(&m);
	if (sy_next_can_begin(s))
		sy_add(&m, SY_MOVE_NEXT, 0, 0);
	if (s->definition)
		return m.n + sy_definition_moves(s, ret + m.n);
	sy_moves_of_engine(&m);
	return m.n;
}

static void sy_late(struct sy_sim *s)
{
	struct sy_event event = { .kind = SY_EVENT_STOPPED };

	event.u.stop.end = SY_STOP_LATE;
	sy_say(s, "a CPU does not come to the stop in time");
	sy_stop_end(s);
	sy_shell_stopped(s, &event);
}

/* The step that would come anyway, but for the fault. */
static void sy_faulty(struct sy_sim *s, enum sy_sim_fault fault)
{
	s->w->faults--;
	s->fault = fault;
	if (fault == SY_FAULT_STOP_LATE)
		sy_late(s);
	else if (fault == SY_FAULT_FAILED)
		sy_shell_failed(s);
	else
		sy_shell_step(s);
	s->fault = SY_FAULT_NONE;
}

static void sy_flushed(struct sy_sim *s)
{
	s->w->flush_done = 1;
	s->w->flushed_hint = 1;
	sy_say(s, "the exit flush is over");
}

static void sy_move_of_task(struct sy_sim *s, const struct sy_move *move)
{
	const char *name = s->l->thread[move->who].name;

	switch (move->kind) {
	case SY_MOVE_STEP:
		sy_task_step(s, move->who);
		break;
	case SY_MOVE_IN:
		sy_say(s, "%s gets a CPU", name);
		sy_task_on(s, move->who);
		break;
	case SY_MOVE_OUT:
		sy_say(s, "%s is preempted", name);
		sy_task_off(s, move->who, SY_RUNNABLE);
		break;
	case SY_MOVE_WAKE:
		sy_say(s, "%s is woken", name);
		sy_task_wake(s, move->who);
		break;
	case SY_MOVE_KICK:
		sy_task_kicked(s, move->who);
		break;
	case SY_MOVE_FREE:
		sy_say(s, "%s is freed", name);
		sy_table_free(s, move->who);
		break;
	default:
		sy_task_interrupt(s, move->who, move->kind == SY_MOVE_NMI);
	}
}

/* Do one of the moves that sy_moves() listed. */
void sy_move(struct sy_sim *s, const struct sy_move *move)
{
	switch (move->kind) {
	case SY_MOVE_WORKER:
		sy_shell_step(s);
		break;
	case SY_MOVE_FAULT:
		sy_faulty(s, (enum sy_sim_fault)move->arg);
		break;
	case SY_MOVE_LATE:
		sy_late(s);
		break;
	case SY_MOVE_FAILED:
		sy_shell_failed(s);
		break;
	case SY_MOVE_CPU:
		sy_stop_cpu(s, move->who);
		break;
	case SY_MOVE_FLUSHED:
		sy_flushed(s);
		break;
	case SY_MOVE_TIMER:
		sy_shell_timer(s, (enum sy_due)move->arg);
		break;
	case SY_MOVE_REVERSE:
		sy_shell_reverse(s);
		break;
	case SY_MOVE_RETIRE:
		sy_retire_step(s);
		break;
	case SY_MOVE_SWITCH:
		sy_definition_switch(s, move);
		break;
	case SY_MOVE_NEXT:
		sy_next_begin(s);
		break;
	default:
		sy_move_of_task(s, move);
	}
	if (s->definition)
		sy_definition_arrive(s);
}

int sy_world_settled(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;

	/* Another transition is to follow. */
	if (s->l->then)
		return 0;
	if (s->definition)
		return w->arrived;
	return w->e.state == SY_IDLE && w->e.result == SY_RESULT_SETTLED;
}
