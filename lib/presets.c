// SPDX-License-Identifier: GPL-2.0
/*
 * What each preset stands for: a model, its detector, and the attempts and the
 * holding of the system that it is named after (docs/models.md). A table alone:
 * which of them a patch or an engine can bear is decided elsewhere.
 */
#include <switchyard/abi.h>

#include "presets.h"

const struct sy_preset *sy_presets(size_t *count)
{
	static const struct sy_preset presets[] = {
		{ "null", SY_ABI_LEAVE_FUNCTION, SY_ABI_SWITCH_FUNCTION,
		  SY_ABI_DETECTOR_NONE, 0, 0, false, NULL },
		{ "kpatch", SY_ABI_LEAVE_PATCHED_SET, SY_ABI_SWITCH_KERNEL,
		  SY_ABI_DETECTOR_STACK, 0, 0, false, NULL },
		{ "kpatch-nocheck", SY_ABI_LEAVE_FUNCTION, SY_ABI_SWITCH_KERNEL,
		  SY_ABI_DETECTOR_NONE, 0, 0, false, NULL },
		{ "ksplice", SY_ABI_LEAVE_PATCHED_SET, SY_ABI_SWITCH_KERNEL,
		  SY_ABI_DETECTOR_STACK, 5, 1000, true, NULL },
		{ "hybrid", SY_ABI_LEAVE_PATCHED_SET, SY_ABI_SWITCH_THREAD,
		  SY_ABI_DETECTOR_NONE, 0, 0, false, NULL },
		{ "kgraft", SY_ABI_LEAVE_KERNEL, SY_ABI_SWITCH_THREAD,
		  SY_ABI_DETECTOR_BOUNDARY, 0, 0, false, NULL },
		{ "masami", SY_ABI_LEAVE_PATCHED_SET, SY_ABI_SWITCH_KERNEL,
		  SY_ABI_DETECTOR_COUNT, 0, 0, true, NULL },
		{ "freeze", SY_ABI_LEAVE_KERNEL, SY_ABI_SWITCH_KERNEL,
		  SY_ABI_DETECTOR_NONE, 0, 0, false, NULL },
	};

	*count = sizeof(presets) / sizeof(presets[0]);
	return presets;
}
