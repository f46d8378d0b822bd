// SPDX-License-Identifier: GPL-2.0
/* Models and observations as text. Constant data, any context. */
#include <linux/kernel.h>
#include <linux/string.h>

#include "model.h"

static const char *const sy_leaves[] = { "function", "patched_set", "kernel" };
static const char *const sy_switches[] = { "function", "thread", "kernel" };

/* @ret: SY_MODEL_LEN bytes. Return: @ret, e.g. "kernel/thread relaxed". */
const char *sy_model_name(const struct sy_model *model, char *ret)
{
	if (model->leave >= ARRAY_SIZE(sy_leaves) ||
	    model->sw >= ARRAY_SIZE(sy_switches))
		strscpy(ret, "unknown", SY_MODEL_LEN);
	else
		scnprintf(ret, SY_MODEL_LEN, "%s/%s%s", sy_leaves[model->leave],
			  sy_switches[model->sw],
			  model->relaxed ? " relaxed" : "");
	return ret;
}

/* @ret: SY_OBSERVATIONS_LEN bytes. Return: @ret, e.g. "m1 m3", or "none". */
const char *sy_observations_name(u32 set, char *ret)
{
	int i, n = 0;

	strscpy(ret, "none", SY_OBSERVATIONS_LEN);
	for (i = 0; i < 4; i++)
		if (set & 1u << i)
			n += scnprintf(ret + n, SY_OBSERVATIONS_LEN - n,
				       "%sm%d", n ? " " : "", i + 1);
	return ret;
}

/* Return: constant text, e.g. "stack". */
const char *sy_detector_name(u32 detector)
{
	static const char *const names[] = {
		[SY_DETECTOR_NONE] = "none",
		[SY_DETECTOR_STACK] = "stack",
		[SY_DETECTOR_COUNT] = "count",
		[SY_DETECTOR_BOUNDARY] = "boundary",
	};

	return detector < ARRAY_SIZE(names) ? names[detector] : "unknown";
}
