// SPDX-License-Identifier: GPL-2.0
/*
 * The perfect hash of a patch's functions. It decides which function has which
 * cell of the dispatch's table; the table itself is the kernel side's. No lock,
 * no allocation; any context.
 */
#include "hash.h"

struct sy_cells {
	sy_u64 taken[SY_HASH_CELLS / 64];
};

static sy_u32 sy_bucket(const struct sy_hash *h, sy_u64 key)
{
	return key * h->multiplier >> SY_HASH_SHIFT & (SY_HASH_BUCKETS - 1);
}

static int sy_cell_take(struct sy_cells *c, sy_u32 cell)
{
	sy_u64 bit = 1ull << cell % 64;

	if (c->taken[cell / 64] & bit)
		return 0;
	c->taken[cell / 64] |= bit;
	return 1;
}

/* Take the cells of all keys of @bucket, as it is displaced now, or none. */
static int sy_bucket_take(const struct sy_hash *h, const sy_u64 *keys, sy_u32 n,
			  sy_u32 bucket, struct sy_cells *c)
{
	struct sy_cells try = *c;
	sy_u32 i;

	for (i = 0; i < n; i++)
		if (sy_bucket(h, keys[i]) == bucket &&
		    !sy_cell_take(&try, sy_hash_cell(h, keys[i])))
			return 0;
	*c = try;
	return 1;
}

static int sy_bucket_place(struct sy_hash *h, const sy_u64 *keys, sy_u32 n,
			   sy_u32 bucket, struct sy_cells *c)
{
	sy_u32 d;

	for (d = 0; d < SY_HASH_CELLS; d++) {
		h->displace[bucket] = (sy_u8)d;
		if (sy_bucket_take(h, keys, n, bucket, c))
			return 1;
	}
	return 0;
}

int sy_hash_build(struct sy_hash *ret, const sy_u64 *keys, sy_u32 n,
		  sy_u64 seed)
{
	struct sy_cells cells = { { 0 } };
	sy_u8 size[SY_HASH_BUCKETS] = { 0 };
	sy_u32 i, most = 0, bucket;

	ret->multiplier = seed | 1;
	for (bucket = 0; bucket < SY_HASH_BUCKETS; bucket++)
		ret->displace[bucket] = 0;
	for (i = 0; i < n; i++) {
		bucket = sy_bucket(ret, keys[i]);
		if (++size[bucket] > most)
			most = size[bucket];
	}
	for (; most; most--)
		for (bucket = 0; bucket < SY_HASH_BUCKETS; bucket++)
			if (size[bucket] == most &&
			    !sy_bucket_place(ret, keys, n, bucket, &cells))
				return 0;
	return 1;
}
