// SPDX-License-Identifier: GPL-2.0
/*
 * What simulated tasks do: one step of their program at a time, calls through
 * the gateway included. It decides nothing: which task moves is the explorer's
 * choice, which version a call runs is the gate's. Between two steps anything
 * else may happen.
 */
#include <string.h>

#include "world.h"

static const char *sy_func_name(const struct sy_sim *s, sy_u32 func)
{
	return s->l->func[func].name;
}

static const char *sy_task_name(const struct sy_sim *s, sy_u32 i)
{
	return s->l->thread[i].name;
}

static struct sy_sim_frame *sy_top(struct sy_sim_task *t)
{
	return &t->frame[t->nframes - 1];
}

static int sy_in_interrupt(const struct sy_sim_task *t)
{
	sy_u32 i;

	for (i = 0; i < t->nframes; i++)
		if (t->frame[i].irq)
			return 1;
	return 0;
}

/* ---- calls -------------------------------------------------------------- */

static void sy_decided(struct sy_sim *s, sy_u32 i, sy_u8 side)
{
	struct sy_sim_task *t = &s->w->task[i];
	struct sy_sim_frame *f = sy_top(t);

	/* Without a redirect the call goes straight to the old body. */
	f->at = s->definition || sy_part_registered(s, f->func) ?
			SY_AT_DECIDED :
			SY_AT_BODY;
	f->side = side;
	f->version = sy_version(&s->l->func[f->func], side);
	sy_next_note(s, i, f->func);
	/* dispatch.S counts entries from NMI while one word decides. */
	if (s->w->word[s->l->func[f->func].patched] == SY_WORD_ASK &&
	    !s->w->gate_by_task && !s->w->counting && f->nmi)
		s->w->gate_nmi = 1;
	sy_history(s, SY_HISTORY_ENTER, i, s->l->func[f->func].patched, side);
	sy_say(s, "%s: its call of %s() is decided: the %sone",
	       sy_task_name(s, i), sy_func_name(s, f->func),
	       sy_body_name(s, f));
}

/* At rest: no transition concerns the function. */
static void sy_decided_long_ago(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_frame *f = sy_top(&s->w->task[i]);
	const struct sy_routine *r = &s->l->func[f->func];

	f->version = r->version[0];
	/* What another patch replaces goes through the gateway, too. */
	f->at = f->version && !s->definition ? SY_AT_DECIDED : SY_AT_BODY;
	sy_next_note(s, i, f->func);
	sy_say(s, "%s: calls %s%s()", sy_task_name(s, i), sy_body_name(s, f),
	       r->name);
}

/* The fast path loads the function's word: a version, or the slow entry. */
static void sy_call(struct sy_sim *s, sy_u32 i, sy_u32 func, int irq, int nmi)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];
	const struct sy_routine *r = &s->l->func[func];
	struct sy_sim_frame *f;

	if (t->nframes == SY_FRAMES) {
		w->overflow = 1;
		return;
	}
	f = &t->frame[t->nframes++];
	memset(f, 0, sizeof(*f));
	f->func = (sy_u8)func;
	f->irq = irq || nmi;
	f->nmi = nmi || (t->nframes > 1 && t->frame[t->nframes - 2].nmi);
	sy_target_called(s, func);
	if (r->patched == SY_NONE) {
		sy_decided_long_ago(s, i);
		return;
	}
	if (s->definition) {
		f->at = SY_AT_ASK;
	} else if (!sy_part_registered(s, func)) {
		sy_decided(s, i, 0);
		return;
	} else if (w->word[r->patched] == SY_WORD_ASK) {
		f->at = SY_AT_ASK;
	} else {
		sy_decided(s, i, w->word[r->patched] == SY_WORD_NEW);
		return;
	}
	sy_say(s, "%s: calls %s(), is in the gateway, undecided",
	       sy_task_name(s, i), r->name);
}

static void sy_ask(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	struct sy_sim_task *t = &w->task[i];
	sy_u8 side;

	/* It asked while the transition before this one ran. */
	if (!sy_in_set(s, sy_top(t)->func)) {
		sy_decided_long_ago(s, i);
		return;
	}
	if (s->definition)
		side = sy_definition_side(s, i,
					  s->l->func[sy_top(t)->func].patched);
	else if (w->gate_by_task)
		side = t->known ? t->universe : !s->l->to_new;
	else
		side = w->gate_universe;
	if (!s->definition)
		sy_top(t)->epoch = sy_count_in(s, t) & 3;
	sy_decided(s, i, side);
}

