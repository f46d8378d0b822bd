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
#define SY_GW_TABLE 8
#define SY_GW_MULTIPLIER 16
#define SY_GW_MASK 24
#define SY_GW_MODE 28
#define SY_GW_UNIVERSE 32
#define SY_GW_DEFAULT 36
#define SY_GW_PAIRS 40
#define SY_GW_BUCKETS 48
#define SY_GW_BUCKET_MASK 56
#define SY_GW_NMI 60
#define SY_GW_PAIR 64
#define SY_GW_SIZE 128

/* struct sy_task */
#define SY_TASK_TASK 16
#define SY_TASK_UNIVERSE 24

/* task_struct addresses are multiples of this power of two */
#define SY_TASK_SHIFT 6

#endif
