// SPDX-License-Identifier: GPL-2.0
/*
 * The states of an exploration. Each is kept whole, so that two are compared byte
 * by byte and a result over all of them is a proof; but as the numbers of its
 * parts, each of which is kept once. It knows where the parts of a world begin
 * and nothing of what they mean.
 *
 * Source: the COLLAPSE mode of spin, Gerard Holzmann, "State compression in
 * SPIN" (1997).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "store.h"

/* Large ones are looked into at random: with large pages that is faster. */
static void *sy_advise(void *p, size_t size)
{
	const size_t large = (size_t)2 << 20;
	size_t begin = ((size_t)p + large - 1) & ~(large - 1);
	size_t end = ((size_t)p + size) & ~(large - 1);

	if (p && end > begin)
		madvise((void *)begin, end - begin, MADV_HUGEPAGE);
	return p;
}

void *sy_grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		fprintf(stderr, "switchyard-sim: no memory\n");
		exit(3);
	}
	return sy_advise(p, size);
}

/* Source: the multiply and fold of wyhash, Wang Yi (public domain). */
static sy_u64 sy_hash(const void *data, size_t size)
{
	const unsigned char *p = data;
	sy_u64 h = 0x9e3779b97f4a7c15ull, word;

	for (; size; size -= 8, p += 8) {
		unsigned __int128 m;

		memcpy(&word, p, sizeof(word));
		m = (unsigned __int128)(h ^ word) * 0xa0761d6478bd642full;
		h = (sy_u64)m ^ (sy_u64)(m >> 64) ^ 0xe7037ed1a0b428dbull;
	}
	return h ^ h >> 29;
}

static void *sy_pool_at(const struct sy_pool *p, sy_u32 i)
{
	return p->at + (size_t)i * p->size;
}

/* A slot: the value's index + 1, and above it what its place leaves of its hash. */
static sy_u64 sy_slot(sy_u64 hash, sy_u32 i)
{
	return (hash & ~0ull << 32) | (i + 1);
}

static void sy_pool_rehash(struct sy_pool *p)
{
	sy_u32 i;

	p->mask = p->mask ? p->mask * 2 + 1 : (1u << 10) - 1;
	free(p->table);
	p->table = calloc((size_t)p->mask + 1, sizeof(*p->table));
	if (!p->table)
		sy_grow(NULL, ~(size_t)0);
	sy_advise(p->table, ((size_t)p->mask + 1) * sizeof(*p->table));
	for (i = 0; i < p->n; i++) {
		sy_u64 hash = sy_hash(sy_pool_at(p, i), p->size);
		sy_u32 at = (sy_u32)hash & p->mask;

		while (p->table[at])
			at = (at + 1) & p->mask;
		p->table[at] = sy_slot(hash, i);
	}
}

static sy_u32 sy_pool_put(struct sy_pool *p, const void *value)
{
	sy_u64 hash = sy_hash(value, p->size);
	sy_u32 at, i;

	if (p->n + p->n / 2 >= p->mask)
		sy_pool_rehash(p);
	at = (sy_u32)hash & p->mask;
	for (; p->table[at]; at = (at + 1) & p->mask) {
		i = (sy_u32)p->table[at] - 1;
		if (p->table[at] == sy_slot(hash, i) &&
		    !memcmp(sy_pool_at(p, i), value, p->size))
			return i;
	}
	if (p->n == p->room) {
		p->room = p->room ? p->room + p->room / 4 : 256;
		p->at = sy_grow(p->at, (size_t)p->room * p->size);
	}
	memcpy(sy_pool_at(p, p->n), value, p->size);
	p->table[at] = sy_slot(hash, p->n);
	return p->n++;
}

static size_t sy_pool_bytes(const struct sy_pool *p)
{
	return (size_t)p->room * p->size +
	       ((size_t)p->mask + 1) * sizeof(*p->table);
}