static void sy_pop(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];
	struct sy_sim_frame *f = sy_top(t);
	sy_u8 place = s->l->func[f->func].patched;

	if (place != SY_NONE)
		sy_history(s, SY_HISTORY_RETURN, i, place, f->side);
	t->nframes--;
	memset(f, 0, sizeof(*f));
}

/* The counted calls that the top frame stands for return one after another. */
static void sy_pop_counted(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_frame f = *sy_top(&s->w->task[i]);
	sy_u8 k;

	sy_pop(s, i);
	sy_count_out(s, i, f.epoch);
	for (k = 0; k < 2; k++)
		while (f.below[k]--)
			sy_count_out(s, i, 1 + k);
}

static void sy_return_from(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];
	struct sy_sim_frame *f = sy_top(t);

	if (s->l->thread[i].kind == SY_KTHREAD && t->nframes == 1) {
		f->pc = 0;
		sy_say(s, "%s: goes round its loop", sy_task_name(s, i));
		return;
	}
	sy_say(s, "%s: returns from %s%s()", sy_task_name(s, i),
	       sy_body_name(s, f), sy_func_name(s, f->func));
	sy_pop_counted(s, i);
}

/* A jump: the return addresses of counted calls stay below the new frame. */
static void sy_tail(struct sy_sim *s, sy_u32 i, sy_u32 func, int irq, int nmi)
{
	struct sy_sim_task *t = &s->w->task[i];
	struct sy_sim_frame f = *sy_top(t);

	if (f.epoch)
		f.below[f.epoch - 1]++;
	sy_pop(s, i);
	sy_call(s, i, func, irq, nmi);
	memcpy(sy_top(t)->below, f.below, sizeof(f.below));
}

/* ---- the border, sleep and wake ------------------------------------------ */

static void sy_enter_kernel(struct sy_sim *s, sy_u32 i)
{
	s->w->task[i].user = 0;
	sy_history(s, SY_HISTORY_STAY, i, 0, 0);
}

static void sy_leave_kernel(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];

	sy_say(s, "%s: returns to user mode", sy_task_name(s, i));
	t->user = 1;
	t->holdout = t->holdout && t->offlist;
	t->flagged = 0;
	sy_history(s, SY_HISTORY_BORDER, i, 0, 0);
	sy_hook_border(s, i);
}

void sy_task_on(struct sy_sim *s, sy_u32 i)
{
	struct sy_world *w = s->w;
	sy_u32 cpu;

	for (cpu = 0; cpu < s->l->ncpus; cpu++)
		if (!w->cpu[cpu] && !(w->stopped >> cpu & 1))
			break;
	w->cpu[cpu] = (sy_u16)(i + 1);
	w->task[i].cpu = (sy_u8)cpu;
	w->task[i].run = SY_ON_CPU;
	if (w->task[i].resumes)
		sy_history(s, SY_HISTORY_STAY, i, 0, 0);
	w->task[i].resumes = 0;
	sy_hook_in(s, i);
}

/* Leaves its CPU: the switch-out hook looks at it, standing on its stack. */
void sy_task_off(struct sy_sim *s, sy_u32 i, enum sy_run run)
{
	struct sy_sim_task *t = &s->w->task[i];

	t->run = run;
	if (run != SY_RUNNABLE)
		t->holdout = t->holdout && t->offlist;
	s->w->cpu[t->cpu] = 0;
	t->cpu = 0;
	sy_hook_out(s, i);
}

/* Is a kthread asleep in its main loop, by what its stack holds? */
int sy_task_resting(const struct sy_sim *s, const struct sy_sim_task *t)
{
	const struct sy_sim_frame *f = &t->frame[0];

	return t->nframes == 1 && !f->version && !sy_in_set(s, f->func) &&
	       s->l->func[f->func].body[0][f->pc].op == SY_OP_REST;
}

