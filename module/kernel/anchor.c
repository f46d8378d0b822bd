// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps one direct call registered while the engine is loaded, at a function of
 * its own that nobody calls.
 *
 * Until 6.3 ftrace makes its table of direct calls anew whenever it is empty,
 * and register_ftrace_direct_multi() then waits for an RCU-tasks grace period
 * (100 ms at the least, more under load) before it frees the table it had. Each
 * patch on a machine without others would pay for that, between the request and
 * its first redirect, for as long as any thread takes to sleep. With an entry
 * that stays the table is made anew only when it has grown (more than 64
 * functions at first).
 *
 * The wait is made in advance, when grace periods have been seen to end, so that
 * loading the engine does not wait and no thread that never rests can hold this
 * up. Without the anchor, patches take longer and nothing else changes.
 */
#include <linux/ftrace.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "transition.h"

#ifdef SY_HAVE_DIRECT_MULTI

static struct ftrace_ops sy_anchor_ops;
static bool sy_anchored;
static struct rcu_head sy_anchor_rcu;

/* The one function of the engine with an ftrace site. */
static noinline void sy_anchor(void)
{
	barrier();
}

/* What its entry calls: returns with all registers as they were. */
static noinline notrace void sy_anchor_target(void)
{
	barrier();
}

static notrace void sy_anchor_drop(struct work_struct *work)
{
	int err = ftrace_set_filter_ip(&sy_anchor_ops, (unsigned long)sy_anchor,
				       0, 0);

	if (!err)
		err = sy_direct_register(&sy_anchor_ops,
					 (unsigned long)sy_anchor_target);
	sy_anchored = !err;
	if (!err)
		return;
	pr_info("switchyard: ftrace refuses an entry of the engine's own (%d); patches take a grace period longer\n",
		err);
	ftrace_free_filter(&sy_anchor_ops);
}

static DECLARE_WORK(sy_anchor_work, sy_anchor_drop);

static notrace void sy_anchor_rested(struct rcu_head *head)
{
	schedule_work(&sy_anchor_work);
}

void __init sy_anchor_init(void)
{
	call_rcu_tasks(&sy_anchor_rcu, sy_anchor_rested);
}

/* Context: process context, waits for RCU-tasks grace periods. */
void notrace sy_anchor_deinit(void)
{
	rcu_barrier_tasks();
	flush_work(&sy_anchor_work);
	if (!sy_anchored)
		return;
	sy_direct_unregister(&sy_anchor_ops, (unsigned long)sy_anchor_target);
	ftrace_free_filter(&sy_anchor_ops);
}

#else

void __init sy_anchor_init(void)
{
}

void sy_anchor_deinit(void)
{
}

#endif
