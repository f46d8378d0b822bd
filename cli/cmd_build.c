// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard build FIX.patch...
 *
 * Builds a patch module from source diffs: switchyard-build does it.
 */
#include "cli.h"

static enum sy_exit sy_run_build(const struct sy_options *opt)
{
	return sy_tool_exec("switchyard-build", "build", opt);
}

const struct sy_command sy_cmd_build = {
	.name = "build",
	.run = sy_run_build,
	.operand = "FIX.patch...",
	.summary = "build a patch module from source diffs",
	.flags = SY_O_BUILD | SY_O_JSON,
	.several = true,
};
