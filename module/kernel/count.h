/* SPDX-License-Identifier: GPL-2.0 */
/* The detector count: what dispatch.S and the rest share. */
#ifndef SY_COUNT_H
#define SY_COUNT_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "dispatch.h"

struct sy_table;
struct sy_task;

/**
 * struct sy_count_gate - the transition that counts, or none
 * @epoch: of the running direction; 0: no call counts itself out
 * @table: whose nodes carry that epoch
 */
struct sy_count_gate {
	u32 epoch;
	struct sy_table *table;
};

/* What a counted call finds above its return address. */
struct sy_count_frame {
	u64 epoch;
	struct sy_task *node;
};

extern struct sy_count_gate sy_count_gate;
extern const char sy_count_return[]; /* in dispatch.S */

/* Return: true if @addr, a return address, is that of a counted call. */
static inline bool sy_is_count_return(unsigned long addr)
{
	return addr == (unsigned long)sy_count_return;
}

void sy_count_prepare(struct sy_table *t);
void sy_count_arm(struct sy_table *t);
void sy_count_live(struct sy_table *t);
void sy_count_disarm(void);
void sy_count_turn(struct sy_table *t);
u64 sy_count_word(struct sy_table *t, u32 universe, bool fresh);
bool sy_count_proved(struct sy_table *t, struct sy_task *st, bool all);
bool sy_count_hold(struct sy_table *t);
void sy_count_release(struct sy_table *t, u32 n);
bool sy_count_flipped(const struct sy_table *t);
void sy_count_down(struct sy_task *st, u32 epoch);

#endif
