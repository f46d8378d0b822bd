// SPDX-License-Identifier: GPL-2.0
/*
 * sy_target.ko, the hot functions: as short as a function can be, called in
 * loops of direct calls, so that what a redirect costs stands out. Also a
 * function that ftrace cannot take, one with arguments on the stack, and the
 * first t_dup() of the module. Any
 * context, no locks.
 */
#include <linux/export.h>
#include <linux/kernel.h>

#include "sy_target.h"

SY_TARGET_FN int t_hot(void)
{
	return 1;
}
EXPORT_SYMBOL_GPL(t_hot);

/* More arguments than registers. */
SY_TARGET_FN u32 t_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h)
{
	return a + b + c + d + e + f + 10 * g + 100 * h;
}
EXPORT_SYMBOL_GPL(t_many);

#define DEFINE_HOT(n)                           \
	static SY_TARGET_FN int t_hot_##n(void) \
	{                                       \
		return 1;                       \
	}
SY_TARGET_HOT64(DEFINE_HOT)

notrace SY_TARGET_FN int t_notrace(void)
{
	return 1;
}

static SY_TARGET_FN int t_dup(void)
{
	return 1;
}

int t_dup_a(void)
{
	return t_dup();
}

int t_hot_once(u32 calls)
{
	int sum = 0;

	while (calls--)
		sum += t_hot();
	return sum;
}

#define CALL_HOT(n) t_hot_##n(),

/* How many of the 64 answer 1; calls each of them once. */
u32 t_hot_many_old(void)
{
	const int answer[] = { SY_TARGET_HOT64(CALL_HOT) };
	u32 i, old = 0;

	for (i = 0; i < ARRAY_SIZE(answer); i++)
		old += answer[i] == 1;
	return old;
}

int t_hot_many(u32 calls)
{
	int sum = 0;

	while (calls--)
		sum += t_hot_many_old();
	return sum;
}

#define DEFINE_MORE(n)                           \
	static SY_TARGET_FN int t_more_##n(void) \
	{                                        \
		return 1;                        \
	}
SY_TARGET_MORE63(DEFINE_MORE)

#define CALL_MORE(n) t_more_##n(),

/* How many of the other 63 answer 1; calls each of them once. */
u32 t_more_old(void)
{
	const int answer[] = { SY_TARGET_MORE63(CALL_MORE) };
	u32 i, old = 0;

	for (i = 0; i < ARRAY_SIZE(answer); i++)
		old += answer[i] == 1;
	return old;
}
