// SPDX-License-Identifier: GPL-2.0
/*
 * Counted calls that outlive their transition. When one that counted ended on
 * the side it came from, tasks may sleep in calls that return through
 * dispatch.S, long after the patch is gone: until no stack holds such a return
 * address, the engine holds a reference to its own module. Nothing else waits
 * for them: they belong to no patch and touch no table (their epoch is over).
 *
 * A work item of the engine's workqueue; looks at all tasks with growing pauses,
 * which the core sets. No lock.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "transition.h"

static struct delayed_work sy_slots_work;
static atomic_t sy_slots_asked; /* watched since somebody last asked */
static bool sy_slots_held; /* the reference; sy_slots_lock */
static DEFINE_MUTEX(sy_slots_lock);
static u32 sy_slots_attempt;

struct sy_slots_walk {
	struct sy_set *nothing;
	struct sy_table *table;
	struct sy_task *st;
};

/*
 * Once seen without, a task gets no such return address any more. Not yet so one
 * that stands in the dispatch since before the gate was closed: it may be about
 * to count itself in.
 */
static void sy_slots_note(struct sy_task *st, const struct sy_sight *sight)
{
	if (!sight->slots &&
	    !(sight->seen &
	      (SY_SEEN_UNRELIABLE | SY_SEEN_RUNNING | SY_SEEN_IN_TRAMPOLINE)))
		WRITE_ONCE(st->clean, 1);
}

static void sy_slots_seen(void *data, const struct sy_sight *sight)
{
	struct sy_slots_walk *walk = data;

	sy_slots_note(walk->st, sight);
}

/* on every CPU, interrupts off */
static void sy_slots_current(void *data)
{
	struct sy_slots_walk *walk = data;
	struct sy_task *st = sy_task_of(walk->table, current);
	struct sy_sight sight;

	if (!st)
		return;
	sy_look_at(walk->nothing, current, SY_VIEW_INTERRUPTED, true, &sight);
	sy_slots_note(st, &sight);
}

/* Births need not be followed: a child's stack is empty. */
static u32 sy_slots_left(struct sy_slots_walk *walk)
{
	struct sy_task *st;
	u32 i, left = 0;

	sy_table_for_each(walk->table, i, walk->st) {
		sy_look_remote(&walk->nothing, walk->st->task, sy_slots_seen,
			       walk);
		cond_resched();
	}
	on_each_cpu(sy_slots_current, walk, 1);
	sy_table_for_each(walk->table, i, st)
		left += !READ_ONCE(st->clean);
	return left;
}

/*
 * Return: true if no stack holds such an address. While a transition counts,
 * there are new ones; if they may outlive it, it asks again.
 */
static bool sy_slots_none(void)
{
	struct sy_slots_walk walk = {};
	u32 left = 1;

	walk.nothing = sy_set_create(0);
	walk.table = sy_table_create(false, false, false, sy_on_drained);
	if (walk.table && walk.nothing && !sy_table_fill(walk.table))
		left = sy_slots_left(&walk);
	sy_table_destroy(walk.table);
	kvfree(walk.nothing);
	return !left;
}

static void sy_slots_run(struct work_struct *work)
{
	atomic_set(&sy_slots_asked, 0);
	if (!sy_slots_none()) {
		queue_delayed_work(sy_workqueue, &sy_slots_work,
				   nsecs_to_jiffies(sy_retire_delay(
					   sy_slots_attempt++)));
		return;
	}
	/* Those on their way out, interrupted behind the last return address. */
	synchronize_rcu_tasks_rude();
	synchronize_rcu_tasks();
	mutex_lock(&sy_slots_lock);
	if (atomic_read(&sy_slots_asked)) {
		queue_delayed_work(sy_workqueue, &sy_slots_work, 0);
	} else if (sy_slots_held) {
		sy_slots_held = false;
		/* Unloading drains the workqueue before this text goes. */
		module_put(THIS_MODULE);
	}
	mutex_unlock(&sy_slots_lock);
}

/**
 * sy_slots_watch() - a transition that counted has left calls behind, perhaps
 *
 * Context: the worker; the module of a patch holds the engine.
 */
void sy_slots_watch(void)
{
	mutex_lock(&sy_slots_lock);
	atomic_set(&sy_slots_asked, 1);
	if (!sy_slots_held)
		__module_get(THIS_MODULE);
	sy_slots_held = true;
	sy_slots_attempt = 0;
	mod_delayed_work(sy_workqueue, &sy_slots_work, 0);
	mutex_unlock(&sy_slots_lock);
}

void sy_slots_init(void)
{
	INIT_DELAYED_WORK(&sy_slots_work, sy_slots_run);
}
