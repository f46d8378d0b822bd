// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: feeds the core and carries out its actions, one micro-step at a
 * time, in the order of module/kernel/{transition,prepare,scan}.c. Everything
 * that the kernel does without a lock is a step of its own here. It decides
 * nothing.
 *
 * Time is abstracted: an engine's times are kept as spans from one fixed now,
 * and the explorer lets the scan, the nudge or the deadline fall due in any
 * order against the steps of tasks. Counts that only make times longer are
 * forgotten, and of counts of tasks only whether they are zero is kept: the
 * core asks no more of them once the event that brought them is over.
 */
#include <string.h>

#include "world.h"

#define SY_NOW 1000000000ull

static void sy_queue_put(struct sy_world *w, const struct sy_action *action)
{
	if (w->nqueue == SY_QUEUE) {
		w->overflow = 1;
		return;
	}
	w->queue[w->nqueue].kind = (sy_u8)action->kind;
	w->queue[w->nqueue].func = (sy_u8)action->func;
	w->queue[w->nqueue++].arg = (sy_u8)action->u.arg;
}

static int sy_sums_up(const struct sy_world *w)
{
	sy_u32 i, pending = 0;

	for (i = 0; i < w->ntasks; i++)
		pending += sy_pending(w, &w->task[i]);
	return !w->by_thread || !w->tracked || pending == w->pending;
}

/* A span that passed only in part is whole again: it may pass at any time. */
void sy_shell_forget_time(struct sy_engine *e, sy_u64 now)
{
	int by_thread = e->model.sw == SY_SWITCH_THREAD;

	if (e->deadline_at)
		e->deadline_at = SY_NOW + SY_DEADLINE_NS;
	if (e->scan_at)
		e->scan_at = SY_NOW + SY_RESCAN_MIN_NS;
	if (e->nudge_at)
		e->nudge_at = SY_NOW + SY_NUDGE_KERNEL_NS;
	if (e->herd_at)
		e->herd_at = e->herd_at <= now ? 1 : SY_NOW + SY_HERD_WAIT_NS;
	if (e->hold_until)
		e->hold_until = SY_NOW + SY_HOLD_NS;
	e->backoff_ns = SY_RESCAN_MIN_NS;
	e->stop_limit_ns = SY_STOP_MIN_NS;
	e->look_ns = SY_HOLD_LOOK_MIN_NS;
	e->pause_ns = SY_HOLD_PAUSE_MIN_NS;
	e->held = 0;
	/* A hold that is stuck ends early; any hold may end at any time. */
	e->stuck = 0;
	if (!e->tries)
		e->attempts = 0;
	/* The core asks later whether there are some, if at all. */
	e->pending = by_thread && e->pending;
	e->nudgeable = e->nudge_at && e->nudgeable;
	e->moving = 0;
	e->drivable = 0;
}

static void sy_feed(struct sy_sim *s, struct sy_event *event)
{
	struct sy_world *w = s->w;
	struct sy_actions actions;
	const char *wrong;
	sy_u32 i;

	if (!event->now_ns)
		event->now_ns = SY_NOW;
	sy_step(&w->e, event, &actions);
	wrong = sy_engine_check(&w->e);
	if (wrong)
		s->wrong = wrong;
	if (!sy_sums_up(w) || !sy_count_sums_up(w))
		w->count_wrong = 1;
	for (i = 0; i < actions.n; i++) {
		const struct sy_action *a = &actions.at[i];

		if (a->kind == SY_ACT_REPLY)
			w->refused = a->u.refusal != SY_OK &&
				     event->kind == SY_EVENT_START;
		else if (a->kind == SY_ACT_TIMER)
			w->timer = 1;
		else if (a->kind != SY_ACT_REPORT)
			sy_queue_put(w, a);
	}
	sy_shell_forget_time(&w->e, event->now_ns);
}

static void sy_feed_kind(struct sy_sim *s, enum sy_event_kind kind)
{
	struct sy_event event = { .kind = kind };

	sy_feed(s, &event);
}

int sy_shell_served(const struct sy_litmus *l, const struct sy_model *model)
{
	(void)l;
	return sy_model_served(model);
}

/* resolve.c refuses NMI-reachable functions where an instant is needed. */
static int sy_refuses_nmi(const struct sy_litmus *l,
			  const struct sy_model *model)
{
	sy_u32 i;

	if (model->sw != SY_SWITCH_KERNEL && !sy_order_asked(model))
		return 0;
	for (i = 0; i < l->npatched; i++)
		if (l->func[l->order[i]].flags & SY_FUNC_NMI)
			return 1;
	return 0;
}

