// SPDX-License-Identifier: GPL-2.0
/*
 * May a request start, and with what does it begin. It decides about the
 * request alone; what follows from it is step.c's. The caller that serializes
 * sy_step() serializes these too; any context.
 */
#include "sy_herd.h"

sy_refusal_t sy_engine_admits(const struct sy_engine *e,
			      const struct sy_event *event)
{
	const struct sy_model *model = &event->u.start.model;

	if (e->state != SY_IDLE)
		return SY_BUSY;
	if (!sy_model_served(model))
		return SY_BAD_MODEL;
	if (event->u.start.to_new) {
		if (event->u.start.enabled || event->u.start.retiring)
			return SY_BAD_STATE;
	} else if (!event->u.start.enabled) {
		return SY_BAD_STATE;
	}
	if (!event->u.start.force &&
	    (sy_model_allows(model) & event->u.start.forbid))
		return SY_REQUIREMENT;
	return sy_detector_admits(event);
}

/* A patch has at least one function: the cursor has somewhere to stand. */
void sy_engine_begin(struct sy_engine *e, const struct sy_event *event)
{
	sy_engine_init(e);
	e->state = SY_PREPARING;
	e->model = event->u.start.model;
	e->detector = sy_model_detector(&e->model, event->u.start.detector);
	e->to_new = !!event->u.start.to_new;
	e->was_to_new = e->to_new;
	e->nfuncs = event->u.start.nfuncs;
	if (!e->nfuncs)
		e->nfuncs = 1;
	sy_order_start(e);
	e->tries = event->u.start.tries;
	e->retry_ns = event->u.start.retry_ns;
	e->backoff_ns = e->model.sw == SY_SWITCH_THREAD ? SY_RESCAN_MIN_NS :
							  SY_RETRY_MIN_NS;
	e->deadline_ns = event->u.start.deadline_ns;
	if (!e->deadline_ns)
		e->deadline_ns = SY_DEADLINE_NS;
	sy_herd_start(e, event);
}
