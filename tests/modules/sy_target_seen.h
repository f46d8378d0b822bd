/* SPDX-License-Identifier: GPL-2.0 */
/* The observer of sy_target.ko, for its device and for the patch p_seen.ko. */
#ifndef SY_TARGET_SEEN_H
#define SY_TARGET_SEEN_H

#include "sy_target.h"
#include "sy_target_abi.h"

enum { SY_TARGET_SEEN_F, SY_TARGET_SEEN_G };

/* One system call: the frames of its own, and what it has seen. */
struct t_seen {
	struct t_walk walk;
	u32 thread;
	u32 stay; /* bit 0: ran version 1 in this stay, bit 1: version 2 */
	u32 mine[2][3]; /* by function and version */
	u32 calls[2];
	u32 count[SY_TARGET_OBSERVATIONS];
	u64 before; /* the number that was taken before the next call */
};

void t_seen_f(struct t_seen *seen, u32 deeper);
void t_seen_g(struct t_seen *seen);

void t_seen_before(struct t_seen *seen);
void t_seen_begin(struct t_seen *seen, u32 func, u32 version);
void t_seen_end(struct t_seen *seen, u32 func, u32 version);

int sy_target_seen_epoch(u32 version);
void sy_target_seen(struct sy_target_seen *arg);

#endif