/* The requirement is not asked here: what it would prevent is to be seen. */
void sy_shell_start(struct sy_sim *s, const struct sy_model *model)
{
	struct sy_event event = { .kind = SY_EVENT_START };

	event.u.start.model = *model;
	event.u.start.to_new = s->l->to_new;
	event.u.start.enabled = !s->l->to_new;
	event.u.start.force = 1;
	event.u.start.nfuncs = s->l->npatched;
	event.u.start.detector = s->l->detector;
	/* Of two transitions one may have a model without it. */
	if (sy_model_detector(model, s->l->detector) == SY_DETECTOR__LAST)
		event.u.start.detector = SY_DETECTOR_NONE;
	s->w->counting = event.u.start.detector == SY_DETECTOR_COUNT;
	event.u.start.herd = s->l->herd;
	s->w->by_thread = model->sw == SY_SWITCH_THREAD;
	s->w->goal = s->l->to_new;
	s->w->started = 1;
	if (sy_refuses_nmi(s->l, model)) {
		s->w->refused = 1;
		return;
	}
	sy_feed(s, &event);
	s->w->herd = s->w->e.herd;
}

static int sy_needs_table(const struct sy_world *w)
{
	return w->e.model.sw == SY_SWITCH_THREAD ||
	       w->e.model.leave != SY_LEAVE_FUNCTION;
}

/* The action is done: the next one is taken from the queue. */
static void sy_done(struct sy_world *w)
{
	w->acting = 0;
	w->pos = 0;
}

/* ---- actions ------------------------------------------------------------- */

static void sy_prepare(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	switch (w->pos++) {
	case 0:
		if (sy_needs_table(w)) {
			w->tracked = 1;
			w->engine_holds = w->counting && !w->by_thread;
			w->holds = w->engine_holds;
			sy_table_fill(s);
			w->hooked = 1;
		}
		w->flush_started = sy_needs_table(w) || s->l->to_new;
		if (w->flush_started)
			sy_holdouts(s);
		sy_say(s, "the worker prepares");
		return;
	default:
		break;
	}
	/* Waited for the flush, or was reversed meanwhile. */
	if (s->l->to_new)
		sy_parts_register(s);
	sy_done(w);
	sy_say(s, "the worker is prepared");
	if (w->flush_done)
		sy_feed_kind(s, SY_EVENT_FLUSHED);
	sy_feed_kind(s, SY_EVENT_PREPARED);
}

static void sy_word(struct sy_sim *s, sy_u32 place, enum sy_word word)
{
	static const char *const to[] = { "the old body", "the new body",
					  "the gate" };
	struct sy_world *w = s->w;
	sy_u8 side = word == SY_WORD_NEW;

	if (w->o.model.sw == SY_SWITCH_FUNCTION && word != SY_WORD_ASK &&
	    side != (w->o.func_side >> place & 1))
		sy_history(s, SY_HISTORY_SWITCH_FUNC, 0, place, side);
	w->word[place] = (sy_u8)word;
	sy_say(s, "the worker points %s() to %s",
	       s->l->func[s->l->order[place]].name, to[word]);
}

/* sy_redirect_point(): towards the old bodies in the opposite order. */
static void sy_point_next(struct sy_sim *s, sy_u8 side)
{
	sy_u32 i = s->w->pos++;

	sy_word(s, side ? i : s->l->npatched - 1 - i,
		side ? SY_WORD_NEW : SY_WORD_OLD);
}

static void sy_gate_global(struct sy_sim *s, sy_u8 side)
{
	struct sy_world *w = s->w;

	w->gate_nmi = 0;
	w->gate_universe = side & 1;
	w->gate_by_task = 0;
	if (w->o.model.sw == SY_SWITCH_KERNEL && w->o.kernel_side != side)
		sy_history(s, SY_HISTORY_SWITCH_KERNEL, 0, 0, side);
	sy_say(s, "the gate says %sto everyone", sy_side_name(s, side));
}

static void sy_arm(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 pos = w->pos++;

	if (pos == 0) {
		if (w->counting)
			w->count_epoch = 1;
		if (w->by_thread)
			w->gate_by_task = 1;
		else
			sy_gate_global(s, !s->l->to_new);
		sy_say(s, "the worker sets the gate");
		return;
	}
	if (pos <= s->l->npatched) {
		sy_word(s, pos - 1, SY_WORD_ASK);
		w->live = w->counting && pos == s->l->npatched;
		return;
	}
	if (pos == s->l->npatched + 1) {
		w->armed = w->hooked;
		sy_say(s, "the hooks are live");
		if (!w->by_thread && !w->counting && !w->herd)
			sy_done(w);
		return;
	}
	w->border = 1;
	sy_say(s, "the border hook is live");
	sy_done(w);
}

