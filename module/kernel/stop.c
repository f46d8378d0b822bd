// SPDX-License-Identifier: GPL-2.0
/*
 * The stop: all CPUs meet in an interrupt, everyone's context is checked, the
 * universe, or one function, flips by one store, all go on. It changes nothing unless everybody
 * is outside.
 *
 * It is not stop_machine(): that waits without limit, and for ever where a
 * kthread spins without rescheduling. Here every CPU gets an asynchronous call;
 * whoever has not come within the limit makes the attempt fail, and the others
 * go on. Each CPU walks its own `current` through its interrupt frame; tasks
 * off their CPUs were walked before, and only those that ran since (the dirty
 * list) are walked inside.
 *
 * The phase word is the whole protocol:
 *
 *	IDLE -> GATHER	[sy_stop: the master calls]
 *	GATHER -> CHECK	[sy_stop: all came; interrupts off here]
 *	GATHER -> IDLE	[sy_stop: too late]
 *	CHECK -> IDLE	[sy_stop: checked, flipped or not]
 *
 * The word also carries the attempt's number, and a CPU signs with it what it
 * reports, so that a late one cannot be taken for one of the next attempt. A CPU
 * stays while the word is of its attempt and not IDLE. The master alone writes
 * it; between
 * GATHER and CHECK it has a deadline and in CHECK it runs with interrupts off
 * over the dirty list, so nobody waits without limit. A call that arrives in
 * IDLE returns at once.
 *
 * One master at a time: the worker.
 */
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/processor.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "inject.h"
#include "live.h"
#include "transition.h"

enum sy_phase { SY_PHASE_IDLE, SY_PHASE_GATHER, SY_PHASE_CHECK };

struct sy_stop_cpu {
	call_single_data_t csd;
	u64 pause_ns; /* written before left */
	u32 came, left; /* the attempt's number */
	bool outside; /* written before came */
};

static DEFINE_PER_CPU_ALIGNED(struct sy_stop_cpu, sy_stop_cpus);
static struct {
	u32 word; /* attempt << 2 | enum sy_phase */
	struct sy_transition *tr;
} sy_meeting;

#define SY_PHASE_MASK 3u

/* Note a look made inside. Return: may it be flipped over? */
static bool sy_passes(struct sy_transition *tr, struct sy_task *st,
		      const struct sy_sight *sight)
{
	enum sy_look look = sy_judge(&tr->model, sight->seen);

	if (st) {
		st->look = look;
		st->func = sight->func;
		st->frame = sight->frame;
		st->excused = look == SY_LOOK_EXCUSED;
	}
	return look == SY_LOOK_LEFT || look == SY_LOOK_EXCUSED;
}

/*
 * Is `current` outside? Interrupts off. The worker has made this stop: here ends
 * its stay, unless something of the set is on its stack.
 */
static bool sy_current_outside(struct sy_transition *tr)
{
	struct sy_task *st = sy_task_of(tr->table, current);
	struct sy_sight sight;

	sy_look_at(sy_set_now(tr), current, SY_VIEW_INTERRUPTED, true, &sight);
	if (sy_is_worker(current))
		sight.seen |= SY_SEEN_MAIN_LOOP;
	return sy_passes(tr, st, &sight);
}

/* on every other CPU, interrupts off */
static void sy_stop_attend(void *unused)
{
	struct sy_stop_cpu *cpu = this_cpu_ptr(&sy_stop_cpus);
	u64 start = ktime_get_mono_fast_ns();
	/* Pairs with the release in sy_phase_set(): tr is seen. */
	u32 word = smp_load_acquire(&sy_meeting.word);
	u32 attempt = word >> 2, now;

	if ((word & SY_PHASE_MASK) != SY_PHASE_GATHER)
		return;
	cpu->outside = sy_current_outside(sy_meeting.tr);
	/* Pairs with the acquire in sy_all_came(): outside is seen. */
	smp_store_release(&cpu->came, attempt);
	for (;;) {
		/* Pairs with sy_phase_set(): the flip is seen. */
		now = smp_load_acquire(&sy_meeting.word);
		if (now >> 2 != attempt ||
		    (now & SY_PHASE_MASK) == SY_PHASE_IDLE)
			break;
		cpu_relax();
	}
	cpu->pause_ns = ktime_get_mono_fast_ns() - start;
	/* Pairs with the acquire in sy_stop(): pause_ns is seen. */
	smp_store_release(&cpu->left, attempt);
}

