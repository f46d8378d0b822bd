// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard disable NAME
 *
 * Makes every task use the old code again; without a model, by the one the
 * patch was enabled with. The module stays loaded.
 */
#include "cli.h"

static enum sy_exit sy_run_disable(const struct sy_options *opt)
{
	char name[SY_NAME_LEN + 1];

	sy_patch_name_of(opt->operand, name);
	return sy_drive(opt, name, SY_CMD_DISABLE);
}

const struct sy_command sy_cmd_disable = {
	.name = "disable",
	.run = sy_run_disable,
	.operand = "NAME",
	.summary = "go back to the old code",
	.flags = SY_O_MODEL | SY_O_DEADLINE | SY_O_WAIT | SY_O_FORCE |
		 SY_O_JSON,
};
