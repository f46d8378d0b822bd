// SPDX-License-Identifier: GPL-2.0
/*
 * What a transition does next: order, retry, back-off, nudging, deadline,
 * reversal and giving up. It never looks at a task, never waits and never
 * fails; it reads the time from the event and leaves the acting to its caller.
 * The caller serializes all calls on one engine; any context.
 *
 * How it moves from state to state, and by which function:
 *
 *   IDLE      -> PREPARING  [sy_on_start]
 *   PREPARING -> IDLE       [sy_on_failed]
 *   PREPARING -> SETTLING   [sy_on_prepared: switched at once, or cancelled]
 *   PREPARING -> SCANNING   [sy_on_prepared]
 *   PREPARING -> WAITING    [sy_on_prepared: not THREAD, not flushed]
 *   SCANNING  -> WAITING    [sy_scanned_thread, sy_retry]
 *   SCANNING  -> SCANNING   [sy_turn: a request or the deadline came]
 *   SCANNING  -> STOPPING   [sy_scanned_all]
 *   SCANNING  -> SETTLING   [sy_scanned_thread, sy_retry: given up, sy_back]
 *   WAITING   -> SCANNING   [sy_wait, sy_on_flushed, sy_on_drained, sy_turn]
 *   WAITING   -> SETTLING   [sy_on_flushed, sy_on_drained, sy_back]
 *   STOPPING  -> WAITING    [sy_retry]
 *   STOPPING  -> SCANNING   [sy_flipped: the next function, sy_turn]
 *   STOPPING  -> SETTLING   [sy_flipped, sy_back]
 *   SETTLING  -> IDLE       [sy_on_settled]
 *
 * A hold lies across SCANNING, WAITING and STOPPING; herd.c decides about it.
 * The facts of each state are in engine.c. Before the flush is over nothing is
 * stopped and no SWITCH_THREAD settles: no scan sees tasks that left all lists.
 */
#include "sy_emit.h"
#include "sy_herd.h"
#include "sy_time.h"

/* The unit is a thread; else all threads are concerned at every instant. */
static int sy_by_thread(const struct sy_engine *e)
{
	return e->model.sw == SY_SWITCH_THREAD;
}

static void sy_disarm(struct sy_engine *e)
{
	e->deadline_at = 0;
	e->nudge_at = 0;
	e->scan_at = 0;
}

static void sy_scan(struct sy_engine *e, struct sy_actions *ret)
{
	e->state = SY_SCANNING;
	e->scan_at = 0;
	sy_emit(ret, SY_ACT_SCAN)->func = sy_order_turn(e);
}

static void sy_settle(struct sy_engine *e, enum sy_result result,
		      struct sy_actions *ret)
{
	e->state = SY_SETTLING;
	e->result = result;
	e->cancel = 0;
	sy_disarm(e);
	sy_release(e, ret);
	sy_emit(ret, SY_ACT_SETTLE)->u.arg = e->to_new;
}

/* Everyone is on the side that is wanted now. */
static void sy_arrive(struct sy_engine *e, struct sy_actions *ret)
{
	sy_settle(e, e->reversing ? SY_RESULT_REVERTED : SY_RESULT_SETTLED,
		  ret);
}

/* Nobody has switched: back to where it began, without a transition. */
static void sy_back(struct sy_engine *e, enum sy_result result,
		    struct sy_actions *ret)
{
	e->to_new = !e->was_to_new;
	sy_settle(e, result, ret);
}

/*
 * Some units have switched, so the way back is a transition too. It has no
 * deadline: there is no third side to flee to. Functions go back in the opposite
 * order, each under the condition under which it came.
 *
 * Source: Linux kernel/livepatch, klp_reverse_transition().
 */
static void sy_turn(struct sy_engine *e, enum sy_report why,
		    struct sy_actions *ret)
{
	e->to_new = !e->to_new;
	e->reversing = 1;
	e->cancel = 0;
	e->nudged = 0;
	e->attempts = 0;
	e->backoff_ns = SY_RESCAN_MIN_NS;
	sy_disarm(e);
	sy_release(e, ret);
	e->held = 0;
	sy_report(ret, why);
	sy_emit(ret, SY_ACT_TURN);
	sy_scan(e, ret);
}

