/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The decision core: what a transition does next, and whether one task may
 * switch. Pure C. It includes nothing, allocates nothing, takes no lock, reads
 * no clock and calls nothing but itself; the kernel shell, the unit tests and
 * the simulator compile these same sources.
 *
 * Two machines that do not share state:
 *
 *   sy_step()    the transition, driven by one worker, one event at a time;
 *   sy_judge()   one look at one task, from any context (scan, interrupt,
 *                sched_switch, the border, the stopped machine).
 *
 *	           ENABLE/DISABLE
 *	   IDLE ------------------> PREPARING --FAILED--> IDLE
 *	    ^                           |
 *	    |                        PREPARED
 *	    |        +------------------+----------------+
 *	    |        | FUNCTION/FUNCTION                 | who looks at tasks
 *	    |        | FUNCTION/KERNEL                   v
 *	    |        |      +-------- TIMER -------- WAITING <---+
 *	    |        |      v                         |  ^       | STOPPED
 *	    |        |   SCANNING ------SCANNED-------+  |       |
 *	    |        |   |  ^  SCANNED, not THREAD ------|--> STOPPING
 *	    |        |   |  +---- STOPPED: next function +-------+
 *	    |        v   v                                       |
 *	    +---- SETTLING <----- all switched ------------------+
 *	  SETTLED
 */
#ifndef SY_CORE_H
#define SY_CORE_H

#ifdef __CHECKER__
#define __sy_bitwise __attribute__((bitwise))
#define __sy_force __attribute__((force))
#else
#define __sy_bitwise
#define __sy_force
#endif

typedef unsigned char sy_u8;
typedef unsigned int sy_u32;
typedef unsigned long long sy_u64;

/* ---- models ------------------------------------------------------------ */

enum sy_leave { SY_LEAVE_FUNCTION, SY_LEAVE_PATCHED_SET, SY_LEAVE_KERNEL };
enum sy_switch { SY_SWITCH_FUNCTION, SY_SWITCH_THREAD, SY_SWITCH_KERNEL };

/* Observations: bit k-1 is Mk of docs/models.md. */
#define SY_M1 1u
#define SY_M2 2u
#define SY_M3 4u
#define SY_M4 8u

struct sy_model {
	sy_u8 leave; /* enum sy_leave */
	sy_u8 sw; /* enum sy_switch */
	sy_u8 relaxed; /* LEAVE_KERNEL only: excuse by stack */
};

/**
 * sy_model_allows() - the set of observations a model allows
 * @model: any pair of enum sy_leave and enum sy_switch
 *
 * The table of nine models by four observations. relaxed allows M2 besides,
 * for the excused.
 *
 * Return: a set of SY_M1 .. SY_M4.
 * Source: Vojtech Pavlik's two axes (7 Nov 2014); docs/models.md derives it.
 */
sy_u32 sy_model_allows(const struct sy_model *model);

/* Return: 1 if this engine serves the model now, else 0. */
int sy_model_served(const struct sy_model *model);

/* How a transition learns that execution has left. Numbers as in the ABI. */
enum sy_detector {
	SY_DETECTOR_NONE, /* LEAVE_FUNCTION; in a request: the default */
	SY_DETECTOR_STACK, /* the walk of a stack shows no frame of the set */
	SY_DETECTOR_COUNT, /* calls count themselves in and out */
	SY_DETECTOR_BOUNDARY, /* LEAVE_KERNEL: seen outside the kernel */
	SY_DETECTOR__LAST
};

/**
 * sy_model_detector() - the detector that a request for @model gets
 * @model: a model that is served
 * @wish:  enum sy_detector; NONE: whichever is the default
 *
 * LEAVE_PATCHED_SET is found by stacks unless counting is asked for: a task
 * asleep outside the set is known at once by its stack, and no call of a
 * patched function costs more than the choice while the transition runs.
 *
 * Return: enum sy_detector, or SY_DETECTOR__LAST: @model has no such detector.
 */
enum sy_detector sy_model_detector(const struct sy_model *model, sy_u32 wish);

/* ---- verdicts ---------------------------------------------------------- */

