// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard help [COMMAND]
 *
 * Usage, written from the table of commands: it cannot disagree with it.
 */
#include "cli.h"

static void sy_help_all(void)
{
	const struct sy_command *cmd;
	char left[32];
	size_t i;

	puts("usage: switchyard [COMMAND] [OPTION...] [OPERAND]\n");
	for (i = 0; (cmd = sy_command_at(i)); i++) {
		snprintf(left, sizeof(left), "%s %s", cmd->name, cmd->operand);
		printf("  %-21s  %s\n", left, cmd->summary);
	}
	puts("\n'switchyard help COMMAND' shows the options of one; "
	     "see switchyard(1).");
}

static enum sy_exit sy_run_help(const struct sy_options *opt)
{
	const struct sy_command *cmd = NULL;

	if (opt->operand) {
		cmd = sy_command_find(opt->operand);
		if (!cmd)
			return sy_usage("%s: no such command; see 'switchyard "
					"help'",
					opt->operand);
		printf("usage: switchyard %s%s%s%s\n\n%s\n", cmd->name,
		       cmd->flags ? " [OPTION...]" : "",
		       cmd->operand[0] ? " " : "", cmd->operand, cmd->summary);
		if (cmd->flags)
			putchar('\n');
		sy_options_help(cmd, stdout);
		printf("\nSee switchyard-%s(1).\n", cmd->name);
	} else {
		sy_help_all();
	}
	return sy_output_done();
}

const struct sy_command sy_cmd_help = {
	.name = "help",
	.run = sy_run_help,
	.operand = "[COMMAND]",
	.summary = "show how to use a command",
	.flags = 0,
};
