// SPDX-License-Identifier: GPL-2.0
/*
 * sy_target.ko, the observer: two functions that tell, when they begin and end,
 * which version they are, and what follows from it: the observations M1 to M4 of
 * docs/models.md. f() calls itself once, and g(); a system call calls f() and g()
 * one after the other. Nothing here but f() and g() is ever patched.
 *
 * What is counted has happened. A call runs from its begin() to its end(), in its
 * own body; it has started by its begin() and had not yet started when its caller
 * took a number before it. So old beside new is two bodies at one time, and old
 * after new is an old call whose caller took its number after a new call's body
 * had begun; a number that a transition's beginning outdates counts for nothing.
 *
 * Process context, and t_pause() between; `lock` covers all that is shared.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "sy_target.h"
#include "sy_target_abi.h"
#include "sy_target_seen.h"

static DEFINE_SPINLOCK(lock);
static u64 number; /* taken by callers, and by begin() */
static u64 epoch; /* the number at which the transition began */
static u32 to = 2; /* the version it goes to */
static u64 started[2]; /* by function: when a call of @to had begun, or 0 */
static u64 started_by[SY_TARGET_SEEN_THREADS]; /* likewise, by thread */
static u32 running[2][3]; /* by function and version */

/* A transition to @version is about to be asked for. */
int sy_target_seen_epoch(u32 version)
{
	if (version < 1 || version > 2)
		return -EINVAL;
	spin_lock(&lock);
	to = version;
	epoch = ++number;
	memset(started, 0, sizeof(started));
	memset(started_by, 0, sizeof(started_by));
	spin_unlock(&lock);
	return 0;
}

/* A call is about to be made. */
void t_seen_before(struct t_seen *seen)
{
	spin_lock(&lock);
	seen->before = ++number;
	spin_unlock(&lock);
}
EXPORT_SYMBOL_GPL(t_seen_before);

/* M1 and M3: frames of the other version, of this task and of others. */
static void seen_frames(struct t_seen *seen, u32 func, u32 other)
{
	u32 f;

	for (f = 0; f < 2; f++) {
		if (seen->mine[f][other])
			seen->count[f == func ? SY_TARGET_M1_SAME :
						SY_TARGET_M1_OTHER]++;
		if (running[f][other] > seen->mine[f][other])
			seen->count[f == func ? SY_TARGET_M3_SAME :
						SY_TARGET_M3_OTHER]++;
	}
}

/* M4: it starts on the side that is left, after another started on @to. */
static void seen_late(struct t_seen *seen, u32 func)
{
	u32 f;

	for (f = 0; f < 2; f++)
		if (started[f] && started[f] < seen->before)
			seen->count[f == func ? SY_TARGET_M4_SAME :
						SY_TARGET_M4_OTHER]++;
	if (started_by[seen->thread] && started_by[seen->thread] < seen->before)
		seen->count[SY_TARGET_M4_THREAD]++;
}

void t_seen_begin(struct t_seen *seen, u32 func, u32 version)
{
	spin_lock(&lock);
	number++;
	seen->calls[version - 1]++;
	seen_frames(seen, func, 3 - version);
	running[func][version]++;
	seen->mine[func][version]++;
	if (version != to) {
		seen_late(seen, func);
	} else if (seen->before > epoch) {
		if (!started[func])
			started[func] = number;
		if (!started_by[seen->thread])
			started_by[seen->thread] = number;
	}
	seen->stay |= 1u << (version - 1);
	spin_unlock(&lock);
	t_pause(&seen->walk);
}
EXPORT_SYMBOL_GPL(t_seen_begin);

void t_seen_end(struct t_seen *seen, u32 func, u32 version)
{
	spin_lock(&lock);
	running[func][version]--;
	seen->mine[func][version]--;
	spin_unlock(&lock);
}
EXPORT_SYMBOL_GPL(t_seen_end);

SY_TARGET_FN void t_seen_g(struct t_seen *seen)
{
	t_seen_begin(seen, SY_TARGET_SEEN_G, 1);
	t_seen_end(seen, SY_TARGET_SEEN_G, 1);
}
EXPORT_SYMBOL_GPL(t_seen_g);

SY_TARGET_FN void t_seen_f(struct t_seen *seen, u32 deeper)
{
	t_seen_begin(seen, SY_TARGET_SEEN_F, 1);
	t_seen_before(seen);
	if (deeper)
		t_seen_f(seen, 0);
	else
		t_seen_g(seen);
	t_seen_end(seen, SY_TARGET_SEEN_F, 1);
}
EXPORT_SYMBOL_GPL(t_seen_f);

/* Between two calls, outside the set: in uninterruptible sleep, or never so. */
static void seen_rest(struct t_seen *seen, u32 uninterruptible)
{
	u32 us = 1 + t_random(&seen->walk) % (seen->walk.pause_us + 1);

	usleep_range_state(us, us + 1,
			   uninterruptible ? TASK_UNINTERRUPTIBLE :
					     TASK_INTERRUPTIBLE);
}

/* One system call: in as documented in sy_target_abi.h; adds to the counts. */
void sy_target_seen(struct sy_target_seen *arg)
{
	struct t_seen seen = {
		.thread = arg->thread,
		.walk = { .pause_us = arg->pause_us, .seed = arg->seed },
	};
	u32 i;

	for (i = 0; i < arg->rounds; i++) {
		t_seen_before(&seen);
		if (t_random(&seen.walk) % 2)
			t_seen_f(&seen, t_random(&seen.walk) % 2);
		else
			t_seen_g(&seen);
		seen_rest(&seen, arg->uninterruptible);
	}
	arg->seed = seen.walk.seed;
	arg->old = seen.calls[0];
	arg->new = seen.calls[1];
	if (seen.stay == 3)
		seen.count[SY_TARGET_M2]++;
	memcpy(arg->count, seen.count, sizeof(arg->count));
}
