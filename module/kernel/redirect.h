/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SY_REDIRECT_H
#define SY_REDIRECT_H

#include <linux/types.h>

#include "answer.h"

/* Where a function's entry leads. */
enum sy_point {
	SY_POINT_OLD, /* the old body */
	SY_POINT_NEW, /* the new function */
	SY_POINT_ASK /* the gate decides at each call */
};

struct sy_redirect; /* an object's functions, gateway and ftrace ops */

struct sy_redirect *sy_redirect_create(u32 nfuncs, struct sy_answer *answer);
void sy_redirect_set(struct sy_redirect *r, u32 i, unsigned long site,
		     unsigned long new_func);
void sy_redirect_follow(struct sy_redirect *r, struct sy_redirect *leader);
u32 sy_redirect_make(struct sy_redirect *r, struct sy_answer *answer);
unsigned long sy_redirect_site(const struct sy_redirect *r, u32 i);
bool sy_redirect_made(const struct sy_redirect *r);
void sy_redirect_clear(struct sy_redirect *r);
u32 sy_redirect_register(struct sy_redirect *r, struct sy_answer *answer);
void sy_redirect_unregister(struct sy_redirect *r);
bool sy_redirect_by_handler(const struct sy_redirect *r, u32 i);
void sy_redirect_destroy(struct sy_redirect *r);

void sy_redirect_point(struct sy_redirect *r, u32 i, enum sy_point point);
void sy_gate_global(struct sy_redirect *r, bool new);
void sy_gate_by_task(struct sy_redirect *r, struct hlist_head *buckets,
		     u32 bucket_mask, bool unknown_new, const u64 *inside);
u32 sy_gate_take_nmi(struct sy_redirect *r);

bool sy_in_dispatch(unsigned long addr);

#endif
