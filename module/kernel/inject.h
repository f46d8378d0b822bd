/* SPDX-License-Identifier: GPL-2.0 */
/* Injected faults, for tests. */
#ifndef SY_INJECT_H
#define SY_INJECT_H

#include <linux/slab.h>

/* Where a fault can be had by name; the names are in inject.c. */
enum sy_fault {
	SY_FAULT_CPUHP,
	SY_FAULT_WORKQUEUE,
	SY_FAULT_WORKER,
	SY_FAULT_SYSFS,
	SY_FAULT_FAMILY,
	SY_FAULT_KOBJECT,
	SY_FAULT_REPLY,
	SY_FAULT_EVENT,
	SY_FAULT_PROBE_FREE,
	SY_FAULT_PROBE_BIRTH,
	SY_FAULT_PROBE_SWITCH,
	SY_FAULT_FLUSH,
	SY_FAULT_FILTER,
	SY_FAULT_DIRECT,
	SY_FAULT_OWNED,
	SY_FAULT_FTRACE_OFF,
	SY_FAULT_BIRTH,
	SY_FAULT_LOOK,
	SY_FAULT_NUDGE,
	SY_FAULT_STOP_LATE,
	SY_FAULT_STOP_INSIDE,
	SY_FAULT_STOP_NMI,
	SY_FAULT_BETWEEN,
	SY_FAULT_RETIRE,
	SY_FAULTS
};

bool sy_inject(void);
bool sy_fault(enum sy_fault point);
void sy_fault_between(void);

/* Allocate @size zeroed bytes, unless a fault is due. */
static inline void *sy_zalloc(size_t size, gfp_t flags)
{
	return sy_inject() ? NULL : kvzalloc(size, flags);
}

/* As sy_zalloc(), from contexts that may not sleep; free with kfree(). */
static inline void *sy_zalloc_atomic(size_t size)
{
	return sy_inject() ? NULL : kzalloc(size, GFP_ATOMIC | __GFP_NOWARN);
}

#endif
