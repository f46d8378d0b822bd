/* SPDX-License-Identifier: GPL-2.0 */
/* What an exploration need not do: each part says why no result depends on it. */
#ifndef SY_REDUCE_H
#define SY_REDUCE_H

#include "world.h"

/* ahead.c: is the worker's next step to be taken together with the one before? */
int sy_worker_ahead(const struct sy_sim *s);
/* ahead.c: likewise, once, after @move */
int sy_worker_answers(const struct sy_sim *s, const struct sy_move *move);
/* ahead.c: would a request to reverse be seen by nobody before a later step? */
int sy_reverse_waits(const struct sy_sim *s);

/* symmetry.c: of states that differ in who is who, one; of looks, each */
void sy_sort(struct sy_sim *s, struct sy_litmus *names);
int sy_choose_look(struct sy_sim *s, sy_u32 which, struct sy_litmus *names);

#endif
