// SPDX-License-Identifier: GPL-2.0
/*
 * Holding: makes tasks come to the border between kernel and user mode and
 * parks them there. When, whom and for how long is the core's word.
 *
 *   sy_hold_drive     marks whoever is inside, and wakes those of them who sleep
 *                     as if by a signal: their system calls end and restart
 *   sy_hold_border    a marked task is in the last step of its return, interrupts
 *                     off: it gets a work and an interrupt of its own, which hits
 *                     it before, or soon after, its first user instruction
 *   sy_hold_run       the work, on the way back from that interrupt: it parks
 *
 * So a task parks in a stay of which nothing but the return is left: that of an
 * interrupt from user mode that does nothing. Task works run elsewhere, too (by
 * signal delivery, before a system call is restarted; inside io_uring; when a
 * task is traced or exits): there, and wherever something else of the stay is
 * left to do, the work declines, and the task is sent on to the border, where
 * the same happens again. A work never adds itself: task_work_run() would not
 * come to an end.
 *
 * A parked task sleeps killably and leaves by itself at the end of its time,
 * whatever the worker does. Killed or released it is inside again and has run:
 * the switch-out hook has put it on the dirty list.
 */
#include <linux/irq_work.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/task_work.h>
#include <linux/timekeeping.h>
#include <asm/unwind.h>

#include "hold.h"
#include "symbols.h"
#include "transition.h"

/* The functions that call task_work_run() as the last thing of a stay. */
static const char *const sy_exits[] = {
	"exit_to_user_mode_loop",
	"exit_to_user_mode_prepare",
	"syscall_exit_to_user_mode",
	"irqentry_exit_to_user_mode",
};

static struct sy_span sy_exit_spans[ARRAY_SIZE(sy_exits)];
static u32 sy_nexits;
static struct sy_span sy_run_span, sy_own_span;

/* What is left of a stay, beside the work that asks. */
#define SY_LEFT_TO_DO                                                \
	(_TIF_SIGPENDING | _TIF_NOTIFY_SIGNAL | _TIF_NOTIFY_RESUME | \
	 _TIF_UPROBE | _TIF_PATCH_PENDING)

#define SY_SETTLE_TRIES 200 /* of 0.5 to 1 ms */

static void sy_hold_kicked(struct irq_work *work)
{
}

static DEFINE_PER_CPU(struct irq_work, sy_kicks);

/* ---- on the task itself ------------------------------------------------- */

static bool sy_is_exit(unsigned long addr)
{
	u32 i;

	for (i = 0; i < sy_nexits; i++)
		if (sy_span_has(&sy_exit_spans[i], addr - 1))
			return true;
	return false;
}

/* Was this work run by task_work_run(), and that by the way back to user mode? */
static bool sy_on_exit_path(void)
{
	struct unwind_state state;
	bool run = false;

	for (unwind_start(&state, current, NULL, NULL);
	     !unwind_done(&state) && !unwind_error(&state);
	     unwind_next_frame(&state)) {
		unsigned long addr = unwind_get_return_address(&state);

		if (!addr)
			return false;
		if (run)
			return sy_is_exit(addr);
		if (sy_span_has(&sy_own_span, addr))
			continue;
		run = sy_span_has(&sy_run_span, addr - 1);
		if (!run)
			return false;
	}
	return false;
}

/* Is the return all that is left of this stay? */
static bool sy_may_park(const struct callback_head *work)
{
	if (current->flags & (PF_EXITING | PF_IO_WORKER | PF_KTHREAD))
		return false;
	if (read_thread_flags() & SY_LEFT_TO_DO)
		return false;
	if (work->next || task_work_pending(current))
		return false;
#ifdef CONFIG_MEMCG
	if (current->memcg_nr_pages_over_high)
		return false;
#endif
	return sy_on_exit_path();
}

/* Only the task itself writes its own; a worst one needs more care. */
static void sy_hold_account(struct sy_hold *h, struct sy_task *st, u64 ns)
{
	u32 us = max_t(u64, div_u64(ns, NSEC_PER_USEC), 1);
	u32 worst = READ_ONCE(h->worst_us);

	if (!st->held_us)
		atomic_inc(&h->held);
	st->held_us = max(st->held_us, us);
	while (us > worst) {
		u32 seen = cmpxchg(&h->worst_us, worst, us);

		if (seen == worst)
			break;
		worst = seen;
	}
}

static bool sy_stays(const struct sy_hold *h, u32 turn, u64 until)
{
	return READ_ONCE(h->turn) == turn && !fatal_signal_pending(current) &&
	       ktime_get_mono_fast_ns() < until;
}

/* One who is parked, and when he was let go. */
struct sy_parked {
	wait_queue_entry_t wait;
	u64 freed_ns;
};

/*
 * From here on it waits for a CPU like everyone else. If it did already, its time
 * was up; it is still on the list then, and cannot leave before the list's lock
 * is free.
 */