static void sy_scanned(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	struct sy_event event = { .kind = SY_EVENT_SCANNED };
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		const struct sy_sim_task *t = &w->task[i];

		if (!sy_pending(w, t) ||
		    (w->counting && !w->by_thread && !t->uncounted))
			continue;
		event.u.scan.pending++;
		event.u.scan.nudgeable +=
			sy_look_nudgeable((enum sy_look)t->look) && !t->nudged;
		event.u.scan.drivable +=
			sy_look_drivable((enum sy_look)t->look);
		event.u.scan.moving += t->look != SY_LOOK_ASLEEP &&
				       t->look != SY_LOOK_KTHREAD;
	}
	w->running = 0;
	sy_done(w);
	sy_say(s, "the scan is over, %u are left", event.u.scan.pending);
	if (w->holding)
		sy_hold_drive(s);
	sy_feed(s, &event);
}

/* First whoever is off its CPU, one by one; then each CPU's own task. */
static void sy_scan(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i, cpu;

	if (w->pos == 0) {
		for (i = 0; i < w->ntasks; i++)
			w->task[i].queued = 0;
		w->running = 0;
	}
	for (i = w->pos; i < w->ntasks; i++) {
		if (!sy_pending(w, &w->task[i]))
			continue;
		w->running |= w->task[i].run == SY_ON_CPU &&
			      w->task[i].life == SY_ALIVE;
		sy_say(s, "the scan looks at %s", s->l->thread[i].name);
		sy_visit(s, i, SY_VIEW_OFF_CPU);
		w->pos = i + 1;
		return;
	}
	cpu = w->pos < w->ntasks ? 0 : w->pos - w->ntasks;
	for (; w->running && cpu < s->l->ncpus; cpu++) {
		if (!w->cpu[cpu] || !sy_pending(w, &w->task[w->cpu[cpu] - 1]))
			continue;
		i = w->cpu[cpu] - 1u;
		sy_say(s, "an interrupt looks at %s", s->l->thread[i].name);
		sy_visit(s, i, SY_VIEW_INTERRUPTED);
		w->pos = w->ntasks + cpu + 1;
		return;
	}
	sy_scanned(s);
}

/* A rendezvous has ended, one way or another. */
void sy_shell_stopped(struct sy_sim *s, struct sy_event *event)
{
	sy_done(s->w);
	memset(&s->w->act, 0, sizeof(s->w->act));
	sy_feed(s, event);
}

/* The one store: a function whose turn it is, or the universe. */
static void sy_flip(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++)
		if (w->task[i].excused && w->task[i].life == SY_ALIVE)
			sy_history(s, SY_HISTORY_EXCUSED, i, 0, 0);

	if (sy_order_asked(&w->e.model))
		sy_word(s, w->act.func, w->goal ? SY_WORD_NEW : SY_WORD_OLD);
	else
		sy_gate_global(s, w->goal);
}

/* The detector count: give the engine's hold back, and take it again. */
static void sy_open(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	struct sy_event event = { .kind = SY_EVENT_STOPPED };

	if (w->engine_holds) {
		sy_say(s, "the worker lets the last one out switch the system");
		w->engine_holds = 0;
		sy_count_open(s);
		return;
	}
	w->engine_holds = !w->flipped;
	sy_count_close(s);
	event.u.stop.end = w->flipped ? SY_STOP_FLIPPED : SY_STOP_INSIDE;
	sy_say(s, "the time is up, or the system has switched");
	sy_shell_stopped(s, &event);
}

static void sy_stop(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	struct sy_event event = { .kind = SY_EVENT_STOPPED };

	if (w->counting) {
		sy_open(s);
		return;
	}
	if (!w->gathering) {
		sy_stop_begin(s);
		return;
	}
	event.u.stop.end = sy_stop_check(s);
	sy_say(s, "the stop has checked everybody");
	if (event.u.stop.end == SY_STOP_FLIPPED)
		sy_flip(s);
	sy_stop_end(s);
	sy_shell_stopped(s, &event);
}

