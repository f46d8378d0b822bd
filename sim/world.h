/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulated system: one struct without pointers, so that a state can be
 * copied, compared and hashed; and the moves that lead from one to the next.
 */
#ifndef SY_WORLD_H
#define SY_WORLD_H

#include <stddef.h>

#include "litmus.h"
#include "oracle.h"

#define SY_FRAMES 10
#define SY_CPUS 16

typedef unsigned short sy_u16;
#define SY_QUEUE 12

enum sy_at { SY_AT_BODY, SY_AT_ASK, SY_AT_DECIDED };

struct sy_sim_frame {
	sy_u8 func;
	sy_u8 at:2; /* enum sy_at */
	sy_u8 side:1; /* DECIDED, BODY */
	sy_u8 irq:1; /* an interrupt or NMI begins here */
	sy_u8 nmi:1;
	sy_u8 epoch:2; /* it counted itself in; 0: it did not */
	sy_u8 version:2; /* the body that runs; @side: of the patch in transition */
	sy_u8 pc;
	sy_u8 below[2]; /* counted calls, by epoch, that it replaced by a jump */
};

/* How far a load or an unloading is, of the thread that carries it out. */
enum sy_moving {
	SY_MOVING_NOT,
	SY_MOVING_CLAIM, /* it wants to claim the patch */
	SY_MOVING_GRACE, /* it has, and ftrace waits for a grace period */
};

enum sy_target_state { SY_ABSENT, SY_COMING, SY_LIVE, SY_GOING };

enum sy_life { SY_UNBORN, SY_ALIVE, SY_DEAD, SY_GONE };
enum sy_run { SY_ON_CPU, SY_RUNNABLE, SY_ASLEEP, SY_ASLEEP_D, SY_HALTED };

struct sy_sim_task {
	sy_u8 life:2;
	sy_u8 user:1;
	sy_u8 exiting:1;
	sy_u8 offlist:1;
	sy_u8 flagged:1; /* TIF_NOTIFY_SIGNAL */
	sy_u8 holdout:1; /* the grace period waits for it */
	sy_u8 resumes:1; /* woken in its main loop, has not run since */
	sy_u8 left:1; /* retirement: seen outside the text */
	sy_u8 ran_next:1; /* in this stay, a function of the patch to come */
	sy_u8 moving:2; /* enum sy_moving */
	sy_u8 run:3;
	sy_u8 irqs:1; /* still to come */
	sy_u8 nmis:1;
	sy_u8 cpu;
	sy_u8 next; /* index of the next system call */
	sy_u8 nframes;
	/* its node in the engine's table */
	sy_u8 known:1;
	sy_u8 universe:1;
	sy_u8 clean:1;
	sy_u8 queued:1;
	sy_u8 excused:1;
	sy_u8 nudged:1;
	sy_u8 herd:1; /* marked: to be parked at the border */
	sy_u8 working:1; /* its border work is queued */
	sy_u8 parked:1; /* the mark: parked if it is asleep, too */
	sy_u8 uncounted:1; /* it may have calls that did not count */
	sy_u8 inside; /* its calls that did */
	sy_u8 look;
	sy_u8 own[SY_VARS];
	struct sy_sim_frame frame[SY_FRAMES];
};

enum sy_word { SY_WORD_OLD, SY_WORD_NEW, SY_WORD_ASK };
enum sy_retiring {
	SY_RETIRE_NOT,
	SY_RETIRE_DUE,
	SY_RETIRE_WALK,
	SY_RETIRE_GRACE,
	SY_RETIRE_FREED
};

struct sy_sim_action {
	sy_u8 kind, arg, func;
};