/* Why a request was refused. Same numbers as enum sy_abi_verdict. */
typedef sy_u32 __sy_bitwise sy_refusal_t;
#define SY_OK ((__sy_force sy_refusal_t)0)
#define SY_BUSY ((__sy_force sy_refusal_t)2)
#define SY_REQUIREMENT ((__sy_force sy_refusal_t)14)
#define SY_BAD_MODEL ((__sy_force sy_refusal_t)15)
#define SY_BAD_STATE ((__sy_force sy_refusal_t)16)
#define SY_BAD_DETECTOR ((__sy_force sy_refusal_t)25)

/* ---- one task ---------------------------------------------------------- */

/* How a task was seen. One bit each; several may be set. */

/*
 * It executes user code, or is in the very last step of its return to user
 * mode. RUNNING and UNRELIABLE beside it hold it all the same.
 */
#define SY_SEEN_USER 0x001u
/* It has left its CPU for good: its frames never run, whatever else is set. */
#define SY_SEEN_DEAD 0x002u
/* On a CPU that could not be looked at now. */
#define SY_SEEN_RUNNING 0x004u
/* Its stack could not be walked. */
#define SY_SEEN_UNRELIABLE 0x008u
/* A frame of the side it would leave. */
#define SY_SEEN_IN_SET 0x010u
/* A frame inside the redirect: in both versions. */
#define SY_SEEN_IN_TRAMPOLINE 0x020u
/*
 * A kthread or idle task whose stack holds its thread function and waiting
 * primitives only, not runnable (idle: in the idle loop). RUNNABLE beside it
 * does not hold it.
 */
#define SY_SEEN_MAIN_LOOP 0x040u
#define SY_SEEN_KTHREAD 0x080u
/* PF_EXITING */
#define SY_SEEN_EXITING 0x100u
/* Stopped, traced, or frozen with its cgroup. */
#define SY_SEEN_STOPPED 0x200u
/* D state, or waiting for a vfork child. */
#define SY_SEEN_UNINTERRUPTIBLE 0x400u
/* Off its CPU but runnable: preempted. */
#define SY_SEEN_RUNNABLE 0x800u
/*
 * Held at the border, asleep: of its stay nothing is left but the return. What
 * is raised meanwhile, a signal say, belongs to its next stay.
 */
#define SY_SEEN_PARKED 0x1000u
/* A frame of the side it would leave whose call has counted itself. */
#define SY_SEEN_COUNTED 0x2000u

enum sy_look {
	SY_LOOK_LEFT, /* outside: it may switch now */
	SY_LOOK_EXCUSED, /* outside by the relaxed rule only: it may switch */
	SY_LOOK_ASLEEP, /* inside, asleep where a signal reaches it */
	SY_LOOK_RUNNING,
	SY_LOOK_PREEMPTED,
	SY_LOOK_EXITING,
	SY_LOOK_UNRELIABLE,
	SY_LOOK_UNINTERRUPTIBLE,
	SY_LOOK_STOPPED,
	SY_LOOK_KTHREAD,
	SY_LOOK_PARKED, /* never judged so: for a task that is held, and is
			 * in nobody's way */
	SY_LOOK__LAST
};

/**
 * sy_judge() - may a task that was seen like this switch?
 * @model: the transition's model
 * @seen:  a set of SY_SEEN_*
 *
 * LEAVE_FUNCTION: always. LEAVE_PATCHED_SET: dead, or a reliable stack with no
 * frame of the set and none of the redirect. LEAVE_KERNEL: dead, or one that
 * LEAVE_PATCHED_SET would let go and that is in user mode, parked or a kthread in
 * its main loop, and not exiting; relaxed also excuses kthreads, and vfork parents,
 * D state, stopped and traced tasks that are not runnable, if LEAVE_PATCHED_SET
 * would let them go.
 *
 * When several reasons hold a task back, the one an operator can act on wins:
 * UNRELIABLE, RUNNING, EXITING, KTHREAD, STOPPED, UNINTERRUPTIBLE, PREEMPTED,
 * ASLEEP in this order.
 *
 * Context: any, NMI included; reads its arguments only.
 */
enum sy_look sy_judge(const struct sy_model *model, sy_u32 seen);

/**
 * sy_judge_counted() - does the task's count say all about it from now on?
 * @model: a model of LEAVE_PATCHED_SET, with the detector COUNT
 * @seen:  a set of SY_SEEN_*
 *
 * Calls that were running when counting began have not counted themselves. A
 * task is taken for one with such calls until it is seen, whole, without one.
 *
 * Context: any, NMI included; reads its arguments only.
 * Return: 1 if so.
 */
int sy_judge_counted(const struct sy_model *model, sy_u32 seen);

