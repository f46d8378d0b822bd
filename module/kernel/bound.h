/* SPDX-License-Identifier: GPL-2.0 */
/* The symbols of a patch, and where they have been written. */
#ifndef SY_BOUND_H
#define SY_BOUND_H

#include <linux/list.h>
#include <linux/module.h>

#include <switchyard/patch.h>

#include "answer.h"

/**
 * struct sy_bound - what a patch's imports are in the running kernel
 * @node:    while no patch has registered with it
 * @mod:     the patch module
 * @addrs:   for each import its address; 0: not resolved
 * @written: for each relocation one bit: its place holds an address
 */
struct sy_bound {
	struct list_head node;
	struct module *mod;
	unsigned long *addrs;
	unsigned long *written;
};

static inline bool sy_same_object(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline u32 sy_reloc_size(u32 type)
{
	return type == SY_RELOC_64 ? 8 : 4;
}

/* bound.c */
int sy_bound_init(void);
void sy_bound_deinit(void);
struct sy_bound *sy_bound_create(const struct sy_patch *patch);
struct sy_bound *sy_bound_take(const struct sy_patch *patch);
void sy_bound_destroy(struct sy_bound *bound);
u32 sy_bound_resolve(const struct sy_patch *patch, struct sy_bound *bound,
		     const char *object, struct sy_answer *answer);
void sy_bound_forget(const struct sy_patch *patch, struct sy_bound *bound,
		     const char *object);
u32 sy_kernel_check(const struct sy_patch *patch, struct sy_answer *answer);

/* relocate.c */
u32 sy_relocs_apply(const struct sy_patch *patch, struct sy_bound *bound,
		    const char *object, struct sy_answer *answer);

/* digest.c */
u32 sy_olds_verify(const struct sy_patch *patch, const char *object,
		   const unsigned long *funcs, struct sy_answer *answer);

#endif
