// SPDX-License-Identifier: GPL-2.0
/*
 * The task table of a transition: every thread of the system with the universe
 * it lives in, idle tasks, tasks being born and tasks exiting included. It
 * records; who may switch is decided by the core.
 *
 * Births come from the tracepoint task_newtask (sched_process_fork would miss
 * io_uring's workers), deaths from sched_process_free: an exiting task runs
 * patched code until the very end. Tasks that were exiting and off every list
 * before the table was filled are waited for by the exit flush (prepare.c).
 *
 * sy_table.lock is taken with interrupts off, from process, interrupt and
 * tracepoint context, inside the run queue lock; never from NMI.
 */
#include <linux/cpumask.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>

#include "count.h"
#include "inject.h"
#include "dispatch.h"
#include "symbols.h"
#include "tasks.h"

static_assert(offsetof(struct sy_task, hash) == 0);
static_assert(offsetof(struct sy_task, task) == SY_TASK_TASK);
static_assert(offsetof(struct sy_task, word) == SY_TASK_WORD);

static struct hlist_head *sy_bucket(const struct sy_table *t,
				    const struct task_struct *task)
{
	return &t->buckets[((unsigned long)task >> SY_TASK_SHIFT) &
			   t->bucket_mask];
}

/**
 * sy_task_of() - the node of a task
 * @t:    the table
 * @task: a task that cannot be freed meanwhile
 *
 * Context: any; without the lock while the table exists.
 * Return: the node, or NULL.
 */
struct sy_task *sy_task_of(const struct sy_table *t,
			   const struct task_struct *task)
{
	struct hlist_node *n;

	for (n = READ_ONCE(sy_bucket(t, task)->first); n;
	     n = READ_ONCE(n->next)) {
		struct sy_task *st = hlist_entry(n, struct sy_task, hash);

		if (st->task == task)
			return st;
	}
	return NULL;
}

/* Does the transition still wait for this task? */
bool sy_task_pending(const struct sy_table *t, const struct sy_task *st)
{
	if (st->gone)
		return false;
	if (t->by_thread)
		return sy_task_side(st) != t->goal;
	if (t->counting)
		return READ_ONCE(st->word) & SY_W_HELD;
	return !READ_ONCE(st->clean) && !READ_ONCE(st->queued);
}

/*
 * Can a look tell more of this task than its own calls will? With the detector
 * count, only as long as it may have calls that did not count.
 */
bool sy_task_uncounted(const struct sy_table *t, const struct sy_task *st)
{
	if (t->counting)
		return !st->gone && READ_ONCE(st->word) & SY_W_UNCOUNTED;
	return sy_task_pending(t, st);
}

/* SWITCH_THREAD: a task has come to the wanted side. */
void sy_pending_dec(struct sy_table *t)
{
	if (atomic_dec_and_test(&t->pending))
		irq_work_queue(&t->drained);
}

/**
 * sy_task_switch() - SWITCH_THREAD: the instant at which a task switches
 * @t:  the table
 * @st: a task that the core lets go
 *
 * Remote and local switches of a task may race: compare-and-set, the loser does
 * nothing.
 *
 * Context: any but NMI; for another task: it is held off its CPU.
 * Return: false if somebody was faster.
 */
bool sy_task_switch(struct sy_table *t, struct sy_task *st)
{
	u64 goal = t->goal;

	if (t->counting)
		return sy_count_proved(t, st, false);
	if (cmpxchg(&st->word, (u64)!goal, goal) == goal)
		return false;
	sy_pending_dec(t);
	return true;
}

/* SWITCH_KERNEL: a task runs, what was seen of its stack is void. */
void sy_task_soil(struct sy_table *t, struct sy_task *st)
{
	WRITE_ONCE(st->clean, 0);
	if (!xchg(&st->queued, 1))
		llist_add(&st->dirty, &t->dirty);
}

/* A scan may switch the node meanwhile: whoever changes its side counts. */
static void sy_task_take_side(struct sy_table *t, struct sy_task *st,
			      u32 universe)
{
	u64 word = xchg(&st->word, sy_count_word(t, universe, true));

	if ((word & SY_W_SIDE) == universe)
		return;
	if (universe == t->goal)
		sy_pending_dec(t);
	else
		atomic_inc(&t->pending);
}

static void sy_task_add(struct sy_table *t, struct task_struct *task,
			struct sy_task *st, u32 universe, bool fresh)
{
	struct sy_task *old;
	unsigned long flags;

	raw_spin_lock_irqsave(&t->lock, flags);
	old = sy_task_of(t, task);
	if (old) {
		/* The fill was faster than the birth: the parent's side wins. */
		if (fresh && t->by_thread)
			sy_task_take_side(t, old, universe);
		raw_spin_unlock_irqrestore(&t->lock, flags);
		kfree(st);
		return;
	}
	get_task_struct(task);
	st->task = task;
	st->table = t;
	st->word = sy_count_word(t, universe, fresh);
	st->func = SY_FUNC_UNKNOWN;
	st->look = SY_LOOK_PREEMPTED;
	st->since_ns = ktime_get_mono_fast_ns();
	t->total++;
	if (t->by_thread && universe != t->goal)
		atomic_inc(&t->pending);
	if (!t->by_thread && !t->counting && fresh)
		sy_task_soil(t, st);
	hlist_add_head_rcu(&st->hash, sy_bucket(t, task));
	raw_spin_unlock_irqrestore(&t->lock, flags);
}

