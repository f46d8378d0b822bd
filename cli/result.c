// SPDX-License-Identifier: GPL-2.0
/*
 * How a transition ended: one line on stdout, or one JSON object; when it did
 * not end as asked, also one line on stderr that says why, and the tasks that
 * held it up. Decides the exit code from the engine's result.
 */
#include <string.h>

#include "rows.h"

#define SY_SHOW_BLOCKERS 3

static json_t *sy_rows_of_blockers(const struct sy_blockers *list,
				   const struct sy_patch *p)
{
	sy_table_auto struct sy_table t = { 0 };
	size_t i;

	sy_blocker_table_init(&t);
	for (i = 0; i < list->count; i++)
		sy_blocker_row(&t, &list->item[i], p);
	return sy_table_json(&t);
}

static enum sy_exit sy_result_json(const struct sy_wait *w,
				   const struct sy_patch *p, const char *after)
{
	sy_table_auto struct sy_table t = { 0 };
	json_t *object;

	sy_patch_table_init(&t);
	sy_patch_row(&t, p);
	object = sy_table_json_row(&t);
	if (json_object_set_new(object, "blocked",
				sy_rows_of_blockers(&w->blockers, p)) ||
	    json_object_set_new(object, "after", json_string(after))) {
		json_decref(object);
		object = NULL;
	}
	return sy_json_output(object, JSON_INDENT(2));
}

/* "enabled (patched_set/thread) in 12.3 ms ..." */
static void sy_result_line(const struct sy_patch *p, const char *after)
{
	char model[64], took[32], whole[32], pause[32];
	char median[32], worst[32];

	if (!p->whole_ns) {
		/* No transition has run: a patch that was never enabled. */
		printf("%s: %s%s%s\n", p->name, sy_state_name(p->state),
		       after[0] ? "; " : "", after);
		return;
	}
	printf("%s: %s, %s (%s) in %s, %s in all, %u tasks", p->name,
	       sy_state_name(p->state), sy_result_name(p->result),
	       sy_model_text(p, model, sizeof(model)),
	       sy_duration(p->elapsed_ns, took, sizeof(took)),
	       sy_duration(p->whole_ns, whole, sizeof(whole)), p->tasks);
	if (p->pause_ns)
		printf(", pause %s",
		       sy_duration(p->pause_ns, pause, sizeof(pause)));
	if (p->stops > 1)
		printf(", %u stops", p->stops);
	if (p->excused)
		printf(", %u excused", p->excused);
	if (p->nudged)
		printf(", %u nudged", p->nudged);
	if (p->holds)
		printf(", %u held in %u holds: median %s, worst %s", p->held,
		       p->holds,
		       sy_duration(p->hold_median_ns, median, sizeof(median)),
		       sy_duration(p->hold_worst_ns, worst, sizeof(worst)));
	/* A settled transition's message: whom the relaxed rule excused. */
	if (p->result == SY_R_SETTLED && p->message[0])
		printf("; %s", p->message);
	if (after[0])
		printf("; %s", after);
	putchar('\n');
	if (p->has_model)
		printf("detector: %s (%s)\n", sy_detector_name(p->detector),
		       sy_detector_why(p->detector));
}

/* The first few; the excused and the parked hold nothing up. */
static void sy_blockers_line(const struct sy_blockers *list, char *buf,
			     size_t size)
{
	size_t i, shown = 0, count = 0, used = 0;

	buf[0] = '\0';
	for (i = 0; i < list->count; i++) {
		const struct sy_blocker *b = &list->item[i];

		if (b->kind == SY_K_EXCUSED || b->kind == SY_K_PARKED)
			continue;
		if (count++ >= SY_SHOW_BLOCKERS || used >= size)
			continue;
		used += (size_t)snprintf(buf + used, size - used,
					 "%s%s[%u] %s%s%s", shown ? ", " : "",
					 b->comm, b->pid, sy_kind_name(b->kind),
					 b->function[0] ? " in " : "",
					 b->function);
		shown++;
	}
	if (count > shown && used < size)
		snprintf(buf + used, size - used, " and %zu more (see --json)",
			 count - shown);
}

/* For an engine that gives no reason of its own. */
static const char *sy_result_reason(const struct sy_patch *p)
{
	if (p->message[0])
		return p->message;
	switch (p->result) {
	case SY_R_REVERTED:
		return "it was turned round";
	case SY_R_GAVE_UP:
		return "tasks were in the patched functions until the deadline "
		       "or the last try";
	default:
		return "it could not be prepared, see the kernel log (dmesg)";
	}
}

/* One line: what happened, why, who was in the way, what to do. */
static void sy_result_why(const struct sy_wait *w, const struct sy_patch *p)
{
	const char *way_out = "";
	char who[384];

	sy_blockers_line(&w->blockers, who, sizeof(who));
	if (p->result == SY_R_GAVE_UP || p->result == SY_R_REVERTED)
		way_out = "; try a longer --deadline or another model";
	fprintf(stderr, "switchyard: %s: %s: %s%s%s%s\n", p->name,
		sy_result_name(p->result), sy_result_reason(p),
		who[0] ? ", blocked by " : "", who, way_out);
}

static enum sy_exit sy_result_interrupted(const struct sy_patch *p)
{
	fprintf(stderr,
		"switchyard: %s: no longer waiting, the transition goes on; "
		"'switchyard watch %s' follows it, 'switchyard reverse %s' "
		"turns it round\n",
		p->name, p->name, p->name);
	return SY_EXIT_INTERRUPTED;
}

enum sy_exit sy_result(const struct sy_options *opt, const struct sy_wait *w,
		       bool reverse, const char *after)
{
	enum sy_exit code = sy_exit_of_result(w->last.result);
	enum sy_exit out = SY_EXIT_OK;

	if (w->interrupted)
		return sy_result_interrupted(&w->last);
	if (reverse && code == SY_EXIT_REVERTED)
		code = SY_EXIT_OK;
	if (opt->json)
		out = sy_result_json(w, &w->last, after);
	else
		sy_result_line(&w->last, after);
	fflush(stdout);
	if (code != SY_EXIT_OK)
		sy_result_why(w, &w->last);
	return code != SY_EXIT_OK ? code :
	       out != SY_EXIT_OK  ? out :
				    sy_output_done();
}

enum sy_exit sy_result_started(const struct sy_options *opt, const char *patch,
			       const char *what)
{
	json_t *object;

	if (!opt->json) {
		printf("%s: %s started; 'switchyard watch %s' follows it\n",
		       patch, what, patch);
		return sy_output_done();
	}
	object = json_object();
	json_object_set_new(object, "patch", json_string(patch));
	json_object_set_new(object, "started", json_string(what));
	return sy_json_output(object, JSON_INDENT(2));
}