static void sy_nudge(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	for (i = 0; i < w->ntasks; i++) {
		struct sy_sim_task *t = &w->task[i];

		if (t->nudged || !sy_pending(w, t) ||
		    !sy_look_nudgeable((enum sy_look)t->look))
			continue;
		t->nudged = 1;
		if (s->l->thread[i].kind == SY_KTHREAD || t->life != SY_ALIVE)
			continue;
		if (s->fault == SY_FAULT_NUDGE) {
			sy_say(s, "the nudge of %s is lost",
			       s->l->thread[i].name);
			continue;
		}
		sy_say(s, "the worker nudges %s", s->l->thread[i].name);
		t->flagged = 1;
		if (t->run == SY_ASLEEP)
			sy_task_wake(s, i);
	}
	sy_done(w);
}

static void sy_turn(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	if (!w->turning) {
		w->turning = 1;
		w->count_epoch = 0;
		sy_say(s, "the worker holds the hooks to turn");
		return;
	}
	sy_table_turn(s);
	w->turning = 0;
	w->turned = 1;
	w->count_epoch = w->counting ? 2 : 0;
	sy_say(s, "the other side is wanted now");
	sy_done(w);
}

static void sy_settle(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u8 side = w->act.arg;
	sy_u32 i, pos = w->pos++;

	if (pos == 0) {
		sy_history(s, SY_HISTORY_SETTLED, 0, 0, side);
		sy_gate_global(s, side);
		return;
	}
	if (pos <= s->l->npatched) {
		sy_word(s, side ? pos - 1 : s->l->npatched - pos,
			side ? SY_WORD_NEW : SY_WORD_OLD);
		return;
	}
	w->hooked = 0;
	w->armed = 0;
	w->border = 0;
	w->tracked = 0;
	w->count_epoch = 0;
	w->live = 0;
	w->holds = 0;
	w->engine_holds = 0;
	for (i = 0; i < w->ntasks; i++) {
		w->task[i].inside = 0;
		w->task[i].uncounted = 0;
		w->task[i].known = 0;
		w->task[i].look = 0;
		w->task[i].clean = 0;
		w->task[i].queued = 0;
		w->task[i].nudged = 0;
		w->task[i].excused = 0;
		/* No hold lasts: a work that is left declines. */
		w->task[i].working = 0;
	}
	w->pending = 0;
	w->sets = 0;
	/* The patch is SY_ST_RETIRING now. */
	w->closed = !side;
	sy_done(w);
	sy_say(s, "the worker has settled");
	sy_feed_kind(s, SY_EVENT_SETTLED);
}

static void sy_act(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	switch (w->act.kind) {
	case SY_ACT_PREPARE:
		sy_prepare(s);
		break;
	case SY_ACT_ARM:
		sy_arm(s);
		break;
	case SY_ACT_SCAN:
		sy_scan(s);
		break;
	case SY_ACT_FLIP_FUNCTIONS:
		sy_point_next(s, s->l->to_new);
		if (w->pos == s->l->npatched)
			sy_done(w);
		break;
	case SY_ACT_FLIP:
		sy_gate_global(s, s->l->to_new);
		sy_done(w);
		break;
	case SY_ACT_STOP:
		sy_stop(s);
		break;
	case SY_ACT_NUDGE:
		sy_nudge(s);
		break;
	case SY_ACT_HOLD:
		sy_hold_begin(s);
		sy_done(w);
		break;
	case SY_ACT_RELEASE:
		sy_hold_end(s);
		sy_done(w);
		break;
	case SY_ACT_TURN:
		sy_turn(s);
		break;
	case SY_ACT_SETTLE:
		sy_settle(s);
		break;
	case SY_ACT_RETIRE:
		if (s->l->retire)
			w->retiring = SY_RETIRE_DUE;
		sy_done(w);
		break;
	default:
		sy_done(w);
	}
}

/* Hints say what may have happened; it is checked here. */
static void sy_feed_hints(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	int drained = w->drained;

	w->drained = 0;
	if (w->flushed_hint && w->flush_done) {
		sy_say(s, "the worker hears that the flush is over");
		sy_feed_kind(s, SY_EVENT_FLUSHED);
	}
	w->flushed_hint = 0;
	if (drained && w->by_thread && w->tracked && !w->pending) {
		sy_say(s, "the worker hears that the last one switched");
		sy_feed_kind(s, SY_EVENT_DRAINED);
	}
}

/* Preparing ends with what sy_parts_register() or sy_parts_count() claims. */
static int sy_can_claim(const struct sy_sim *s)
{
	return !s->w->claimed || (!s->l->to_new && !s->w->counting);
}

