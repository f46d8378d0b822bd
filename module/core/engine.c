// SPDX-License-Identifier: GPL-2.0
/*
 * What an engine is: its resting value and the facts that hold between two
 * steps. It decides nothing and changes nothing but in sy_engine_init(). The
 * caller that serializes sy_step() serializes these too; any context.
 *
 * Facts, besides those of sy_check_common():
 *
 *   IDLE       nothing is due; nobody is held; no request waits; the side where
 *              it ended
 *   PREPARING  nothing is due; nobody is held; nothing was tried or nudged; no
 *              result
 *   SCANNING   a model that looks at tasks; no look is due; no result
 *   WAITING    as SCANNING, and somebody is left, the flush is not over, or
 *              (not THREAD) a time to look again is set; no request waits
 *   STOPPING   not THREAD; flushed; the last scan was clean
 *   SETTLING   nothing is due; nobody is held; a result, and the side that
 *              belongs to it
 */
#include "sy_core.h"

/* Core has no NULL of its own, and 0 is not a pointer to the checkers. */
#define SY_HOLDS ((const char *)0)

/* Field by field: an assignment of the whole may become a call of memset. */
void sy_engine_init(struct sy_engine *e)
{
	e->state = SY_IDLE;
	e->model.leave = SY_LEAVE_FUNCTION;
	e->model.sw = SY_SWITCH_FUNCTION;
	e->model.relaxed = 0;
	e->detector = SY_DETECTOR_NONE;
	e->to_new = 0;
	e->was_to_new = 0;
	e->reversing = 0;
	e->flushed = 0;
	e->nudged = 0;
	e->cancel = 0;
	e->result = SY_RESULT_NONE;
	e->nfuncs = 0;
	e->news = 0;
	e->tries = 0;
	e->attempts = 0;
	e->retry_ns = 0;
	e->backoff_ns = SY_RETRY_MIN_NS;
	e->stop_limit_ns = SY_STOP_MIN_NS;
	e->deadline_ns = SY_DEADLINE_NS;
	e->deadline_at = 0;
	e->nudge_at = 0;
	e->scan_at = 0;
	e->pending = 0;
	e->nudgeable = 0;
	e->moving = 0;
	e->drivable = 0;
	e->herd = 0;
	e->holding = 0;
	e->held = 0;
	e->stuck = 0;
	e->herd_at = 0;
	e->hold_until = 0;
	e->look_ns = SY_HOLD_LOOK_MIN_NS;
	e->pause_ns = SY_HOLD_PAUSE_MIN_NS;
}

static const char *sy_check_hold(const struct sy_engine *e)
{
	if (e->herd && (e->model.sw == SY_SWITCH_THREAD ||
			e->model.leave == SY_LEAVE_FUNCTION))
		return "only a model that needs one instant holds";
	if (e->holding && !e->herd)
		return "nobody is held who may not be";
	if (!e->holding != !e->hold_until)
		return "a hold, and its end, or neither";
	if (e->holding && (!e->herd_at || e->held))
		return "a hold comes after the wait and before its pause";
	if (e->look_ns < SY_HOLD_LOOK_MIN_NS ||
	    e->look_ns > SY_HOLD_LOOK_MAX_NS)
		return "the time between looks of a hold within its bounds";
	if (e->pause_ns < SY_HOLD_PAUSE_MIN_NS ||
	    e->pause_ns > SY_HOLD_PAUSE_MAX_NS)
		return "the pause after a hold within its bounds";
	return SY_HOLDS;
}

/* Does it need an instant at which everybody is outside? */
static int sy_stops(const struct sy_engine *e)
{
	return e->model.leave != SY_LEAVE_FUNCTION &&
	       e->model.sw != SY_SWITCH_THREAD;
}

static const char *sy_check_common(const struct sy_engine *e)
{
	if (!sy_model_served(&e->model))
		return "a model that is served";
	if (sy_model_detector(&e->model, e->detector) != e->detector)
		return "a detector that the model has";
	if (e->to_new > 1 || e->was_to_new > 1)
		return "sides are 0 or 1";
	if (e->nudgeable > e->pending || e->moving > e->pending ||
	    e->drivable > e->pending)
		return "nudgeable, moving and drivable tasks are pending ones";
	if (!e->backoff_ns || e->backoff_ns > SY_RESCAN_MAX_NS)
		return "back-off within its bounds";
	if (e->stop_limit_ns < SY_STOP_MIN_NS ||
	    e->stop_limit_ns > SY_STOP_MAX_NS)
		return "the stop's limit within its bounds";
	if (!e->deadline_ns)
		return "a deadline";
	if (e->news > e->nfuncs)
		return "no more functions are new than there are";
	if (e->reversing && e->model.sw != SY_SWITCH_THREAD &&
	    !sy_order_asked(&e->model))
		return "only threads and functions in an order reverse";
	if (e->attempts && !sy_stops(e))
		return "only a model that stops counts attempts";
	if (e->nudged && e->model.sw != SY_SWITCH_THREAD)
		return "only SWITCH_THREAD nudges";
	return sy_check_hold(e);
}

