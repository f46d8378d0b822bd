// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard list
 *
 * The short table of patches: name, state, model, number of functions,
 * and which of them go through a handler.
 */
#include "cli.h"
#include "table.h"

static const struct sy_column sy_list_columns[] = {
	{ "patch", "PATCH", false, false },
	{ "state", "STATE", false, false },
	{ "model", "MODEL", false, false },
	{ "functions", "FUNCS", true, false },
	{ "by_handler", "BY HANDLER", false, true },
};

static enum sy_exit sy_run_list(const struct sy_options *opt)
{
	sy_table_auto struct sy_table t = { 0 };
	sy_conn_auto struct sy_conn *conn = NULL;
	sy_patches_auto struct sy_patches list = { 0 };
	sy_error_auto struct sy_error *err = sy_conn_open(&conn);
	char model[64];
	size_t i;

	sy_table_init(&t, sy_list_columns,
		      sizeof(sy_list_columns) / sizeof(*sy_list_columns));
	if (!err)
		err = sy_get(conn, NULL, &list);
	if (err)
		return sy_fail(err);
	for (i = 0; i < list.count; i++) {
		sy_table_text(&t, list.item[i].name);
		sy_table_text(&t, sy_state_name(list.item[i].state));
		sy_table_text(&t, sy_model_text(&list.item[i], model,
						sizeof(model)));
		sy_table_u64(&t, list.item[i].functions);
		if (list.item[i].by_handler[0])
			sy_table_text(&t, list.item[i].by_handler);
		else
			sy_table_null(&t);
	}
	return sy_table_output(&t, opt->json);
}

const struct sy_command sy_cmd_list = {
	.name = "list",
	.run = sy_run_list,
	.operand = "",
	.summary = "list the patches",
	.flags = SY_O_JSON,
};
