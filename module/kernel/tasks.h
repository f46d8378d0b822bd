/* SPDX-License-Identifier: GPL-2.0 */
/* The task table of a transition: who is on which side. */
#ifndef SY_TASKS_H
#define SY_TASKS_H

#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "core/sy_core.h"
#include "dispatch.h"
#include "hold.h"

#define SY_FUNC_UNKNOWN U32_MAX

/**
 * struct sy_task - a task in transition
 * @hash:     chain of its bucket; dispatch.S follows it
 * @task:     pinned until @gone
 * @word:     SY_W_*: the side it is on, and with the detector count how many of
 *            its calls are inside; changed by cmpxchg only
 * @look:     how it was last seen, enum sy_look
 * @clean:    SWITCH_KERNEL: seen outside while off its CPU, has not run since
 * @queued:   SWITCH_KERNEL: on the dirty list
 * @excused:  let go by the relaxed rule
 * @nudged:   signalled in this direction
 * @gone:     freed; the node stays until the table goes
 * @herd:     seen inside: to be parked when it comes to the border
 * @working:  @work is queued
 * @parked:   the task is about to sleep at the border, sleeps or has just woken
 * @held_us:  the longest time it was parked at a stretch; 0: never
 * @func:     index of the patched function seen on its stack
 * @frame:    the address seen there
 * @since_ns: since when it blocks
 * @dirty:    link of the dirty list
 * @work:     border work
 * @table:    where the node is
 * @grave:    link of the list of the gone
 */
struct sy_task {
	struct hlist_node hash;
	struct task_struct *task;
	u64 word;
	u8 look;
	u8 clean;
	u8 queued;
	/* A byte each: they are written in different contexts. */
	u8 excused, nudged, gone;
	u8 herd, working, parked;
	u32 held_us;
	u32 func;
	unsigned long frame;
	u64 since_ns;
	struct llist_node dirty;
	struct llist_node grave;
	struct callback_head work;
	struct sy_table *table;
};

static_assert(sizeof(struct sy_task) <= 128);

#define SY_RESERVE 32

/**
 * struct sy_table - all threads, for one transition
 * @lock:    chains, @gone, @total, and the flags of nodes that are not made by
 *           cmpxchg; hooks and scans take it with interrupts off. Lookups of
 *           `current` by dispatch.S and the hooks go without: nodes are freed
 *           with the table, after a grace period.
 * @pending: SWITCH_THREAD: nodes not on the side @goal
 * @lost:    births that found no memory and are not in the table yet
 * @reserve: nodes for births that find no memory, @nreserve of them
 * @counting: the detector is COUNT: words carry counts and @epoch
 * @live:    COUNT: every entry asks the gate
 * @inside:  COUNT, SWITCH_KERNEL: tasks that may be inside, births that found no
 *           memory, and one of the engine's own while nothing may flip; or
 *           SY_INSIDE_NEW. Each transition has its own: who is late reads his
 * @dirty:   SWITCH_KERNEL: nodes that ran since they were seen clean
 */
struct sy_table {
	raw_spinlock_t lock;
	struct hlist_head *buckets;
	u32 bucket_mask;
	u32 goal;
	u32 dflt;
	bool by_thread;
	bool turning;
	bool counting, live;
	u32 epoch;
	u64 inside;
	u32 total;
	atomic_t lost;
	u32 nreserve;
	struct sy_task *reserve[SY_RESERVE];
	atomic_t pending;
	atomic_t excused;
	struct llist_head dirty, graves;
	struct irq_work drained;
	struct sy_hold hold;
};

struct sy_table *sy_table_create(bool by_thread, bool from_new, bool to_new,
				 void (*drained)(struct irq_work *work));
void sy_table_destroy(struct sy_table *t);
int sy_table_track(struct sy_table *t);
void sy_table_untrack(struct sy_table *t);
int sy_table_fill(struct sy_table *t);
struct sy_task *sy_task_of(const struct sy_table *t,
			   const struct task_struct *task);
bool sy_task_switch(struct sy_table *t, struct sy_task *st);
void sy_task_soil(struct sy_table *t, struct sy_task *st);
void sy_table_turn(struct sy_table *t);
void sy_pending_dec(struct sy_table *t);
bool sy_task_uncounted(const struct sy_table *t, const struct sy_task *st);
bool sy_task_pending(const struct sy_table *t, const struct sy_task *st);
bool sy_task_get(struct sy_table *t, struct sy_task *st);

/* The side a task is on: 0 old, 1 new. */
static inline u32 sy_task_side(const struct sy_task *st)
{
	return READ_ONCE(st->word) & SY_W_SIDE;
}

#define sy_table_for_each(t, i, st)                   \
	for ((i) = 0; (i) <= (t)->bucket_mask; (i)++) \
		hlist_for_each_entry((st), &(t)->buckets[i], hash)

struct tracepoint *sy_tracepoint(const char *name);

#endif
