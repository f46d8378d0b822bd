/* SPDX-License-Identifier: GPL-2.0 */
/* One transition, and the worker that runs it. */
#ifndef SY_TRANSITION_H
#define SY_TRANSITION_H

#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/user-return-notifier.h>
#include <linux/workqueue.h>

#include "answer.h"
#include "core/sy_core.h"
#include "tasks.h"
#include "unwind.h"

struct sy_live;

/**
 * struct sy_transition - one transition of one patch
 * @patch:       its patch, pinned while this exists
 * @model:       fixed by the request
 * @detector:    likewise, enum sy_detector
 * @to_new:      what the request wanted: 1 patch, 0 unpatch
 * @table:       everyone
 * @sets:        text to leave: [0] of the old side, [1] of the new side
 * @below:       text that is part of both: of patches disabled before
 * @answer:      why preparing failed
 * @prepared:    completed when preparing is over
 * @failed:      preparing failed
 * @flush:       waits for tasks that were exiting off every list
 * @flush_started: @flushed will be completed by the grace period
 * @hooked:      the switch-out hook is in
 * @armed:       entries ask the gate; hooks may switch tasks
 * @tracked:     births and deaths are followed
 * @turn:        SWITCH_FUNCTION: the place of the function whose turn it is
 * @requested_ns: CLOCK_MONOTONIC of the request
 * @prepared_ns:  redirects registered
 * @burial:      frees all this after the grace periods
 * @users:       the requester and the burial each hold one
 */
struct sy_transition {
	struct sy_live *patch;
	struct sy_model model;
	u32 detector;
	bool to_new;
	struct sy_table *table;
	struct sy_set *sets[2];
	struct sy_set *below;
	struct sy_answer answer;
	struct completion prepared;
	bool failed;
	struct rcu_head flush;
	struct completion flushed;
	bool flush_started;
	bool cancelled; /* reversed while preparing */
	u64 patience_ns; /* how long preparing may wait */
	bool hooked;
	bool armed;
	bool tracked;
	bool herd; /* it may hold tasks at the border */
	bool retire; /* when it has been reported */
	u32 turn;
	enum sy_stop_end stop_end; /* of the last stop */
	u32 nudged, stops; /* for the figures: sy_figures_lock() */
	u64 pause_ns;
	u64 requested_ns, prepared_ns;
	struct work_struct burial;
	refcount_t users;
};

/* Where the side is found that tasks must leave now. */
static inline struct sy_set *const *sy_set_place(const struct sy_transition *tr)
{
	return &tr->sets[!READ_ONCE(tr->table->goal)];
}

/*
 * The text to look for. Context: the task to be looked at is held, or is the one
 * that asks: a module it may have run is known by then.
 */
static inline const struct sy_set *sy_set_at(struct sy_set *const *place)
{
	/* Pairs with the release in sy_transition_sets_renew(). */
	return smp_load_acquire(place);
}

/* The side that tasks must leave now. Context: as sy_set_at(). */
static inline const struct sy_set *sy_set_now(const struct sy_transition *tr)
{
	return sy_set_at(sy_set_place(tr));
}

/* transition.c: the worker and the engine */
int sy_worker_init(void);
void sy_worker_deinit(void);
sy_refusal_t sy_transition_try(const struct sy_event *request);
sy_refusal_t sy_transition_start(struct sy_transition *tr,
				 const struct sy_event *request);
sy_refusal_t sy_transition_reverse(struct sy_live *patch,
				   const struct sy_event *request);
void sy_transition_flushed(void);
bool sy_worker_wait(struct sy_transition *tr, struct completion *done);
void sy_on_drained(struct irq_work *work);
bool sy_is_worker(const struct task_struct *task);
struct sy_live *sy_transition_patch(void);
void sy_transition_peek(void (*fn)(struct sy_transition *tr, void *data),
			void *data);

/* slots.c: counted calls that outlive their transition */
void sy_slots_init(void);
void sy_slots_watch(void);

/* burial.c: the end of a transition's memory */
void sy_transition_bury(struct work_struct *work);
void sy_transition_put(struct sy_transition *tr);
void sy_transition_free(struct sy_transition *tr);
int sy_transition_sets_renew(struct sy_transition *tr);
extern struct workqueue_struct *sy_workqueue;

/* report.c */
void sy_excused_note(struct sy_transition *tr);

/* hooks.c */
void sy_anchor_init(void);
void sy_anchor_deinit(void);
int sy_hooks_init(void);
void sy_hooks_deinit(void);
int sy_hooks_attach(struct sy_transition *tr);
void sy_hooks_arm(struct sy_transition *tr);
void sy_hooks_detach(struct sy_transition *tr);

/* scan.c */
struct sy_tally {
	u32 pending, nudgeable, moving, drivable;
	u32 inside; /* tasks that hold it up; pending, or more */
};

void sy_visit(struct sy_transition *tr, struct sy_task *st,
	      const struct sy_sight *sight, enum sy_view view);
void sy_scan(struct sy_transition *tr, struct sy_tally *ret);
void sy_tally(struct sy_transition *tr, struct sy_tally *ret);
u32 sy_nudge(struct sy_transition *tr);
void sy_nudge_one(struct task_struct *task);
u32 sy_excused_count(const struct sy_table *t);
void sy_look_remote(struct sy_set *const *set, struct task_struct *task,
		    void (*seen)(void *data, const struct sy_sight *sight),
		    void *data);

/* stop.c */
struct sy_stop_report {
	enum sy_stop_end end;
	u64 pause_ns; /* longest of any CPU */
	u32 walked; /* dirty tasks walked inside */
};

int sy_stop_init(void);
void sy_stop_deinit(void);
void sy_stop(struct sy_transition *tr, u64 limit_ns,
	     struct sy_stop_report *ret);

#endif