static int sy_parked_wake(wait_queue_entry_t *wait, unsigned int mode,
			  int flags, void *key)
{
	struct sy_parked *p = container_of(wait, struct sy_parked, wait);

	WRITE_ONCE(p->freed_ns, ktime_get_mono_fast_ns());
	if (autoremove_wake_function(wait, mode, flags, key))
		return 1;
	WRITE_ONCE(p->freed_ns, 0);
	return 0;
}

static void sy_park(struct sy_hold *h, struct sy_task *st, u32 turn)
{
	u64 since = ktime_get_mono_fast_ns(), until = READ_ONCE(h->until_ns);
	struct sy_parked p = {
		.wait = { .private = current,
			  .func = sy_parked_wake,
			  .entry = LIST_HEAD_INIT(p.wait.entry) },
	};

	WRITE_ONCE(st->parked, 1);
	if (atomic_dec_return(&h->awaited) == 0)
		sy_on_drained(NULL);
	for (;;) {
		prepare_to_wait(&h->parked, &p.wait,
				TASK_KILLABLE | TASK_NOLOAD);
		if (!sy_stays(h, turn, until))
			break;
		schedule_timeout(
			nsecs_to_jiffies(until - ktime_get_mono_fast_ns()) + 1);
	}
	finish_wait(&h->parked, &p.wait);
	WRITE_ONCE(st->parked, 0);
	/* Not woken by the release: killed, or its time was up. */
	if (!p.freed_ns)
		p.freed_ns = min(ktime_get_mono_fast_ns(), until);
	sy_hold_account(h, st, max(p.freed_ns, since) - since);
}

/* A border work, on its task. Nothing of the table is touched after the end. */
static void sy_hold_run(struct callback_head *work)
{
	struct sy_task *st = container_of(work, struct sy_task, work);
	struct sy_hold *h = &st->table->hold;
	u32 turn = READ_ONCE(h->turn);

	WRITE_ONCE(st->working, 0);
	if (turn && sy_may_park(work))
		sy_park(h, st, turn);
	/* Pairs with the acquire in sy_hold_flush(). */
	smp_mb__before_atomic();
	atomic_dec(&h->works);
}

/**
 * sy_hold_border() - a task is in the last step of its return to user mode
 * @t:  the table
 * @st: the node of `current`
 *
 * Context: the user return notifier, interrupts off.
 */
void sy_hold_border(struct sy_table *t, struct sy_task *st)
{
	struct sy_hold *h = &t->hold;

	if (!READ_ONCE(h->turn) || !(READ_ONCE(h->all) || READ_ONCE(st->herd)))
		return;
	/* The worker is late: it would be sent back from here again and again. */
	if (ktime_get_mono_fast_ns() >= READ_ONCE(h->until_ns))
		return;
	if (current->flags & (PF_EXITING | PF_IO_WORKER | PF_KTHREAD))
		return;
	if (!xchg(&st->working, 1)) {
		atomic_inc(&h->works);
		init_task_work(&st->work, sy_hold_run);
		if (sy_api.task_work_add(current, &st->work, TWA_RESUME)) {
			WRITE_ONCE(st->working, 0);
			atomic_dec(&h->works);
			return;
		}
	}
	irq_work_queue(this_cpu_ptr(&sy_kicks));
}

/* ---- the worker --------------------------------------------------------- */

/**
 * sy_hold_begin() - from now on whoever is driven is parked at the border
 * @tr:       the transition; its border hook is in
 * @limit_ns: nobody stays parked for longer, counted from now
 *
 * Context: the worker.
 * Return: as sy_hold_drive().
 */
u32 sy_hold_begin(struct sy_transition *tr, u64 limit_ns)
{
	struct sy_hold *h = &tr->table->hold;

	WRITE_ONCE(h->all, tr->model.leave == SY_LEAVE_KERNEL);
	WRITE_ONCE(h->until_ns, ktime_get_mono_fast_ns() + limit_ns);
	h->last++;
	/* Who sees the hold sees its end, too. */
	smp_store_release(&h->turn, h->last);
	return sy_hold_drive(tr);
}

/**
 * sy_hold_drive() - make whoever is inside come to the border
 * @tr: the transition, after a scan
 *
 * Context: the worker, while a hold lasts.
 * Return: how many were woken that had not been before.
 */
u32 sy_hold_drive(struct sy_transition *tr)
{
	struct sy_table *t = tr->table;
	struct sy_task *st;
	u32 i, n = 0, fresh = 0;

	sy_table_for_each(t, i, st) {
		if (!sy_task_pending(t, st) || !sy_look_drivable(st->look) ||
		    !sy_task_get(t, st))
			continue;
		if (!(st->task->flags & (PF_KTHREAD | PF_IO_WORKER))) {
			WRITE_ONCE(st->herd, 1);
			n++;
			if (sy_look_nudgeable(st->look)) {
				fresh += !st->nudged;
				st->nudged = 1;
				sy_nudge_one(st->task);
			}
		}
		put_task_struct(st->task);
	}
	atomic_set(&t->hold.awaited, n);
	return fresh;
}