struct sy_world {
	struct sy_engine e;
	struct sy_oracle o;
	sy_u32 ntasks;
	struct sy_model row; /* that of transitions without one of their own */
	sy_u32 pos; /* how far the worker is in @act */
	sy_u32 pending; /* THREAD: the table's count */
	sy_u32 walk; /* how far the retirement's walk is */
	sy_u16 cpu[SY_CPUS]; /* task + 1, or 0 */
	sy_u8 var[SY_VARS];
	sy_u8 nqueue;
	sy_u8 faults; /* that may still come */
	struct sy_sim_action act; /* the worker is in this one */
	struct sy_sim_action queue[SY_QUEUE];
	sy_u8 acting:1;
	sy_u8 started:1;
	sy_u8 drained:1, flushed_hint:1; /* hints */
	sy_u8 flush_started:1, flush_done:1;
	sy_u8 tracked:1, hooked:1;
	sy_u8 armed:1, border:1, turning:1;
	sy_u8 cancelled:1;
	sy_u8 timer:1; /* armed */
	sy_u8 running:1; /* the scan met somebody on a CPU */
	sy_u8 by_thread:1;
	sy_u8 goal:1;
	sy_u8 gate_by_task:1, gate_universe:1;
	sy_u8 gate_nmi:1; /* entered from NMI since the gate was set */
	sy_u8 open:1; /* parts are registered, and those that come are at once */
	sy_u8 claimed:1; /* somebody registers or unregisters parts */
	sy_u8 closed:1; /* the patch retires, or has no parts: none comes */
	sy_u8 not_there:1; /* a function was called that was not loaded */
	sy_u8 gone_in_use:1; /* a module was unloaded with somebody inside */
	sy_u8 retiring:3;
	sy_u8 gathering:1; /* a stop is being gathered */
	sy_u8 some_inside:1; /* a CPU that came saw its task inside */
	sy_u8 reversed:1; /* a request to reverse was made */
	sy_u8 turned:1; /* TURN was carried out */
	sy_u8 refused:1;
	sy_u8 broken:1; /* a check of the program failed */
	sy_u8 freed_in_use:1;
	sy_u8 count_wrong:1;
	sy_u8 overflow:1; /* over the simulator's bounds */
	sy_u8 switched:6; /* definition: functions switched so far */
	sy_u8 arrived:1; /* definition: every unit has switched */
	sy_u8 counting:1; /* the detector is COUNT */
	sy_u8 count_epoch:2; /* calls count themselves out with this one */
	sy_u8 live:1; /* every entry asks the gate */
	sy_u8 second:1; /* the second of two transitions */
	sy_u8 flipped:1; /* SWITCH_KERNEL: the table's word inside is NEW */
	sy_u8 engine_holds:1;
	sy_u8 herd:1; /* tasks may be held: the border hook is needed */
	sy_u8 holding:1; /* between HOLD and RELEASE */
	sy_u8 hold_all:1; /* everyone who comes to the border, not the marked */
	sy_u16 holds; /* SWITCH_KERNEL: the table's word inside */
	sy_u32 stopped; /* CPUs that came to the stop */
	/* Bit 0: vmlinux, bit 1 and up: the target modules. */
	sy_u8 there; /* resolved */
	sy_u8 registered; /* the entries lead through the gateway */
	sy_u8 sets; /* a look knows their old text */
	sy_u8 target[SY_TARGETS]; /* enum sy_target_state */
	sy_u8 word[SY_FUNCS]; /* enum sy_word, by place in the patch */
	struct sy_sim_task task[];
};

/* As module/kernel/inject.h has them. */
enum sy_sim_fault {
	SY_FAULT_NONE,
	SY_FAULT_LOOK, /* a stack cannot be walked */
	SY_FAULT_NUDGE, /* a signal is lost */
	SY_FAULT_STOP_INSIDE,
	SY_FAULT_STOP_NMI,
	SY_FAULT_STOP_LATE,
	SY_FAULT_FAILED, /* preparing fails */
	SY_FAULT__LAST
};

/* Everything but the world itself that a step needs. */
struct sy_sim {
	const struct sy_litmus *l; /* as the transition at hand sees it */
	struct sy_world *w;
	int whole; /* exploring: leave nothing out that need not be */
	int definition; /* units switch by the model's definition, no engine */
	char *words; /* what the step did, or NULL */
	unsigned long nwords;
	enum sy_sim_fault fault; /* of this step */
	const char *wrong; /* sy_engine_check() */
};

