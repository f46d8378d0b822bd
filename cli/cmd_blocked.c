// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard blocked [NAME]
 *
 * The tasks that a transition, or a retirement, still waits for: who, where,
 * how long, and what would free them.
 */
#include <string.h>

#include "rows.h"

static const struct sy_patch *sy_patch_of(const struct sy_patches *patches,
					  const char *name)
{
	size_t i;

	for (i = 0; i < patches->count; i++)
		if (!strcmp(patches->item[i].name, name))
			return &patches->item[i];
	return NULL;
}

/* How far a transition is that switches functions one after another. */
static void sy_say_turns(const struct sy_patches *patches, const char *name)
{
	char turn[SY_NAME_LEN + 48];
	size_t i;

	for (i = 0; i < patches->count; i++) {
		const struct sy_patch *p = &patches->item[i];

		if (!name || !strcmp(name, p->name))
			if (sy_turn_text(p, turn, sizeof(turn))[0])
				printf("%s: %s\n", p->name, turn);
	}
}

static enum sy_exit sy_run_blocked(const struct sy_options *opt)
{
	sy_table_auto struct sy_table t = { 0 };
	sy_conn_auto struct sy_conn *conn = NULL;
	sy_blockers_auto struct sy_blockers list = { 0 };
	sy_patches_auto struct sy_patches patches = { 0 };
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
	if (!err)
		err = sy_get(conn, NULL, &patches);
	if (err)
		return sy_fail(err);
	if (!opt->json)
		sy_say_turns(&patches, opt->operand ? name : NULL);
	for (i = 0; i < list.count; i++)
		sy_blocker_row(&t, &list.item[i],
			       sy_patch_of(&patches, list.item[i].patch));
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