static void sy_pool_deinit(struct sy_pool *p)
{
	free(p->at);
	free(p->table);
}

static size_t sy_whole(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

#define SY_HEAD_AT offsetof(struct sy_world, ntasks)

void sy_store_init(struct sy_store *x, sy_u32 ntasks)
{
	memset(x, 0, sizeof(*x));
	x->ntasks = ntasks;
	x->nparts = 3 + ntasks;
	x->head = offsetof(struct sy_world, task) - SY_HEAD_AT;
	x->engines.size = sy_whole(sizeof(struct sy_engine));
	x->oracles.size = sy_whole(sizeof(struct sy_oracle));
	x->heads.size = sy_whole(x->head);
	x->tasks.size = sy_whole(sizeof(struct sy_sim_task) +
				 sizeof(struct sy_oracle_thread));
	x->states.size = sy_whole(x->nparts * sizeof(sy_u32));
	x->buffer = sy_grow(NULL, x->heads.size + x->tasks.size +
					  x->engines.size + x->oracles.size);
}

void sy_store_deinit(struct sy_store *x)
{
	sy_pool_deinit(&x->engines);
	sy_pool_deinit(&x->oracles);
	sy_pool_deinit(&x->heads);
	sy_pool_deinit(&x->tasks);
	sy_pool_deinit(&x->states);
	free(x->buffer);
}

/* The rest of the last eight bytes is zero. */
static sy_u32 sy_part(struct sy_store *x, struct sy_pool *p, const void *a,
		      size_t na, const void *b, size_t nb)
{
	memset(x->buffer + p->size - 8, 0, 8);
	memcpy(x->buffer, a, na);
	memcpy(x->buffer + na, b, nb);
	return sy_pool_put(p, x->buffer);
}

sy_u32 sy_store_put(struct sy_store *x, const struct sy_world *w)
{
	const struct sy_oracle_thread *threads =
		sy_othreads((struct sy_world *)w);
	sy_u32 part[3 + SY_THREADS + 1];
	sy_u32 i;

	part[x->nparts] = 0;
	part[0] = sy_part(x, &x->engines, &w->e, sizeof(w->e), "", 0);
	part[1] = sy_part(x, &x->oracles, &w->o, sizeof(w->o), "", 0);
	part[2] = sy_part(x, &x->heads, (const char *)w + SY_HEAD_AT, x->head,
			  "", 0);
	for (i = 0; i < x->ntasks; i++)
		part[3 + i] = sy_part(x, &x->tasks, &w->task[i],
				      sizeof(w->task[i]), &threads[i],
				      sizeof(threads[i]));
	return sy_pool_put(&x->states, part);
}

void sy_store_get(struct sy_store *x, sy_u32 i, struct sy_world *ret)
{
	const sy_u32 *part = sy_pool_at(&x->states, i);
	struct sy_oracle_thread *threads;
	sy_u32 k;

	memcpy(&ret->e, sy_pool_at(&x->engines, part[0]), sizeof(ret->e));
	memcpy(&ret->o, sy_pool_at(&x->oracles, part[1]), sizeof(ret->o));
	memcpy((char *)ret + SY_HEAD_AT, sy_pool_at(&x->heads, part[2]),
	       x->head);
	threads = sy_othreads(ret);
	for (k = 0; k < x->ntasks; k++) {
		const unsigned char *at = sy_pool_at(&x->tasks, part[3 + k]);

		memcpy(&ret->task[k], at, sizeof(ret->task[k]));
		memcpy(&threads[k], at + sizeof(ret->task[k]),
		       sizeof(threads[k]));
	}
}

size_t sy_store_bytes(const struct sy_store *x)
{
	return sy_pool_bytes(&x->engines) + sy_pool_bytes(&x->oracles) +
	       sy_pool_bytes(&x->heads) + sy_pool_bytes(&x->tasks) +
	       sy_pool_bytes(&x->states);
}
