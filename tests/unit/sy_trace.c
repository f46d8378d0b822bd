// SPDX-License-Identifier: GPL-2.0
/*
 * Reads events from lines of text, writes events and answers as lines of text.
 * It judges nothing. One thread.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sy_trace.h"

static const char *const sy_events[SY_EVENT__LAST] = {
	[SY_EVENT_START] = "start",	  [SY_EVENT_REVERSE] = "reverse",
	[SY_EVENT_PREPARED] = "prepared", [SY_EVENT_FAILED] = "failed",
	[SY_EVENT_FLUSHED] = "flushed",	  [SY_EVENT_SCANNED] = "scanned",
	[SY_EVENT_DRAINED] = "drained",	  [SY_EVENT_STOPPED] = "stopped",
	[SY_EVENT_TIMER] = "timer",	  [SY_EVENT_SETTLED] = "settled",
};

static const char *const sy_states[SY_STATE__LAST] = {
	[SY_IDLE] = "idle",	    [SY_PREPARING] = "preparing",
	[SY_SCANNING] = "scanning", [SY_WAITING] = "waiting",
	[SY_STOPPING] = "stopping", [SY_SETTLING] = "settling",
};

static const char *const sy_results[SY_RESULT__LAST] = {
	[SY_RESULT_NONE] = "none",	   [SY_RESULT_SETTLED] = "settled",
	[SY_RESULT_REVERTED] = "reverted", [SY_RESULT_GAVE_UP] = "gave-up",
	[SY_RESULT_FAILED] = "failed",
};

static const char *const sy_ends[SY_STOP__LAST] = {
	[SY_STOP_FLIPPED] = "flipped",
	[SY_STOP_LATE] = "late",
	[SY_STOP_INSIDE] = "inside",
	[SY_STOP_NMI] = "nmi",
};

static const char *const sy_action_words[SY_ACT__LAST] = {
	[SY_ACT_REPLY] = "reply",
	[SY_ACT_PREPARE] = "PREPARE",
	[SY_ACT_ARM] = "ARM",
	[SY_ACT_SCAN] = "SCAN",
	[SY_ACT_FLIP] = "FLIP",
	[SY_ACT_FLIP_FUNCTIONS] = "FLIP_FUNCTIONS",
	[SY_ACT_STOP] = "STOP",
	[SY_ACT_NUDGE] = "NUDGE",
	[SY_ACT_TURN] = "TURN",
	[SY_ACT_TIMER] = "timer",
	[SY_ACT_SETTLE] = "SETTLE",
	[SY_ACT_RETIRE] = "RETIRE",
	[SY_ACT_REPORT] = "report",
	[SY_ACT_HOLD] = "HOLD",
	[SY_ACT_RELEASE] = "RELEASE",
};

static const char *const sy_reports[SY_REPORT__LAST] = {
	[SY_REPORT_STARTED] = "started",
	[SY_REPORT_REVERSING_DEADLINE] = "reversing-deadline",
	[SY_REPORT_REVERSING_REQUEST] = "reversing-request",
	[SY_REPORT_REVERSING_TRIES] = "reversing-tries",
	[SY_REPORT_REVERSING_NMI] = "reversing-nmi",
	[SY_REPORT_NUDGED] = "nudged",
	[SY_REPORT_SETTLED] = "settled",
};

static const char *const sy_leaves[] = { "function", "patched_set", "kernel" };
static const char *const sy_switches[] = { "function", "thread", "kernel" };

static const char *const sy_detectors[SY_DETECTOR__LAST] = {
	[SY_DETECTOR_NONE] = "none",
	[SY_DETECTOR_STACK] = "stack",
	[SY_DETECTOR_COUNT] = "count",
	[SY_DETECTOR_BOUNDARY] = "boundary",
};

static const struct {
	const char *suffix;
	sy_u64 ns;
} sy_units[] = {
	{ "s", 1000000000 },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
};

/* Return: the index of @word, or -1. A null entry is a hole. */
static int sy_find(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] && !strcmp(words[i], word))
			return (int)i;
	return -1;
}

#define SY_FIND(words, word) \
	sy_find(words, sizeof(words) / sizeof(*(words)), word)

static int sy_time(const char *text, sy_u64 *ret)
{
	char *end;
	sy_u64 n = strtoull(text, &end, 10);

	if (end == text)
		return -1;
	for (size_t i = 0; i < sizeof(sy_units) / sizeof(*sy_units); i++) {
		if (strcmp(end, sy_units[i].suffix))
			continue;
		*ret = n > ~0ull / sy_units[i].ns ? ~0ull : n * sy_units[i].ns;
		return 0;
	}
	*ret = n;
	return *end || n ? -1 : 0;
}

static int sy_number(const char *text, sy_u32 *ret)
{
	char *end;

	*ret = (sy_u32)strtoul(text, &end, 0);
	return end == text || *end ? -1 : 0;
}

