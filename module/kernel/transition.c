// SPDX-License-Identifier: GPL-2.0
/*
 * The worker: carries out the core's actions and turns what happens into
 * events. It decides nothing.
 *
 * sy_step_lock (a mutex) serializes the core. An action that takes no time is
 * done under it; the others are queued and done by the worker without any lock,
 * so that a request is answered at once even while ftrace waits for a grace
 * period. Hooks, timers and grace periods only set a bit and wake the worker.
 *
 * sy_now is the running transition, or NULL. The worker alone changes it, under
 * sy_now_lock; whoever else looks at it holds that lock, and the table stays
 * while it does.
 */
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "count.h"
#include "inject.h"
#include "live.h"
#include "model.h"
#include "prepare.h"
#include "transition.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

enum { SY_HINT_DRAINED, SY_HINT_FLUSHED, SY_HINT_TIMER };

#define SY_QUEUE 32

static DEFINE_MUTEX(sy_step_lock);
static struct sy_engine sy_engine;
static struct sy_action sy_queue[SY_QUEUE]; /* under sy_step_lock */
static u32 sy_queue_head, sy_queue_tail;

static DEFINE_MUTEX(sy_now_lock);
static struct sy_transition *sy_now;

static unsigned long sy_hints;
static DECLARE_WAIT_QUEUE_HEAD(sy_wait);
static struct hrtimer sy_timer;
static struct task_struct *sy_worker_task;

static void sy_hint(int hint)
{
	set_bit(hint, &sy_hints);
	wake_up(&sy_wait);
}

void sy_on_drained(struct irq_work *work)
{
	sy_hint(SY_HINT_DRAINED);
}

/* Return: is it the engine's own thread, which scans and stops? */
bool sy_is_worker(const struct task_struct *task)
{
	return task == READ_ONCE(sy_worker_task);
}

void sy_transition_flushed(void)
{
	sy_hint(SY_HINT_FLUSHED);
}

static enum hrtimer_restart sy_on_timer(struct hrtimer *timer)
{
	sy_hint(SY_HINT_TIMER);
	return HRTIMER_NORESTART;
}

static void sy_queue_put(const struct sy_action *action)
{
	if (WARN_ON_ONCE(sy_queue_tail - sy_queue_head == SY_QUEUE))
		return;
	sy_queue[sy_queue_tail++ % SY_QUEUE] = *action;
}

static bool sy_queue_get(struct sy_action *ret)
{
	bool some;

	mutex_lock(&sy_step_lock);
	some = sy_queue_head != sy_queue_tail;
	if (some)
		*ret = sy_queue[sy_queue_head++ % SY_QUEUE];
	mutex_unlock(&sy_step_lock);
	return some;
}

/* One event into the core. Return: its refusal, if it answered a request. */
static sy_refusal_t sy_feed(struct sy_event *event, struct sy_transition *start)
{
	struct sy_actions actions;
	sy_refusal_t refusal = SY_OK;
	const char *wrong;
	u32 i;

	event->now_ns = ktime_get_ns();
	mutex_lock(&sy_step_lock);
	sy_step(&sy_engine, event, &actions);
	wrong = sy_engine_check(&sy_engine);
	WARN_ONCE(wrong, "switchyard: engine: %s\n", wrong);
	trace_sy_step(event->kind, sy_engine.state, actions.n);
	for (i = 0; i < actions.n; i++) {
		const struct sy_action *action = &actions.at[i];

		if (action->kind == SY_ACT_REPLY)
			refusal = action->u.refusal;
		else if (action->kind == SY_ACT_TIMER)
			hrtimer_start(&sy_timer, ns_to_ktime(action->u.arg),
				      HRTIMER_MODE_REL);
		else
			sy_queue_put(action);
	}
	if (start && refusal == SY_OK) {
		mutex_lock(&sy_now_lock);
		sy_now = start;
		mutex_unlock(&sy_now_lock);
	}
	mutex_unlock(&sy_step_lock);
	wake_up(&sy_wait);
	return refusal;
}

static void sy_feed_kind(enum sy_event_kind kind)
{
	struct sy_event event = { .kind = kind };

	sy_feed(&event, NULL);
}

/**
 * sy_transition_try() - would the core refuse this request now?
 * @request: the request, facts filled in
 *
 * Context: process context.
 * Return: its refusal; nothing has changed.
 */
