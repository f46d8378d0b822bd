// SPDX-License-Identifier: GPL-2.0
/*
 * Whether one task, as it was seen, stands outside what the model makes it
 * leave, and what to tell the operator when it does not. It decides about one
 * look at one task and remembers none; it never looks at the task itself and
 * never decides what a transition does about it. No lock; any context, NMI
 * and the stopped machine included.
 *
 * Doubt holds a task back. Only two sightings need no stack: that it is dead,
 * for its frames will never run, and LEAVE_FUNCTION, which asks nothing.
 */
#include "sy_core.h"

/* Seen whole, and no frame of the side it would leave in its context. */
static int sy_free_of_set(sy_u32 seen)
{
	return !(seen & (SY_SEEN_RUNNING | SY_SEEN_UNRELIABLE | SY_SEEN_IN_SET |
			 SY_SEEN_IN_TRAMPOLINE | SY_SEEN_COUNTED));
}

/*
 * An exiting task does not go back to user mode whatever else it looks like:
 * its exit belongs to its last stay and ends when it is dead.
 *
 * Source: kGraft's universe switch at the system call border (Jiri Slaby and
 * Jiri Kosina, 2014); kthreads by the stack instead of kGraft's annotations.
 */
static int sy_outside_kernel(sy_u32 seen)
{
	if (seen & SY_SEEN_EXITING)
		return 0;
	return !!(seen & (SY_SEEN_USER | SY_SEEN_MAIN_LOOP | SY_SEEN_PARKED));
}

/*
 * Those who may never come to the border by themselves. A stopped, traced or
 * D-state task that is runnable again is on its way there: no excuse.
 */
static int sy_excusable(sy_u32 seen)
{
	if (seen & SY_SEEN_KTHREAD)
		return 1;
	if (seen & SY_SEEN_RUNNABLE)
		return 0;
	return !!(seen & (SY_SEEN_STOPPED | SY_SEEN_UNINTERRUPTIBLE));
}

/* Of several reasons, the first in this order is the one to act on. */
static enum sy_look sy_held_by(sy_u32 seen)
{
	if (seen & SY_SEEN_UNRELIABLE)
		return SY_LOOK_UNRELIABLE;
	if (seen & SY_SEEN_RUNNING)
		return SY_LOOK_RUNNING;
	if (seen & SY_SEEN_EXITING)
		return SY_LOOK_EXITING;
	if (seen & SY_SEEN_KTHREAD)
		return SY_LOOK_KTHREAD;
	if (seen & SY_SEEN_STOPPED)
		return SY_LOOK_STOPPED;
	if (seen & SY_SEEN_UNINTERRUPTIBLE)
		return SY_LOOK_UNINTERRUPTIBLE;
	if (seen & SY_SEEN_RUNNABLE)
		return SY_LOOK_PREEMPTED;
	return SY_LOOK_ASLEEP;
}

/*
 * The stronger model lets go of nobody the weaker one holds: a task that is in
 * user mode or in its main loop must be free of the set too, or a kthread
 * whose thread function is patched would mix both versions in one context.
 *
 * Source: the definition of LEAVE in docs/models.md; the reliable stack as in
 * Josh Poimboeuf's consistency model (Linux 4.12, kernel/livepatch).
 */
enum sy_look sy_judge(const struct sy_model *model, sy_u32 seen)
{
	if (model->leave == SY_LEAVE_FUNCTION || (seen & SY_SEEN_DEAD))
		return SY_LOOK_LEFT;
	if (sy_free_of_set(seen)) {
		if (model->leave == SY_LEAVE_PATCHED_SET)
			return SY_LOOK_LEFT;
		if (sy_outside_kernel(seen))
			return SY_LOOK_LEFT;
		if (model->relaxed && sy_excusable(seen))
			return SY_LOOK_EXCUSED;
	}
	return sy_held_by(seen);
}

/*
 * A signal reaches a sleeper only: who runs passes a hook by himself, and the
 * others do not take signals where they are.
 */
int sy_look_nudgeable(enum sy_look look)
{
	return look == SY_LOOK_ASLEEP;
}

/*
 * Whoever sleeps is woken, and the others pass the border by themselves. An
 * exit is not held up: it ends.
 */
int sy_look_drivable(enum sy_look look)
{
	return look == SY_LOOK_ASLEEP || look == SY_LOOK_RUNNING ||
	       look == SY_LOOK_PREEMPTED || look == SY_LOOK_EXITING;
}

static const char *const sy_look_names[SY_LOOK__LAST] = {
	[SY_LOOK_LEFT] = "left",
	[SY_LOOK_EXCUSED] = "excused",
	[SY_LOOK_ASLEEP] = "asleep",
	[SY_LOOK_RUNNING] = "running",
	[SY_LOOK_PREEMPTED] = "preempted",
	[SY_LOOK_EXITING] = "exiting",
	[SY_LOOK_UNRELIABLE] = "unreliable",
	[SY_LOOK_UNINTERRUPTIBLE] = "uninterruptible",
	[SY_LOOK_STOPPED] = "stopped",
	[SY_LOOK_KTHREAD] = "kthread",
	[SY_LOOK_PARKED] = "parked",
};

static const char *const sy_look_reliefs[SY_LOOK__LAST] = {
	[SY_LOOK_LEFT] = "nothing: it may switch",
	[SY_LOOK_EXCUSED] = "nothing: the relaxed model lets it switch",
	[SY_LOOK_ASLEEP] = "a signal, or what it waits for",
	[SY_LOOK_RUNNING] =
		"nothing: it is looked at when it next leaves its CPU",
	[SY_LOOK_PREEMPTED] = "CPU time: raise its priority or lower the load",
	[SY_LOOK_EXITING] =
		"the end of its exit; a pid namespace's init waits for its last tasks",
	[SY_LOOK_UNRELIABLE] =
		"removing the return probe or tracer on its stack",
	[SY_LOOK_UNINTERRUPTIBLE] =
		"its device or file server, its lock or its vfork child",
	[SY_LOOK_STOPPED] =
		"SIGCONT, its tracer letting it run, or its cgroup's thawing",
	[SY_LOOK_KTHREAD] = "the end of its work, or a weaker model",
	[SY_LOOK_PARKED] =
		"nothing: it is held for a moment, until the others have come",
};

/* @look may come from a table another context wrote: bounds are checked. */
const char *sy_look_name(enum sy_look look)
{
	return (sy_u32)look < SY_LOOK__LAST ? sy_look_names[look] : "unknown";
}

const char *sy_look_relief(enum sy_look look)
{
	return (sy_u32)look < SY_LOOK__LAST ? sy_look_reliefs[look] : "unknown";
}