/* Return: 1 if a signal makes such a task leave, else 0. */
int sy_look_nudgeable(enum sy_look look);

/* Return: 1 if such a task can be made to come to the border, else 0. */
int sy_look_drivable(enum sy_look look);

/* Return: a static word or sentence for the operator; never null. */
const char *sy_look_name(enum sy_look look);
const char *sy_look_relief(enum sy_look look);

/* ---- the transition ---------------------------------------------------- */

enum sy_state {
	SY_IDLE,
	SY_PREPARING, /* shell: symbols, task table, probes, redirects */
	SY_SCANNING, /* shell: look at every task not switched yet */
	SY_WAITING, /* for tasks, for the exit flush or for the timer */
	SY_STOPPING, /* shell: rendezvous */
	SY_SETTLING, /* shell: direct targets, probes off */
	SY_STATE__LAST
};

enum sy_result {
	SY_RESULT_NONE,
	SY_RESULT_SETTLED,
	SY_RESULT_REVERTED,
	SY_RESULT_GAVE_UP,
	SY_RESULT_FAILED,
	SY_RESULT__LAST
};

enum sy_event_kind {
	SY_EVENT_START, /* u.start: a request, already resolved to a patch */
	SY_EVENT_REVERSE, /* by request */
	SY_EVENT_PREPARED, /* redirects are registered, everyone runs the old
			    * side, tasks are in the table */
	SY_EVENT_FAILED, /* preparing failed and was undone */
	SY_EVENT_FLUSHED, /* no task that was exiting, off every list, when the
			   * table was filled is left. It counts for this
			   * transition: one that is late must not come after
			   * SETTLED or FAILED */
	SY_EVENT_SCANNED, /* u.scan: the pass over all tasks is done */
	SY_EVENT_DRAINED, /* THREAD: a hook switched the last task; settles
			   * without another scan, so whoever sends it reads
			   * the count then and there, for a hook's own word
			   * may be older than a TURN. Else: a hook saw the
			   * last task inside leave; a hint, may be stale */
	SY_EVENT_STOPPED, /* u.stop: a rendezvous ended */
	SY_EVENT_TIMER, /* the armed timer expired */
	SY_EVENT_SETTLED, /* shell is done with SY_ACT_SETTLE */
	SY_EVENT__LAST
};

enum sy_stop_end {
	SY_STOP_FLIPPED, /* all clean, universe or function flipped */
	SY_STOP_LATE, /* a CPU did not come in time */
	SY_STOP_INSIDE, /* somebody was inside, nothing changed */
	SY_STOP_NMI, /* a patched function was entered from NMI */
	SY_STOP__LAST
};

struct sy_event {
	enum sy_event_kind kind;
	sy_u64 now_ns;
	union {
		struct {
			struct sy_model model;
			sy_u8 to_new; /* 1 patch, 0 unpatch */
			sy_u8 force;
			sy_u8 enabled; /* the patch is enabled now */
			sy_u8 retiring; /* the patch is retiring now */
			sy_u8 herd; /* may hold tasks at the border. Meant by
				     * KERNEL/KERNEL, ignored by models that
				     * wait for nobody or for each thread */
			sy_u8 detector; /* enum sy_detector; NONE: default */
			sy_u8 uncountable; /* a function is not known to take
					    * all arguments in registers */
			sy_u32 forbid; /* the patch's requirement */
			sy_u32 nfuncs;
			sy_u64 deadline_ns; /* duration; 0: default */
			sy_u32 tries; /* attempts for each unit that needs a
				       * stop; 0: until the deadline */
			sy_u64 retry_ns; /* between attempts, DRAINED or not;
					  * 0: back-off, cut short by DRAINED */
		} start;
		struct {
			sy_u32 pending; /* THREAD: not on the wanted side.
					 * Else: not clean; COUNT: may have
					 * calls that did not count */
			sy_u32 nudgeable; /* of those, a signal frees them */
			sy_u32 moving; /* of those, running, preempted or
					* unreliable: look again soon */
			sy_u32 drivable; /* of those, a hold moves them */
		} scan;
		struct {
			enum sy_stop_end end;
		} stop;
	} u;
};