/* What was prepared is undone; a patch that was not in force gives its parts up. */
int sy_shell_prepare_can_fail(const struct sy_sim *s)
{
	return s->w->acting && s->w->act.kind == SY_ACT_PREPARE &&
	       !s->w->claimed;
}

int sy_shell_can_step(const struct sy_sim *s)
{
	const struct sy_world *w = s->w;

	if (!w->acting)
		return w->nqueue || w->drained || w->flushed_hint;
	if (w->act.kind == SY_ACT_PREPARE && w->pos == 1)
		return sy_can_claim(s) &&
		       (!w->flush_started || w->flush_done || w->cancelled);
	if (w->act.kind == SY_ACT_STOP && w->gathering && !w->counting)
		return sy_stop_all_came(s);
	return 1;
}

/* Would the next step of the worker be one in which @fault can strike? */
int sy_shell_can_fail(const struct sy_sim *s, enum sy_sim_fault fault)
{
	const struct sy_world *w = s->w;
	int kind = w->acting ? w->act.kind :
		   w->nqueue ? w->queue[0].kind :
			       SY_ACT__LAST;

	switch (fault) {
	case SY_FAULT_LOOK:
		return kind == SY_ACT_SCAN;
	case SY_FAULT_NUDGE:
		return kind == SY_ACT_NUDGE || kind == SY_ACT_HOLD;
	case SY_FAULT_STOP_INSIDE:
	case SY_FAULT_STOP_NMI:
		return w->gathering && !w->counting && sy_stop_all_came(s);
	case SY_FAULT_STOP_LATE:
		return w->gathering && !w->counting && !sy_stop_all_came(s);
	default:
		return sy_shell_prepare_can_fail(s);
	}
}

void sy_shell_step(struct sy_sim *s)
{
	struct sy_world *w = s->w;

	if (!w->acting && !w->nqueue) {
		sy_feed_hints(s);
		return;
	}
	if (!w->acting) {
		w->act = w->queue[0];
		w->nqueue--;
		memmove(&w->queue[0], &w->queue[1],
			w->nqueue * sizeof(w->queue[0]));
		memset(&w->queue[w->nqueue], 0, sizeof(w->queue[0]));
		w->acting = 1;
		w->pos = 0;
	}
	sy_act(s);
	if (!w->acting)
		memset(&w->act, 0, sizeof(w->act));
}

/* ---- what comes from outside ----------------------------------------------- */

static const char *const sy_due_words[] = {
	[SY_DUE_SCAN] = "it is time to look again",
	[SY_DUE_NUDGE] = "it is time to nudge",
	[SY_DUE_DEADLINE] = "the deadline passes",
	[SY_DUE_HERD] = "it is time to look again, and to hold tasks",
	[SY_DUE_HOLD] = "the hold's time is over",
};

/* The timer expires, as late as it takes for @due to have passed. */
void sy_shell_timer(struct sy_sim *s, enum sy_due due)
{
	struct sy_event event = { .kind = SY_EVENT_TIMER };
	struct sy_engine *e = &s->w->e;

	const sy_u64 at[] = {
		[SY_DUE_SCAN] = e->scan_at,
		[SY_DUE_NUDGE] = e->nudge_at,
		[SY_DUE_DEADLINE] = e->deadline_at,
		[SY_DUE_HERD] = e->herd_at,
		[SY_DUE_HOLD] = e->hold_until,
	};

	event.now_ns = at[due];
	sy_say(s, "%s", sy_due_words[due]);
	s->w->timer = 0;
	sy_feed(s, &event);
}

void sy_shell_reverse(struct sy_sim *s)
{
	struct sy_event event = { .kind = SY_EVENT_REVERSE };

	s->w->reversed = 1;
	sy_say(s, "somebody asks to reverse");
	sy_feed(s, &event);
	s->w->cancelled = s->w->e.cancel;
}

/* Preparing failed, and what was done is undone. */
void sy_shell_failed(struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u32 i;

	sy_say(s, "preparing fails");
	w->hooked = 0;
	w->tracked = 0;
	w->pending = 0;
	w->holds = 0;
	w->engine_holds = 0;
	w->sets = 0;
	w->closed = s->l->to_new & 1;
	for (i = 0; i < w->ntasks; i++) {
		w->task[i].inside = 0;
		w->task[i].uncounted = 0;
		w->task[i].known = 0;
		w->task[i].look = 0;
		w->task[i].queued = 0;
	}
	sy_done(w);
	memset(&w->act, 0, sizeof(w->act));
	sy_feed_kind(s, SY_EVENT_FAILED);
}
