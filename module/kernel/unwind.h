/* SPDX-License-Identifier: GPL-2.0 */
/* One look at one task's context. */
#ifndef SY_UNWIND_H
#define SY_UNWIND_H

#include <linux/sched.h>
#include <linux/types.h>

#include "symbols.h"

/* The text that a transition wants to see left, sorted by start. */
struct sy_set {
	struct sy_set *before; /* what it has taken the place of */
	u32 n;
	struct sy_set_span {
		struct sy_span span;
		u32 func;
	} at[];
};

/* What a look saw. */
struct sy_sight {
	u32 seen; /* SY_SEEN_* */
	u32 func; /* index of the patched function, or SY_FUNC_UNKNOWN */
	u32 slots; /* return addresses of counted calls, of any time */
	unsigned long frame;
};

/* From where a context is looked at. */
enum sy_view {
	SY_VIEW_OFF_CPU, /* held off its CPU, or the machine is stopped */
	SY_VIEW_INTERRUPTED, /* `current`, from an interrupt */
	SY_VIEW_SWITCHING /* `current`, from sched_switch */
};

int sy_unwind_init(void);
struct sy_set *sy_set_create(u32 max);
void sy_set_add(struct sy_set *set, const struct sy_span *span, u32 func);
void sy_set_sort(struct sy_set *set);
void sy_look_at(const struct sy_set *set, struct task_struct *task,
		enum sy_view view, bool runnable, struct sy_sight *ret);

#endif
