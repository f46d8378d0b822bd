// SPDX-License-Identifier: GPL-2.0
/*
 * The end of a transition's memory. When a transition has settled nothing of it
 * is visible, but a task interrupted inside dispatch.S or a hook on its way out
 * may still read the table. The burial waits for both and frees it.
 *
 * A workqueue item: may sleep without limit, holds no lock, and delays no
 * transition.
 */
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "live.h"
#include "transition.h"

struct workqueue_struct *sy_workqueue;

static void sy_sets_free(struct sy_set *set)
{
	while (set) {
		struct sy_set *before = set->before;

		kvfree(set);
		set = before;
	}
}

/**
 * sy_transition_sets_renew() - look for the old text that is there now
 * @tr: the running transition
 *
 * An object has come or is going. Whoever is looking at a task may use the set
 * from before; it goes with the transition.
 *
 * Context: process context, sy_objects_lock is held and @tr stays.
 * Return: 0 or -ENOMEM, with nothing changed.
 */
int sy_transition_sets_renew(struct sy_transition *tr)
{
	struct sy_set *sets[2] = {};

	if (!tr->table)
		return 0;
	if (sy_live_sets(tr->patch, tr->below, sets)) {
		kvfree(sets[0]);
		kvfree(sets[1]);
		return -ENOMEM;
	}
	kvfree(sets[1]);
	sets[0]->before = tr->sets[0];
	/* Pairs with the load in sy_set_at(). */
	smp_store_release(&tr->sets[0], sets[0]);
	return 0;
}

/* A transition that nobody else knows. */
void sy_transition_free(struct sy_transition *tr)
{
	if (!tr)
		return;
	sy_table_destroy(tr->table);
	sy_sets_free(tr->sets[0]);
	sy_sets_free(tr->sets[1]);
	sy_sets_free(tr->below);
	kobject_put(&tr->patch->kobj);
	kvfree(tr);
}

/* Drop a reference; the last one frees. Process context. */
void sy_transition_put(struct sy_transition *tr)
{
	if (refcount_dec_and_test(&tr->users))
		sy_transition_free(tr);
}

/*
 * Border works end when their tasks have come by, hooks at a tracepoint grace
 * period. dispatch.S can be interrupted and preempted anywhere but sleeps
 * nowhere: RCU-tasks waits for every task to sleep or run user code, the rude
 * one for idle tasks.
 */
void sy_transition_bury(struct work_struct *work)
{
	struct sy_transition *tr =
		container_of(work, struct sy_transition, burial);

	wait_for_completion(&tr->flushed);
	if (tr->table) {
		tracepoint_synchronize_unregister();
		sy_hold_flush(tr->table);
		synchronize_rcu_tasks_rude();
		synchronize_rcu_tasks();
	}
	sy_transition_put(tr);
}