sy_refusal_t sy_transition_try(const struct sy_event *request)
{
	struct sy_actions actions;
	struct sy_engine copy;

	mutex_lock(&sy_step_lock);
	copy = sy_engine;
	mutex_unlock(&sy_step_lock);
	sy_step(&copy, request, &actions);
	return actions.n && actions.at[0].kind == SY_ACT_REPLY ?
		       actions.at[0].u.refusal :
		       SY_OK;
}

/*
 * Context: process context, sy_request_lock held, sy_transition_try() was
 * content: the core is idle, but the worker may not have said so yet.
 * Return: the core's refusal; SY_OK: it runs.
 */
sy_refusal_t sy_transition_start(struct sy_transition *tr,
				 const struct sy_event *request)
{
	struct sy_event event = *request;

	wait_event(sy_wait, !READ_ONCE(sy_now));
	return sy_feed(&event, tr);
}

/* While it is preparing, it need not go on. */
static void sy_mark_cancelled(struct sy_transition *tr, void *unused)
{
	WRITE_ONCE(tr->cancelled, true);
}

/* Context: process context. Return: the core's refusal. */
sy_refusal_t sy_transition_reverse(struct sy_live *patch,
				   const struct sy_event *request)
{
	struct sy_event event = *request;
	sy_refusal_t refusal;

	if (sy_transition_patch() != patch)
		return SY_BAD_STATE;
	refusal = sy_feed(&event, NULL);
	if (refusal == SY_OK)
		sy_transition_peek(sy_mark_cancelled, NULL);
	wake_up(&sy_wait);
	return refusal;
}

/* The patch in transition, or NULL; sy_request_lock keeps it from going. */
struct sy_live *sy_transition_patch(void)
{
	struct sy_live *live;

	mutex_lock(&sy_now_lock);
	live = sy_now ? sy_now->patch : NULL;
	mutex_unlock(&sy_now_lock);
	return live;
}

/* Call @fn with the running transition, if there is one. */
void sy_transition_peek(void (*fn)(struct sy_transition *tr, void *data),
			void *data)
{
	mutex_lock(&sy_now_lock);
	if (sy_now)
		fn(sy_now, data);
	mutex_unlock(&sy_now_lock);
}

/**
 * sy_worker_wait() - wait while preparing, with the transition's patience
 * @tr:   the transition that is being prepared
 * @done: what to wait for
 *
 * Context: the worker. It sleeps in TASK_IDLE: waiting is its business.
 * Return: false if the time was up; true if @done is, or if the transition
 *         was reversed meanwhile.
 */
bool sy_worker_wait(struct sy_transition *tr, struct completion *done)
{
	return wait_event_idle_timeout(sy_wait,
				       completion_done(done) ||
					       READ_ONCE(tr->cancelled),
				       nsecs_to_jiffies(tr->patience_ns));
}

/* ---- actions ------------------------------------------------------------ */

/* Bug reports must show that the kernel was patched, and patched by force. */
static void sy_taint(const struct sy_transition *tr)
{
	const struct sy_live *live = tr->patch;
	const struct sy_model *model = &tr->model;
	u32 excess = sy_model_allows(model) & live->decl->forbid;
	char name[SY_MODEL_LEN], seen[SY_OBSERVATIONS_LEN];

	add_taint(TAINT_LIVEPATCH, LOCKDEP_STILL_OK);
	if (!excess)
		return;
	add_taint(TAINT_USER, LOCKDEP_STILL_OK);
	pr_warn("switchyard: %s: forced: %s allows %s, which the patch forbids\n",
		sy_live_name(live), sy_model_name(model, name),
		sy_observations_name(excess, seen));
}

