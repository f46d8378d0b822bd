// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the two functions of sy_target.ko that tell which version they are.
 * Nothing depends on it, so the patch forbids nothing: every model may be asked
 * for, and what it lets be observed is counted.
 */
#include <switchyard/patch.h>

#include "sy_target_seen.h"

static void new_seen_g(struct t_seen *seen)
{
	t_seen_begin(seen, SY_TARGET_SEEN_G, 2);
	t_seen_end(seen, SY_TARGET_SEEN_G, 2);
}

static void new_seen_f(struct t_seen *seen, u32 deeper)
{
	t_seen_begin(seen, SY_TARGET_SEEN_F, 2);
	t_seen_before(seen);
	if (deeper)
		t_seen_f(seen, 0);
	else
		t_seen_g(seen);
	t_seen_end(seen, SY_TARGET_SEEN_F, 2);
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_seen_f", new_seen_f),
	SY_FUNC_OF("sy_target", "t_seen_g", new_seen_g),
};

SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
MODULE_DESCRIPTION("test: functions that tell their version");
