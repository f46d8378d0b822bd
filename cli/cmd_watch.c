// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard watch [NAME]
 *
 * Prints the engine's events as they come, a line or a JSON object each, until
 * Ctrl-C, or with --until-settled until the transition is over. A transition
 * that is over already is reported at once: nothing will come of it any more.
 */
#include <string.h>
#include <time.h>

#include "rows.h"

static void sy_watch_line(const char *event, const struct sy_patch *p)
{
	char took[32], worst[32], clock[16], turn[SY_NAME_LEN + 48];
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s %s: %s: %s, %u of %u tasks to go, %u blocking, %s", clock,
	       p->name, event, sy_state_name(p->state), p->remaining, p->tasks,
	       p->blockers, sy_duration(p->whole_ns, took, sizeof(took)));
	if (sy_turn_text(p, turn, sizeof(turn))[0])
		printf(", %s", turn);
	if (p->holds)
		printf(", %u held, at most %s", p->held,
		       sy_duration(p->hold_worst_ns, worst, sizeof(worst)));
	if (p->result != SY_R_NONE)
		printf(", %s", sy_result_name(p->result));
	if (p->message[0])
		printf("; %s", p->message);
	putchar('\n');
}

static enum sy_exit sy_watch_show(const struct sy_options *opt,
				  const char *event, const struct sy_patch *p)
{
	sy_table_auto struct sy_table t = { 0 };
	json_t *object;

	if (!opt->json) {
		sy_watch_line(event, p);
		return sy_output_done();
	}
	sy_patch_table_init(&t);
	sy_patch_row(&t, p);
	object = sy_table_json_row(&t);
	json_object_set_new(object, "event", json_string(event));
	return sy_json_output(object, JSON_COMPACT);
}

/* With --until-settled: is there anything left to wait for? */
static struct sy_error *sy_watch_over(struct sy_conn *conn, const char *name,
				      struct sy_patch *ret, bool *over)
{
	sy_patches_auto struct sy_patches list = { 0 };
	struct sy_error *err;
	size_t i;

	*over = true;
	memset(ret, 0, sizeof(*ret));
	if (name) {
		err = sy_get_one(conn, name, ret);
		*over = !err && (ret->result != SY_R_NONE ||
				 ret->state == SY_ST_DISABLED);
		return err;
	}
	err = sy_get(conn, NULL, &list);
	for (i = 0; !err && i < list.count; i++)
		if (list.item[i].state != SY_ST_DISABLED &&
		    list.item[i].result == SY_R_NONE)
			*over = false;
	return err;
}

static enum sy_exit sy_watch_loop(const struct sy_options *opt,
				  struct sy_conn *events, const char *name)
{
	enum sy_exit code = SY_EXIT_OK;
	struct sy_event ev;
	bool got, lost;

	while (!sy_interrupted && code == SY_EXIT_OK) {
		sy_error_auto struct sy_error *err =
			sy_event_next(events, -1, &ev, &got, &lost);

		if (err)
			return sy_fail(err);
		if (lost)
			fputs("switchyard: watch: some events were lost; "
			      "'switchyard status' has the state\n",
			      stderr);
		if (!got || (name && strcmp(name, ev.patch.name)))
			continue;
		code = sy_watch_show(opt, sy_event_name(ev.event), &ev.patch);
		if (code == SY_EXIT_OK && opt->until_settled &&
		    ev.event == SY_EV_SETTLED)
			return sy_exit_of_result(ev.patch.result);
	}
	return code;
}

static enum sy_exit sy_run_watch(const struct sy_options *opt)
{
	sy_conn_auto struct sy_conn *events = NULL, *conn = NULL;
	sy_error_auto struct sy_error *err = sy_events_open(&events);
	char buf[SY_NAME_LEN + 1];
	const char *name = opt->operand ? buf : NULL;
	struct sy_patch patch;
	enum sy_exit code;
	bool over = false;

	if (name)
		sy_patch_name_of(opt->operand, buf);
	if (!err)
		err = sy_conn_open(&conn);
	if (!err && opt->until_settled)
		err = sy_watch_over(conn, name, &patch, &over);
	if (err)
		return sy_fail(err);
	sy_catch_interrupt();
	if (!over)
		return sy_watch_loop(opt, events, name);
	if (!patch.name[0] || patch.result == SY_R_NONE)
		return SY_EXIT_OK;
	code = sy_watch_show(opt, "settled", &patch);
	return code != SY_EXIT_OK ? code : sy_exit_of_result(patch.result);
}

const struct sy_command sy_cmd_watch = {
	.name = "watch",
	.run = sy_run_watch,
	.operand = "[NAME]",
	.summary = "print events as they come",
	.flags = SY_O_UNTIL | SY_O_JSON,
};
