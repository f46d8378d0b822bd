/* SPDX-License-Identifier: GPL-2.0 */
/* Which files there are, without a system call for each name that is tried. */
#ifndef SY_BUILDER_LISTING_H
#define SY_BUILDER_LISTING_H

#include <stdbool.h>

struct sy_listing;

/* NULL: no memory. */
struct sy_listing *sy_listing_create(void);
void sy_listing_destroy(struct sy_listing *listing);

/*
 * Is there a file or folder of this name? @path is absolute and normalized. A
 * folder is read when it is asked for first, and not again. *failed is set, and
 * stays, when there is no memory: then nothing that is said counts.
 */
bool sy_listing_has(struct sy_listing *listing, const char *path, bool *failed);

#endif
