// SPDX-License-Identifier: GPL-2.0
/*
 * Retirement: after unpatching, when may the patch module's text be freed and
 * its gateway be used again? In this order: the redirects off; a walk of all
 * tasks that finds nobody in the module's text or in the dispatch; a rude and an
 * RCU-tasks grace period, which outlast whoever was interrupted there, runs in
 * idle, or was exiting off every list. RCU-tasks alone would not do: a task
 * asleep in the text counts as quiescent there. The walk is what finds it.
 *
 * A permanent patch keeps its module, so its text is not looked for. A work item
 * of the patch; may wait for ever, names for whom, and delays no transition.
 * When to walk again is the core's word.
 */
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/smp.h>

#include "inject.h"
#include "live.h"
#include "transition.h"

DECLARE_WAIT_QUEUE_HEAD(sy_retire_wait);

struct sy_retire_walk {
	struct sy_live *live;
	struct sy_table *table;
	struct sy_set *text;
	struct sy_task *st;
};

static void sy_retire_note(struct sy_task *st, const struct sy_sight *sight)
{
	const struct sy_model set = { .leave = SY_LEAVE_PATCHED_SET,
				      .sw = SY_SWITCH_THREAD };

	st->look = sy_judge(&set, sight->seen);
	st->frame = sight->frame;
	WRITE_ONCE(st->clean, st->look == SY_LOOK_LEFT);
}

static void sy_retire_seen(void *data, const struct sy_sight *sight)
{
	struct sy_retire_walk *walk = data;

	sy_retire_note(walk->st, sight);
}

/* on every CPU, interrupts off */
static void sy_retire_current(void *data)
{
	struct sy_retire_walk *walk = data;
	struct sy_task *st = sy_task_of(walk->table, current);
	struct sy_sight sight;

	if (!st || READ_ONCE(st->clean))
		return;
	sy_look_at(walk->text, current, SY_VIEW_INTERRUPTED, true, &sight);
	sy_retire_note(st, &sight);
}

static void sy_leftover_add(struct sy_live *live, const struct sy_task *st)
{
	struct sy_leftover *left;

	if (live->nleft++ >= SY_RETIRE_NAMES || !live->leftovers)
		return;
	left = &live->leftovers[live->nleft - 1];
	left->pid = task_pid_nr(st->task);
	left->look = st->look;
	left->frame = st->frame;
	get_task_comm(left->comm, st->task);
}

/*
 * Room for names is there while there is somebody to name. Without memory for it
 * tasks are counted and not named, and the retirement goes on.
 */
static void sy_leftovers_room(struct sy_live *live, bool needed)
{
	struct sy_leftover *old = NULL, *room = NULL;

	if (needed && !live->leftovers)
		room = sy_zalloc(SY_RETIRE_NAMES * sizeof(*room), GFP_KERNEL);
	mutex_lock(&sy_patches_lock);
	if (room)
		live->leftovers = room;
	if (!needed) {
		old = live->leftovers;
		live->leftovers = NULL;
		live->nleft = 0;
	}
	mutex_unlock(&sy_patches_lock);
	kvfree(old);
}

static bool sy_retire_anyone(const struct sy_retire_walk *walk)
{
	struct sy_task *st;
	u32 i;

	sy_table_for_each(walk->table, i, st)
		if (!READ_ONCE(st->clean))
			return true;
	return false;
}

static void sy_retire_tally(struct sy_retire_walk *walk)
{
	struct sy_task *st;
	u32 i;

	sy_leftovers_room(walk->live, sy_retire_anyone(walk));
	mutex_lock(&sy_patches_lock);
	walk->live->nleft = 0;
	sy_table_for_each(walk->table, i, st)
		if (!READ_ONCE(st->clean))
			sy_leftover_add(walk->live, st);
	walk->live->figures.blockers = walk->live->nleft;
	mutex_unlock(&sy_patches_lock);
}

static int sy_retire_look(struct sy_retire_walk *walk)
{
	u32 i;

	/* Nobody enters the text any more: births need not be followed. */
	if (sy_fault(SY_FAULT_RETIRE) || sy_table_fill(walk->table))
		return -ENOMEM;
	sy_table_for_each(walk->table, i, walk->st) {
		sy_look_remote(&walk->text, walk->st->task, sy_retire_seen,
			       walk);
		cond_resched();
	}
	on_each_cpu(sy_retire_current, walk, 1);
	sy_retire_tally(walk);
	return walk->live->nleft ? -EBUSY : 0;
}

/* Return: 0 if nobody is in the module's text; -EBUSY, -ENOMEM: walk again. */
static int sy_retire_walk(struct sy_live *live)
{
	struct sy_retire_walk walk = { .live = live };
	struct sy_span text;
	int err = -ENOMEM;

	walk.text = sy_set_create(1);
	walk.table = sy_table_create(false, false, false, sy_on_drained);
	if (walk.text && walk.table) {
		sy_module_text(live->decl->owner, &text.start, &text.end);
		sy_set_add(walk.text, &text, SY_FUNC_UNKNOWN);
		err = sy_retire_look(&walk);
	}
	sy_table_destroy(walk.table);
	kvfree(walk.text);
	return err;
}

/*
 * Nothing of the patch is in use. sy_patch_unregister() waits for this work, so
 * @live outlives the reference to the module that is given back here.
 */
static void sy_retire_end(struct sy_live *live)
{
	sy_live_release(live);
	mutex_lock(&sy_patches_lock);
	live->state = SY_ST_DISABLED;
	live->forced = false;
	bitmap_zero(live->handled, SY_FUNCS_MAX);
	live->figures.blockers = 0;
	mutex_unlock(&sy_patches_lock);
	wake_up_all(&sy_retire_wait);
	sy_report(live, SY_EV_RETIRED);
}

/* The work item; live->retire. */
void sy_retire_work(struct work_struct *work)
{
	struct sy_live *live =
		container_of(to_delayed_work(work), struct sy_live, retire);

	sy_parts_unregister(live);
	if (sy_live_unloadable(live) && sy_retire_walk(live)) {
		queue_delayed_work(sy_workqueue, &live->retire,
				   nsecs_to_jiffies(
					   sy_retire_delay(live->attempt++)));
		return;
	}
	sy_dispatch_drain();
	sy_retire_end(live);
}

/**
 * sy_retire_start() - the old side is final: let the redirects go
 * @live: in state SY_ST_RETIRING, every entry leads to the old body
 *
 * Context: process context.
 */
void sy_retire_start(struct sy_live *live)
{
	live->attempt = 0;
	live->retire_since_ns = ktime_get_ns();
	queue_delayed_work(sy_workqueue, &live->retire, 0);
}
