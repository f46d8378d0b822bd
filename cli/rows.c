// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of patches and of blocking tasks, used by status, blocked, watch and
 * the results of transitions, so that one thing is called one name everywhere.
 */
#include <string.h>

#include "rows.h"

static const struct sy_column sy_patch_columns[] = {
	{ "patch", "PATCH", false, false },
	{ "state", "STATE", false, false },
	{ "model", "MODEL", false, false },
	{ "detector", "DETECTOR", false, false },
	{ "functions", "FUNCS", true, false },
	{ "requirement", "FORBIDS", false, false },
	{ "switched", "SWITCHED", true, true },
	{ "blockers", "BLOCKED", true, true },
	{ "result", "RESULT", false, false },
	{ "notes", "NOTES", false, true },
	{ "by_handler", "BY HANDLER", false, true },
	{ "handler_instructions", NULL, false, false },
	{ "to_new", NULL, false, false },
	{ "tasks", NULL, false, false },
	{ "remaining", NULL, false, false },
	{ "excused", NULL, false, false },
	{ "nudged", NULL, false, false },
	{ "stops", NULL, false, false },
	{ "held", NULL, false, false },
	{ "holds", NULL, false, false },
	{ "hold_median_ns", NULL, false, false },
	{ "hold_worst_ns", NULL, false, false },
	{ "elapsed_ns", NULL, false, false },
	{ "whole_ns", NULL, false, false },
	{ "pause_ns", NULL, false, false },
	{ "relaxed", NULL, false, false },
	{ "forced", NULL, false, false },
	{ "unloadable", NULL, false, false },
	{ "reversing", NULL, false, false },
	{ "detector_why", NULL, false, false },
	{ "message", NULL, false, false },
	{ "functions_switched", NULL, false, false },
	{ "turn", NULL, false, false },
	{ "pending", NULL, false, false },
};

_Static_assert(sizeof(sy_patch_columns) / sizeof(sy_patch_columns[0]) <=
		       SY_COLUMNS_MAX,
	       "raise SY_COLUMNS_MAX");

void sy_patch_table_init(struct sy_table *t)
{
	sy_table_init(t, sy_patch_columns,
		      sizeof(sy_patch_columns) / sizeof(sy_patch_columns[0]));
}

static bool sy_in_transition(const struct sy_patch *p)
{
	return p->state == SY_ST_PREPARING || p->state == SY_ST_PATCHING ||
	       p->state == SY_ST_UNPATCHING || p->state == SY_ST_RETIRING;
}

/* Turned round and still on its way back. */
static bool sy_reversing(const struct sy_patch *p)
{
	return p->flags & SY_F_REVERSING && sy_in_transition(p) &&
	       p->state != SY_ST_RETIRING;
}

/* "function 2 of 3: NAME" while functions switch one after another, or "". */
char *sy_turn_text(const struct sy_patch *p, char *buf, size_t size)
{
	buf[0] = '\0';
	if (p->ordered && p->turn[0] && p->switched < p->functions)
		snprintf(buf, size, "function %u of %u: %s", p->switched + 1,
			 p->functions, p->turn);
	return buf;
}

/* JSON only: how many functions have switched, and whose turn it is. */
static void sy_turn_cells(struct sy_table *t, const struct sy_patch *p)
{
	if (p && p->ordered)
		sy_table_u64(t, p->switched);
	else
		sy_table_null(t);
	if (p && p->turn[0])
		sy_table_text(t, p->turn);
	else
		sy_table_null(t);
}

static void sy_text_or_null(struct sy_table *t, const char *text)
{
	if (text[0])
		sy_table_text(t, text);
	else
		sy_table_null(t);
}

static void sy_patch_notes(const struct sy_patch *p, char *buf, size_t size)
{
	char turn[SY_NAME_LEN + 48];

	snprintf(buf, size, "%s%s%s%s%s%s%s",
		 p->flags & SY_F_UNLOADABLE ? "" : "permanent ",
		 p->flags & SY_F_FORCED ? "FORCED " : "",
		 sy_reversing(p) ? "reversing " : "",
		 p->pending[0] ? "waits for " : "", p->pending,
		 p->pending[0] ? " " : "", sy_turn_text(p, turn, sizeof(turn)));
	if (buf[0] && buf[strlen(buf) - 1] == ' ')
		buf[strlen(buf) - 1] = '\0';
}