/* It shall not go on: turn round if anything has switched, else @result. */
static void sy_undo(struct sy_engine *e, enum sy_report why,
		    enum sy_result result, struct sy_actions *ret)
{
	if (sy_by_thread(e) || sy_order_begun(e))
		sy_turn(e, why, ret);
	else
		sy_back(e, result, ret);
}

/* The deadline passed before all had switched. */
static void sy_expire(struct sy_engine *e, struct sy_actions *ret)
{
	sy_undo(e, SY_REPORT_REVERSING_DEADLINE, SY_RESULT_GAVE_UP, ret);
}

static void sy_requested(struct sy_engine *e, struct sy_actions *ret)
{
	sy_undo(e, SY_REPORT_REVERSING_REQUEST, SY_RESULT_REVERTED, ret);
}

/*
 * A nudge may be missed (the signal comes between a task's check and its
 * sleep), so look again from here on for as long as somebody is left.
 */
static void sy_nudge(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	e->nudged = 1;
	e->nudge_at = 0;
	e->backoff_ns = SY_RESCAN_MIN_NS;
	e->scan_at = sy_after(now, sy_back_off(e, SY_RESCAN_MAX_NS));
	sy_emit(ret, SY_ACT_NUDGE);
	sy_report(ret, SY_REPORT_NUDGED);
}

/* The time is kept while the last scan saw nobody a signal would reach. */
static sy_u64 sy_nudge_time(const struct sy_engine *e)
{
	return e->nudgeable ? e->nudge_at : 0;
}

/*
 * Wait, or do what is due already. The one place that arms the timer, and the
 * one that is run when it expires: an early or stale expiry arms it again.
 */
static void sy_wait(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	sy_u64 at;

	e->state = SY_WAITING;
	if (sy_due(e->deadline_at, now)) {
		sy_expire(e, ret);
		return;
	}
	if (sy_due(sy_nudge_time(e), now))
		sy_nudge(e, now, ret);
	if (sy_due(e->scan_at, now)) {
		sy_scan(e, ret);
		return;
	}
	at = sy_earlier(sy_nudge_time(e), e->scan_at);
	at = sy_earlier(at, e->deadline_at);
	if (at)
		sy_emit(ret, SY_ACT_TIMER)->u.arg = at - now;
}

/*
 * An attempt did not flip. Without `tries` the deadline ends this; a reversal
 * has neither.
 *
 * Source: Ksplice's ksplice_apply_patches(): five tries, one second apart;
 * here both numbers belong to the request.
 */
static void sy_retry(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	sy_u64 pause;

	if (e->attempts < ~0u)
		e->attempts++;
	if (e->tries && e->attempts >= e->tries && !e->reversing) {
		sy_undo(e, SY_REPORT_REVERSING_TRIES, SY_RESULT_GAVE_UP, ret);
		return;
	}
	pause = sy_herd_pause(e);
	if (e->retry_ns)
		pause = e->retry_ns;
	if (!pause)
		pause = sy_back_off(e, SY_RETRY_MAX_NS);
	e->scan_at = sy_after(now, pause);
	sy_wait(e, now, ret);
}

/* A hold that goes on is part of one attempt, however often it looks. */
static void sy_go_on(struct sy_engine *e, sy_u64 now, int goes_on,
		     struct sy_actions *ret)
{
	if (goes_on)
		sy_wait(e, now, ret);
	else
		sy_retry(e, now, ret);
}

/* The end of a hold is not delayed by another look. */
static void sy_on_timer(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	if (e->state != SY_WAITING)
		return;
	if (!sy_herd_over(e, now)) {
		sy_wait(e, now, ret);
		return;
	}
	sy_release(e, ret);
	sy_retry(e, now, ret);
}

/* ---- requests ---------------------------------------------------------- */

static void sy_on_start(struct sy_engine *e, const struct sy_event *event,
			struct sy_actions *ret)
{
	sy_refusal_t refusal = sy_engine_admits(e, event);

	sy_reply(ret, refusal);
	if (refusal != SY_OK)
		return;
	sy_engine_begin(e, event);
	sy_emit(ret, SY_ACT_PREPARE);
	sy_report(ret, SY_REPORT_STARTED);
}

/*
 * The shell cannot be interrupted in what it does for PREPARE, SCAN and STOP:
 * there the request is remembered, and the answer to that action executes it.
 */
