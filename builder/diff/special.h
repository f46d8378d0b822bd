/* SPDX-License-Identifier: GPL-2.0 */
/* Tables whose entries belong to code: exceptions, alternatives, jump labels. */
#ifndef SY_BUILDER_SPECIAL_H
#define SY_BUILDER_SPECIAL_H

#include "canon.h"

/* A section that is such a table, or that an entry refers to. */
bool sy_is_special(const char *name);

/* Do the tables of both objects say the same of these two functions? */
bool sy_same_special(const struct sy_piece *a, const struct sy_piece *b);

#endif