/* Return: false if a CPU still has the call of an attempt it was late for. */
static bool sy_call_all(void)
{
	int cpu, self = smp_processor_id();
	bool all = true;

	for_each_online_cpu(cpu)
		if (cpu != self &&
		    smp_call_function_single_async(cpu,
						   &per_cpu_ptr(&sy_stop_cpus,
								cpu)
							    ->csd))
			all = false;
	return all;
}

static bool sy_all_came(u32 attempt)
{
	int cpu, self = smp_processor_id();

	for_each_online_cpu(cpu) {
		struct sy_stop_cpu *c = per_cpu_ptr(&sy_stop_cpus, cpu);

		/* Pairs with the release in sy_stop_attend(). */
		if (cpu != self && smp_load_acquire(&c->came) != attempt)
			return false;
	}
	return true;
}

static bool sy_gather(u32 attempt, u64 deadline)
{
	if (sy_fault(SY_FAULT_STOP_LATE))
		return false;
	while (!sy_all_came(attempt)) {
		if (ktime_get_mono_fast_ns() > deadline)
			return false;
		cpu_relax();
	}
	return true;
}

static bool sy_all_cpus_outside(void)
{
	int cpu, self = smp_processor_id();

	for_each_online_cpu(cpu)
		if (cpu != self && !per_cpu_ptr(&sy_stop_cpus, cpu)->outside)
			return false;
	return true;
}

static bool sy_stopped_task_outside(struct sy_transition *tr,
				    struct sy_task *st)
{
	struct task_struct *task = st->task;
	struct sy_sight sight;

	/* On a CPU: that CPU has looked. */
	if (READ_ONCE(task->on_cpu))
		return true;
	/* Its stack was freed when it died. */
	if (!refcount_read(&task->stack_refcount))
		return true;
	sy_look_at(sy_set_now(tr), task, SY_VIEW_OFF_CPU,
		   task->on_rq || READ_ONCE(task->__state) == TASK_RUNNING,
		   &sight);
	sy_hold_sight(st, &sight);
	return sy_passes(tr, st, &sight);
}

/* Everybody stands still, interrupts off. */
static bool sy_dirty_outside(struct sy_transition *tr,
			     struct sy_stop_report *ret)
{
	struct sy_task *st;

	llist_for_each_entry(st, READ_ONCE(tr->table->dirty.first), dirty) {
		if (st->gone)
			continue;
		ret->walked++;
		if (!sy_stopped_task_outside(tr, st))
			return false;
	}
	return !atomic_read(&tr->table->lost);
}

/* The one store: SWITCH_FUNCTION's function whose turn it is, or the universe. */
static void sy_flip(struct sy_transition *tr)
{
	struct sy_live *live = tr->patch;
	bool new = tr->table->goal;

	if (sy_order_asked(&tr->model))
		sy_live_point_one(live, live->order[tr->turn],
				  new ? SY_POINT_NEW : SY_POINT_OLD);
	else
		sy_gate_global(sy_live_gate(live), new);
}

/*
 * Does an NMI run on a CPU that stands still? It may be inside, of all functions
 * that the gate does not know of: one that has switched in an order is entered
 * without asking, so that when a transition goes back nothing has counted its
 * entries from NMI. (On the way forth all that are still to switch do ask, and an
 * NMI in a function that has switched is on the side that is wanted.)
 *
 * The gate's count is evidence that functions are reachable from NMI at all, and
 * ends a transition; this looks at one instant, and is worth another attempt.
 * Neither proves anything about the moment between the look and the store: that is
 * why functions known to be reachable from NMI are refused.
 */
