/* SPDX-License-Identifier: GPL-2.0 */
/* The data that dispatch.S reads, and what it defines. Offsets: dispatch.h. */
#ifndef SY_GATEWAY_H
#define SY_GATEWAY_H

#include <linux/types.h>

#include "dispatch.h"

struct sy_pair {
	unsigned long old, new;
};

/* A cell of the table: the return address into the old function is the key. */
struct sy_cell {
	unsigned long key, target;
};

/* What dispatch.S reads. */
struct sy_gateway {
	unsigned long target; /* one function: where its calls continue */
	struct sy_cell *table; /* several functions */
	unsigned long multiplier;
	u32 mask; /* of the byte offset of a cell */
	u32 mode; /* 0: universe decides, 1: the task's universe does */
	u32 universe; /* 0 old, 1 new */
	u32 dflt; /* universe of tasks that are not in the table */
	struct sy_pair *pairs; /* in parallel to table */
	struct hlist_head *buckets;
	u32 bucket_mask;
	u32 nmi; /* entries from NMI context, while the gate is asked */
	struct sy_pair pair; /* one function */
	struct sy_redirect *owner; /* not read by dispatch.S */
} __aligned(SY_GW_SIZE);

/* The four entries of each gateway, made by dispatch.S. */
struct sy_gateway_entries {
	unsigned long single, single_slow, multi, multi_slow;
};

extern struct sy_gateway sy_gateways[SY_GATEWAYS];
extern const struct sy_gateway_entries sy_entries[SY_GATEWAYS];
extern const char sy_dispatch_begin[], sy_dispatch_end[];

#endif
