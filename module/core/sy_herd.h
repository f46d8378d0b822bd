/* SPDX-License-Identifier: GPL-2.0 */
/* The part of sy_step() that holds tasks; private to the core. */
#ifndef SY_HERD_H
#define SY_HERD_H

#include "sy_core.h"

/* herd.c */
void sy_herd_start(struct sy_engine *e, const struct sy_event *event);
int sy_herd_on(struct sy_engine *e, sy_u64 now, struct sy_actions *ret);
int sy_herd_again(struct sy_engine *e, sy_u64 now, struct sy_actions *ret);
int sy_herd_hurries(const struct sy_engine *e);
int sy_herd_over(const struct sy_engine *e, sy_u64 now);
sy_u64 sy_herd_pause(struct sy_engine *e);
void sy_release(struct sy_engine *e, struct sy_actions *ret);

#endif
