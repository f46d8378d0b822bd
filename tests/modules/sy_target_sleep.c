// SPDX-License-Identifier: GPL-2.0
/*
 * sy_target.ko, what does not leave: functions in which a task sleeps until it
 * is woken or for a fixed time, and functions in which a kthread lives. Sleeps
 * that are interruptible answer -ERESTARTSYS to a signal, so that a nudge is
 * invisible to the program. Process context; no lock is held while asleep.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "sy_target.h"
#include "sy_target_abi.h"
#include "sy_target_kthread.h"

static DECLARE_WAIT_QUEUE_HEAD(sleepers);
static atomic_t generation = ATOMIC_INIT(1);
static atomic_t beats;

u32 t_generation(void)
{
	return atomic_read(&generation);
}
EXPORT_SYMBOL_GPL(t_generation);

int sy_target_wake(void)
{
	int ended = atomic_fetch_inc(&generation);

	wake_up_all(&sleepers);
	return ended;
}

/* The sleep itself, in no patch: both versions of t_sleep() use it. */
int t_sleep_wait(u32 gen)
{
	return wait_event_interruptible(sleepers,
					atomic_read(&generation) != gen);
}
EXPORT_SYMBOL_GPL(t_sleep_wait);

SY_TARGET_FN int t_sleep(u32 gen)
{
	int err = t_sleep_wait(gen);

	return err ? err : 1;
}

SY_TARGET_FN int t_dsleep(u32 ms)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(ms));
	return 1;
}

u32 sy_target_beats(void)
{
	return atomic_read(&beats);
}

/* One short sleep of a living kthread. Return: whether it should go on. */
bool t_live_beat(u32 version)
{
	u32 next = (atomic_read(&beats) + 1) & ~(1u << 31);

	atomic_set(&beats, next | (version - 1) << 31);
	schedule_timeout_interruptible(HZ / 50);
	return !kthread_should_stop();
}
EXPORT_SYMBOL_GPL(t_live_beat);

/* Never returns while its kthread lives: no detector can wait for it. */
SY_TARGET_FN void t_live(void)
{
	while (t_live_beat(1))
		;
}

/*
 * Never sleeps. @polite: says where it is quiescent for RCU tasks, as a kthread
 * that runs for long must, or the grace periods of ftrace never end.
 */
static void spin(u64 chunk_ns, bool polite)
{
	u64 until;

	while (!kthread_should_stop()) {
		until = ktime_get_ns() + chunk_ns;
		while (ktime_get_ns() < until)
			cpu_relax();
		if (polite)
			cond_resched_tasks_rcu_qs();
		else
			cond_resched();
	}
}

int sy_target_kthread(void *kind)
{
	switch ((unsigned long)kind) {
	case SY_TARGET_KTHREAD_LIVE:
		t_live();
		break;
	case SY_TARGET_KTHREAD_SPIN:
		spin(100 * NSEC_PER_USEC, true);
		break;
	case SY_TARGET_KTHREAD_HARD:
		spin(300 * NSEC_PER_MSEC, true);
		break;
	case SY_TARGET_KTHREAD_RUDE:
		spin(100 * NSEC_PER_USEC, false);
		break;
	}
	return 0;
}
