// SPDX-License-Identifier: GPL-2.0
/*
 * Detectors: how a transition learns that execution has left, which model has
 * which, and what a count proves. It decides about one request or one look and
 * remembers none. No lock; any context, NMI included: arguments only.
 */
#include "sy_core.h"

/*
 * A count proves that the set was left, not that the kernel was; and where
 * nothing has to be left there is nothing to detect.
 */
enum sy_detector sy_model_detector(const struct sy_model *model, sy_u32 wish)
{
	enum sy_detector own = SY_DETECTOR_NONE;

	if (model->leave == SY_LEAVE_PATCHED_SET)
		own = SY_DETECTOR_STACK;
	if (model->leave == SY_LEAVE_KERNEL)
		own = SY_DETECTOR_BOUNDARY;
	if (wish == SY_DETECTOR_NONE || wish == (sy_u32)own)
		return own;
	if (wish == SY_DETECTOR_COUNT && own == SY_DETECTOR_STACK &&
	    model->sw != SY_SWITCH_FUNCTION)
		return SY_DETECTOR_COUNT;
	return SY_DETECTOR__LAST;
}

/*
 * A counted call has the counting trampoline's words between its return address
 * and its caller's frame: arguments on the stack would not be where it looks.
 */
sy_refusal_t sy_detector_admits(const struct sy_event *event)
{
	enum sy_detector detector = sy_model_detector(&event->u.start.model,
						      event->u.start.detector);

	if (detector == SY_DETECTOR__LAST)
		return SY_BAD_DETECTOR;
	if (detector == SY_DETECTOR_COUNT && event->u.start.uncountable)
		return SY_BAD_DETECTOR;
	return SY_OK;
}

/*
 * CPUs that stand still for each other do so for a moment; whoever counts stands
 * for nobody, so the gate may stay open, but not beyond the deadline.
 */
sy_u64 sy_stop_span(const struct sy_engine *e, sy_u64 now)
{
	sy_u64 left = e->deadline_at > now ? e->deadline_at - now : 1;

	if (e->detector != SY_DETECTOR_COUNT)
		return e->stop_limit_ns;
	return left < SY_OPEN_NS ? left : SY_OPEN_NS;
}

/* Counted frames may stay: whoever entered counted goes out counted. */
int sy_judge_counted(const struct sy_model *model, sy_u32 seen)
{
	return sy_judge(model, seen & ~SY_SEEN_COUNTED) == SY_LOOK_LEFT;
}
