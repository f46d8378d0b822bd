/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the functions that are generated from litmus files call. An instruction
 * of the file is one of these; each begins with a pause of random length, so
 * that every order of the threads' steps has its chance.
 */
#ifndef SY_LITMUS_H
#define SY_LITMUS_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "sy_litmus_abi.h"

/* A real function with a real entry, whatever its callers could know of it. */
#define LIT_FN noinline __attribute__((noipa))

#define LIT_VARS 4

struct lit_thread;

/* A context: a task's, or that of an interrupt or NMI nested on it. */
struct lit_ctx {
	struct lit_thread *t;
	u32 before; /* the slot of the last CALL */
	u32 seed;
	bool irq; /* it must not sleep */
};

typedef void (*lit_fn)(struct lit_ctx *c);

/* A thread as the file has it. */
struct lit_thread_def {
	const char *name;
	lit_fn call[6];
	int (*main)(void *t); /* of a kthread */
	lit_fn irq, nmi;
	bool unwoken;
	bool unreliable; /* its stack cannot be walked while it makes a call */
	bool born; /* during a round, over and over */
	bool off_lists; /* its last call is made when no list has it any more */
};

struct lit_test {
	const char *name;
	const struct lit_thread_def *thread;
	u32 nthreads;
	bool two; /* it has two patches */
};

struct lit_thread {
	const struct lit_thread_def *def;
	u32 index;
	int inside; /* between its marks STAY and BORDER */
	atomic_t alive;
	atomic_t own[LIT_VARS];
	struct lit_ctx ctx, irq_ctx, nmi_ctx;
	struct task_struct *task;
	lit_fn last; /* the call that waits for it to be off the lists */
	struct hrtimer timer; /* on its CPU: interrupts */
	struct hrtimer nmi_timer; /* on another: sends NMIs to its CPU */
	int cpu; /* where it runs while either is armed */
	int armed;
};

extern const struct lit_test *const lit_tests[];
extern atomic_t lit_vars[LIT_VARS];

void lit_enter(struct lit_ctx *c, u8 func, u8 version);
void lit_return(struct lit_ctx *c, u8 func, u8 version);
void lit_before(struct lit_ctx *c);
void lit_point(struct lit_ctx *c);
void lit_sleep(struct lit_ctx *c, unsigned int state);
void lit_await(struct lit_ctx *c, atomic_t *var, int value);
void lit_await_nudged(struct lit_ctx *c, atomic_t *var, int value);
void lit_set(struct lit_ctx *c, atomic_t *var, int value);
void lit_add(struct lit_ctx *c, atomic_t *var, int value);
void lit_check(struct lit_ctx *c, atomic_t *var, int value);
void lit_lock(struct lit_ctx *c, atomic_t *var);
void lit_unlock(struct lit_ctx *c, atomic_t *var);
void lit_fork(struct lit_ctx *c, u32 thread);
void lit_spin(struct lit_ctx *c);
void lit_stop_self(struct lit_ctx *c);
void lit_stay(struct lit_ctx *c);
void lit_border(struct lit_ctx *c);
bool lit_stopped(void);

/* obscure.S: calls lit_unseen() from where no walk of the stack gets past. */
void lit_obscure(lit_fn fn, struct lit_ctx *c);
void lit_unseen(lit_fn fn, struct lit_ctx *c);

/* A kthread's sleep in its main loop: only its own frame is on the stack. */
static __always_inline void lit_rest(struct lit_ctx *c)
{
	lit_border(c);
	if (!kthread_should_stop() && !lit_stopped())
		schedule_timeout_idle(1);
	lit_stay(c);
}

/* After the round a kthread waits to be stopped. */
static __always_inline void lit_rest_until_stop(void)
{
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
}

#endif
