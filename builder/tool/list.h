/* SPDX-License-Identifier: GPL-2.0 */
/* Lists that grow by doubling, so that a million elements cost twenty copies. */
#ifndef SY_BUILDER_LIST_H
#define SY_BUILDER_LIST_H

#include <stdlib.h>

#define SY_LIST_FIRST 256 /* elements that the first allocation has room for */

/*
 * The list @at, which may be NULL, with room for one more than @n elements of
 * @size bytes; it may have moved. *@room, the number that it has room for, is 0
 * for a list that is not there yet. NULL: no memory; @at is as it was, and still
 * the caller's to free.
 */
static inline void *sy_list_more(void *at, size_t n, size_t *room, size_t size)
{
	size_t wanted = *room ? *room * 2 : SY_LIST_FIRST;
	void *grown;

	if (n < *room)
		return at;
	grown = reallocarray(at, wanted, size);
	if (grown)
		*room = wanted;
	return grown;
}

#endif
