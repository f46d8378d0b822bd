// SPDX-License-Identifier: GPL-2.0
/*
 * The hooks of a running transition. They are attached while preparing, since
 * that may fail, and live from SY_ACT_ARM to SY_ACT_SETTLE:
 *
 *   sched_switch          a task that leaves its CPU is looked at, standing on
 *                         its own stack; under SWITCH_KERNEL the task that comes
 *                         is marked as having run
 *   user_return_notifier  the last step of the return to user mode, interrupts
 *                         off, after which nothing can be entered in this stay.
 *                         The flag travels with the CPU from task to task, so
 *                         one notifier a CPU sees every return.
 *
 * The first runs inside the run queue lock: it neither wakes nor prints; the
 * worker is told by irq_work. The border hook serves one transition at a time.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/tracepoint.h>

#include "count.h"
#include "inject.h"
#include "transition.h"

struct sy_border {
	struct user_return_notifier notifier;
	struct sy_transition *tr;
	bool registered;
};

static DEFINE_PER_CPU(struct sy_border, sy_borders);
static struct tracepoint *sy_tp_switch;

/* Written under cpus_read_lock(): no CPU comes or goes meanwhile. */
static struct sy_transition *sy_border_tr;
static int sy_cpuhp_state;

/* tracepoint sched_switch: interrupts off, run queue locked, on prev's stack */
static void sy_on_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	struct sy_transition *tr = data;
	struct sy_table *t = tr->table;
	struct sy_task *st;
	struct sy_sight sight;

	/* Pairs with sy_hooks_arm(): whoever switches here asks the gate. */
	if (!smp_load_acquire(&tr->armed) || READ_ONCE(t->turning))
		return;
	st = sy_task_of(t, prev);
	if (st && t->counting && prev_state & TASK_DEAD) {
		sy_count_proved(t, st, true);
	} else if (st && sy_task_uncounted(t, st)) {
		sy_look_at(sy_set_now(tr), prev, SY_VIEW_SWITCHING,
			   preempt || !prev_state, &sight);
		if (prev_state & TASK_DEAD)
			sight.seen |= SY_SEEN_DEAD;
		sy_hold_sight(st, &sight);
		sy_visit(tr, st, &sight, SY_VIEW_SWITCHING);
	}
	if (t->by_thread || t->counting)
		return;
	/* prev, too: the idle task of a CPU that came up ran unseen. */
	if (st && READ_ONCE(st->clean))
		sy_task_soil(t, st);
	st = sy_task_of(t, next);
	if (st && READ_ONCE(st->clean))
		sy_task_soil(t, st);
}

/* the last step of a return to user mode: interrupts off */
static void sy_on_border(struct user_return_notifier *notifier)
{
	struct sy_border *border =
		container_of(notifier, struct sy_border, notifier);
	struct sy_transition *tr = border->tr;
	const struct sy_sight sight = { .seen = SY_SEEN_USER,
					.func = SY_FUNC_UNKNOWN };
	struct sy_task *st;

	if (READ_ONCE(tr->table->turning))
		return;
	st = sy_task_of(tr->table, current);
	if (!st)
		return;
	if (!tr->table->by_thread)
		sy_hold_border(tr->table, st);
	if ((tr->table->by_thread || tr->table->counting) &&
	    sy_task_pending(tr->table, st))
		sy_visit(tr, st, &sight, SY_VIEW_INTERRUPTED);
}

/* on every CPU, interrupts off */
static void sy_border_open(void *data)
{
	struct sy_border *border = this_cpu_ptr(&sy_borders);

	border->tr = data;
	border->notifier.on_user_return = sy_on_border;
	if (!border->registered)
		user_return_notifier_register(&border->notifier);
	border->registered = true;
}

static void sy_border_close(void *unused)
{
	struct sy_border *border = this_cpu_ptr(&sy_borders);

	if (border->registered)
		user_return_notifier_unregister(&border->notifier);
	border->registered = false;
}

/**
 * sy_hooks_attach() - see who leaves a CPU and who leaves the kernel
 * @tr: the transition; nothing is acted on until it is armed
 *
 * Context: the worker, may sleep.
 * Return: 0 or the error of tracepoint_probe_register().
 */
int sy_hooks_attach(struct sy_transition *tr)
{
	int err;

	if (!sy_tp_switch)
		sy_tp_switch = sy_tracepoint("sched_switch");
	if (!sy_tp_switch)
		return -ENOENT;
	if (sy_fault(SY_FAULT_PROBE_SWITCH))
		return -ENOMEM;
	err = tracepoint_probe_register(sy_tp_switch, sy_on_switch, tr);
	if (err)
		return err;
	tr->hooked = true;
	return 0;
}

/**
 * sy_hooks_arm() - from now on hooks may switch tasks
 * @tr: every entry asks the gate; before that, a task that switched could still
 *      enter the side it has left
 *
 * Context: the worker, may sleep.
 */
void sy_hooks_arm(struct sy_transition *tr)
{
	if (!tr->hooked)
		return;
	/* Pairs with the acquire in sy_on_switch(). */
	smp_store_release(&tr->armed, true);
	if (!tr->table->by_thread && !tr->table->counting && !tr->herd)
		return;
	cpus_read_lock();
	sy_border_tr = tr;
	on_each_cpu(sy_border_open, tr, 1);
	cpus_read_unlock();
}

/* The switch-out hook may still run until tracepoint_synchronize_unregister().
 */
void sy_hooks_detach(struct sy_transition *tr)
{
	if (!tr->hooked)
		return;
	tr->hooked = false;
	WRITE_ONCE(tr->armed, false);
	cpus_read_lock();
	sy_border_tr = NULL;
	on_each_cpu(sy_border_close, NULL, 1);
	cpus_read_unlock();
	tracepoint_probe_unregister(sy_tp_switch, sy_on_switch, tr);
}

/* A CPU that comes up, on that CPU, interrupts on. */
static int sy_cpu_online(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	if (sy_border_tr)
		sy_border_open(sy_border_tr);
	local_irq_restore(flags);
	return 0;
}

/* A CPU that goes down, still on it: nothing of ours may stay in its list. */
static int sy_cpu_offline(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	sy_border_close(NULL);
	local_irq_restore(flags);
	return 0;
}

/* Context: process context. Return: 0 or the error of cpuhp_setup_state(). */
int sy_hooks_init(void)
{
	if (sy_fault(SY_FAULT_CPUHP))
		return -ENOSPC;
	sy_cpuhp_state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN,
						   "switchyard:online",
						   sy_cpu_online,
						   sy_cpu_offline);
	return min(sy_cpuhp_state, 0);
}

void sy_hooks_deinit(void)
{
	cpuhp_remove_state_nocalls(sy_cpuhp_state);
}