static void sy_act_prepare(struct sy_transition *tr)
{
	struct sy_live *live = tr->patch;
	u32 before = live->state;

	mutex_lock(&sy_patches_lock);
	live->state = SY_ST_PREPARING;
	memset(&live->figures, 0, sizeof(live->figures));
	live->figures.to_new = tr->to_new;
	if (tr->to_new) {
		live->model = tr->model;
		live->detector = tr->detector;
		live->no_herd = !tr->herd;
		live->forced = sy_model_allows(&tr->model) & live->decl->forbid;
	}
	mutex_unlock(&sy_patches_lock);
	WRITE_ONCE(live->counting, tr->detector == SY_DETECTOR_COUNT);
	tr->failed = sy_prepare(tr);
	tr->prepared_ns = ktime_get_ns();
	if (!tr->failed && tr->to_new)
		sy_live_note_handled(live);
	if (tr->failed) {
		WRITE_ONCE(live->counting, false);
		if (tr->to_new)
			sy_live_release(live);
		mutex_lock(&sy_patches_lock);
		live->state = before;
		live->forced = live->forced && !tr->to_new;
		strscpy(live->figures.message, tr->answer.message,
			sizeof(live->figures.message));
		mutex_unlock(&sy_patches_lock);
	}
	if (!tr->failed && tr->to_new)
		sy_taint(tr);
	if (!tr->failed && completion_done(&tr->flushed))
		sy_feed_kind(SY_EVENT_FLUSHED);
	sy_feed_kind(tr->failed ? SY_EVENT_FAILED : SY_EVENT_PREPARED);
	complete_all(&tr->prepared);
}

static void sy_act_arm(struct sy_transition *tr)
{
	struct sy_redirect *r = sy_live_gate(tr->patch);

	if (tr->detector == SY_DETECTOR_COUNT)
		sy_count_arm(tr->table);
	if (tr->model.sw == SY_SWITCH_THREAD)
		sy_gate_by_task(r, tr->table->buckets, tr->table->bucket_mask,
				tr->table->dflt, NULL);
	else if (tr->detector == SY_DETECTOR_COUNT)
		sy_gate_by_task(r, tr->table->buckets, tr->table->bucket_mask,
				tr->table->dflt, &tr->table->inside);
	else
		sy_gate_global(r, !tr->to_new);
	/* From here on tasks may switch. */
	tr->patch->in_force |= tr->model.sw != SY_SWITCH_KERNEL;
	sy_live_point(tr->patch, SY_POINT_ASK);
	if (tr->detector == SY_DETECTOR_COUNT)
		sy_count_live(tr->table);
	sy_live_state(tr->patch,
		      tr->to_new ? SY_ST_PATCHING : SY_ST_UNPATCHING);
	sy_hooks_arm(tr);
}

/*
 * While tasks are held the worker waits for nobody who looks at figures: he may
 * wait for a CPU behind all those who are on their way. What it could not note is
 * noted with the next ones, at the settling at the latest.
 */
static bool sy_figures_lock(struct sy_transition *tr)
{
	if (tr->table && READ_ONCE(tr->table->hold.turn))
		return mutex_trylock(&sy_patches_lock);
	mutex_lock(&sy_patches_lock);
	return true;
}

static void sy_figures_tally(struct sy_transition *tr,
			     const struct sy_tally *tally)
{
	struct sy_figures *f = &tr->patch->figures;

	if (!sy_figures_lock(tr))
		return;
	f->tasks = tr->table->total;
	f->nudged = tr->nudged;
	f->stops = tr->stops;
	f->pause_ns = tr->pause_ns;
	f->remaining = tally->inside;
	f->blockers = tally->inside;
	f->excused = atomic_read(&tr->table->excused);
	f->elapsed_ns = ktime_get_ns() - tr->prepared_ns;
	f->whole_ns = ktime_get_ns() - tr->requested_ns;
	mutex_unlock(&sy_patches_lock);
}

/* Whose turn it is, and how many functions have had theirs. */
static void sy_figures_turn(struct sy_transition *tr, u32 turn)
{
	struct sy_live *live = tr->patch;
	u32 nfuncs = live->decl->nfuncs;

	tr->turn = turn;
	if (!sy_order_asked(&tr->model))
		return;
	if (!sy_figures_lock(tr))
		return;
	live->figures.ordered = 1;
	live->figures.turn = turn;
	live->figures.switched = tr->table->goal ? turn : nfuncs - 1 - turn;
	mutex_unlock(&sy_patches_lock);
}

static void sy_note_nudged(struct sy_transition *tr, u32 n)
{
	tr->nudged += n;
	if (!sy_figures_lock(tr))
		return;
	tr->patch->figures.nudged = tr->nudged;
	mutex_unlock(&sy_patches_lock);
}

