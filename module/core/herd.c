// SPDX-License-Identifier: GPL-2.0
/*
 * When tasks are held at the border, and when they are let go. One instant at
 * which nobody is inside may never come by itself where tasks sleep; so whoever
 * was seen inside is made to come to the border and is parked there until the
 * instant has come. It decides about one hold at a time and never looks at a
 * task. The caller serializes all calls on one engine; any context.
 *
 * A hold is bounded, and disturbs programs; so it comes after a short wait for
 * the instant to come by itself, is not begun while somebody is inside whom no
 * hold moves (LEAVE_PATCHED_SET), ends as soon as only such are left, and is
 * followed by a pause that doubles.
 *
 *   no hold -> hold     [sy_herd_on]
 *   hold    -> no hold  [sy_release: by sy_herd_on, sy_herd_again, sy_settle and
 *                        the timer]
 */
#include "sy_emit.h"
#include "sy_herd.h"
#include "sy_time.h"

static int sy_freezes(const struct sy_engine *e)
{
	return e->model.leave == SY_LEAVE_KERNEL;
}

/*
 * LEAVE_KERNEL has nothing else: without holding, everyone never comes. Counted
 * calls are not looked at, so nobody would know whom to drive out.
 */
void sy_herd_start(struct sy_engine *e, const struct sy_event *event)
{
	if (e->model.sw == SY_SWITCH_THREAD ||
	    e->model.leave == SY_LEAVE_FUNCTION ||
	    e->detector == SY_DETECTOR_COUNT)
		return;
	e->herd = event->u.start.herd || sy_freezes(e);
	e->pause_ns = SY_HOLD_PAUSE_MIN_NS;
}

/*
 * Kthreads are in the middle of an item, and tasks in D state, all the time and
 * everywhere: where everyone must be outside, a hold cannot wait for the moment
 * without them. In the set they are few, and each may stay for long.
 */
static int sy_may_hold(const struct sy_engine *e)
{
	if (sy_freezes(e))
		return e->drivable > 0;
	return e->drivable == e->pending;
}

static void sy_hold(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	int freezes = sy_freezes(e);

	e->holding = 1;
	e->stuck = 0;
	e->look_ns = SY_HOLD_LOOK_MIN_NS;
	e->hold_until = sy_after(now, freezes ? SY_FREEZE_NS : SY_HOLD_NS);
	sy_emit(ret, SY_ACT_HOLD)->u.arg = freezes ? SY_FREEZE_MAX_NS :
						     SY_HOLD_MAX_NS;
}

/* Let everyone go, if somebody may be held. */
void sy_release(struct sy_engine *e, struct sy_actions *ret)
{
	if (!e->holding)
		return;
	e->holding = 0;
	e->held = 1;
	e->hold_until = 0;
	sy_emit(ret, SY_ACT_RELEASE);
}

int sy_herd_over(const struct sy_engine *e, sy_u64 now)
{
	return e->holding && e->hold_until <= now;
}

static void sy_look_soon(struct sy_engine *e, sy_u64 now)
{
	sy_u64 at = sy_after(now, e->look_ns);
	sy_u64 end = e->holding ? e->hold_until : e->herd_at;

	e->scan_at = at < end ? at : end;
	if (e->look_ns < SY_HOLD_LOOK_MAX_NS)
		e->look_ns *= 2;
}

/* Return: 1 if those who are left have been such as no hold moves for long. */
static int sy_is_stuck(struct sy_engine *e)
{
	if (e->drivable)
		e->stuck = 0;
	else
		e->stuck++;
	return e->stuck >= (sy_freezes(e) ? SY_FREEZE_STUCK : SY_HOLD_STUCK);
}

/*
 * A scan found somebody inside. Return: 1 if the attempt goes on, and when to
 * look again is set; 0 if it has failed, and nobody is held.
 */
int sy_herd_on(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	if (!e->herd)
		return 0;
	if (!e->herd_at) {
		e->herd_at = sy_after(now, SY_HERD_WAIT_NS);
		e->look_ns = SY_HOLD_LOOK_MIN_NS;
	}
	if (e->holding) {
		if (sy_herd_over(e, now) || sy_is_stuck(e)) {
			sy_release(e, ret);
			return 0;
		}
	} else if (e->herd_at <= now) {
		if (!sy_may_hold(e))
			return 0;
		sy_hold(e, now, ret);
	}
	sy_look_soon(e, now);
	return 1;
}

/* A stop failed. Return: as sy_herd_on(). */
int sy_herd_again(struct sy_engine *e, sy_u64 now, struct sy_actions *ret)
{
	if (!e->holding)
		return 0;
	if (sy_herd_over(e, now)) {
		sy_release(e, ret);
		return 0;
	}
	e->look_ns = SY_HOLD_LOOK_MIN_NS;
	sy_look_soon(e, now);
	return 1;
}

/* Return: how long to leave everyone alone after a hold; 0: none just ended. */
sy_u64 sy_herd_pause(struct sy_engine *e)
{
	sy_u64 now = e->pause_ns;

	if (!e->held)
		return 0;
	e->held = 0;
	if (e->pause_ns < SY_HOLD_PAUSE_MAX_NS)
		e->pause_ns *= 2;
	return now;
}

/*
 * Not THREAD: a request that set the time between its attempts is not hurried,
 * for hints would use up its tries; nor is the pause after a hold cut short.
 */
int sy_herd_hurries(const struct sy_engine *e)
{
	return e->holding || (!e->retry_ns && !e->herd);
}
