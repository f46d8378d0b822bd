// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard reverse NAME
 *
 * Turns a running transition round; to end reverted is then success.
 */
#include "cli.h"

static enum sy_exit sy_run_reverse(const struct sy_options *opt)
{
	char name[SY_NAME_LEN + 1];

	sy_patch_name_of(opt->operand, name);
	return sy_drive(opt, name, SY_CMD_REVERSE);
}

const struct sy_command sy_cmd_reverse = {
	.name = "reverse",
	.run = sy_run_reverse,
	.operand = "NAME",
	.summary = "turn the running transition round",
	.flags = SY_O_WAIT | SY_O_JSON,
};