static void sy_act_scan(struct sy_transition *tr)
{
	struct sy_event event = { .kind = SY_EVENT_SCANNED };
	struct sy_tally tally;

	sy_scan(tr, &tally);
	sy_figures_tally(tr, &tally);
	/* While others are held nothing is allocated: they may be needed. */
	if (READ_ONCE(tr->table->hold.turn))
		sy_note_nudged(tr, sy_hold_drive(tr));
	else
		sy_report(tr->patch, SY_EV_PROGRESS);
	event.u.scan.pending = tally.pending;
	event.u.scan.nudgeable = tally.nudgeable;
	event.u.scan.moving = tally.moving;
	event.u.scan.drivable = tally.drivable;
	sy_feed(&event, NULL);
}

/*
 * SWITCH_KERNEL with the detector count: give back the engine's own hold, and
 * take it again when the time is up. Whoever goes out last meanwhile switches
 * the system; no CPU stands still.
 */
static void sy_open(struct sy_transition *tr, u64 limit_ns,
		    struct sy_stop_report *ret)
{
	memset(ret, 0, sizeof(*ret));
	sy_count_release(tr->table, 1);
	wait_event_idle_timeout(sy_wait,
				sy_count_flipped(tr->table) ||
					READ_ONCE(tr->cancelled),
				nsecs_to_jiffies(limit_ns) + 1);
	ret->end = sy_count_hold(tr->table) ? SY_STOP_INSIDE : SY_STOP_FLIPPED;
}

/* The function whose turn it was has switched. Is another one left? */
static bool sy_more_to_switch(const struct sy_transition *tr)
{
	u32 last = tr->table->goal ? tr->patch->decl->nfuncs - 1 : 0;

	return sy_order_asked(&tr->model) && tr->turn != last;
}

static void sy_act_stop(struct sy_transition *tr, u64 limit_ns)
{
	struct sy_event event = { .kind = SY_EVENT_STOPPED };
	struct sy_stop_report stop;

	if (tr->detector == SY_DETECTOR_COUNT)
		sy_open(tr, limit_ns, &stop);
	else
		sy_stop(tr, limit_ns, &stop);
	trace_sy_stop(stop.end, stop.pause_ns, stop.walked);
	if (stop.end == SY_STOP_FLIPPED)
		atomic_set(&tr->table->excused, sy_excused_count(tr->table));
	tr->stops++;
	tr->pause_ns = stop.pause_ns;
	if (sy_figures_lock(tr)) {
		tr->patch->figures.stops = tr->stops;
		tr->patch->figures.pause_ns = tr->pause_ns;
		mutex_unlock(&sy_patches_lock);
	}
	tr->stop_end = stop.end;
	if (stop.end == SY_STOP_FLIPPED && sy_more_to_switch(tr))
		sy_fault_between();
	event.u.stop.end = stop.end;
	sy_feed(&event, NULL);
}

/* One store for each function, in their order; back in the opposite one. */
static void sy_act_flip_functions(struct sy_transition *tr)
{
	struct sy_live *live = tr->patch;
	u32 i, n = live->decl->nfuncs;

	live->in_force = true;
	for (i = 0; i < n; i++) {
		if (i)
			sy_fault_between();
		sy_live_point_one(live, live->order[tr->to_new ? i : n - 1 - i],
				  tr->to_new ? SY_POINT_NEW : SY_POINT_OLD);
	}
}

static void sy_act_nudge(struct sy_transition *tr)
{
	sy_note_nudged(tr, sy_nudge(tr));
}

static void sy_act_turn(struct sy_transition *tr)
{
	sy_table_turn(tr->table);
	mutex_lock(&sy_patches_lock);
	tr->patch->figures.reversing = 1;
	mutex_unlock(&sy_patches_lock);
}

static void sy_figures_settled(struct sy_transition *tr)
{
	struct sy_tally left;

	if (tr->table) {
		sy_tally(tr, &left);
		sy_figures_tally(tr, &left);
		return;
	}
	mutex_lock(&sy_patches_lock);
	tr->patch->figures.elapsed_ns = ktime_get_ns() - tr->prepared_ns;
	tr->patch->figures.whole_ns = ktime_get_ns() - tr->requested_ns;
	mutex_unlock(&sy_patches_lock);
}