static void sy_sleep(struct sy_sim *s, sy_u32 i, sy_u8 op)
{
	struct sy_sim_task *t = &s->w->task[i];

	if (op == SY_OP_SLEEP && t->flagged) {
		sy_top(t)->pc++;
		sy_say(s, "%s: does not sleep, it was signalled",
		       sy_task_name(s, i));
		return;
	}
	sy_say(s, "%s: falls asleep in %s()%s", sy_task_name(s, i),
	       sy_func_name(s, sy_top(t)->func),
	       op == SY_OP_REST ? ", its main loop" : "");
	if (op == SY_OP_REST && sy_task_resting(s, t))
		sy_history(s, SY_HISTORY_BORDER, i, 0, 0);
	sy_task_off(s, i,
		    op == SY_OP_SLEEPD	? SY_ASLEEP_D :
		    op == SY_OP_STOPPED ? SY_HALTED :
					  SY_ASLEEP);
}

static const struct sy_insn *sy_insn(const struct sy_sim *s,
				     const struct sy_sim_task *t)
{
	const struct sy_sim_frame *f = &t->frame[t->nframes - 1];

	return &s->l->func[f->func].body[f->version][f->pc];
}

static sy_u8 sy_value(const struct sy_world *w, const struct sy_sim_task *t,
		      sy_u8 var)
{
	return var & SY_VAR_OWN ? t->own[var & ~SY_VAR_OWN] : w->var[var];
}

static void sy_assign(struct sy_world *w, struct sy_sim_task *t, sy_u8 var,
		      sy_u8 value)
{
	if (var & SY_VAR_OWN)
		t->own[var & ~SY_VAR_OWN] = value;
	else
		w->var[var] = value;
}

int sy_task_can_wake(const struct sy_sim *s, sy_u32 i)
{
	const struct sy_sim_task *t = &s->w->task[i];
	const struct sy_insn *in;

	if (t->life != SY_ALIVE || t->run < SY_ASLEEP)
		return 0;
	if (t->parked)
		return 1;
	in = sy_insn(s, t);
	if (in->op == SY_OP_AWAIT || in->op == SY_OP_AWAITI)
		return sy_value(s->w, t, in->a) == in->b;
	if (in->op == SY_OP_LOCK)
		return !sy_value(s->w, t, in->a);
	if (in->op == SY_OP_LOAD || in->op == SY_OP_UNLOAD)
		return sy_target_can_wake(s, i, in->a);
	return !s->l->thread[i].unwoken;
}

void sy_task_wake(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];
	sy_u8 op;

	if (t->parked) {
		sy_hold_time_is_up(s, i);
		return;
	}
	op = sy_insn(s, t)->op;

	/* Its next stay begins when it runs: so far it has done nothing. */
	t->resumes = op == SY_OP_REST && sy_task_resting(s, t);
	if (op != SY_OP_AWAIT && op != SY_OP_AWAITI && op != SY_OP_LOCK &&
	    op != SY_OP_LOAD && op != SY_OP_UNLOAD)
		sy_top(t)->pc++;
	t->run = SY_RUNNABLE;
}

/* Its work finds it on its way back from an interrupt that did nothing. */
void sy_task_kicked(struct sy_sim *s, sy_u32 i)
{
	sy_enter_kernel(s, i);
	sy_hold_run(s, i);
}

void sy_task_interrupt(struct sy_sim *s, sy_u32 i, int nmi)
{
	struct sy_sim_task *t = &s->w->task[i];

	if (nmi)
		t->nmis = 0;
	else
		t->irqs = 0;
	if (t->user)
		sy_enter_kernel(s, i);
	sy_call(s, i, nmi ? s->l->thread[i].nmi : s->l->thread[i].irq, 1, nmi);
	sy_say(s, "%s: %s arrives: %s()", sy_task_name(s, i),
	       nmi ? "an NMI" : "an interrupt",
	       sy_func_name(s, sy_top(t)->func));
}

/* ---- instructions --------------------------------------------------------- */

static void sy_fork(struct sy_sim *s, sy_u32 i, sy_u32 child)
{
	struct sy_sim_task *c = &s->w->task[child];

	if (c->life != SY_UNBORN)
		return;
	c->life = SY_ALIVE;
	c->run = SY_RUNNABLE;
	sy_table_birth(s, i, child);
	sy_say(s, "%s: forks %s", sy_task_name(s, i), sy_task_name(s, child));
}

static void sy_die(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];

	sy_say(s, "%s: leaves its CPU for the last time", sy_task_name(s, i));
	t->life = SY_DEAD;
	t->nframes = 0;
	t->holdout = 0;
	memset(t->frame, 0, sizeof(t->frame));
	sy_history(s, SY_HISTORY_DEAD, i, 0, 0);
	sy_task_off(s, i, SY_ASLEEP);
}

