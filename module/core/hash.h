/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A perfect hash for the functions of one patch: which cell of a table belongs
 * to which key, without a collision, so that whoever reads the table compares
 * nothing. The assembly of the dispatch computes the same as sy_hash_cell();
 * it includes this file for the numbers.
 *
 * A key times the multiplier gives 15 bits: the lower 8 are the key's bucket,
 * the upper 7 its cell, but for the displacement of the bucket, which is xored
 * onto it.
 */
#ifndef SY_HASH_H
#define SY_HASH_H

#define SY_HASH_CELLS 128
#define SY_HASH_BUCKETS 256
#define SY_HASH_SHIFT 49 /* of the product: what is above it is the hash */

#ifndef __ASSEMBLY__

#include "sy_core.h"

/**
 * struct sy_hash - how keys find their cells
 * @multiplier: odd
 * @displace:   per bucket, less than SY_HASH_CELLS
 */
struct sy_hash {
	sy_u64 multiplier;
	sy_u8 displace[SY_HASH_BUCKETS];
};

/* Return: the cell of @key, less than SY_HASH_CELLS. Any context. */
static inline sy_u32 sy_hash_cell(const struct sy_hash *h, sy_u64 key)
{
	sy_u32 hash = (sy_u32)(key * h->multiplier >> SY_HASH_SHIFT);

	return hash / SY_HASH_BUCKETS ^ h->displace[hash % SY_HASH_BUCKETS];
}

/**
 * sy_hash_build() - give each key a cell of its own
 * @ret:  the hash
 * @keys: @n different keys
 * @n:    less than SY_HASH_CELLS
 * @seed: any number; another one may succeed where this one does not
 *
 * Source: hash and displace (Pagh 1999): the fullest buckets choose first, and
 * a bucket of one key can always be displaced to a free cell. So it fails only
 * if two keys share all 15 bits, or if full buckets find no room: four seeds of
 * five succeed for 127 keys (tests/unit/test_hash.c counts).
 *
 * Context: any; no memory. Some ten thousand short steps for 127 keys.
 * Return: 1, or 0: this seed does not serve.
 */
int sy_hash_build(struct sy_hash *ret, const sy_u64 *keys, sy_u32 n,
		  sy_u64 seed);

#endif
#endif
