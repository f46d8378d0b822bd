/* SPDX-License-Identifier: GPL-2.0 */
/* The second way: a handler where somebody else has the direct call. */
#ifndef SY_SECOND_H
#define SY_SECOND_H

#include <linux/types.h>

struct sy_gateway;
struct sy_second;

bool sy_second_needed(unsigned long site);
struct sy_second *sy_second_create(struct sy_gateway *gw);
int sy_second_add(struct sy_second *s, u32 i, unsigned long site);
bool sy_second_has(const struct sy_second *s, u32 i);
int sy_second_register(struct sy_second *s);
void sy_second_unregister(struct sy_second *s);
void sy_second_destroy(struct sy_second *s);
bool sy_in_second(unsigned long addr);

#endif