enum sy_action_kind {
	SY_ACT_REPLY, /* refusal: answer of the request (START, REVERSE) */
	SY_ACT_PREPARE,
	SY_ACT_ARM, /* not FUNCTION/FUNCTION: entries ask the gate from now on,
		     * hooks (switch-out, border) are live */
	SY_ACT_SCAN,
	SY_ACT_FLIP_FUNCTIONS, /* every function's target, one store each: to
				* the new side in the order, to the old one
				* in the opposite order (FUNCTION/FUNCTION) */
	SY_ACT_FLIP, /* the universe word, no check (FUNCTION/KERNEL) */
	SY_ACT_STOP, /* arg: limit in ns. Rendezvous, check, flip: SWITCH_KERNEL
		      * the universe word, SWITCH_FUNCTION function `func`.
		      * COUNT: no rendezvous; the first moment within the limit
		      * at which nobody is inside flips */
	SY_ACT_NUDGE, /* signal every task whose look is nudgeable */
	SY_ACT_HOLD, /* arg: ns. Until RELEASE each scan makes those who are
		      * inside come to the border and parks them there; nobody
		      * stays parked for longer than arg from now, whatever
		      * happens */
	SY_ACT_RELEASE, /* let go of all who are parked; does not wait */
	SY_ACT_TURN, /* the wanted side is the other one now: what was seen of
		      * tasks is void */
	SY_ACT_TIMER, /* arg: ns from now; replaces the armed one */
	SY_ACT_SETTLE, /* arg: 1 the new side is final, 0 the old one.
			* SETTLED is sent when nothing of the transition
			* is visible any more */
	SY_ACT_RETIRE, /* the old side is final: redirects may go */
	SY_ACT_REPORT, /* report: tell listeners */
	SY_ACT__LAST
};

enum sy_report {
	SY_REPORT_STARTED,
	SY_REPORT_REVERSING_DEADLINE,
	SY_REPORT_REVERSING_REQUEST,
	SY_REPORT_REVERSING_TRIES,
	SY_REPORT_REVERSING_NMI,
	SY_REPORT_NUDGED,
	SY_REPORT_SETTLED, /* with the result */
	SY_REPORT__LAST
};

struct sy_action {
	enum sy_action_kind kind;
	sy_u32 func; /* SCAN, STOP of SWITCH_FUNCTION: the place in the order of
		      * the function whose turn it is */
	union {
		sy_u64 arg;
		sy_refusal_t refusal;
		enum sy_report report;
	} u;
};

#define SY_ACTIONS_MAX 8

struct sy_actions {
	sy_u32 n;
	struct sy_action at[SY_ACTIONS_MAX];
};

/* The policy's numbers. */
#define SY_DEADLINE_NS 10000000000ull /* default deadline */
/* LEAVE_PATCHED_SET: sleepers are signalled this long after the first scan
 * that found some.
 */
#define SY_NUDGE_SET_NS 50000000ull
#define SY_NUDGE_KERNEL_NS 20000000ull /* LEAVE_KERNEL: likewise */
/* Back-off of looking again at tasks that move without passing a hook. */
#define SY_RESCAN_MIN_NS 1000000ull
#define SY_RESCAN_MAX_NS 1000000000ull
#define SY_RETRY_MIN_NS 1000000ull /* back-off between stops */
#define SY_RETRY_MAX_NS 100000000ull
#define SY_STOP_MIN_NS 1000000ull /* how long CPUs wait for each other */
#define SY_STOP_MAX_NS 16000000ull /* doubled from MIN at each late CPU */
/* Before the first hold: the instant may come by itself. */
#define SY_HERD_WAIT_NS 5000000ull
/* LEAVE_PATCHED_SET: how long one attempt holds, and what nobody exceeds. */
#define SY_HOLD_NS 75000000ull
#define SY_HOLD_MAX_NS 100000000ull
#define SY_FREEZE_NS 400000000ull /* LEAVE_KERNEL: likewise */
#define SY_FREEZE_MAX_NS 500000000ull
#define SY_HOLD_LOOK_MIN_NS 1000000ull /* between looks of one hold */
#define SY_HOLD_LOOK_MAX_NS 8000000ull
/* A hold ends after so many looks that saw none but immovable ones inside. */
#define SY_HOLD_STUCK 4u
#define SY_FREEZE_STUCK 8u
#define SY_HOLD_PAUSE_MIN_NS 100000000ull /* back-off between holds */
#define SY_HOLD_PAUSE_MAX_NS 1600000000ull
#define SY_OPEN_NS 50000000ull /* COUNT: how long one attempt may flip */
#define SY_RETIRE_MIN_NS 10000000ull
#define SY_RETIRE_MAX_NS 1000000000ull

