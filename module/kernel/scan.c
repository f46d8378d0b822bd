// SPDX-License-Identifier: GPL-2.0
/*
 * The scan: looks at every task that has not switched yet, off its CPU by
 * task_call_func(), on a CPU by an interrupt. What a look means is the core's
 * word; this file carries it out.
 *
 * Runs in the worker; task_call_func() holds the task's pi_lock and, where
 * needed, its run queue's lock during one look, so a look neither prints nor
 * wakes anybody. No lock is held across looks.
 */
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "count.h"
#include "inject.h"
#include "live.h"
#include "symbols.h"
#include "transition.h"

/**
 * sy_visit() - let the core judge a sight, and act
 * @tr:    the transition
 * @st:    whose sight it is
 * @sight: what was seen
 * @view:  from where
 *
 * Context: @st's task is held off its CPU, or is `current` with interrupts off.
 */
void sy_visit(struct sy_transition *tr, struct sy_task *st,
	      const struct sy_sight *sight, enum sy_view view)
{
	struct sy_table *t = tr->table;
	enum sy_look look = sy_judge(&tr->model, sight->seen);

	st->look = look;
	st->func = sight->func;
	st->frame = sight->frame;
	/* SWITCH_KERNEL: as of the last look; who is excused is settled by the flip. */
	if (!t->by_thread)
		st->excused = look == SY_LOOK_EXCUSED;
	if (t->counting) {
		if (sy_judge_counted(&tr->model, sight->seen))
			sy_count_proved(t, st,
					sight->seen &
						(SY_SEEN_USER | SY_SEEN_DEAD));
		return;
	}
	if (look != SY_LOOK_LEFT && look != SY_LOOK_EXCUSED)
		return;
	if (!t->by_thread) {
		/* On a CPU it goes on running: the stop looks again. */
		if (view == SY_VIEW_OFF_CPU)
			WRITE_ONCE(st->clean, 1);
		else
			sy_task_soil(t, st);
		return;
	}
	if (sy_task_switch(t, st) && look == SY_LOOK_EXCUSED) {
		st->excused = 1;
		atomic_inc(&t->excused);
	}
}

struct sy_remote_look {
	struct sy_set *const *set;
	void (*seen)(void *data, const struct sy_sight *sight);
	void *data;
};

static bool sy_is_offline_idle(struct task_struct *task)
{
	return is_idle_task(task) && !cpu_online(task_cpu(task));
}

static int sy_look_held(struct task_struct *task, void *arg)
{
	struct sy_remote_look *look = arg;
	struct sy_sight sight = { .func = SY_FUNC_UNKNOWN };
	bool runnable = task->on_rq || READ_ONCE(task->__state) == TASK_RUNNING;

	if (sy_is_offline_idle(task)) {
		sight.seen = SY_SEEN_DEAD;
	} else if (READ_ONCE(task->on_cpu)) {
		sight.seen = SY_SEEN_RUNNING;
	} else if (!try_get_task_stack(task)) {
		sight.seen = SY_SEEN_DEAD;
	} else {
		sy_look_at(sy_set_at(look->set), task, SY_VIEW_OFF_CPU,
			   runnable, &sight);
		sy_api.put_task_stack(task);
	}
	if (sy_fault(SY_FAULT_LOOK))
		sight.seen = SY_SEEN_UNRELIABLE;
	if (task->flags & (PF_KTHREAD | PF_IO_WORKER))
		sight.seen |= SY_SEEN_KTHREAD;
	look->seen(look->data, &sight);
	return 0;
}

/**
 * sy_look_remote() - look at a task from outside
 * @set:  where the text to look for is found when the task is held; what was
 *        there earlier need not know a module that the task has run since
 * @task: pinned
 * @seen: called with what was seen while the task is held where it is;
 *        SY_SEEN_RUNNING when it is on a CPU
 * @data: for @seen
 *
 * Context: process context.
 */
void sy_look_remote(struct sy_set *const *set, struct task_struct *task,
		    void (*seen)(void *data, const struct sy_sight *sight),
		    void *data)
{
	struct sy_remote_look look = { .set = set, .seen = seen, .data = data };

	sy_api.task_call_func(task, sy_look_held, &look);
}

struct sy_scan {
	struct sy_transition *tr;
	struct sy_task *st;
	bool running; /* somebody was on a CPU */
};

static void sy_scan_seen(void *data, const struct sy_sight *off_cpu)
{
	struct sy_scan *scan = data;
	struct sy_sight sight = *off_cpu;

	if (!sy_task_pending(scan->tr->table, scan->st))
		return;
	if (sight.seen & SY_SEEN_RUNNING)
		scan->running = true;
	sy_hold_sight(scan->st, &sight);
	sy_visit(scan->tr, scan->st, &sight, SY_VIEW_OFF_CPU);
}

/* on every CPU, interrupts off */
static void sy_scan_current(void *data)
{
	struct sy_transition *tr = data;
	struct sy_task *st = sy_task_of(tr->table, current);
	struct sy_sight sight;

	if (!st || !sy_task_pending(tr->table, st))
		return;
	sy_look_at(sy_set_now(tr), current, SY_VIEW_INTERRUPTED, true, &sight);
	if (!tr->table->by_thread && sy_is_worker(current))
		sight.seen |= SY_SEEN_MAIN_LOOP;
	sy_visit(tr, st, &sight, SY_VIEW_INTERRUPTED);
}