static void sy_check(struct sy_sim *s, sy_u32 i, const struct sy_insn *in)
{
	struct sy_sim_task *t = &s->w->task[i];
	const char *name = in->a & SY_VAR_OWN ? s->l->own[in->a & ~SY_VAR_OWN] :
						s->l->var[in->a];
	sy_u8 want = in->op == SY_OP_CHECK ? in->b : 1;
	sy_u8 is = sy_value(s->w, t, in->a);

	sy_say(s, "%s: in %s%s() %s is %u%s", sy_task_name(s, i),
	       sy_body_name(s, sy_top(t)), sy_func_name(s, sy_top(t)->func),
	       name, is, is == want ? ", as it should" : ": broken");
	if (is != want)
		s->w->broken = 1;
	if (in->op == SY_OP_UNLOCK)
		sy_assign(s->w, t, in->a, 0);
}

/* Sleep until the variable is as wanted; a lock is taken then. */
static void sy_await(struct sy_sim *s, sy_u32 i, const struct sy_insn *in)
{
	struct sy_sim_task *t = &s->w->task[i];
	sy_u8 want = in->op == SY_OP_LOCK ? 0 : in->b;

	if (sy_value(s->w, t, in->a) != want &&
	    !(in->op == SY_OP_AWAITI && t->flagged)) {
		sy_say(s, "%s: waits in %s()", sy_task_name(s, i),
		       sy_func_name(s, sy_top(t)->func));
		sy_task_off(s, i,
			    in->op == SY_OP_AWAITI ? SY_ASLEEP : SY_ASLEEP_D);
		return;
	}
	if (in->op == SY_OP_LOCK)
		sy_assign(s->w, t, in->a, 1);
	sy_top(t)->pc++;
	sy_say(s, "%s: goes on in %s()", sy_task_name(s, i),
	       sy_func_name(s, sy_top(t)->func));
}

static void sy_count(struct sy_sim *s, sy_u32 i, const struct sy_insn *in)
{
	struct sy_sim_task *t = &s->w->task[i];
	sy_u8 value = sy_value(s->w, t, in->a);

	value = in->op == SY_OP_SET ? in->b :
		in->op == SY_OP_INC ? (sy_u8)(value + 1) :
				      (sy_u8)(value - 1);
	sy_assign(s->w, t, in->a, value);
	sy_say(s, "%s: %s = %u", sy_task_name(s, i),
	       in->a & SY_VAR_OWN ? s->l->own[in->a & ~SY_VAR_OWN] :
				    s->l->var[in->a],
	       value);
}

/* Those that end or replace the frame, or put the task to sleep. */
static int sy_exec_special(struct sy_sim *s, sy_u32 i, const struct sy_insn *in)
{
	struct sy_sim_task *t = &s->w->task[i];
	struct sy_sim_frame *f = sy_top(t);
	int irq = f->irq, nmi = f->nmi;

	switch (in->op) {
	case SY_OP_RETURN_IF:
		if (sy_value(s->w, t, in->a) != in->b)
			return 0;
		sy_return_from(s, i);
		return 1;
	case SY_OP_END:
		sy_return_from(s, i);
		return 1;
	case SY_OP_TAIL:
		sy_tail(s, i, in->a, irq, nmi);
		return 1;
	case SY_OP_SLEEP:
	case SY_OP_SLEEPD:
	case SY_OP_STOPPED:
	case SY_OP_REST:
		sy_sleep(s, i, in->op);
		return 1;
	case SY_OP_AWAIT:
	case SY_OP_AWAITI:
	case SY_OP_LOCK:
		sy_await(s, i, in);
		return 1;
	case SY_OP_LOAD:
	case SY_OP_UNLOAD:
		sy_target_step(s, i, in);
		return 1;
	case SY_OP_DIE:
		sy_die(s, i);
		return 1;
	default:
		return 0;
	}
}