static void sy_figures_all_switched(struct sy_transition *tr)
{
	mutex_lock(&sy_patches_lock);
	tr->patch->figures.switched = tr->patch->decl->nfuncs;
	mutex_unlock(&sy_patches_lock);
}

static void sy_figures_held(struct sy_transition *tr)
{
	struct sy_hold_figures hold;

	sy_hold_settle(tr->table);
	sy_hold_tell(tr->table, &hold);
	mutex_lock(&sy_patches_lock);
	tr->patch->figures.hold = hold;
	mutex_unlock(&sy_patches_lock);
}

static void sy_act_settle(struct sy_transition *tr, bool new)
{
	struct sy_redirect *r = sy_live_gate(tr->patch);

	tr->patch->in_force |= new;
	if (tr->patch->figures.ordered)
		sy_figures_all_switched(tr);
	/* The gate first: whoever asks it late gets the final side, too. */
	sy_gate_global(r, new);
	sy_live_point(tr->patch, new ? SY_POINT_NEW : SY_POINT_OLD);
	if (tr->detector == SY_DETECTOR_COUNT)
		sy_count_disarm();
	sy_figures_settled(tr);
	if (tr->table)
		sy_excused_note(tr);
	sy_unprepare(tr);
	if (tr->table)
		sy_figures_held(tr);
	sy_live_state(tr->patch, new ? SY_ST_ENABLED : SY_ST_RETIRING);
	sy_feed_kind(SY_EVENT_SETTLED);
}

/* What the last stop adds to why it was given up. */
static const char *const sy_stop_ends[SY_STOP__LAST] = {
	[SY_STOP_FLIPPED] = "",
	[SY_STOP_LATE] = " (a CPU came too late for the last one)",
	[SY_STOP_INSIDE] = " (somebody was inside in the last one)",
	[SY_STOP_NMI] = " (a patched function was entered from NMI)",
};

/* The core is idle again: the transition is history. */
static void sy_conclude(struct sy_transition *tr)
{
	struct sy_live *live = tr->patch;

	mutex_lock(&sy_step_lock);
	mutex_lock(&sy_patches_lock);
	live->figures.result = sy_engine.result;
	if (sy_engine.result == SY_RESULT_GAVE_UP)
		scnprintf(live->figures.message, SY_MESSAGE_LEN,
			  "gave up after %u stops with %u tasks inside%s, nothing was switched",
			  live->figures.stops, live->figures.blockers,
			  sy_stop_ends[tr->stop_end]);
	mutex_unlock(&sy_patches_lock);
	mutex_unlock(&sy_step_lock);
	/* The patch's module still holds the engine. */
	if (tr->detector == SY_DETECTOR_COUNT &&
	    live->figures.result != SY_RESULT_SETTLED)
		sy_slots_watch();
	WRITE_ONCE(live->counting, false);
	mutex_lock(&sy_now_lock);
	sy_now = NULL;
	mutex_unlock(&sy_now_lock);
	wake_up(&sy_wait);
	sy_report(live, SY_EV_SETTLED);
	/* Last: when it has retired, the patch's module may go. */
	if (tr->retire)
		sy_retire_start(live);
	queue_work(sy_workqueue, &tr->burial);
}

static void sy_act_report(struct sy_transition *tr, enum sy_report report)
{
	static const char *const why[] = {
		[SY_REPORT_REVERSING_DEADLINE] =
			"the deadline passed, going back to the side before",
		[SY_REPORT_REVERSING_REQUEST] =
			"reversed by request, going back to the side before",
		[SY_REPORT_REVERSING_TRIES] =
			"tries used up, going back to the side before",
		[SY_REPORT_REVERSING_NMI] =
			"a function was entered from NMI, going back to the side before",
	};

	switch (report) {
	case SY_REPORT_SETTLED:
		sy_conclude(tr);
		break;
	case SY_REPORT_STARTED:
		sy_report(tr->patch, SY_EV_STARTED);
		break;
	case SY_REPORT_NUDGED:
		sy_report(tr->patch, SY_EV_NUDGED);
		break;
	default:
		mutex_lock(&sy_patches_lock);
		strscpy(tr->patch->figures.message, why[report],
			sizeof(tr->patch->figures.message));
		mutex_unlock(&sy_patches_lock);
		sy_report(tr->patch, SY_EV_REVERSING);
	}
}