static void sy_on_reverse(struct sy_engine *e, struct sy_actions *ret)
{
	if (e->state == SY_IDLE || e->state == SY_SETTLING || e->reversing ||
	    e->cancel) {
		sy_reply(ret, SY_BAD_STATE);
		return;
	}
	sy_reply(ret, SY_OK);
	if (e->state != SY_WAITING)
		e->cancel = 1;
	else
		sy_requested(e, ret);
}

/* ---- what the shell answers -------------------------------------------- */

static void sy_on_prepared(struct sy_engine *e, const struct sy_event *event,
			   struct sy_actions *ret)
{
	if (e->state != SY_PREPARING)
		return;
	if (e->cancel) {
		sy_back(e, SY_RESULT_REVERTED, ret);
		return;
	}
	if (e->model.sw == SY_SWITCH_FUNCTION && !sy_order_asked(&e->model)) {
		sy_emit(ret, SY_ACT_FLIP_FUNCTIONS);
		sy_order_finish(e);
		sy_arrive(e, ret);
		return;
	}

	sy_emit(ret, SY_ACT_ARM);
	if (e->model.leave == SY_LEAVE_FUNCTION && !sy_by_thread(e)) {
		sy_emit(ret, SY_ACT_FLIP);
		sy_arrive(e, ret);
		return;
	}
	e->deadline_at = sy_after(event->now_ns, e->deadline_ns);
	if (sy_by_thread(e) || e->flushed)
		sy_scan(e, ret);
	else
		sy_wait(e, event->now_ns, ret);
}

static void sy_on_failed(struct sy_engine *e, struct sy_actions *ret)
{
	if (e->state != SY_PREPARING)
		return;
	e->state = SY_IDLE;
	e->to_new = !e->was_to_new;
	e->cancel = 0;
	e->result = SY_RESULT_FAILED;
	sy_report(ret, SY_REPORT_SETTLED);
}

static void sy_on_flushed(struct sy_engine *e, struct sy_actions *ret)
{
	if (e->flushed || e->state == SY_IDLE || e->state == SY_SETTLING)
		return;
	e->flushed = 1;
	if (e->state != SY_WAITING)
		return;
	if (!sy_by_thread(e))
		sy_scan(e, ret);
	else if (!e->pending)
		sy_arrive(e, ret);
}

static sy_u64 sy_nudge_delay(const struct sy_engine *e)
{
	return e->model.leave == SY_LEAVE_KERNEL ? SY_NUDGE_KERNEL_NS :
						   SY_NUDGE_SET_NS;
}

/* A signal is for sleepers, looking again for those who move. */
static void sy_scanned_thread(struct sy_engine *e, sy_u64 now,
			      struct sy_actions *ret)
{
	if (e->cancel) {
		sy_requested(e, ret);
		return;
	}
	if (!e->pending && e->flushed) {
		sy_arrive(e, ret);
		return;
	}
	if (e->nudgeable && !e->nudged && !e->nudge_at)
		e->nudge_at = sy_after(now, sy_nudge_delay(e));
	if (e->moving || (e->pending && e->nudged))
		e->scan_at = sy_after(now, sy_back_off(e, SY_RESCAN_MAX_NS));
	sy_wait(e, now, ret);
}

/* Nobody may be inside at one instant: what a scan found must be true there. */
static void sy_scanned_all(struct sy_engine *e, sy_u64 now,
			   struct sy_actions *ret)
{
	struct sy_action *stop;

	if (e->cancel) {
		sy_requested(e, ret);
		return;
	}
	if (e->pending) {
		sy_go_on(e, now, sy_herd_on(e, now, ret), ret);
		return;
	}
	e->state = SY_STOPPING;
	stop = sy_emit(ret, SY_ACT_STOP);
	stop->u.arg = sy_stop_span(e, now);
	stop->func = sy_order_turn(e);
}

static void sy_on_scanned(struct sy_engine *e, const struct sy_event *event,
			  struct sy_actions *ret)
{
	sy_u32 pending = event->u.scan.pending;
	sy_u32 nudgeable = event->u.scan.nudgeable;
	sy_u32 moving = event->u.scan.moving;
	sy_u32 drivable = event->u.scan.drivable;

