/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The functions of sy_target.ko that patches replace, for the module's own
 * files and for the patch modules that call them through their redirects.
 */
#ifndef SY_TARGET_H
#define SY_TARGET_H

#include <linux/types.h>

/* A real function with a real entry, whatever its callers could know of it. */
#define SY_TARGET_FN noinline __attribute__((noipa))

/* The state of one outer call: where it is, and what it has seen. */
struct t_walk {
	u32 rounds;
	u32 pause_us;
	u32 seed;
	u32 by_old;
	u32 by_new;
	u32 wrong;
};

u32 t_random(struct t_walk *walk);
void t_pause(struct t_walk *walk);

/* Old convention: b(x, y) is 3x + y. New convention: b(y, x) is 3x + y. */
void t_pair_a(u32 x, u32 y, struct t_walk *walk);
u32 t_pair_b(u32 first, u32 second);
void t_crash_a(unsigned long value, u32 *cell, struct t_walk *walk);
u32 t_crash_b(unsigned long value, const u32 *cell);

/* Sleep until the generation is no longer @gen. Version, or -ERESTARTSYS. */
int t_sleep(u32 gen);
u32 t_generation(void);
int t_sleep_wait(u32 gen);
int t_dsleep(u32 ms);

void t_live(void);
bool t_live_beat(u32 version);

int t_hot(void);
u32 t_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h);
int t_notrace(void);
int t_dup_a(void);
int t_dup_b(void);

/* x(00) to x(77), in octal: 64 names. Laid out by hand. */
/* clang-format off */
#define SY_TARGET_HOT8(x, d) \
	x(d##0) x(d##1) x(d##2) x(d##3) x(d##4) x(d##5) x(d##6) x(d##7)
#define SY_TARGET_HOT64(x) \
	SY_TARGET_HOT8(x, 0) SY_TARGET_HOT8(x, 1) \
	SY_TARGET_HOT8(x, 2) SY_TARGET_HOT8(x, 3) \
	SY_TARGET_HOT8(x, 4) SY_TARGET_HOT8(x, 5) \
	SY_TARGET_HOT8(x, 6) SY_TARGET_HOT8(x, 7)
/* 63 names: with the others, as many functions as a patch may have. */
#define SY_TARGET_MORE63(x) \
	SY_TARGET_HOT8(x, 0) SY_TARGET_HOT8(x, 1) \
	SY_TARGET_HOT8(x, 2) SY_TARGET_HOT8(x, 3) \
	SY_TARGET_HOT8(x, 4) SY_TARGET_HOT8(x, 5) \
	SY_TARGET_HOT8(x, 6) \
	x(70) x(71) x(72) x(73) x(74) x(75) x(76)
/* clang-format on */

int t_hot_once(u32 calls);
int t_hot_many(u32 calls);
u32 t_hot_many_old(void);
u32 t_more_old(void);

#endif
