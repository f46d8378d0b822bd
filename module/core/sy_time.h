/* SPDX-License-Identifier: GPL-2.0 */
/* Points in time, in ns; 0 is none. Private to the core. */
#ifndef SY_TIME_H
#define SY_TIME_H

#include "sy_core.h"

/* Durations come from the operator: a sum stops at the end of time. */
static inline sy_u64 sy_after(sy_u64 now, sy_u64 duration)
{
	return duration > ~0ull - now ? ~0ull : now + duration;
}

static inline int sy_due(sy_u64 at, sy_u64 now)
{
	return at && at <= now;
}

static inline sy_u64 sy_earlier(sy_u64 a, sy_u64 b)
{
	if (!a || !b)
		return a | b;
	return a < b ? a : b;
}

#endif