static const char *sy_check_at_rest(const struct sy_engine *e)
{
	if (e->deadline_at || e->nudge_at || e->scan_at)
		return "nothing is due";
	if (e->holding)
		return "nobody is held at rest";
	if (e->cancel && e->state != SY_PREPARING)
		return "no request waits";
	return SY_HOLDS;
}

/* The side and the result say the same, from SETTLING on. */
static const char *sy_check_side_of_result(const struct sy_engine *e)
{
	int back = e->to_new != e->was_to_new;

	switch (e->result) {
	case SY_RESULT_NONE:
	case SY_RESULT_SETTLED:
		return back ? "it ended on the side that was asked for" :
			      SY_HOLDS;
	case SY_RESULT_REVERTED:
	case SY_RESULT_GAVE_UP:
	case SY_RESULT_FAILED:
		return back ? SY_HOLDS : "it ended on the side it came from";
	default:
		return "a known result";
	}
}

/* SWITCH_FUNCTION: all functions are on the side where it ended. */
static const char *sy_check_functions(const struct sy_engine *e)
{
	if (e->model.sw == SY_SWITCH_FUNCTION && !sy_order_done(e))
		return "every function is on the side where it ended";
	return SY_HOLDS;
}

static const char *sy_check_idle(const struct sy_engine *e)
{
	const char *broken = sy_check_side_of_result(e);

	if (!broken)
		broken = sy_check_functions(e);
	return broken ? broken : sy_check_at_rest(e);
}

static const char *sy_check_settling(const struct sy_engine *e)
{
	const char *broken = sy_check_side_of_result(e);
	int by_thread = e->model.sw == SY_SWITCH_THREAD;

	if (!broken)
		broken = sy_check_functions(e);
	if (broken)
		return broken;
	if (e->result == SY_RESULT_NONE || e->result == SY_RESULT_FAILED)
		return "a result while settling";
	if (e->result == SY_RESULT_GAVE_UP && !sy_stops(e))
		return "only a model that stops gives up";
	if (e->result == SY_RESULT_SETTLED || e->reversing) {
		if (e->pending)
			return "nobody is left when it settles";
		if (by_thread && !e->flushed)
			return "SWITCH_THREAD settles after the flush";
	}
	return sy_check_at_rest(e);
}

static const char *sy_check_preparing(const struct sy_engine *e)
{
	if (e->attempts || e->nudged || e->reversing)
		return "nothing was tried while preparing";
	if (sy_order_done(e) && e->model.sw == SY_SWITCH_FUNCTION)
		return "no function has switched while preparing";
	return sy_check_at_rest(e);
}

/* SCANNING, WAITING, STOPPING: the models that look, and their times. */
static const char *sy_check_looking(const struct sy_engine *e)
{
	int by_thread = e->model.sw == SY_SWITCH_THREAD;

	if (!by_thread && !sy_stops(e))
		return "only a model that leaves something looks at tasks";
	if (!e->deadline_at != !!e->reversing)
		return "a deadline, or a reversal without one";
	if (sy_order_asked(&e->model) && sy_order_done(e))
		return "a function whose turn it is";
	if (e->tries && e->attempts >= e->tries && !e->reversing)
		return "tries are left";
	if (e->nudge_at && (e->nudged || !by_thread))
		return "a nudge is due once, and for SWITCH_THREAD only";
	if (e->cancel && (e->reversing || e->state == SY_WAITING))
		return "a request waits for the shell only";

	switch (e->state) {
	case SY_SCANNING:
		if (e->scan_at)
			return "no look is due while looking";
		if (!by_thread && !e->flushed)
			return "who stops looks after the flush";
		return SY_HOLDS;
	case SY_STOPPING:
		if (by_thread || !e->flushed || e->pending || e->scan_at)
			return "a stop follows a clean scan after the flush";
		return SY_HOLDS;
	default:
		if (by_thread && !e->pending && e->flushed)
			return "somebody to wait for";
		if (!by_thread && !e->flushed != !e->scan_at)
			return "who stops waits for the flush or to look";
		return SY_HOLDS;
	}
}

static const char *sy_check_side(const struct sy_engine *e)
{
	if (e->result != SY_RESULT_NONE)
		return "no result while it runs";
	if (e->reversing != (e->to_new != e->was_to_new))
		return "it reverses when the wanted side is not the asked one";
	return SY_HOLDS;
}

const char *sy_engine_check(const struct sy_engine *e)
{
	const char *broken = sy_check_common(e);

	if (broken)
		return broken;
	if (e->state == SY_IDLE)
		return sy_check_idle(e);
	if (e->state == SY_SETTLING)
		return sy_check_settling(e);

	broken = sy_check_side(e);
	if (broken)
		return broken;
	if (e->state == SY_PREPARING)
		return sy_check_preparing(e);
	if (e->state == SY_SCANNING || e->state == SY_WAITING ||
	    e->state == SY_STOPPING)
		return sy_check_looking(e);
	return "a known state";
}
