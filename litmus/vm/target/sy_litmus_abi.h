/* SPDX-License-Identifier: GPL-2.0 */
/* What sy_litmus.ko and the program that drives it say to each other. */
#ifndef SY_LITMUS_ABI_H
#define SY_LITMUS_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define LIT_DEVICE "/dev/sy_litmus"
#define LIT_THREADS 8
#define LIT_EVENTS (1u << 22)

/* What a slot of the history holds; 0 is a slot that nobody has written. */
enum lit_kind {
	LIT_KIND_NONE,
	LIT_KIND_CALL, /* a call is about to be made */
	LIT_KIND_ENTER, /* a body begins */
	LIT_KIND_RETURN, /* a body ends */
	LIT_KIND_STAY,
	LIT_KIND_BORDER,
	LIT_KIND_BIRTH,
	LIT_KIND_DEAD,
	LIT_KIND_BROKEN, /* a check failed */
	LIT_KIND_SECOND, /* the second transition is about to be requested */
};

/*
 * One event. Its place in the file is its place in the order of all events:
 * slots are handed out by one atomic counter.
 */
struct lit_event {
	__u32 before; /* ENTER: the slot of its caller's CALL */
	__u8 kind;
	__u8 thread;
	__u8 func; /* place in the file; BIRTH: the parent */
	__u8 version; /* 0 old body, 1 new, 2 newer */
};

struct lit_name {
	char name[64];
};

#define LIT_SELECT _IOW('L', 1, struct lit_name)
#define LIT_START _IO('L', 2) /* variables to 0, history empty, kthreads up */
#define LIT_STOP _IO('L', 3) /* sleepers wake; nothing counts from here on */
#define LIT_LENGTH _IO('L', 4) /* how many slots were handed out until STOP */
#define LIT_CALL _IO('L', 5) /* thread << 8 | call; 1, and 0 in a child */
#define LIT_ARM _IO('L', 6) /* thread: interrupts on it, on this CPU */
#define LIT_DISARM _IO('L', 7) /* thread */
#define LIT_FRESH _IO('L', 8) /* thread: its own variables to 0 */
#define LIT_EXIT \
	_IO('L', 11) /* thread << 8 | call: made in the caller's exit */
#define LIT_SECOND _IO('L', 12) /* what follows is of the second transition */
#define LIT_DIE _IO('L', 9) /* thread: the caller makes no more calls */
#define LIT_ALIVE _IO('L', 10) /* thread: whether it is */

#endif