enum sy_move_kind {
	SY_MOVE_STEP, /* a task goes on */
	SY_MOVE_IN, /* gets a CPU */
	SY_MOVE_OUT, /* is preempted */
	SY_MOVE_WAKE,
	SY_MOVE_IRQ,
	SY_MOVE_NMI,
	SY_MOVE_FREE, /* a dead task is freed */
	SY_MOVE_WORKER,
	SY_MOVE_LATE, /* a CPU does not come to the stop in time */
	SY_MOVE_FAILED, /* preparing fails */
	SY_MOVE_CPU, /* a CPU comes to the stop */
	SY_MOVE_FLUSHED, /* the grace period ends */
	SY_MOVE_TIMER, /* arg: enum sy_due */
	SY_MOVE_REVERSE,
	SY_MOVE_RETIRE, /* the retirement goes on */
	SY_MOVE_FAULT, /* the worker, with a fault: enum sy_sim_fault */
	SY_MOVE_KICK, /* the interrupt that a task got at the border */
	SY_MOVE_SWITCH, /* definition: a unit switches */
	SY_MOVE_NEXT, /* the second transition is requested */
};

enum sy_due {
	SY_DUE_SCAN,
	SY_DUE_NUDGE,
	SY_DUE_DEADLINE,
	SY_DUE_HERD, /* the wait before the first hold */
	SY_DUE_HOLD, /* the end of a hold */
};

struct sy_move {
	sy_u8 kind, arg;
	sy_u16 who;
};

#define SY_MOVES_MAX (8 * SY_THREADS)

size_t sy_world_size(sy_u32 ntasks);

static inline struct sy_oracle_thread *sy_othreads(struct sy_world *w)
{
	return (struct sy_oracle_thread *)&w->task[w->ntasks];
}

/* @w is @test in its first or in its second transition. */
static inline void sy_sim_look(struct sy_sim *s, const struct sy_litmus *test,
			       struct sy_world *w)
{
	s->l = w->second ? test->then : test;
	s->w = w;
}

