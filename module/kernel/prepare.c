// SPDX-License-Identifier: GPL-2.0
/*
 * Everything that may fail or take time is done here, before a transition
 * changes anything: the table is filled, births and deaths are followed, the
 * exit flush is started, the redirects are registered with every entry leading
 * to the side that is in force. What fails is undone at once.
 *
 * The order matters. The table tracks births before it is filled, so nobody
 * slips through; the flush is started after the fill, so that a task that was
 * off every list by then is waited for; the redirects come last, when the flush
 * has shown that grace periods end.
 *
 * The worker, may sleep: ftrace and the flush wait for RCU-tasks grace periods.
 */
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "count.h"
#include "inject.h"
#include "live.h"
#include "prepare.h"

/* Does the transition look at tasks? */
bool sy_needs_table(const struct sy_model *model)
{
	return model->sw == SY_SWITCH_THREAD ||
	       model->leave != SY_LEAVE_FUNCTION;
}

static void sy_on_flushed(struct rcu_head *head)
{
	struct sy_transition *tr =
		container_of(head, struct sy_transition, flush);

	complete_all(&tr->flushed);
	sy_transition_flushed();
}

/*
 * do_exit() holds RCU-tasks readers off from before a task leaves the lists
 * until it has run its last instruction but the final schedule: a grace period
 * outlasts everyone who was in between.
 */
static void sy_flush_start(struct sy_transition *tr)
{
	tr->flush_started = true;
	call_rcu_tasks(&tr->flush, sy_on_flushed);
}

static void sy_holdout_name(struct task_struct *task, char *ret, size_t size)
{
	scnprintf(ret, size, "%s(%d)", task->comm, task_pid_nr(task));
}

/* Name a task that keeps the grace period from ending. Return: is there one? */
static bool sy_holdout_find(char *ret, size_t size)
{
	struct task_struct *process, *task;

	ret[0] = '\0';
	rcu_read_lock();
	for_each_process_thread(process, task)
		if (READ_ONCE(task->rcu_tasks_holdout))
			sy_holdout_name(task, ret, size);
	rcu_read_unlock();
	return ret[0];
}

/*
 * The grace period waits for exits, too, from about where their children are
 * given away: there the init of a pid namespace waits for its last tasks.
 */
static bool sy_exiting_find(char *ret, size_t size)
{
	struct task_struct *process, *task;

	ret[0] = '\0';
	rcu_read_lock();
	for_each_process_thread(process, task)
		if (task->flags & PF_EXITING && !READ_ONCE(task->exit_state))
			sy_holdout_name(task, ret, size);
	rcu_read_unlock();
	return ret[0];
}

/*
 * Wait for the flush before anything is registered: ftrace waits for a grace
 * period of the same kind, without limit, and a kthread that never sleeps would
 * keep it for ever. Here the wait has an end.
 */
static u32 sy_flush_wait(struct sy_transition *tr)
{
	char name[TASK_COMM_LEN + 16];

	if (!sy_fault(SY_FAULT_FLUSH) && sy_worker_wait(tr, &tr->flushed))
		return SY_V_OK;
	if (!sy_holdout_find(name, sizeof(name)) &&
	    sy_exiting_find(name, sizeof(name)))
		return sy_refuse(&tr->answer, SY_V_NO_REST,
				 "%s: is exiting and does not come to an end, and a grace period waits for it; let whoever waits for or traces its last children take note of their end, and try again",
				 name);
	return sy_refuse(&tr->answer, SY_V_NO_REST,
			 "%s: has not slept since the request, and a grace period waits for it; let it sleep, or stop it, and try again",
			 name[0] ? name : "a task");
}

/* Refuse because @what failed with @err. */
static u32 sy_prepare_refuse(struct sy_transition *tr, const char *what,
			     int err)
{
	if (err == -ENOMEM)
		return sy_refuse(&tr->answer, SY_V_NO_MEMORY,
				 "%s: no memory; try again later", what);
	return sy_refuse(&tr->answer, SY_V_INTERNAL,
			 "%s: the kernel refuses to have it followed (%d); see the kernel log",
			 what, err);
}

static u32 sy_prepare_table(struct sy_transition *tr)
{
	int err;

	if (tr->detector == SY_DETECTOR_COUNT)
		sy_count_prepare(tr->table);
	err = sy_table_track(tr->table);
	if (err)
		return sy_prepare_refuse(tr, "task table", err);
	tr->tracked = true;
	err = sy_table_fill(tr->table);
	if (err)
		return sy_prepare_refuse(tr, "task table", err);
	err = sy_hooks_attach(tr);
	return err ? sy_prepare_refuse(tr, "sched_switch", err) : SY_V_OK;
}

/*
 * Tasks that left all lists are waited for where tasks are looked at; ftrace's
 * own wait is tried out where something is registered; and under SWITCH_KERNEL
 * nobody may still be deciding by the table of an earlier transition.
 */
static bool sy_needs_flush(const struct sy_transition *tr)
{
	return tr->table || tr->to_new || tr->model.sw == SY_SWITCH_KERNEL;
}

/**
 * sy_prepare() - make ready, change nothing
 * @tr: the transition
 *
 * Context: the worker, may sleep.
 * Return: SY_V_OK, or the refusal in @tr->answer with everything undone.
 */
u32 sy_prepare(struct sy_transition *tr)
{
	u32 verdict = SY_V_OK;

	if (sy_needs_table(&tr->model))
		verdict = sy_prepare_table(tr);
	if (!verdict && sy_needs_flush(tr)) {
		sy_flush_start(tr);
		verdict = sy_flush_wait(tr);
	}
	if (!verdict && tr->to_new && !READ_ONCE(tr->cancelled))
		verdict = sy_parts_register(tr->patch, &tr->answer);
	if (!verdict && !tr->to_new && tr->detector == SY_DETECTOR_COUNT)
		verdict = sy_parts_count(tr->patch, &tr->answer);
	if (verdict)
		sy_unprepare(tr);
	return verdict;
}

/* Take out what watches tasks. The table stays until the burial. */
void sy_unprepare(struct sy_transition *tr)
{
	sy_hooks_detach(tr);
	if (tr->tracked)
		sy_table_untrack(tr->table);
	tr->tracked = false;
	if (!tr->flush_started)
		complete_all(&tr->flushed);
}
