// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard version
 *
 * The versions of the command and of the engine, if that is loaded. The number
 * comes from module/VERSION through the build.
 */
#include "cli.h"
#include "table.h"

static const struct sy_column sy_version_columns[] = {
	{ "command", "COMMAND", false, false },
	{ "engine", "ENGINE", false, false },
};

static enum sy_exit sy_run_version(const struct sy_options *opt)
{
	sy_table_auto struct sy_table t = { 0 };
	char engine[64];
	bool loaded = sy_sysfs_read("version", engine, sizeof(engine));

	sy_printable(engine);
	if (!opt->json) {
		printf("switchyard %s, engine %s\n", SY_VERSION,
		       loaded ? engine : "not loaded");
		return sy_output_done();
	}
	sy_table_init(&t, sy_version_columns, 2);
	sy_table_text(&t, SY_VERSION);
	if (loaded)
		sy_table_text(&t, engine);
	else
		sy_table_null(&t);
	return sy_json_output(sy_table_json_row(&t), JSON_INDENT(2));
}

const struct sy_command sy_cmd_version = {
	.name = "version",
	.run = sy_run_version,
	.operand = "",
	.summary = "show the versions of command and engine",
	.flags = SY_O_JSON,
};
