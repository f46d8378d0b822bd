// SPDX-License-Identifier: GPL-2.0
/*
 * Injected faults. Debian's kernels lack CONFIG_FAULT_INJECTION; this is how the
 * tests reach every error path. Any context.
 *
 *   fail_alloc  counts down at each of the engine's own allocations; the one
 *               that takes it to zero fails.
 *   fail        NAME, NAME:N or NAME:N+: the point of that name fails once, when
 *               it is passed for the Nth time (1), or from then on. Reads as what
 *               is left; empty: nothing fails.
 *   fail_points the names. All fail but "between": it makes the time between two
 *               functions that switch one after the other long, SY_BETWEEN_MS.
 *
 * Nothing is injected unless one of the two is set.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "inject.h"

static unsigned int sy_fail_alloc;
module_param_named(fail_alloc, sy_fail_alloc, uint, 0600);
MODULE_PARM_DESC(
	fail_alloc,
	"for tests: this many of the engine's allocations from now, one fails (0: none)");

static const char *const sy_fault_names[SY_FAULTS] = {
	[SY_FAULT_CPUHP] = "cpuhp",
	[SY_FAULT_WORKQUEUE] = "workqueue",
	[SY_FAULT_WORKER] = "worker",
	[SY_FAULT_SYSFS] = "sysfs",
	[SY_FAULT_FAMILY] = "family",
	[SY_FAULT_KOBJECT] = "kobject",
	[SY_FAULT_REPLY] = "reply",
	[SY_FAULT_EVENT] = "event",
	[SY_FAULT_PROBE_FREE] = "probe-free",
	[SY_FAULT_PROBE_BIRTH] = "probe-birth",
	[SY_FAULT_PROBE_SWITCH] = "probe-switch",
	[SY_FAULT_FLUSH] = "flush",
	[SY_FAULT_FILTER] = "filter",
	[SY_FAULT_DIRECT] = "direct",
	[SY_FAULT_OWNED] = "owned",
	[SY_FAULT_FTRACE_OFF] = "ftrace-off",
	[SY_FAULT_BIRTH] = "birth",
	[SY_FAULT_LOOK] = "look",
	[SY_FAULT_NUDGE] = "nudge",
	[SY_FAULT_STOP_LATE] = "stop-late",
	[SY_FAULT_STOP_INSIDE] = "stop-inside",
	[SY_FAULT_STOP_NMI] = "stop-nmi",
	[SY_FAULT_BETWEEN] = "between",
	[SY_FAULT_RETIRE] = "retire",
};

/* The fault that is due: point + 1, whether for good, passes left. 0: none. */
#define SY_DUE_POINT_SHIFT 24
#define SY_DUE_EVERY (1u << 23)
#define SY_DUE_LEFT (SY_DUE_EVERY - 1)
static u32 sy_due;

static int sy_fail_set(const char *val, const struct kernel_param *kp)
{
	char text[32], *times;
	u32 every = 0, left = 1;
	int point;

	if (strscpy(text, val, sizeof(text)) < 0)
		return -EINVAL;
	strim(text);
	if (!text[0]) {
		WRITE_ONCE(sy_due, 0);
		return 0;
	}
	times = strchr(text, ':');
	if (times) {
		*times++ = '\0';
		if (times[0] && times[strlen(times) - 1] == '+') {
			times[strlen(times) - 1] = '\0';
			every = SY_DUE_EVERY;
		}
		if (kstrtou32(times, 10, &left) || !left || left > SY_DUE_LEFT)
			return -EINVAL;
	}
	point = match_string(sy_fault_names, SY_FAULTS, text);
	if (point < 0)
		return -EINVAL;
	WRITE_ONCE(sy_due, (point + 1) << SY_DUE_POINT_SHIFT | every | left);
	return 0;
}

static int sy_fail_get(char *buf, const struct kernel_param *kp)
{
	u32 due = READ_ONCE(sy_due);

	if (!due)
		return sysfs_emit(buf, "\n");
	return sysfs_emit(buf, "%s:%u%s\n",
			  sy_fault_names[(due >> SY_DUE_POINT_SHIFT) - 1],
			  due & SY_DUE_LEFT, due & SY_DUE_EVERY ? "+" : "");
}

static const struct kernel_param_ops sy_fail_ops = {
	.set = sy_fail_set,
	.get = sy_fail_get,
};
module_param_cb(fail, &sy_fail_ops, NULL, 0600);
MODULE_PARM_DESC(
	fail,
	"for tests: NAME[:N[+]] of fail_points: that point fails at its Nth pass (+: and from then on)");

static int sy_points_get(char *buf, const struct kernel_param *kp)
{
	int i, at = 0;

	for (i = 0; i < SY_FAULTS; i++)
		at += sysfs_emit_at(buf, at, "%s\n", sy_fault_names[i]);
	return at;
}

static const struct kernel_param_ops sy_points_ops = { .get = sy_points_get };
module_param_cb(fail_points, &sy_points_ops, NULL, 0400);
MODULE_PARM_DESC(fail_points, "for tests: the points that can fail");

/* Return: true if the allocation at hand must fail. */
bool sy_inject(void)
{
	unsigned int left = READ_ONCE(sy_fail_alloc);

	while (unlikely(left)) {
		if (try_cmpxchg(&sy_fail_alloc, &left, left - 1))
			return left == 1;
	}
	return false;
}

/**
 * sy_fault() - must what is at hand fail?
 * @point: what is at hand
 *
 * Context: any.
 */
bool sy_fault(enum sy_fault point)
{
	u32 due = READ_ONCE(sy_due), next;

	while (unlikely(due >> SY_DUE_POINT_SHIFT == point + 1)) {
		next = due - 1;
		if ((due & SY_DUE_LEFT) == 1)
			next = due & SY_DUE_EVERY ? due : 0;
		if (try_cmpxchg(&sy_due, &due, next))
			return (due & SY_DUE_LEFT) == 1;
	}
	return false;
}

/* Longer than anybody is held, so that everybody runs in between. */
#define SY_BETWEEN_MS 1000

/**
 * sy_fault_between() - a function has switched, and another one is to follow
 *
 * Context: the worker, which holds no lock; may sleep.
 */
void sy_fault_between(void)
{
	if (sy_fault(SY_FAULT_BETWEEN))
		schedule_timeout_idle(msecs_to_jiffies(SY_BETWEEN_MS));
}