static int sy_model(const char *text, struct sy_model *ret)
{
	char word[3][16] = { "", "", "" };
	int n = sscanf(text, "%15[^/]/%15[^/]/%15s", word[0], word[1], word[2]);
	int leave = SY_FIND(sy_leaves, word[0]);
	int sw = SY_FIND(sy_switches, word[1]);

	if (n < 2 || leave < 0 || sw < 0 ||
	    (n == 3 && strcmp(word[2], "relaxed")))
		return -1;
	ret->leave = (sy_u8)leave;
	ret->sw = (sy_u8)sw;
	ret->relaxed = n == 3;
	return 0;
}

/* M1M3 is a set of two observations. */
static int sy_observations(const char *text, sy_u32 *ret)
{
	*ret = 0;
	for (; text[0] == 'M' && text[1] >= '1' && text[1] <= '4'; text += 2)
		*ret |= 1u << (text[1] - '1');
	return *text ? -1 : 0;
}

static int sy_detector(const char *text, sy_u8 *ret)
{
	int detector = SY_FIND(sy_detectors, text);

	*ret = (sy_u8)detector;
	return detector < 0 ? -1 : 0;
}

static int sy_start_word(const char *word, const char *value,
			 struct sy_event *ret)
{
	if (!strcmp(word, "model"))
		return sy_model(value, &ret->u.start.model);
	if (!strcmp(word, "detector"))
		return sy_detector(value, &ret->u.start.detector);
	if (!strcmp(word, "deadline"))
		return sy_time(value, &ret->u.start.deadline_ns);
	if (!strcmp(word, "retry"))
		return sy_time(value, &ret->u.start.retry_ns);
	if (!strcmp(word, "tries"))
		return sy_number(value, &ret->u.start.tries);
	if (!strcmp(word, "functions"))
		return sy_number(value, &ret->u.start.nfuncs);
	if (!strcmp(word, "forbid"))
		return sy_observations(value, &ret->u.start.forbid);
	if (*value)
		return -1;
	if (!strcmp(word, "enable"))
		ret->u.start.to_new = 1;
	else if (!strcmp(word, "disable"))
		ret->u.start.to_new = 0;
	else if (!strcmp(word, "force"))
		ret->u.start.force = 1;
	else if (!strcmp(word, "enabled"))
		ret->u.start.enabled = 1;
	else if (!strcmp(word, "retiring"))
		ret->u.start.retiring = 1;
	else if (!strcmp(word, "herd"))
		ret->u.start.herd = 1;
	else if (!strcmp(word, "uncountable"))
		ret->u.start.uncountable = 1;
	else
		return -1;
	return 0;
}

static int sy_scan_word(const char *word, const char *value,
			struct sy_event *ret)
{
	if (!strcmp(word, "pending"))
		return sy_number(value, &ret->u.scan.pending);
	if (!strcmp(word, "nudgeable"))
		return sy_number(value, &ret->u.scan.nudgeable);
	if (!strcmp(word, "moving"))
		return sy_number(value, &ret->u.scan.moving);
	if (!strcmp(word, "drivable"))
		return sy_number(value, &ret->u.scan.drivable);
	return -1;
}

static int sy_word(char *word, struct sy_event *ret)
{
	char *value = strchr(word, '=');
	int end;

	if (value)
		*value++ = 0;
	else
		value = word + strlen(word);
	switch (ret->kind) {
	case SY_EVENT_START:
		return sy_start_word(word, value, ret);
	case SY_EVENT_SCANNED:
		return sy_scan_word(word, value, ret);
	case SY_EVENT_STOPPED:
		end = SY_FIND(sy_ends, word);
		ret->u.stop.end = (enum sy_stop_end)end;
		return end < 0 || *value ? -1 : 0;
	default:
		return -1;
	}
}

int sy_trace_parse(const char *line, struct sy_event *ret, char *error)
{
	char copy[SY_TRACE_LINE];
	char *rest = copy;
	char *word;
	int kind;

	memset(ret, 0, sizeof(*ret));
	snprintf(copy, sizeof(copy), "%s", line);
	word = strsep(&rest, " ");
	if (sy_time(word, &ret->now_ns)) {
		snprintf(error, SY_TRACE_LINE, "not a time: %s", word);
		return -1;
	}
	word = rest ? strsep(&rest, " ") : word;
	kind = SY_FIND(sy_events, word);
	if (kind < 0) {
		snprintf(error, SY_TRACE_LINE, "not an event: %s", word);
		return -1;
	}
	ret->kind = (enum sy_event_kind)kind;
	while ((word = strsep(&rest, " "))) {
		if (!sy_word(word, ret))
			continue;
		snprintf(error, SY_TRACE_LINE, "not a word of %s: %s",
			 sy_events[kind], word);
		return -1;
	}
	return 0;
}

static void __attribute__((format(printf, 2, 3)))
sy_add(char *ret, const char *format, ...)
{
	size_t used = strlen(ret);
	va_list args;

	va_start(args, format);
	vsnprintf(ret + used, SY_TRACE_LINE - used, format, args);
	va_end(args);
}

