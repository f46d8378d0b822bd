// SPDX-License-Identifier: GPL-2.0
/*
 * What the models promise: the table of nine models by four observations, and
 * which of them this engine serves. It decides nothing about a transition and
 * never looks at a task. No lock; any context: constants and arguments only.
 */
#include "sy_core.h"

#define SY_MALL (SY_M1 | SY_M2 | SY_M3 | SY_M4)

static const sy_u8 sy_rows[3][3] = {
	[SY_LEAVE_FUNCTION] = {
		[SY_SWITCH_FUNCTION] = SY_MALL,
		[SY_SWITCH_THREAD] = SY_MALL,
		[SY_SWITCH_KERNEL] = SY_M1 | SY_M2 | SY_M3,
	},
	[SY_LEAVE_PATCHED_SET] = {
		[SY_SWITCH_FUNCTION] = SY_MALL,
		[SY_SWITCH_THREAD] = SY_M2 | SY_M3 | SY_M4,
		[SY_SWITCH_KERNEL] = SY_M2,
	},
	[SY_LEAVE_KERNEL] = {
		[SY_SWITCH_FUNCTION] = SY_MALL,
		[SY_SWITCH_THREAD] = SY_M3 | SY_M4,
		[SY_SWITCH_KERNEL] = 0,
	},
};

/*
 * A pair outside the table promises nothing, so it allows everything: whoever
 * forgets to validate is refused by any requirement.
 *
 * Source: Vojtech Pavlik, "live patching design" (7 Nov 2014), the axes LEAVE
 * and SWITCH; the cells are derived in docs/models.md.
 */
sy_u32 sy_model_allows(const struct sy_model *model)
{
	sy_u32 allowed;

	if (model->leave > SY_LEAVE_KERNEL || model->sw > SY_SWITCH_KERNEL)
		return SY_MALL;
	allowed = sy_rows[model->leave][model->sw];
	if (model->relaxed)
		allowed |= SY_M2;
	return allowed;
}

int sy_model_served(const struct sy_model *model)
{
	if (model->leave > SY_LEAVE_KERNEL || model->sw > SY_SWITCH_KERNEL)
		return 0;
	if (!model->relaxed)
		return 1;
	return model->relaxed == 1 && model->leave == SY_LEAVE_KERNEL;
}