	if (e->state != SY_SCANNING)
		return;
	/* Counted one after the other while tasks switch: parts of a whole. */
	e->pending = pending;
	e->nudgeable = nudgeable < pending ? nudgeable : pending;
	e->moving = moving < pending ? moving : pending;
	e->drivable = drivable < pending ? drivable : pending;
	if (sy_by_thread(e))
		sy_scanned_thread(e, event->now_ns, ret);
	else
		sy_scanned_all(e, event->now_ns, ret);
}

/*
 * THREAD: nobody is left, by the shell's own count. Else those the scan saw
 * have left; others may have entered, so look again.
 */
static void sy_on_drained(struct sy_engine *e, sy_u64 now,
			  struct sy_actions *ret)
{
	if (e->state != SY_WAITING)
		return;
	if (!sy_by_thread(e)) {
		if (e->flushed && sy_herd_hurries(e))
			sy_scan(e, ret);
		return;
	}
	e->pending = 0;
	e->nudgeable = 0;
	e->moving = 0;
	e->drivable = 0;
	e->nudge_at = 0;
	e->scan_at = 0;
	if (e->flushed)
		sy_arrive(e, ret);
	else
		sy_wait(e, now, ret);
}

/* A unit has switched: the system, or the function whose turn it was. */
static void sy_flipped(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	if (sy_order_asked(&e->model))
		sy_order_advance(e);
	if (!sy_order_asked(&e->model) || sy_order_done(e)) {
		sy_arrive(e, ret);
		return;
	}
	/* What made it hard for this one says nothing of the next. */
	e->attempts = 0;
	e->backoff_ns = SY_RETRY_MIN_NS;
	if (e->cancel)
		sy_requested(e, ret);
	else if (sy_due(e->deadline_at, now))
		sy_expire(e, ret);
	else
		sy_scan(e, ret);
}

/*
 * No stop can prove that no NMI is inside, so the first NMI ends it; a reversal
 * has no other way out than to try again.
 */
static void sy_on_stopped(struct sy_engine *e, const struct sy_event *event,
			  struct sy_actions *ret)
{
	enum sy_stop_end end = event->u.stop.end;

	if (e->state != SY_STOPPING)
		return;
	if (end == SY_STOP_FLIPPED) {
		sy_flipped(e, event->now_ns, ret);
		return;
	}
	if (e->cancel) {
		sy_requested(e, ret);
		return;
	}
	if (end == SY_STOP_NMI && !e->reversing) {
		sy_undo(e, SY_REPORT_REVERSING_NMI, SY_RESULT_GAVE_UP, ret);
		return;
	}
	if (end == SY_STOP_LATE && e->stop_limit_ns < SY_STOP_MAX_NS)
		e->stop_limit_ns *= 2;
	sy_go_on(e, event->now_ns, sy_herd_again(e, event->now_ns, ret), ret);
}

static void sy_on_settled(struct sy_engine *e, struct sy_actions *ret)
{
	if (e->state != SY_SETTLING)
		return;
	e->state = SY_IDLE;
	if (!e->to_new)
		sy_emit(ret, SY_ACT_RETIRE);
	sy_report(ret, SY_REPORT_SETTLED);
}

void sy_step(struct sy_engine *e, const struct sy_event *event,
	     struct sy_actions *ret)
{
	ret->n = 0;
	switch (event->kind) {
	case SY_EVENT_START:
		sy_on_start(e, event, ret);
		break;
	case SY_EVENT_REVERSE:
		sy_on_reverse(e, ret);
		break;
	case SY_EVENT_PREPARED:
		sy_on_prepared(e, event, ret);
		break;
	case SY_EVENT_FAILED:
		sy_on_failed(e, ret);
		break;
	case SY_EVENT_FLUSHED:
		sy_on_flushed(e, ret);
		break;
	case SY_EVENT_SCANNED:
		sy_on_scanned(e, event, ret);
		break;
	case SY_EVENT_DRAINED:
		sy_on_drained(e, event->now_ns, ret);
		break;
	case SY_EVENT_STOPPED:
		sy_on_stopped(e, event, ret);
		break;
	case SY_EVENT_TIMER:
		sy_on_timer(e, event->now_ns, ret);
		break;
	case SY_EVENT_SETTLED:
		sy_on_settled(e, ret);
		break;
	default:
		break;
	}
}