/* world.c */
void sy_world_init(struct sy_sim *s, const struct sy_model *model);
sy_u32 sy_moves(const struct sy_sim *s, struct sy_move *ret);
void sy_move(struct sy_sim *s, const struct sy_move *move);
void sy_say(struct sy_sim *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void sy_history(struct sy_sim *s, enum sy_history_kind kind, sy_u32 thread,
		sy_u32 func, sy_u8 side);
const char *sy_side_name(const struct sy_sim *s, sy_u8 side);
const char *sy_body_name(const struct sy_sim *s, const struct sy_sim_frame *f);
int sy_in_set(const struct sy_sim *s, sy_u32 func);

/* next.c: the second of two transitions */
void sy_world_begin(struct sy_sim *s);
int sy_next_can_begin(const struct sy_sim *s);
void sy_next_begin(struct sy_sim *s);
void sy_next_note(struct sy_sim *s, sy_u32 i, sy_u32 func);

/* targets.c: modules that come and go */
void sy_target_step(struct sy_sim *s, sy_u32 i, const struct sy_insn *in);
int sy_target_can_wake(const struct sy_sim *s, sy_u32 i, sy_u8 target);
void sy_target_called(struct sy_sim *s, sy_u32 func);
void sy_parts_begin(struct sy_sim *s);
void sy_parts_register(struct sy_sim *s);
void sy_parts_unregister(struct sy_sim *s);
int sy_part_registered(const struct sy_sim *s, sy_u32 func);
int sy_part_in_sets(const struct sy_sim *s, sy_u32 func);
int sy_parts_agree(const struct sy_sim *s);

/* task.c: what tasks do */
void sy_task_step(struct sy_sim *s, sy_u32 i);
void sy_task_wake(struct sy_sim *s, sy_u32 i);
void sy_task_kicked(struct sy_sim *s, sy_u32 i);
void sy_task_interrupt(struct sy_sim *s, sy_u32 i, int nmi);
int sy_task_can_step(const struct sy_sim *s, sy_u32 i);
int sy_task_can_wake(const struct sy_sim *s, sy_u32 i);
void sy_task_on(struct sy_sim *s, sy_u32 i);
void sy_task_off(struct sy_sim *s, sy_u32 i, enum sy_run run);
int sy_task_resting(const struct sy_sim *s, const struct sy_sim_task *t);

/* look.c: looks, hooks and the task table */
enum sy_view { SY_VIEW_OFF_CPU, SY_VIEW_SWITCHING, SY_VIEW_INTERRUPTED };
sy_u32 sy_sight(const struct sy_sim *s, sy_u32 i, enum sy_view view);
int sy_pending(const struct sy_world *w, const struct sy_sim_task *t);
void sy_visit(struct sy_sim *s, sy_u32 i, enum sy_view view);
void sy_soil(struct sy_sim_task *t);
void sy_note_look(struct sy_sim_task *t, enum sy_look look);
void sy_hook_out(struct sy_sim *s, sy_u32 i);
void sy_hook_in(struct sy_sim *s, sy_u32 i);
void sy_hook_border(struct sy_sim *s, sy_u32 i);
void sy_table_birth(struct sy_sim *s, sy_u32 parent, sy_u32 child);
void sy_table_free(struct sy_sim *s, sy_u32 i);
void sy_table_fill(struct sy_sim *s);
void sy_table_turn(struct sy_sim *s);

void sy_task_switch(struct sy_sim *s, sy_u32 i, int excused);

/* count.c: the detector count */
int sy_count_held(const struct sy_sim_task *t);
void sy_count_word(struct sy_sim *s, struct sy_sim_task *t, int fresh);
int sy_count_proved(struct sy_sim *s, struct sy_sim_task *t, int all);
void sy_count_close(struct sy_sim *s);
void sy_count_open(struct sy_sim *s);
sy_u8 sy_count_in(struct sy_sim *s, struct sy_sim_task *t);
void sy_count_out(struct sy_sim *s, sy_u32 i, sy_u8 epoch);
int sy_count_sums_up(const struct sy_world *w);

/* hold.c: tasks held at the border */
void sy_hold_begin(struct sy_sim *s);
void sy_hold_drive(struct sy_sim *s);
void sy_hold_end(struct sy_sim *s);
void sy_hold_border(struct sy_sim *s, sy_u32 i);
void sy_hold_run(struct sy_sim *s, sy_u32 i);
void sy_hold_park(struct sy_sim *s, sy_u32 i);
void sy_hold_time_is_up(struct sy_sim *s, sy_u32 i);

/* shell.c: carries out the core's actions */
void sy_shell_start(struct sy_sim *s, const struct sy_model *model);
int sy_shell_can_fail(const struct sy_sim *s, enum sy_sim_fault fault);
int sy_shell_prepare_can_fail(const struct sy_sim *s);
int sy_shell_can_step(const struct sy_sim *s);
void sy_shell_step(struct sy_sim *s);
void sy_shell_timer(struct sy_sim *s, enum sy_due due);
void sy_shell_reverse(struct sy_sim *s);
void sy_shell_failed(struct sy_sim *s);
void sy_shell_forget_time(struct sy_engine *e, sy_u64 now);
int sy_shell_served(const struct sy_litmus *l, const struct sy_model *model);
void sy_shell_stopped(struct sy_sim *s, struct sy_event *event);

/* stop.c: the rendezvous */
void sy_stop_begin(struct sy_sim *s);
void sy_stop_cpu(struct sy_sim *s, sy_u32 cpu);
int sy_stop_all_came(const struct sy_sim *s);
enum sy_stop_end sy_stop_check(struct sy_sim *s);
void sy_stop_end(struct sy_sim *s);

/* retire.c */
int sy_retire_can_step(const struct sy_sim *s);
void sy_retire_step(struct sy_sim *s);
void sy_holdouts(struct sy_sim *s);
int sy_any_holdout(const struct sy_world *w);

/* definition.c: models by their definition, without the engine */
sy_u32 sy_definition_moves(const struct sy_sim *s, struct sy_move *ret);
void sy_definition_switch(struct sy_sim *s, const struct sy_move *move);
void sy_definition_arrive(struct sy_sim *s);
sy_u8 sy_definition_side(const struct sy_sim *s, sy_u32 i, sy_u32 func);

/* forget.c: what nobody asks for any more */
void sy_forget(struct sy_sim *s);
void sy_number_cpus(struct sy_world *w, sy_u32 ncpus);
int sy_cpus_count(const struct sy_world *w);

/* rules.c: what must always hold */
const char *sy_broken_rule(const struct sy_sim *s);

/* A transition has ended on the side that was asked for. */
int sy_world_settled(const struct sy_sim *s);

#endif
