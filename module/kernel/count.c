// SPDX-License-Identifier: GPL-2.0
/*
 * The detector count: while a transition runs, a call of the side that its task
 * leaves goes through the counting trampoline in dispatch.S, which counts it in
 * the word of the task's node and out again when it returns. This file owns what
 * follows from a count that falls; who may switch is the core's word.
 *
 * All that decides is in one word a task, changed by compare-and-set: its side,
 * whether it leaves that side, whether it may have calls that did not count
 * (those that were running when counting began), how many did, and the epoch of
 * the direction. SWITCH_THREAD: the compare-and-set that takes the last call out
 * switches the side as well. SWITCH_KERNEL: tasks whose word is held (a count,
 * or calls that did not count) are counted in the table's word inside; whoever
 * takes it to zero makes it SY_INSIDE_NEW in the same compare-and-set, and the
 * system has switched. The engine holds one itself while nothing may flip.
 *
 * The epoch changes with each transition and each turn. A call pushes the one it
 * counted itself in with; when it returns under another, it touches nothing: the
 * table may be gone.
 *
 * sy_count_down() runs wherever a patched function returns, NMI included; no
 * lock, no sleep, nothing that can be patched but what irq_work_queue() calls.
 */
#include <linux/irq_work.h>
#include <linux/irqflags.h>

#include "count.h"
#include "tasks.h"

static_assert(offsetof(struct sy_count_gate, epoch) == SY_COUNT_EPOCH);
static_assert(offsetof(struct sy_count_frame, epoch) == 0);
static_assert(offsetof(struct sy_count_frame, node) == 8);

#define SY_INSIDE_NEW BIT_ULL(63)

struct sy_count_gate sy_count_gate;

/* Of no direction before; 0 is nobody's. */
static u32 sy_epoch_next(void)
{
	static u32 epoch;

	epoch++;
	if (!epoch)
		epoch++;
	return epoch;
}

/**
 * sy_count_prepare() - before the table has a node
 * @t: the table of a transition that counts
 *
 * Context: the worker.
 */
void sy_count_prepare(struct sy_table *t)
{
	t->epoch = sy_epoch_next();
	WRITE_ONCE(t->inside, 1);
}

/* Calls count from the moment at which the gate is asked. The worker. */
void sy_count_arm(struct sy_table *t)
{
	WRITE_ONCE(sy_count_gate.table, t);
	/* Pairs with the acquire in sy_count_down(). */
	smp_store_release(&sy_count_gate.epoch, t->epoch);
}

/* Every entry asks the gate: who is born from now on has nothing uncounted. */
void sy_count_live(struct sy_table *t)
{
	/* Pairs with the acquire in sy_count_word(). */
	smp_store_release(&t->live, true);
}

/* From here on returning calls touch no node. The worker. */
void sy_count_disarm(void)
{
	WRITE_ONCE(sy_count_gate.epoch, 0);
}

/**
 * sy_count_word() - the word of a task that comes into the table
 * @t:        the table, its lock held
 * @universe: the side the task is on
 * @fresh:    being born: it has not run
 *
 * SWITCH_KERNEL: a word that is held has been counted in. A child under
 * SWITCH_THREAD is looked at even if it has nothing uncounted: it may never
 * enter the set.
 *
 * Return: the word; without counting, the side alone.
 */
u64 sy_count_word(struct sy_table *t, u32 universe, bool fresh)
{
	u64 word = universe;

	if (!t->counting)
		return word;
	word |= (u64)t->epoch << 32;
	if (universe == t->goal)
		return word;
	word |= SY_W_LEAVING;
	/* Pairs with the release in sy_count_live(). */
	if (!t->by_thread && fresh && smp_load_acquire(&t->live))
		return word;
	if (t->by_thread || sy_count_hold(t))
		word |= SY_W_UNCOUNTED;
	return word;
}

/**
 * sy_count_hold() - SWITCH_KERNEL: keep the system from switching
 * @t: a table that counts
 *
 * Context: any. Return: false if it has switched.
 */
bool sy_count_hold(struct sy_table *t)
{
	u64 now = READ_ONCE(t->inside);

	do {
		if (now == SY_INSIDE_NEW)
			return false;
	} while (!try_cmpxchg(&t->inside, &now, now + 1));
	return true;
}

