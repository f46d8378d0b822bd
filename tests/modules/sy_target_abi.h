/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What tests/guest/drive.c and sy_target.ko say to each other over
 * /dev/sy_target. Reserved fields are zero. Versions: 1 the function as
 * sy_target.ko has it, 2 a switchyard patch, 3 an upstream livepatch.
 */
#ifndef SY_TARGET_ABI_H
#define SY_TARGET_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SY_TARGET_DEVICE "sy_target"
#define SY_TARGET_ROUNDS_MAX 64
#define SY_TARGET_PAUSE_MAX_US 5000
#define SY_TARGET_COST_MAX 100000

/* One call of the outer function of a pair. */
struct sy_target_pair {
	__u32 rounds; /* in: calls of the inner function within */
	__u32 pause_us; /* in: longest pause between two of them */
	__u32 seed; /* in: chooses arguments and pauses; out: the next */
	__u32 by_old; /* out: inner calls made by the old outer function */
	__u32 by_new; /* out: those made by the new one */
	__u32 wrong; /* out: of all, those that answered a wrong value */
};

/* Time stamp counter over a loop of calls with interrupts off. */
struct sy_target_cost {
	__u32 calls; /* in: per function */
	__u32 functions; /* in: 1 or 64 */
	__u64 ticks; /* out */
};

/* Which version answers now. */
struct sy_target_version {
	__u32 hot; /* t_hot() */
	__u32 hot64; /* how many of the 64 answer 1 */
	__u32 dup_a; /* t_dup() of the first file */
	__u32 dup_b; /* t_dup() of the second */
	__u32 untraced; /* t_notrace() */
	__u32 pair; /* outer function of the harmless pair */
	__u32 sleep; /* t_sleep() that does not sleep */
	__u32 many; /* t_many(), 0 if it saw wrong arguments */
	__u32 beats; /* of the living kthread, with its version in bit 31 */
	__u32 more63; /* how many of the other 63 answer 1 */
};

/* What the two functions of the observer saw: docs/models.md. */
enum sy_target_observation {
	SY_TARGET_M1_OTHER, /* a frame of the other version, of the other
			     * function, in the same context */
	SY_TARGET_M1_SAME, /* of the same function */
	SY_TARGET_M2, /* a system call that ran both versions */
	SY_TARGET_M3_OTHER, /* a call of the other version, of the other
			     * function, in another task */
	SY_TARGET_M3_SAME, /* of the same function */
	SY_TARGET_M4_OTHER, /* it starts old after a new call of the other
			     * function has started */
	SY_TARGET_M4_SAME, /* of the same function */
	SY_TARGET_M4_THREAD, /* of the same thread */
	SY_TARGET_OBSERVATIONS
};

#define SY_TARGET_SEEN_THREADS 64

/* One system call of the observer. */
struct sy_target_seen {
	__u32 thread; /* in: below SY_TARGET_SEEN_THREADS, one for each task */
	__u32 rounds; /* in: calls from outside the set */
	__u32 pause_us; /* in: longest pause within a call and between two */
	__u32 uninterruptible; /* in: between two calls it sleeps so */
	__u32 seed; /* in: chooses calls and pauses; out: the next */
	__u32 old, new; /* out: calls by version */
	__u32 count[SY_TARGET_OBSERVATIONS]; /* out */
};

enum sy_target_kthread {
	SY_TARGET_KTHREAD_STOP,
	SY_TARGET_KTHREAD_LIVE, /* sleeps within t_live() until stopped */
	SY_TARGET_KTHREAD_SPIN, /* spins outside every set */
	SY_TARGET_KTHREAD_HARD, /* keeps its CPU for 300 ms at a time */
	SY_TARGET_KTHREAD_RUDE, /* spins, never quiescent for RCU tasks */
};

#define SY_TARGET_PAIR _IOWR('y', 1, struct sy_target_pair)
#define SY_TARGET_CRASH _IOWR('y', 2, struct sy_target_pair)
#define SY_TARGET_SLEEP _IO('y', 3) /* argument: generation to outlast */
#define SY_TARGET_WAKE _IO('y', 4) /* answers the generation ended */
#define SY_TARGET_DSLEEP _IO('y', 5) /* argument: milliseconds */
#define SY_TARGET_KTHREAD _IO('y', 6) /* argument: enum sy_target_kthread */
#define SY_TARGET_COST _IOWR('y', 7, struct sy_target_cost)
#define SY_TARGET_VERSION _IOR('y', 8, struct sy_target_version)
#define SY_TARGET_SEEN _IOWR('y', 9, struct sy_target_seen)
#define SY_TARGET_EPOCH _IO('y', 10) /* argument: the version to come */

#endif