/**
 * sy_hold_end() - let everybody go
 * @t: the table
 *
 * Neither allocates nor waits for anybody. Works that are still under way find
 * that no hold lasts.
 *
 * Context: process context.
 */
void sy_hold_end(struct sy_table *t)
{
	WRITE_ONCE(t->hold.turn, 0);
	wake_up_all(&t->hold.parked);
}

/**
 * sy_hold_sight() - add to a sight that its task is parked
 * @st:    the task's node
 * @sight: what was seen of it, off its CPU
 *
 * The mark alone says little: it is set before the task sleeps and until after
 * it has woken. Asleep with the mark it can be nowhere else.
 *
 * Context: the task is held off its CPU, or everybody stands still.
 */
void sy_hold_sight(const struct sy_task *st, struct sy_sight *sight)
{
	if (READ_ONCE(st->parked) &&
	    !(sight->seen & (SY_SEEN_RUNNABLE | SY_SEEN_RUNNING)))
		sight->seen |= SY_SEEN_PARKED;
}

static u32 sy_held_at_most(const struct sy_table *t, u32 us)
{
	struct sy_task *st;
	u32 i, n = 0;

	sy_table_for_each(t, i, st)
		n += st->held_us && st->held_us <= us;
	return n;
}

/* The least time that half of those who were held were held at most. */
static u32 sy_hold_median(const struct sy_table *t)
{
	u32 all = sy_held_at_most(t, U32_MAX), lo = 0, hi = t->hold.worst_us;

	while (all && lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (2 * sy_held_at_most(t, mid) >= all)
			hi = mid;
		else
			lo = mid + 1;
	}
	return all ? lo : 0;
}

/**
 * sy_hold_tell() - how many were held, and for how long
 * @t:   the table
 * @ret: the figures; a task that was held several times counts with the longest
 *
 * Context: process context.
 */
void sy_hold_tell(const struct sy_table *t, struct sy_hold_figures *ret)
{
	ret->held = atomic_read(&t->hold.held);
	ret->holds = t->hold.last;
	ret->median_ns = (u64)sy_hold_median(t) * NSEC_PER_USEC;
	ret->worst_ns = (u64)READ_ONCE(t->hold.worst_us) * NSEC_PER_USEC;
}

/**
 * sy_hold_settle() - wait shortly for those who were let go, for their figures
 * @t: a table whose last hold is over
 *
 * Each task counts itself when it runs again. Nobody waits for this wait but the
 * report; who gets no CPU for so long is not counted.
 *
 * Context: process context, may sleep.
 */
void sy_hold_settle(const struct sy_table *t)
{
	int tries = SY_SETTLE_TRIES;

	while (atomic_read(&t->hold.works) && tries--)
		usleep_range(500, 1000);
}

static bool sy_is_work(struct callback_head *work, void *wanted)
{
	return work == wanted;
}

/**
 * sy_hold_flush() - wait until no border work of a table is queued or runs
 * @t: a table whose last hold is over and whose births and deaths are not
 *     followed any more
 *
 * Most works have run long before. One that is left belongs to a task that went
 * back to sleep before its interrupt came: it is taken back.
 *
 * Context: process context, may sleep.
 */
void sy_hold_flush(struct sy_table *t)
{
	struct sy_task *st;
	u32 i;

	while (atomic_read_acquire(&t->hold.works)) {
		sy_table_for_each(t, i, st) {
			if (!READ_ONCE(st->working) ||
			    !sy_api.task_work_cancel_match(st->task, sy_is_work,
							   &st->work))
				continue;
			WRITE_ONCE(st->working, 0);
			atomic_dec(&t->hold.works);
		}
		if (atomic_read(&t->hold.works))
			msleep(20);
	}
}

/* Context: process context. Return: 0, or -ENOENT with the reason logged. */
int sy_hold_init(void)
{
	unsigned long addr;
	size_t i;
	int cpu;

	for (i = 0; i < ARRAY_SIZE(sy_exits); i++) {
		addr = sy_api.lookup(sy_exits[i]);
		if (addr && sy_symbol_span(addr, &sy_exit_spans[sy_nexits]))
			sy_nexits++;
	}
	addr = sy_api.lookup("task_work_run");
	if (!sy_nexits || !addr || !sy_symbol_span(addr, &sy_run_span)) {
		pr_err("switchyard: the way back to user mode: not among the symbols of this kernel; use a kernel listed in docs/models.md\n");
		return -ENOENT;
	}
	sy_module_text(THIS_MODULE, &sy_own_span.start, &sy_own_span.end);
	for_each_possible_cpu(cpu)
		per_cpu(sy_kicks, cpu) = IRQ_WORK_INIT_HARD(sy_hold_kicked);
	return 0;
}

/* No transition runs. */
void sy_hold_deinit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		irq_work_sync(per_cpu_ptr(&sy_kicks, cpu));
}