/**
 * sy_count_release() - SWITCH_KERNEL: @n of sy_count_hold() less
 * @t: the table
 * @n: how many; whoever takes the last one switches the system
 *
 * Context: any.
 */
void sy_count_release(struct sy_table *t, u32 n)
{
	u64 now = READ_ONCE(t->inside), next;

	do {
		next = now - n;
		if (!next)
			next = SY_INSIDE_NEW;
	} while (!try_cmpxchg(&t->inside, &now, next));
	if (next == SY_INSIDE_NEW)
		irq_work_queue(&t->drained);
}

/* SWITCH_KERNEL: has the system switched? */
bool sy_count_flipped(const struct sy_table *t)
{
	return READ_ONCE(t->inside) == SY_INSIDE_NEW;
}

/* The word became @next: tell who waits for that. Return: true if it switched. */
static bool sy_count_left(struct sy_table *t, u64 word, u64 next)
{
	if (next & SY_W_HELD)
		return false;
	if (t->by_thread) {
		sy_pending_dec(t);
		return true;
	}
	if (word & SY_W_HELD)
		sy_count_release(t, 1);
	return false;
}

/**
 * sy_count_proved() - a look has shown that a task has nothing uncounted
 * @t:   the table
 * @st:  its node; the task is held off its CPU, is `current`, or is dead
 * @all: it has no call of the set at all, whatever its count says: it stands at
 *       the border, or is dead
 *
 * Context: as sy_task_switch().
 * Return: true if the task switched; with counted calls it does when the last of
 *         them returns.
 */
bool sy_count_proved(struct sy_table *t, struct sy_task *st, bool all)
{
	u64 word = READ_ONCE(st->word), next;

	do {
		if (!(word & SY_W_LEAVING))
			return false;
		next = word & ~(u64)(all ? SY_W_HELD : SY_W_UNCOUNTED);
		if (t->by_thread && !(next & SY_W_HELD))
			next ^= SY_W_SIDE | SY_W_LEAVING;
		if (next == word)
			return false;
	} while (!try_cmpxchg(&st->word, &word, next));
	return sy_count_left(t, word, next);
}

/**
 * sy_count_down() - a counted call has returned
 * @st:    the node it counted itself in with
 * @epoch: the epoch it pushed
 *
 * Interrupts are off from the check of the epoch on: sy_table_turn() and
 * sy_count_disarm() with its grace periods wait for whoever is in here. A count
 * that is zero already belongs to a task that left at the border.
 *
 * Context: any, from dispatch.S; NMI possible.
 */
void sy_count_down(struct sy_task *st, u32 epoch)
{
	struct sy_table *t;
	unsigned long flags;
	u64 word, next;

	local_irq_save(flags);
	/* Pairs with the release in sy_count_arm(): the table is seen. */
	if (smp_load_acquire(&sy_count_gate.epoch) != epoch)
		goto out;
	t = sy_count_gate.table;
	word = READ_ONCE(st->word);
	do {
		if (word >> 32 != epoch || !(word & SY_W_COUNT))
			goto out;
		next = word - SY_W_ONE;
		if (t->by_thread && !(next & SY_W_HELD))
			next ^= SY_W_SIDE | SY_W_LEAVING;
	} while (!try_cmpxchg(&st->word, &word, next));
	sy_count_left(t, word, next);
out:
	local_irq_restore(flags);
}

/*
 * SWITCH_THREAD: the other direction. What counted itself in before counts for
 * nothing now: those who leave from here on may have calls that did not count.
 * t->lock is held, hooks and returns stand still, entries may come.
 */
static void sy_count_turn_one(struct sy_table *t, struct sy_task *st)
{
	u64 word = READ_ONCE(st->word), next;

	do {
		next = sy_count_word(t, word & SY_W_SIDE, false);
	} while (!try_cmpxchg(&st->word, &word, next));
}

/*
 * As sy_count_turn_one(), for all; t->goal is the new one. Returns count in the
 * new epoch first: who comes in by a word of the new epoch must be counted when
 * it goes out (model/count.pml).
 */
void sy_count_turn(struct sy_table *t)
{
	struct sy_task *st;
	u32 i;

	t->epoch = sy_epoch_next();
	sy_count_arm(t);
	sy_table_for_each(t, i, st)
		sy_count_turn_one(t, st);
}
