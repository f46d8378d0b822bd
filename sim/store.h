/* SPDX-License-Identifier: GPL-2.0 */
/* The states of an exploration, kept whole and small. */
#ifndef SY_STORE_H
#define SY_STORE_H

#include "world.h"

/*
 * Values of one size, each kept once. What many states have in common, the
 * engine say, or one task with its stack, is kept so; a state is the numbers of
 * its parts.
 */
struct sy_pool {
	size_t size; /* a multiple of 8 */
	unsigned char *at;
	sy_u64 *table; /* sy_slot() */
	sy_u32 n, room, mask;
};

struct sy_store {
	sy_u32 ntasks, nparts;
	size_t head; /* of the world, without engine, oracle and tasks */
	struct sy_pool engines, oracles, heads, tasks, states;
	unsigned char *buffer;
};

void sy_store_init(struct sy_store *x, sy_u32 ntasks);
void sy_store_deinit(struct sy_store *x);
/* Return: the state's index; it is new if that is the last one and n grew. */
sy_u32 sy_store_put(struct sy_store *x, const struct sy_world *w);
void sy_store_get(struct sy_store *x, sy_u32 i, struct sy_world *ret);
/* Return: bytes in use. */
size_t sy_store_bytes(const struct sy_store *x);

void *sy_grow(void *p, size_t size);

#endif