void sy_patch_row(struct sy_table *t, const struct sy_patch *p)
{
	char text[SY_MESSAGE_LEN + SY_NAME_LEN + 96];
	uint32_t done = p->tasks > p->remaining ? p->tasks - p->remaining : 0;

	sy_table_text(t, p->name);
	sy_table_text(t, sy_state_name(p->state));
	sy_table_text(t, sy_model_text(p, text, sizeof(text)));
	sy_table_text(t, sy_detector_name(p->detector));
	sy_table_u64(t, p->functions);
	sy_requirement_text(p->requirement, text, sizeof(text));
	sy_table_text(t, text);
	snprintf(text, sizeof(text), "%u/%u", done, p->tasks);
	if (sy_in_transition(p) && p->tasks)
		sy_table_text(t, text);
	else
		sy_table_null(t);
	if (sy_in_transition(p))
		sy_table_u64(t, p->blockers);
	else
		sy_table_null(t);
	sy_table_text(t, sy_result_name(p->result));
	sy_patch_notes(p, text, sizeof(text));
	sy_table_text(t, text);
	sy_text_or_null(t, p->by_handler);
	if (p->by_handler[0])
		sy_table_u64(t, SY_HANDLER_INSTRUCTIONS);
	else
		sy_table_null(t);
	sy_table_bool(t, p->to_new, "yes");
	sy_table_u64(t, p->tasks);
	sy_table_u64(t, p->remaining);
	sy_table_u64(t, p->excused);
	sy_table_u64(t, p->nudged);
	sy_table_u64(t, p->stops);
	sy_table_u64(t, p->held);
	sy_table_u64(t, p->holds);
	sy_table_ns(t, p->hold_median_ns);
	sy_table_ns(t, p->hold_worst_ns);
	sy_table_ns(t, p->elapsed_ns);
	sy_table_ns(t, p->whole_ns);
	sy_table_ns(t, p->pause_ns);
	sy_table_bool(t, p->flags & SY_F_RELAXED, "yes");
	sy_table_bool(t, p->flags & SY_F_FORCED, "yes");
	sy_table_bool(t, p->flags & SY_F_UNLOADABLE, "yes");
	sy_table_bool(t, sy_reversing(p), "yes");
	sy_table_text(t, sy_detector_why(p->detector));
	sy_table_text(t, p->message);
	sy_turn_cells(t, p);
	sy_text_or_null(t, p->pending);
}

static const struct sy_column sy_blocker_columns[] = {
	{ "patch", NULL, false, false },
	{ "pid", "PID", true, false },
	{ "comm", "COMM", false, false },
	{ "kind", "KIND", false, false },
	{ "function", "FUNCTION", false, true },
	{ "frame", "FRAME", false, true },
	{ "since_ns", "SINCE", true, true },
	{ "relief", "RELIEF", false, true },
	{ "functions_switched", NULL, false, false },
	{ "turn", NULL, false, false },
};

void sy_blocker_table_init(struct sy_table *t)
{
	sy_table_init(t, sy_blocker_columns,
		      sizeof(sy_blocker_columns) /
			      sizeof(sy_blocker_columns[0]));
}

void sy_blocker_row(struct sy_table *t, const struct sy_blocker *b,
		    const struct sy_patch *p)
{
	sy_table_text(t, b->patch);
	sy_table_u64(t, b->pid);
	sy_text_or_null(t, b->comm);
	sy_table_text(t, sy_kind_name(b->kind));
	sy_text_or_null(t, b->function);
	sy_text_or_null(t, b->frame);
	if (b->has_since)
		sy_table_ns(t, b->since_ns);
	else
		sy_table_null(t);
	sy_text_or_null(t, b->relief);
	sy_turn_cells(t, p);
}