static struct sy_task *sy_reserve_take(struct sy_table *t)
{
	struct sy_task *st = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&t->lock, flags);
	if (t->nreserve)
		st = t->reserve[--t->nreserve];
	raw_spin_unlock_irqrestore(&t->lock, flags);
	return st;
}

/* Return: 0 or -ENOMEM. Before births are followed: no lock. */
static int sy_reserve_fill(struct sy_table *t)
{
	while (t->nreserve < SY_RESERVE) {
		struct sy_task *st = sy_zalloc(sizeof(*st), GFP_KERNEL);

		if (!st)
			return -ENOMEM;
		t->reserve[t->nreserve++] = st;
	}
	return 0;
}

/* The next scan finds it on the task list. */
static void sy_birth_lost(struct sy_table *t)
{
	if (t->counting && !t->by_thread && !sy_count_hold(t))
		return;
	atomic_inc(&t->lost);
}

/*
 * tracepoint task_newtask: in the parent, before the child first runs.
 *
 * Interrupts are off from before the parent's side is read until the child is in
 * the table or counted as lost: the parent cannot be switched in between, so
 * somebody is pending as long as the child may have to be.
 */
static void sy_on_birth(void *data, struct task_struct *task,
			unsigned long clone_flags)
{
	struct sy_table *t = data;
	struct sy_task *parent, *st;
	u32 universe = t->dflt;
	unsigned long flags;

	local_irq_save(flags);
	st = sy_fault(SY_FAULT_BIRTH)	   ? NULL :
	     sy_zalloc_atomic(sizeof(*st)) ?:
					     sy_reserve_take(t);
	parent = sy_task_of(t, current);
	if (parent)
		universe = sy_task_side(parent);
	if (st)
		sy_task_add(t, task, st, universe, true);
	else
		sy_birth_lost(t);
	local_irq_restore(flags);
}

/* tracepoint sched_process_free: it runs nothing any more; in an RCU callback */
static void sy_on_free(void *data, struct task_struct *task)
{
	struct sy_table *t = data;
	struct sy_task *st;
	unsigned long flags;

	raw_spin_lock_irqsave(&t->lock, flags);
	st = sy_task_of(t, task);
	if (st) {
		st->gone = 1;
		/* A walk that stands on the node goes on from it. */
		hlist_del_rcu(&st->hash);
		llist_add(&st->grave, &t->graves);
		t->total--;
		/* A scan may switch it meanwhile: only one of them counts. */
		if (t->counting)
			sy_count_proved(t, st, true);
		else if (t->by_thread)
			sy_task_switch(t, st);
	}
	raw_spin_unlock_irqrestore(&t->lock, flags);
	if (st)
		put_task_struct(task);
}

static int sy_fill_one(struct sy_table *t, struct task_struct *task)
{
	struct sy_task *st;

	if (sy_task_of(t, task))
		return 0;
	st = sy_zalloc_atomic(sizeof(*st));
	if (!st)
		return -ENOMEM;
	sy_task_add(t, task, st, t->dflt, false);
	return 0;
}

/**
 * sy_table_fill() - enter everyone who is not in the table yet
 * @t: a table that tracks births, so that nobody slips through
 *
 * Context: process context.
 * Return: 0 or -ENOMEM; then what was found stays in.
 */
int sy_table_fill(struct sy_table *t)
{
	struct task_struct *process, *task;
	int cpu, err = 0;

	rcu_read_lock();
	for_each_process_thread(process, task) {
		if (!err)
			err = sy_fill_one(t, task);
	}
	rcu_read_unlock();
	for_each_possible_cpu(cpu) {
		task = sy_api.idle_task(cpu);
		if (task && !err)
			err = sy_fill_one(t, task);
	}
	return err;
}

/**
 * sy_table_turn() - want the other side from now on
 * @t: the table
 *
 * Who was seen outside the one side may be inside the other: without threads
 * that switch, everybody is to be looked at anew.
 *
 * Context: process context, may sleep; the only one that changes @goal.
 */
void sy_table_turn(struct sy_table *t)
{
	struct sy_task *st;
	unsigned long flags;
	u32 i;
	int pending = 0;

	/* Hooks see @turning and do nothing; those under way end here. */
	WRITE_ONCE(t->turning, true);
	if (t->counting)
		sy_count_disarm();
	kick_all_cpus_sync();
	raw_spin_lock_irqsave(&t->lock, flags);
	t->goal = !t->goal;
	if (t->counting)
		sy_count_turn(t);
	sy_table_for_each(t, i, st) {
		st->nudged = 0;
		st->excused = 0;
		WRITE_ONCE(st->clean, 0);
		pending += sy_task_side(st) != t->goal;
	}
	atomic_set(&t->pending, pending);
	atomic_set(&t->excused, 0);
	raw_spin_unlock_irqrestore(&t->lock, flags);
	WRITE_ONCE(t->turning, false);
}

