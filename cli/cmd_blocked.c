// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard blocked [NAME]
 *
 * The tasks that a transition, or a retirement, still waits for: who, where,
 * how long, and what would free them.
 */
#include "rows.h"

static enum sy_exit sy_run_blocked(const struct sy_options *opt)
{
	sy_table_auto struct sy_table t = { 0 };
	sy_conn_auto struct sy_conn *conn = NULL;
	sy_blockers_auto struct sy_blockers list = { 0 };
	sy_error_auto struct sy_error *err = sy_conn_open(&conn);
	char name[SY_NAME_LEN + 1];
	struct sy_patch patch;
	size_t i;

	sy_blocker_table_init(&t);
	if (opt->operand)
		sy_patch_name_of(opt->operand, name);
	if (!err && opt->operand)
		err = sy_get_one(conn, name, &patch);
	if (!err)
		err = sy_blocked(conn, opt->operand ? name : NULL, &list);
	if (err)
		return sy_fail(err);
	for (i = 0; i < list.count; i++)
		sy_blocker_row(&t, &list.item[i]);
	if (list.count || opt->json)
		return sy_table_output(&t, opt->json);
	puts("no task is waited for");
	return sy_output_done();
}

const struct sy_command sy_cmd_blocked = {
	.name = "blocked",
	.run = sy_run_blocked,
	.operand = "[NAME]",
	.summary = "show the tasks a transition waits for",
	.flags = SY_O_JSON,
};
