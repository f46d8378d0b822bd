/* SPDX-License-Identifier: GPL-2.0 */
/* Injected faults, for tests. */
#ifndef SY_INJECT_H
#define SY_INJECT_H

#include <linux/slab.h>

bool sy_inject(void);

/* Allocate @size zeroed bytes, unless a fault is due. */
static inline void *sy_zalloc(size_t size, gfp_t flags)
{
	return sy_inject() ? NULL : kvzalloc(size, flags);
}

/* As sy_zalloc(), from contexts that may not sleep; free with kfree(). */
static inline void *sy_zalloc_atomic(size_t size)
{
	return sy_inject() ? NULL : kzalloc(size, GFP_ATOMIC | __GFP_NOWARN);
}

#endif