/* Pin the task of a node for a look at it. Return: false if it is gone. */
bool sy_task_get(struct sy_table *t, struct sy_task *st)
{
	unsigned long flags;
	bool here;

	raw_spin_lock_irqsave(&t->lock, flags);
	here = !st->gone;
	if (here)
		get_task_struct(st->task);
	raw_spin_unlock_irqrestore(&t->lock, flags);
	return here;
}

struct sy_named_tracepoint {
	const char *name;
	struct tracepoint *found;
};

static void sy_tracepoint_match(struct tracepoint *tp, void *data)
{
	struct sy_named_tracepoint *wanted = data;

	if (!strcmp(tp->name, wanted->name))
		wanted->found = tp;
}

/* Context: process context. Return: a tracepoint of vmlinux, or NULL. */
struct tracepoint *sy_tracepoint(const char *name)
{
	struct sy_named_tracepoint wanted = { .name = name };

	for_each_kernel_tracepoint(sy_tracepoint_match, &wanted);
	return wanted.found;
}

static struct tracepoint *sy_tp_birth, *sy_tp_free;

/**
 * sy_table_track() - follow births and deaths from now on
 * @t: the table
 *
 * Context: process context, may sleep.
 * Return: 0 or the error of tracepoint_probe_register().
 */
int sy_table_track(struct sy_table *t)
{
	int err;

	if (!sy_tp_birth)
		sy_tp_birth = sy_tracepoint("task_newtask");
	if (!sy_tp_free)
		sy_tp_free = sy_tracepoint("sched_process_free");
	if (!sy_tp_birth || !sy_tp_free)
		return -ENOENT;
	err = sy_reserve_fill(t);
	if (!err && sy_fault(SY_FAULT_PROBE_FREE))
		err = -ENOMEM;
	if (!err)
		err = tracepoint_probe_register(sy_tp_free, sy_on_free, t);
	if (err)
		return err;
	err = sy_fault(SY_FAULT_PROBE_BIRTH) ?
		      -ENOMEM :
		      tracepoint_probe_register(sy_tp_birth, sy_on_birth, t);
	if (err)
		tracepoint_probe_unregister(sy_tp_free, sy_on_free, t);
	return err;
}

/* Probes may still run afterwards, until tracepoint_synchronize_unregister(). */
void sy_table_untrack(struct sy_table *t)
{
	tracepoint_probe_unregister(sy_tp_birth, sy_on_birth, t);
	tracepoint_probe_unregister(sy_tp_free, sy_on_free, t);
}

/* 8 KiB; chains of five nodes with 5,000 tasks. */
#define SY_BUCKETS 1024

/**
 * sy_table_create() - an empty table
 * @by_thread: SWITCH_THREAD
 * @from_new:  the side on which everyone is now
 * @to_new:    the side that is wanted
 * @drained:   run in hard interrupt context when nobody is pending any more
 *
 * Context: process context, may sleep.
 * Return: the table or NULL.
 */
struct sy_table *sy_table_create(bool by_thread, bool from_new, bool to_new,
				 void (*drained)(struct irq_work *work))
{
	struct sy_table *t = sy_zalloc(sizeof(*t), GFP_KERNEL);
	const u32 n = SY_BUCKETS;

	if (!t)
		return NULL;
	t->buckets = sy_zalloc(array_size(n, sizeof(*t->buckets)), GFP_KERNEL);
	if (!t->buckets) {
		kvfree(t);
		return NULL;
	}
	t->bucket_mask = n - 1;
	raw_spin_lock_init(&t->lock);
	init_llist_head(&t->dirty);
	init_llist_head(&t->graves);
	init_irq_work(&t->drained, drained);
	init_waitqueue_head(&t->hold.parked);
	t->by_thread = by_thread;
	t->dflt = from_new;
	t->goal = to_new;
	return t;
}

/**
 * sy_table_destroy() - free a table
 * @t: nobody can be in dispatch.S or in a hook with it any more
 *
 * Context: process context, may sleep.
 */
void sy_table_destroy(struct sy_table *t)
{
	struct sy_task *st;
	struct hlist_node *next;
	struct llist_node *grave, *after;
	u32 i;

	if (!t)
		return;
	irq_work_sync(&t->drained);
	for (i = 0; i <= t->bucket_mask; i++) {
		hlist_for_each_entry_safe(st, next, &t->buckets[i], hash) {
			put_task_struct(st->task);
			kfree(st);
		}
	}
	llist_for_each_safe(grave, after, llist_del_all(&t->graves))
		kfree(llist_entry(grave, struct sy_task, grave));
	while (t->nreserve)
		kfree(t->reserve[--t->nreserve]);
	kvfree(t->buckets);
	kvfree(t);
}