static bool sy_nmi_runs(void)
{
	int cpu;

	for_each_online_cpu(cpu)
		if (READ_ONCE(per_cpu(__preempt_count, cpu)) & NMI_MASK)
			return true;
	return false;
}

static enum sy_stop_end sy_check_and_flip(struct sy_transition *tr,
					  struct sy_stop_report *ret)
{
	if (sy_gate_take_nmi(sy_live_gate(tr->patch)) ||
	    sy_fault(SY_FAULT_STOP_NMI))
		return SY_STOP_NMI;
	if (sy_fault(SY_FAULT_STOP_INSIDE) || !sy_all_cpus_outside() ||
	    !sy_current_outside(tr) || !sy_dirty_outside(tr, ret) ||
	    sy_nmi_runs())
		return SY_STOP_INSIDE;
	sy_flip(tr);
	return SY_STOP_FLIPPED;
}

static void sy_phase_set(u32 attempt, enum sy_phase phase)
{
	/* Pairs with the acquires in sy_stop_attend(). */
	smp_store_release(&sy_meeting.word, attempt << 2 | phase);
}

/* Preemption off. Return: how long interrupts were off here, in ns. */
static u64 sy_meet(struct sy_transition *tr, u32 attempt, u64 limit_ns,
		   struct sy_stop_report *ret)
{
	u64 start = ktime_get_mono_fast_ns(), pause = 0;

	sy_meeting.tr = tr;
	sy_phase_set(attempt, SY_PHASE_GATHER);
	if (sy_call_all() && sy_gather(attempt, start + limit_ns)) {
		local_irq_disable();
		start = ktime_get_mono_fast_ns();
		sy_phase_set(attempt, SY_PHASE_CHECK);
		ret->end = sy_check_and_flip(tr, ret);
		sy_phase_set(attempt, SY_PHASE_IDLE);
		pause = ktime_get_mono_fast_ns() - start;
		local_irq_enable();
	} else {
		sy_phase_set(attempt, SY_PHASE_IDLE);
	}
	return pause;
}

/* Those who came are on their way out: wait for their pauses. */
static u64 sy_longest_pause(u32 attempt, u64 own)
{
	u64 longest = own;
	int cpu, self = smp_processor_id();

	for_each_online_cpu(cpu) {
		struct sy_stop_cpu *c = per_cpu_ptr(&sy_stop_cpus, cpu);

		if (cpu == self || READ_ONCE(c->came) != attempt)
			continue;
		/* Pairs with the release in sy_stop_attend(). */
		while (smp_load_acquire(&c->left) != attempt)
			cpu_relax();
		longest = max(longest, c->pause_ns);
	}
	return longest;
}

/**
 * sy_stop() - one attempt to flip the universe of the whole system, or the
 *             function whose turn it is
 * @tr:       a transition whose last scan found nobody inside
 * @limit_ns: how long CPUs wait for each other
 * @ret:      how it ended, and the longest pause of any CPU from its own stop
 *            to its own release
 *
 * Context: the worker, may sleep before and after.
 */
void sy_stop(struct sy_transition *tr, u64 limit_ns, struct sy_stop_report *ret)
{
	static u32 attempt;
	u64 own;

	memset(ret, 0, sizeof(*ret));
	ret->end = SY_STOP_LATE;
	/* 0 is what CPUs that never came have signed with. */
	attempt = (attempt + 1) & (U32_MAX >> 2) ?: 1;
	cpus_read_lock();
	preempt_disable();
	own = sy_meet(tr, attempt, limit_ns, ret);
	ret->pause_ns = sy_longest_pause(attempt, own);
	preempt_enable();
	cpus_read_unlock();
}

int sy_stop_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		INIT_CSD(&per_cpu_ptr(&sy_stop_cpus, cpu)->csd, sy_stop_attend,
			 NULL);
	return 0;
}

/* Wait for calls of attempts that came too late. */
void sy_stop_deinit(void)
{
	kick_all_cpus_sync();
}
