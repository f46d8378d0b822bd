/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What p_held and klp_held replace: t_hot() and 64 functions like it, to be
 * measured, and t_dsleep(), in which a task sleeps that no signal reaches and
 * so holds the transition open meanwhile.
 */
#ifndef HELD_H
#define HELD_H

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/types.h>

/* x(00) to x(77), in octal: 64 names. Laid out by hand. */
/* clang-format off */
#define HELD_HOT8(x, d) \
	x(d##0) x(d##1) x(d##2) x(d##3) x(d##4) x(d##5) x(d##6) x(d##7)
#define HELD_HOT64(x) \
	HELD_HOT8(x, 0) HELD_HOT8(x, 1) HELD_HOT8(x, 2) HELD_HOT8(x, 3) \
	HELD_HOT8(x, 4) HELD_HOT8(x, 5) HELD_HOT8(x, 6) HELD_HOT8(x, 7)
/* clang-format on */

#define HELD_FUNCTIONS 66

#endif
