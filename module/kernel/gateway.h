/* SPDX-License-Identifier: GPL-2.0 */
/* The data that dispatch.S reads, and what it defines. Offsets: dispatch.h. */
#ifndef SY_GATEWAY_H
#define SY_GATEWAY_H

#include <linux/types.h>

#include "core/hash.h"
#include "dispatch.h"

/*
 * Kernel and module text lies in the top 2 GiB of the address space, so 32 bits
 * that are sign-extended hold an address of it (sy_text_short()).
 */
struct sy_pair {
	s32 old, new;
};

/**
 * struct sy_cells - what a patch of several functions is dispatched by
 * @hash:   of the functions' sites; the gateway has its multiplier, too
 * @target: per cell: where the calls of its function continue
 * @func:   per cell: the index of its function in @pairs
 * @pairs:  in the patch's order; old is the key
 *
 * An entry comes from one of the patch's own sites, and the hash gives each of
 * them a cell of its own: nothing is compared.
 */
struct sy_cells {
	struct sy_hash hash;
	s32 target[SY_HASH_CELLS];
	u8 func[SY_HASH_CELLS];
	struct sy_pair pairs[];
};

/*
 * What dispatch.S reads. A patch has a gateway for each object; the words from
 * mode on, but for pair, are read in the one that gate points to.
 */
struct sy_gateway {
	unsigned long target; /* one function: where its calls continue */
	struct sy_cells *cells; /* several functions */
	u64 multiplier;
	struct hlist_head *buckets;
	u32 bucket_mask;
	u32 mode; /* SY_MODE_* */
	u32 universe; /* 0 old, 1 new */
	u32 dflt; /* universe of tasks that are not in the table */
	u32 nmi; /* entries from NMI context, while the gate is asked */
	struct sy_pair pair; /* one function */
	struct sy_gateway *gate; /* the gateway whose gate is asked */
	struct sy_redirect *owner; /* not read by dispatch.S */
	/*
	 * SWITCH_KERNEL with the detector count: who may be inside, or that the
	 * system has switched. Stays after the settling, until the gate is armed
	 * anew, for those who still decide.
	 */
	const u64 *inside;
} __aligned(SY_GW_SIZE);

/* The four entries of each gateway, made by dispatch.S. */
struct sy_gateway_entries {
	unsigned long single, single_slow, multi, multi_slow;
};

extern struct sy_gateway sy_gateways[SY_GATEWAYS];
extern const struct sy_gateway_entries sy_entries[SY_GATEWAYS];
extern const char sy_dispatch_begin[], sy_dispatch_end[];

#endif