static void sy_exec(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];
	const struct sy_insn *in = sy_insn(s, t);

	if (sy_exec_special(s, i, in))
		return;
	switch (in->op) {
	case SY_OP_SET:
	case SY_OP_INC:
	case SY_OP_DEC:
		sy_count(s, i, in);
		break;
	case SY_OP_CHECK:
	case SY_OP_UNLOCK:
		sy_check(s, i, in);
		break;
	case SY_OP_FORK:
		sy_fork(s, i, in->a);
		break;
	case SY_OP_EXITING:
		t->exiting = 1;
		sy_say(s, "%s: begins to exit", sy_task_name(s, i));
		break;
	case SY_OP_OFFLIST:
		t->offlist = 1;
		sy_say(s, "%s: is on no list any more", sy_task_name(s, i));
		break;
	case SY_OP_POINT:
		sy_say(s, "%s: goes on in %s()", sy_task_name(s, i),
		       sy_func_name(s, sy_top(t)->func));
		break;
	default:
		break;
	}
	sy_top(t)->pc++;
	/* The call comes last: it makes another frame the top one. */
	if (in->op == SY_OP_CALL)
		sy_call(s, i, in->a, 0, 0);
}

int sy_task_can_step(const struct sy_sim *s, sy_u32 i)
{
	const struct sy_sim_task *t = &s->w->task[i];
	const struct sy_thread *th = &s->l->thread[i];

	if (t->life != SY_ALIVE || t->run != SY_ON_CPU)
		return 0;
	/* A CPU that stands still in a stop takes NMIs only. */
	if (s->w->stopped >> t->cpu & 1)
		return t->nframes && t->frame[t->nframes - 1].nmi;
	if (t->user)
		return t->next < th->ncalls || (th->loop && th->ncalls);
	if (!t->nframes || t->frame[t->nframes - 1].at != SY_AT_BODY)
		return 1;
	return sy_insn(s, t)->op != SY_OP_SPIN;
}

/*
 * A step that changes nothing that anybody else can see or be hindered by: it
 * commutes with every other move, so it is taken together with the one before.
 */
static int sy_invisible(const struct sy_sim *s, sy_u32 i)
{
	const struct sy_sim_task *t = &s->w->task[i];
	const struct sy_sim_frame *f;
	const struct sy_insn *in;

	if (!sy_task_can_step(s, i) || t->user || !t->nframes)
		return 0;
	f = &t->frame[t->nframes - 1];
	if (f->at != SY_AT_BODY)
		return 0;
	in = sy_insn(s, t);
	if (in->op == SY_OP_POINT)
		return 1;
	if (in->op == SY_OP_CALL)
		return !sy_in_set(s, in->a) && !s->l->func[in->a].version[0] &&
		       !s->l->func[in->a].part;
	/* The end of an interrupt lets the task be preempted again. */
	return in->op == SY_OP_END && !f->irq && !sy_in_set(s, f->func) &&
	       !f->version && !s->l->func[f->func].part &&
	       !(s->l->thread[i].kind == SY_KTHREAD && t->nframes == 1);
}

static void sy_task_step_one(struct sy_sim *s, sy_u32 i);

void sy_task_step(struct sy_sim *s, sy_u32 i)
{
	sy_task_step_one(s, i);
	while (!s->w->overflow && sy_invisible(s, i))
		sy_task_step_one(s, i);
}

/* No interrupt sleeps. */
static int sy_may_not_interrupt(const struct sy_sim *s,
				const struct sy_sim_task *t)
{
	sy_u8 op = sy_insn(s, t)->op;

	return op == SY_OP_SLEEP || op == SY_OP_LOAD || op == SY_OP_UNLOAD;
}

static void sy_task_step_one(struct sy_sim *s, sy_u32 i)
{
	struct sy_sim_task *t = &s->w->task[i];
	const struct sy_thread *th = &s->l->thread[i];

	if (t->user) {
		if (t->next == th->ncalls)
			t->next = 0;
		sy_enter_kernel(s, i);
		sy_call(s, i, th->call[t->next++], 0, 0);
		return;
	}
	if (!t->nframes) {
		if (t->parked)
			sy_hold_park(s, i);
		else if (t->working)
			sy_hold_run(s, i);
		else
			sy_leave_kernel(s, i);
		return;
	}
	switch (sy_top(t)->at) {
	case SY_AT_ASK:
		sy_ask(s, i);
		break;
	case SY_AT_DECIDED:
		sy_top(t)->at = SY_AT_BODY;
		sy_say(s, "%s: enters %s%s()", sy_task_name(s, i),
		       sy_body_name(s, sy_top(t)),
		       sy_func_name(s, sy_top(t)->func));
		break;
	default:
		if (sy_in_interrupt(t) && sy_may_not_interrupt(s, t)) {
			s->w->overflow = 1;
			return;
		}
		sy_exec(s, i);
	}
}