/**
 * sy_tally() - count whom the transition waits for
 * @tr:  the transition
 * @ret: the counts, as the core wants them
 *
 * Context: process context.
 */
void sy_tally(struct sy_transition *tr, struct sy_tally *ret)
{
	struct sy_table *t = tr->table;
	struct sy_task *st;
	u32 i;

	memset(ret, 0, sizeof(*ret));
	sy_table_for_each(tr->table, i, st) {
		if (!sy_task_pending(tr->table, st))
			continue;
		ret->inside++;
		/* Counted calls need no look: the flip waits for them. */
		if (t->counting && !t->by_thread && !sy_task_uncounted(t, st))
			continue;
		ret->pending++;
		ret->nudgeable += sy_look_nudgeable(st->look) && !st->nudged;
		/* Whoever may come to sleep in the set without a hook's seeing
		 * it, or can be nudged only later, is looked at again.
		 */
		ret->drivable += sy_look_drivable(st->look);
		ret->moving += st->look != SY_LOOK_ASLEEP &&
			       st->look != SY_LOOK_KTHREAD;
	}
	/*
	 * Under SWITCH_THREAD a walk is no single instant: a child may enter a
	 * bucket that was counted, and its parent leave one that was not. The
	 * counter is exact.
	 */
	if (t->by_thread)
		ret->pending = atomic_read(&t->pending);
	ret->pending += atomic_read(&t->lost);
	if (t->by_thread || !t->counting)
		ret->inside = ret->pending;
	ret->moving += atomic_read(&t->lost);
}

/* SWITCH_KERNEL, after the flip: how many it would not have gone without. */
u32 sy_excused_count(const struct sy_table *t)
{
	struct sy_task *st;
	u32 i, n = 0;

	sy_table_for_each(t, i, st)
		n += st->excused;
	return n;
}

/* Births during the fill that find no memory stay counted. */
static void sy_scan_lost(struct sy_table *t)
{
	int lost = atomic_read(&t->lost);

	if (!lost || sy_table_fill(t))
		return;
	atomic_sub(lost, &t->lost);
	if (t->counting && !t->by_thread)
		sy_count_release(t, lost);
}

/* SWITCH_KERNEL: whoever ran since the last scan is looked at again. */
static void sy_scan_dirty(struct sy_table *t)
{
	struct sy_task *st, *next;

	/* The next link is read before the hook may queue the node again. */
	llist_for_each_entry_safe(st, next, llist_del_all(&t->dirty), dirty)
		xchg(&st->queued, 0);
}

/**
 * sy_scan() - look at everyone who has not switched (THREAD) or is not known to
 *             be outside (KERNEL)
 * @tr:  the transition; its hooks are in
 * @ret: who is left
 *
 * A task that leaves its CPU between the first pass and the interrupts is seen
 * by the switch-out hook.
 *
 * Context: the worker, may sleep.
 */
void sy_scan(struct sy_transition *tr, struct sy_tally *ret)
{
	struct sy_table *t = tr->table;
	struct sy_scan scan = { .tr = tr };
	struct task_struct *task;
	u32 i;

	sy_scan_lost(t);
	sy_scan_dirty(t);
	sy_table_for_each(t, i, scan.st) {
		if (!sy_task_pending(t, scan.st) || !sy_task_get(t, scan.st))
			continue;
		task = scan.st->task;
		sy_look_remote(sy_set_place(tr), task, sy_scan_seen, &scan);
		put_task_struct(task);
		cond_resched();
	}
	if (scan.running)
		on_each_cpu(sy_scan_current, tr, 1);
	sy_tally(tr, ret);
}

/*
 * What upstream calls a fake signal: the system call is interrupted, and no
 * signal is delivered. TIF_NOTIFY_SIGNAL would do, but io_uring_enter() takes it
 * for a work of its own, clears it and sleeps on. TIF_SIGPENDING makes that
 * return; whoever goes back to user mode finds no signal and clears both. It is
 * set without the lock that covers it: to lose it there does no harm.
 */
void sy_nudge_one(struct task_struct *task)
{
	if (sy_fault(SY_FAULT_NUDGE))
		return;
	set_tsk_thread_flag(task, TIF_SIGPENDING);
	if (!test_and_set_tsk_thread_flag(task, TIF_NOTIFY_SIGNAL) &&
	    !sy_api.wake_up_state(task, TASK_INTERRUPTIBLE))
		kick_process(task);
}

/**
 * sy_nudge() - signal everyone whom a signal makes leave, once a direction
 * @tr: the transition
 *
 * Source: klp_send_signals() in upstream livepatch.
 *
 * Context: the worker.
 * Return: how many were signalled.
 */
u32 sy_nudge(struct sy_transition *tr)
{
	struct sy_task *st;
	u32 i, n = 0;

	sy_table_for_each(tr->table, i, st) {
		if (st->nudged || !sy_task_pending(tr->table, st) ||
		    !sy_look_nudgeable(st->look) || !sy_task_get(tr->table, st))
			continue;
		st->nudged = 1;
		if (!(st->task->flags & (PF_KTHREAD | PF_IO_WORKER))) {
			sy_nudge_one(st->task);
			n++;
		}
		put_task_struct(st->task);
	}
	return n;
}
