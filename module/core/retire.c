// SPDX-License-Identifier: GPL-2.0
/*
 * When to walk again for tasks that still stand in text which is to be freed.
 * It decides the pause before each walk, never that the text may go: only a
 * walk that finds nobody says that. No lock; any context.
 */
#include "sy_core.h"

/*
 * Exponential from MIN to MAX, without an end: a retirement has no deadline,
 * for a task may sleep in the old text for as long as it likes.
 *
 * Source: the rule for reversal and retirement in docs/models.md.
 */
sy_u64 sy_retire_delay(sy_u32 attempt)
{
	sy_u64 delay = SY_RETIRE_MIN_NS;

	while (attempt-- && delay < SY_RETIRE_MAX_NS)
		delay *= 2;
	return delay < SY_RETIRE_MAX_NS ? delay : SY_RETIRE_MAX_NS;
}
