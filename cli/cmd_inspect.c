// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard inspect FILE.ko
 *
 * Shows what is in a patch module: switchyard-build does it, for it has the
 * readers of ELF files and images.
 */
#include "cli.h"

static enum sy_exit sy_run_inspect(const struct sy_options *opt)
{
	return sy_tool_exec("switchyard-build", "inspect", opt);
}

const struct sy_command sy_cmd_inspect = {
	.name = "inspect",
	.run = sy_run_inspect,
	.operand = "FILE.ko",
	.summary = "show what is in a patch module",
	.flags = SY_O_INSPECT | SY_O_JSON,
};
