/* SPDX-License-Identifier: GPL-2.0 */
/* Adding to an answer, and the back-off. Private to the core. */
#ifndef SY_EMIT_H
#define SY_EMIT_H

#include "sy_core.h"

static inline struct sy_action *sy_emit(struct sy_actions *ret,
					enum sy_action_kind kind)
{
	struct sy_action *action = &ret->at[ret->n++];

	action->kind = kind;
	action->func = 0;
	action->u.arg = 0;
	return action;
}

static inline void sy_reply(struct sy_actions *ret, sy_refusal_t refusal)
{
	sy_emit(ret, SY_ACT_REPLY)->u.refusal = refusal;
}

static inline void sy_report(struct sy_actions *ret, enum sy_report report)
{
	sy_emit(ret, SY_ACT_REPORT)->u.report = report;
}

/* Return: the back-off to use now; the next one is twice as long. */
static inline sy_u64 sy_back_off(struct sy_engine *e, sy_u64 max)
{
	sy_u64 now = e->backoff_ns;

	e->backoff_ns = now > max / 2 ? max : now * 2;
	return now;
}

#endif
