// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard: the command. Holds the table of commands, finds the one that is
 * meant and runs it; a bare command means status. Only main() ends the program.
 */
#include <string.h>

#include "cli.h"

static const struct sy_command *const sy_commands[] = {
	&sy_cmd_load,	 &sy_cmd_unload, &sy_cmd_enable,  &sy_cmd_disable,
	&sy_cmd_reverse, &sy_cmd_status, &sy_cmd_list,	  &sy_cmd_blocked,
	&sy_cmd_watch,	 &sy_cmd_models, &sy_cmd_kernel,  &sy_cmd_build,
	&sy_cmd_inspect, &sy_cmd_help,	 &sy_cmd_version,
};

const struct sy_command *sy_command_at(size_t i)
{
	if (i >= sizeof(sy_commands) / sizeof(sy_commands[0]))
		return NULL;
	return sy_commands[i];
}

const struct sy_command *sy_command_find(const char *name)
{
	const struct sy_command *cmd;
	size_t i;

	for (i = 0; (cmd = sy_command_at(i)); i++)
		if (!strcmp(cmd->name, name))
			return cmd;
	return NULL;
}

static enum sy_exit sy_main(int argc, char **argv)
{
	const struct sy_command *cmd = &sy_cmd_status;
	struct sy_options opt;
	enum sy_exit code;
	int skip = 1;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		cmd = &sy_cmd_help;
	else if (argc > 1 && !strcmp(argv[1], "--version"))
		cmd = &sy_cmd_version;
	else if (argc > 1 && argv[1][0] != '-')
		cmd = sy_command_find(argv[1]);
	else
		skip = 0;
	if (!cmd)
		return sy_usage("%s: no such command; see 'switchyard help'",
				argv[1]);
	code = sy_options_parse(cmd, argc - 1 - skip, argv + 1 + skip, &opt);
	return code == SY_EXIT_OK ? cmd->run(&opt) : code;
}

int main(int argc, char **argv)
{
	if (argc < 1)
		return SY_EXIT_USAGE;
	return (int)sy_main(argc, argv);
}