static void sy_act(struct sy_transition *tr, const struct sy_action *action)
{
	switch (action->kind) {
	case SY_ACT_PREPARE:
		sy_act_prepare(tr);
		break;
	case SY_ACT_ARM:
		sy_act_arm(tr);
		break;
	case SY_ACT_SCAN:
		sy_figures_turn(tr, action->func);
		sy_act_scan(tr);
		break;
	case SY_ACT_FLIP_FUNCTIONS:
		sy_act_flip_functions(tr);
		break;
	case SY_ACT_FLIP:
		sy_gate_global(sy_live_gate(tr->patch), tr->to_new);
		break;
	case SY_ACT_STOP:
		sy_act_stop(tr, action->u.arg);
		break;
	case SY_ACT_NUDGE:
		sy_act_nudge(tr);
		break;
	case SY_ACT_HOLD:
		sy_note_nudged(tr, sy_hold_begin(tr, action->u.arg));
		break;
	case SY_ACT_RELEASE:
		sy_hold_end(tr->table);
		break;
	case SY_ACT_TURN:
		sy_act_turn(tr);
		break;
	case SY_ACT_SETTLE:
		sy_act_settle(tr, action->u.arg);
		break;
	case SY_ACT_RETIRE:
		tr->retire = true;
		break;
	case SY_ACT_REPORT:
		sy_act_report(tr, action->u.report);
		break;
	default:
		break;
	}
}

/* ---- the worker --------------------------------------------------------- */

/* SWITCH_KERNEL: those who were driven have come; others may have entered. */
static bool sy_drained(struct sy_table *t)
{
	if (!t->by_thread)
		return READ_ONCE(t->hold.turn);
	return !atomic_read(&t->pending) && !atomic_read(&t->lost);
}

/*
 * A hint may come from a transition that is over: what it says is checked
 * against the running one.
 */
static void sy_feed_hints(struct sy_transition *tr)
{
	bool drained = test_and_clear_bit(SY_HINT_DRAINED, &sy_hints);

	if (test_and_clear_bit(SY_HINT_FLUSHED, &sy_hints) && tr &&
	    completion_done(&tr->flushed))
		sy_feed_kind(SY_EVENT_FLUSHED);
	if (drained && tr && tr->table && sy_drained(tr->table))
		sy_feed_kind(SY_EVENT_DRAINED);
	if (test_and_clear_bit(SY_HINT_TIMER, &sy_hints))
		sy_feed_kind(SY_EVENT_TIMER);
}

static int sy_worker(void *unused)
{
	struct sy_action action;
	struct sy_transition *tr;

	/* Everyone waits for it, and what it does between waits is short. */
	set_user_nice(current, MIN_NICE);
	while (!kthread_should_stop()) {
		wait_event_interruptible(sy_wait,
					 READ_ONCE(sy_hints) ||
						 READ_ONCE(sy_queue_head) !=
							 READ_ONCE(
								 sy_queue_tail) ||
						 kthread_should_stop());
		/* Only this thread clears sy_now. */
		while (sy_queue_get(&action)) {
			tr = READ_ONCE(sy_now);
			if (tr)
				sy_act(tr, &action);
		}
		sy_feed_hints(READ_ONCE(sy_now));
	}
	return 0;
}

int sy_worker_init(void)
{
	sy_engine_init(&sy_engine);
	hrtimer_init(&sy_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	sy_timer.function = sy_on_timer;
	sy_workqueue = sy_fault(SY_FAULT_WORKQUEUE) ?
			       NULL :
			       alloc_workqueue("switchyard", WQ_UNBOUND, 0);
	if (!sy_workqueue)
		return -ENOMEM;
	sy_worker_task = sy_fault(SY_FAULT_WORKER) ?
				 ERR_PTR(-ENOMEM) :
				 kthread_run(sy_worker, NULL, "switchyard");
	if (!IS_ERR(sy_worker_task))
		return 0;
	destroy_workqueue(sy_workqueue);
	return PTR_ERR(sy_worker_task);
}

/* No patch is registered, so no transition runs and none can start. */
void sy_worker_deinit(void)
{
	kthread_stop(sy_worker_task);
	hrtimer_cancel(&sy_timer);
	destroy_workqueue(sy_workqueue);
}
