/* SPDX-License-Identifier: GPL-2.0 */
/* A litmus test as it was read: what runs, what is patched, what is expected. */
#ifndef SY_LITMUS_H
#define SY_LITMUS_H

#include "../module/core/sy_core.h"

#define SY_FUNCS 64
#define SY_INSNS 12
#define SY_THREADS 512
#define SY_CALLS 6
#define SY_VARS 4
#define SY_TARGETS 3
#define SY_MODELS 12 /* nine, and the relaxed variants of LEAVE_KERNEL */
#define SY_NONE 0xff
#define SY_WHY 2000

enum sy_op {
	SY_OP_END,
	SY_OP_POINT, /* a step that does nothing */
	SY_OP_CALL, /* a: function */
	SY_OP_TAIL, /* a: function; this call's frame is gone */
	SY_OP_SLEEP, /* interruptible */
	SY_OP_SLEEPD, /* uninterruptible */
	SY_OP_STOPPED, /* stopped or traced */
	SY_OP_REST, /* a kthread's sleep in its main loop */
	SY_OP_AWAIT, /* a: variable, b: value; uninterruptible */
	SY_OP_AWAITI, /* likewise, interruptible: a nudge ends it, too */
	SY_OP_SET,
	SY_OP_INC,
	SY_OP_DEC,
	SY_OP_CHECK, /* "broken" unless variable a is b */
	SY_OP_LOCK, /* a: variable, 1 while held */
	SY_OP_UNLOCK, /* "broken" unless held */
	SY_OP_FORK, /* a: thread */
	SY_OP_EXITING,
	SY_OP_OFFLIST, /* off every task list, still running */
	SY_OP_DIE,
	SY_OP_SPIN, /* for ever */
	SY_OP_RETURN_IF, /* returns if variable a is b */
	SY_OP_LOAD, /* a: target module */
	SY_OP_UNLOAD, /* a: target module, in which nobody is */
	SY_OP__LAST
};

/* A variable with this bit is the thread's own. */
#define SY_VAR_OWN 0x80

struct sy_insn {
	sy_u8 op, a, b;
};

#define SY_FUNC_UNCHECKED 1 /* SY_FUNC_NO_STACK_CHECK */
#define SY_FUNC_NMI 2 /* known to be reachable from NMI */

#define SY_VERSIONS 3 /* old or only body, new, newer */

struct sy_routine {
	char name[32];
	sy_u8 patched; /* place in the patch's order, or SY_NONE */
	sy_u8 flags;
	sy_u8 part; /* 0: vmlinux; 1 and up: the target modules */
	sy_u8 defined; /* bit i: body[i] */
	/* Which body either side runs; [0] if it is not in the patch. */
	sy_u8 version[2];
	struct sy_insn body[SY_VERSIONS][SY_INSNS];
};

static inline sy_u8 sy_version(const struct sy_routine *r, sy_u8 side)
{
	return r->version[r->patched == SY_NONE ? 0 : side];
}

enum sy_thread_kind { SY_USER, SY_KTHREAD, SY_CHILD };

struct sy_thread {
	char name[16];
	sy_u8 kind;
	sy_u8 ncalls;
	sy_u8 call[SY_CALLS]; /* system calls; a kthread's function */
	sy_u8 loop, preempt, unwoken, unreliable;
	sy_u8 irq, nmi; /* handler, or SY_NONE; once */
};

enum sy_expect {
	SY_EXPECT_UNKNOWN,
	SY_EXPECT_NEVER,
	SY_EXPECT_SOMETIMES,
	SY_EXPECT_ALWAYS, /* converges only */
};

enum sy_outcome {
	SY_OUTCOME_NONE,
	SY_OUTCOME_OBSERVED, /* one of M1 .. M4 */
	SY_OUTCOME_BROKEN, /* a check failed */
	SY_OUTCOME_CONVERGES,
};

struct sy_litmus {
	char name[48];
	char why[SY_WHY];
	sy_u32 nfuncs, npatched, nthreads, ncpus;
	struct sy_routine func[SY_FUNCS];
	sy_u8 order[SY_FUNCS]; /* patched functions in the patch's order */
	struct sy_thread thread[SY_THREADS];
	char var[SY_VARS][16];
	char own[SY_VARS][16];
	sy_u32 nvars, nown;
	char target[SY_TARGETS][16]; /* modules that come and go */
	sy_u32 ntargets;
	sy_u8 loaded; /* bit i: target i is, at first */
	sy_u8 to_new;
	sy_u8 reverse; /* a request to reverse may come at any time */
	sy_u8 deadline; /* the deadline may pass */
	sy_u8 herd; /* may hold tasks at the border; LEAVE_KERNEL always may */
	sy_u8 retire; /* what follows a removal is explored, too */
	sy_u8 fault_late, fault_failed;
	sy_u8 faults; /* so many more, of any action, may come */
	const struct sy_model *by; /* the transition's own model, or NULL */
	/*
	 * A second transition, of another patch: the same functions and threads
	 * as it sees them, those of the first patch where it left them; or NULL.
	 */
	struct sy_litmus *then;
	sy_u8 detector; /* enum sy_detector, asked for; set by who explores */
	enum sy_outcome outcome;
	sy_u32 observation; /* SY_OUTCOME_OBSERVED: one of SY_M1 .. SY_M4 */
	enum sy_expect expect[SY_MODELS];
};

/* Have both patches this function? */
static inline int sy_in_both(const struct sy_litmus *l, sy_u32 func)
{
	return l->then && l->func[func].patched != SY_NONE &&
	       l->then->func[func].patched != SY_NONE;
}

extern const struct sy_model sy_models[SY_MODELS];
extern const char *const sy_model_words[SY_MODELS];

/*
 * sy_litmus_read() - read one file
 * Return: 0, or -1 with one line in @error: file, line, column, expectation.
 */
int sy_litmus_read(const char *path, struct sy_litmus *ret, char *error,
		   unsigned long size);

/*
 * sy_litmus_finish() - say which body each side of each function is
 * @l: complete but for that; of @l->then: the patch and the request
 */
void sy_litmus_finish(struct sy_litmus *l);

/* Give back what sy_litmus_read() allocated; @l itself is the caller's. */
void sy_litmus_free(struct sy_litmus *l);

const char *sy_expect_name(enum sy_outcome outcome, enum sy_expect expect);
void sy_outcome_name(const struct sy_litmus *l, char *ret, unsigned long size);

#endif
