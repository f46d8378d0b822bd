/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The layout that dispatch.S shares with redirect.c and tasks.c. The C side
 * asserts every offset.
 */
#ifndef SY_DISPATCH_H
#define SY_DISPATCH_H

#define SY_GATEWAYS 64

/* struct sy_gateway */
#define SY_GW_TARGET 0
#define SY_GW_CELLS 8
#define SY_GW_MULTIPLIER 16
#define SY_GW_BUCKETS 24
#define SY_GW_BUCKET_MASK 32
#define SY_GW_MODE 36
#define SY_GW_UNIVERSE 40
#define SY_GW_DEFAULT 44
#define SY_GW_NMI 48
#define SY_GW_PAIR 52
#define SY_GW_GATE 64
#define SY_GW_INSIDE 80
#define SY_GW_SIZE 128

/* struct sy_pair */
#define SY_PAIR_OLD 0
#define SY_PAIR_NEW 4
#define SY_PAIR_SIZE 8

/* struct sy_cells */
#define SY_CELLS_DISPLACE 8
#define SY_CELLS_TARGET 264
#define SY_CELLS_FUNC 776
#define SY_CELLS_PAIRS 904

/* What gw->mode may be. */
#define SY_MODE_ALL 0 /* one word for the system */
#define SY_MODE_TASK 1 /* the word of the calling task's node */

/* struct sy_task */
#define SY_TASK_TASK 16
#define SY_TASK_WORD 24

/* The word of a node; its upper half is the epoch. */
#define SY_W_SIDE 0x1 /* 0 old, 1 new */
#define SY_W_LEAVING 0x2 /* calls of this side count */
#define SY_W_UNCOUNTED 0x4 /* it may have calls that did not */
#define SY_W_ONE 0x8
#define SY_W_COUNT 0xfffffff8
#define SY_W_HELD 0xfffffffc /* it may be inside */

/* struct sy_count_gate */
#define SY_COUNT_EPOCH 0

/* task_struct addresses are multiples of this power of two */
#define SY_TASK_SHIFT 6

#endif