/* Exact: the largest unit that loses nothing. */
static void sy_add_time(char *ret, sy_u64 ns)
{
	size_t i = 0;

	while (ns && ns % sy_units[i].ns)
		i++;
	sy_add(ret, "%llu%s", ns / sy_units[i].ns,
	       ns ? sy_units[i].suffix : "");
}

static void sy_add_start(const struct sy_event *event, char *ret)
{
	const struct sy_model *m = &event->u.start.model;

	if (m->leave <= SY_LEAVE_KERNEL && m->sw <= SY_SWITCH_KERNEL)
		sy_add(ret, " model=%s/%s%s", sy_leaves[m->leave],
		       sy_switches[m->sw], m->relaxed ? "/relaxed" : "");
	else
		sy_add(ret, " model=%u/%u", m->leave, m->sw);
	sy_add(ret, "%s%s%s%s%s",
	       event->u.start.to_new ? " enable" : " disable",
	       event->u.start.enabled ? " enabled" : "",
	       event->u.start.retiring ? " retiring" : "",
	       event->u.start.force ? " force" : "",
	       event->u.start.herd ? " herd" : "");
	if (event->u.start.detector)
		sy_add(ret, " detector=%s",
		       event->u.start.detector < SY_DETECTOR__LAST ?
			       sy_detectors[event->u.start.detector] :
			       "?");
	if (event->u.start.uncountable)
		sy_add(ret, " uncountable");
	if (event->u.start.forbid)
		sy_add(ret, " forbid=");
	for (int i = 0; i < 4; i++)
		if (event->u.start.forbid & (1u << i))
			sy_add(ret, "M%d", i + 1);
	if (event->u.start.nfuncs)
		sy_add(ret, " functions=%u", event->u.start.nfuncs);
	if (event->u.start.deadline_ns) {
		sy_add(ret, " deadline=");
		sy_add_time(ret, event->u.start.deadline_ns);
	}
	if (event->u.start.tries)
		sy_add(ret, " tries=%u", event->u.start.tries);
	if (event->u.start.retry_ns) {
		sy_add(ret, " retry=");
		sy_add_time(ret, event->u.start.retry_ns);
	}
}

void sy_trace_event(const struct sy_event *event, char *ret)
{
	*ret = 0;
	sy_add_time(ret, event->now_ns);
	sy_add(ret, " %s", sy_events[event->kind]);
	if (event->kind == SY_EVENT_START)
		sy_add_start(event, ret);
	if (event->kind == SY_EVENT_SCANNED)
		sy_add(ret, " pending=%u nudgeable=%u moving=%u drivable=%u",
		       event->u.scan.pending, event->u.scan.nudgeable,
		       event->u.scan.moving, event->u.scan.drivable);
	if (event->kind == SY_EVENT_STOPPED)
		sy_add(ret, " %s", sy_ends[event->u.stop.end]);
}

static const char *sy_refusal(sy_refusal_t refusal)
{
	if (refusal == SY_OK)
		return "ok";
	if (refusal == SY_BUSY)
		return "busy";
	if (refusal == SY_REQUIREMENT)
		return "requirement";
	if (refusal == SY_BAD_MODEL)
		return "bad-model";
	if (refusal == SY_BAD_DETECTOR)
		return "bad-detector";
	return refusal == SY_BAD_STATE ? "bad-state" : "?";
}

/* Where functions have turns, SCAN and STOP say whose it is: SCAN#0. */
static void sy_add_action(const struct sy_engine *e,
			  const struct sy_action *action, char *ret)
{
	sy_add(ret, " %s", sy_action_words[action->kind]);
	if (sy_order_asked(&e->model) &&
	    (action->kind == SY_ACT_SCAN || action->kind == SY_ACT_STOP))
		sy_add(ret, "#%u", action->func);
	switch (action->kind) {
	case SY_ACT_REPLY:
		sy_add(ret, "=%s", sy_refusal(action->u.refusal));
		break;
	case SY_ACT_REPORT:
		sy_add(ret, "=%s", sy_reports[action->u.report]);
		break;
	case SY_ACT_SETTLE:
		sy_add(ret, "=%s", action->u.arg ? "new" : "old");
		break;
	case SY_ACT_STOP:
	case SY_ACT_HOLD:
	case SY_ACT_TIMER:
		sy_add(ret, "=");
		sy_add_time(ret, action->u.arg);
		break;
	default:
		break;
	}
}

void sy_trace_answer(const struct sy_engine *e,
		     const struct sy_actions *actions, char *ret)
{
	*ret = 0;
	sy_add(ret, "  -> %s", sy_states[e->state]);
	if (e->result != SY_RESULT_NONE)
		sy_add(ret, " (%s)", sy_results[e->result]);
	for (sy_u32 i = 0; i < actions->n; i++)
		sy_add_action(e, &actions->at[i], ret);
}
