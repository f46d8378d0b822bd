// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard status, and the bare command
 *
 * One line about the engine and one row for each patch.
 */
#include "rows.h"

static void sy_status_engine(char *version, char *transition, size_t size)
{
	sy_sysfs_read("version", version, size);
	sy_sysfs_read("transition", transition, size);
	sy_printable(version);
	sy_printable(transition);
}

static enum sy_exit sy_status_json(const struct sy_table *t,
				   const char *version, const char *transition)
{
	json_t *top = json_object(), *engine = json_object();

	json_object_set_new(engine, "version", json_string(version));
	json_object_set_new(engine, "transition",
			    transition[0] ? json_string(transition) :
					    json_null());
	json_object_set_new(top, "engine", engine);
	/* NULL when there was no memory for the rows. */
	if (json_object_set_new(top, "patches", sy_table_json(t))) {
		json_decref(top);
		top = NULL;
	}
	return sy_json_output(top, JSON_INDENT(2));
}

static enum sy_exit sy_status_table(const struct sy_table *t,
				    const struct sy_patches *list)
{
	enum sy_exit code = sy_table_output(t, false);
	bool handled = false;
	size_t i;

	for (i = 0; i < list->count; i++)
		handled = handled || list->item[i].by_handler[0];
	if (code != SY_EXIT_OK || !handled)
		return code;
	printf("By handler: a BPF program or another direct caller was at the entry first. Beside it, a call costs about %d instructions more than by the direct redirect.\n",
	       SY_HANDLER_INSTRUCTIONS);
	return sy_output_done();
}

static enum sy_exit sy_run_status(const struct sy_options *opt)
{
	sy_table_auto struct sy_table t = { 0 };
	sy_conn_auto struct sy_conn *conn = NULL;
	sy_patches_auto struct sy_patches list = { 0 };
	sy_error_auto struct sy_error *err = sy_conn_open(&conn);
	char version[64], transition[SY_NAME_LEN];
	size_t i;

	sy_patch_table_init(&t);
	if (!err)
		err = sy_get(conn, NULL, &list);
	if (err)
		return sy_fail(err);
	for (i = 0; i < list.count; i++)
		sy_patch_row(&t, &list.item[i]);
	sy_status_engine(version, transition, sizeof(version));
	if (opt->json)
		return sy_status_json(&t, version, transition);
	printf("switchyard engine %s: %zu patch%s, %s%s\n",
	       version[0] ? version : "of unknown version", list.count,
	       list.count == 1 ? "" : "es",
	       transition[0] ? "in transition: " : "no transition", transition);
	if (!list.count)
		return sy_output_done();
	return sy_status_table(&t, &list);
}

const struct sy_command sy_cmd_status = {
	.name = "status",
	.run = sy_run_status,
	.operand = "",
	.summary = "show the engine and all patches (the default)",
	.flags = SY_O_JSON,
};
