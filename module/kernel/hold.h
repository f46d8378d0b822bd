/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks that are held at the border. */
#ifndef SY_HOLD_H
#define SY_HOLD_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/wait.h>

struct sy_sight;
struct sy_table;
struct sy_task;
struct sy_transition;

/**
 * struct sy_hold - who is held, and since when; one for each table
 * @turn:     the number of the hold that lasts; 0: none. Written by the worker
 * @last:     the number of the last hold
 * @all:      hold everyone who comes to the border, not only those marked
 * @until_ns: CLOCK_MONOTONIC: nobody stays parked beyond
 * @parked:   those who are parked wait here
 * @works:    border works queued or running: the table must outlive them
 * @awaited:  of those the last scan drove, how many have not come
 * @held:     tasks that were held at least once
 * @worst_us: longest time that one task was held at a stretch
 */
struct sy_hold {
	u32 turn, last;
	bool all;
	u64 until_ns;
	wait_queue_head_t parked;
	atomic_t works, awaited, held;
	u32 worst_us;
};

struct sy_hold_figures {
	u32 held, holds;
	u64 median_ns, worst_ns;
};

int sy_hold_init(void);
void sy_hold_deinit(void);
u32 sy_hold_begin(struct sy_transition *tr, u64 limit_ns);
u32 sy_hold_drive(struct sy_transition *tr);
void sy_hold_end(struct sy_table *t);
void sy_hold_border(struct sy_table *t, struct sy_task *st);
void sy_hold_sight(const struct sy_task *st, struct sy_sight *sight);
void sy_hold_settle(const struct sy_table *t);
void sy_hold_tell(const struct sy_table *t, struct sy_hold_figures *ret);
void sy_hold_flush(struct sy_table *t);

#endif