struct sy_engine {
	enum sy_state state;
	struct sy_model model;
	enum sy_detector detector;
	sy_u8 to_new; /* the side wanted now: 1 new. SETTLING and IDLE: the
		       * final one */
	sy_u8 was_to_new; /* the side wanted by the request */
	sy_u8 reversing;
	sy_u8 flushed;
	sy_u8 nudged;
	sy_u8 cancel; /* reverse as soon as preparing is done */
	enum sy_result result;
	sy_u32 nfuncs; /* at least 1 */
	sy_u32 news; /* SWITCH_FUNCTION: the first so many are new */
	sy_u32 tries; /* 0: unlimited */
	sy_u32 attempts; /* scans that found somebody inside, and stops that
			  * failed, since the last unit switched; what `tries`
			  * limits. None of SWITCH_THREAD */
	sy_u64 retry_ns; /* 0: back-off */
	sy_u64 backoff_ns;
	sy_u64 stop_limit_ns;
	sy_u64 deadline_ns; /* a duration: counts from PREPARED */
	sy_u64 deadline_at; /* absolute; 0: none */
	sy_u64 nudge_at; /* absolute; 0: none */
	sy_u64 scan_at; /* absolute; 0: none */
	sy_u32 pending; /* as of the last scan */
	sy_u32 nudgeable;
	sy_u32 moving;
	sy_u32 drivable;
	sy_u8 herd; /* tasks may be held */
	sy_u8 holding; /* between HOLD and RELEASE */
	sy_u8 held; /* a hold has ended and no pause was made since */
	sy_u32 stuck; /* looks of this hold that saw only immovable tasks */
	sy_u64 herd_at; /* absolute; from then on holds begin. 0: not set */
	sy_u64 hold_until; /* absolute; 0: nobody is held */
	sy_u64 look_ns; /* between looks */
	sy_u64 pause_ns; /* after the next hold */
};

void sy_engine_init(struct sy_engine *e);

/**
 * sy_step() - one event in, the actions that follow from it out
 * @e:       the engine; the caller serializes
 * @event:   what happened
 * @ret:     filled from index 0; the caller executes the actions in order
 *
 * A request that is refused (REPLY with a refusal other than SY_OK) changes
 * nothing. An event that does not fit the state is ignored: hints may be
 * stale. Acting cannot fail; what may fail comes back as an event.
 *
 * Context: any one at a time; in the kernel, the worker.
 */
void sy_step(struct sy_engine *e, const struct sy_event *event,
	     struct sy_actions *ret);

/* admit.c: the first half of sy_step()'s answer to a request */
sy_refusal_t sy_engine_admits(const struct sy_engine *e,
			      const struct sy_event *event);
void sy_engine_begin(struct sy_engine *e, const struct sy_event *event);
/* detect.c: may a request have its detector; for how long may a STOP flip */
sy_refusal_t sy_detector_admits(const struct sy_event *event);
sy_u64 sy_stop_span(const struct sy_engine *e, sy_u64 now);

/* Assert the facts of each state. Return: null, or what does not hold. */
const char *sy_engine_check(const struct sy_engine *e);

/* admit.c: the first half of sy_step()'s answer to a request */
sy_refusal_t sy_engine_admits(const struct sy_engine *e,
			      const struct sy_event *event);
void sy_engine_begin(struct sy_engine *e, const struct sy_event *event);

/* ---- the order of functions -------------------------------------------- */

/*
 * Return: 1 if the model switches functions one after another, each at an
 * instant at which everybody has left; else 0.
 */
int sy_order_asked(const struct sy_model *model);

void sy_order_start(struct sy_engine *e); /* none has switched */
void sy_order_finish(struct sy_engine *e); /* all have, at once */
void sy_order_advance(struct sy_engine *e); /* the one whose turn it was has */

/* Return: 1 if all functions are on the side wanted now. */
int sy_order_done(const struct sy_engine *e);

/* Return: 1 if some are not on the side they came from. */
int sy_order_begun(const struct sy_engine *e);

/* Return: the place in the order of the one whose turn it is; 0: of none. */
sy_u32 sy_order_turn(const struct sy_engine *e);

/* Back-off of the @attempt-th (from 0) walk of a retirement, in ns. */
sy_u64 sy_retire_delay(sy_u32 attempt);

#endif
