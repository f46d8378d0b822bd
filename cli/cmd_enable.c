// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard enable NAME
 *
 * Makes every task use the new code of a patch that is loaded, by a model.
 */
#include "cli.h"

static enum sy_exit sy_run_enable(const struct sy_options *opt)
{
	char name[SY_NAME_LEN + 1];

	sy_patch_name_of(opt->operand, name);
	return sy_drive(opt, name, SY_CMD_ENABLE);
}

const struct sy_command sy_cmd_enable = {
	.name = "enable",
	.run = sy_run_enable,
	.operand = "NAME",
	.summary = "start using a loaded patch",
	.flags = SY_O_MODEL | SY_O_ORDER | SY_O_DEADLINE | SY_O_WAIT |
		 SY_O_FORCE | SY_O_JSON,
};
