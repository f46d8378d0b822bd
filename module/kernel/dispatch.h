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

/* struct sy_task */
#define SY_TASK_TASK 16
#define SY_TASK_UNIVERSE 24

/* task_struct addresses are multiples of this power of two */
#define SY_TASK_SHIFT 6

#endif
