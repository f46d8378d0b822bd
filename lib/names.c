// SPDX-License-Identifier: GPL-2.0
/*
 * Names: words for the ABI's numbers, the table of the models with what each
 * lets be observed (docs/models.md), and the parsers of what an operator
 * types. Pure tables and text; no system call.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "switchyard.h"

#define SY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *sy_word(const char *const *words, size_t count, uint32_t n)
{
	return n < count && words[n] ? words[n] : "?";
}

const char *sy_state_name(uint32_t state)
{
	static const char *const words[SY_ST__LAST] = {
		[SY_ST_DISABLED] = "disabled",
		[SY_ST_PREPARING] = "preparing",
		[SY_ST_PATCHING] = "patching",
		[SY_ST_ENABLED] = "enabled",
		[SY_ST_UNPATCHING] = "unpatching",
		[SY_ST_RETIRING] = "retiring",
	};

	return sy_word(words, SY_COUNT(words), state);
}

const char *sy_result_name(uint32_t result)
{
	static const char *const words[SY_R__LAST] = {
		[SY_R_NONE] = "none",	      [SY_R_SETTLED] = "settled",
		[SY_R_REVERTED] = "reverted", [SY_R_GAVE_UP] = "gave_up",
		[SY_R_FAILED] = "failed",
	};

	return sy_word(words, SY_COUNT(words), result);
}

const char *sy_event_name(uint32_t event)
{
	static const char *const words[SY_EV__LAST] = {
		[SY_EV_STARTED] = "started",	 [SY_EV_PROGRESS] = "progress",
		[SY_EV_REVERSING] = "reversing", [SY_EV_NUDGED] = "nudged",
		[SY_EV_SETTLED] = "settled",	 [SY_EV_RETIRED] = "retired",
	};

	return sy_word(words, SY_COUNT(words), event);
}

const char *sy_kind_name(uint32_t kind)
{
	static const char *const words[SY_K__LAST] = {
		[SY_K_ASLEEP] = "asleep",
		[SY_K_RUNNING] = "running",
		[SY_K_PREEMPTED] = "preempted",
		[SY_K_EXITING] = "exiting",
		[SY_K_UNRELIABLE] = "unreliable",
		[SY_K_UNINTERRUPTIBLE] = "uninterruptible",
		[SY_K_STOPPED] = "stopped",
		[SY_K_KTHREAD] = "kthread",
		[SY_K_EXCUSED] = "excused",
		[SY_K_PARKED] = "parked",
	};

	return sy_word(words, SY_COUNT(words), kind);
}

static const char *const sy_leaves[] = {
	[SY_ABI_LEAVE_FUNCTION] = "function",
	[SY_ABI_LEAVE_PATCHED_SET] = "patched_set",
	[SY_ABI_LEAVE_KERNEL] = "kernel",
};

static const char *const sy_switches[] = {
	[SY_ABI_SWITCH_FUNCTION] = "function",
	[SY_ABI_SWITCH_THREAD] = "thread",
	[SY_ABI_SWITCH_KERNEL] = "kernel",
};

const char *sy_leave_name(uint32_t leave)
{
	return sy_word(sy_leaves, SY_COUNT(sy_leaves), leave);
}

const char *sy_switch_name(uint32_t sw)
{
	return sy_word(sy_switches, SY_COUNT(sy_switches), sw);
}

static const char *const sy_detectors[SY_ABI_DETECTOR__LAST] = {
	[SY_ABI_DETECTOR_NONE] = "none",
	[SY_ABI_DETECTOR_STACK] = "stack",
	[SY_ABI_DETECTOR_COUNT] = "count",
	[SY_ABI_DETECTOR_BOUNDARY] = "boundary",
};

const char *sy_detector_name(uint32_t detector)
{
	return sy_word(sy_detectors, SY_COUNT(sy_detectors), detector);
}

const char *sy_detector_why(uint32_t detector)
{
	static const char *const words[SY_ABI_DETECTOR__LAST] = {
		[SY_ABI_DETECTOR_NONE] = "the model leaves nothing",
		[SY_ABI_DETECTOR_STACK] =
			"a task asleep outside the set needs no call to prove it",
		[SY_ABI_DETECTOR_COUNT] =
			"a task has left when its last old call returns",
		[SY_ABI_DETECTOR_BOUNDARY] =
			"the model leaves the kernel, not only the set",
	};

	return sy_word(words, SY_COUNT(words), detector);
}

const char *sy_verdict_name(uint32_t verdict)
{
	static const char *const words[SY_V__LAST] = {
		[SY_V_OK] = "ok",
		[SY_V_NO_MEMORY] = "no_memory",
		[SY_V_BUSY] = "busy",
		[SY_V_NO_PATCH] = "no_patch",
		[SY_V_DUPLICATE] = "duplicate",
		[SY_V_BAD_DESCRIPTOR] = "bad_descriptor",
		[SY_V_NO_FUNCTION] = "no_function",
		[SY_V_AMBIGUOUS] = "ambiguous",
		[SY_V_NOT_TRACEABLE] = "not_traceable",
		[SY_V_INIT_CODE] = "init_code",
		[SY_V_NMI_REACHABLE] = "nmi_reachable",
		[SY_V_OWNED] = "owned",
		[SY_V_NO_OBJECT] = "no_object",
		[SY_V_NO_SYMBOL] = "no_symbol",
		[SY_V_REQUIREMENT] = "requirement",
		[SY_V_BAD_MODEL] = "bad_model",
		[SY_V_BAD_STATE] = "bad_state",
		[SY_V_FTRACE_OFF] = "ftrace_off",
		[SY_V_NO_ROOM] = "no_room",
		[SY_V_INTERNAL] = "internal",
		[SY_V_NO_REST] = "no_rest",
		[SY_V_OTHER_KERNEL] = "other_kernel",
		[SY_V_REWRITTEN] = "rewritten",
		[SY_V_RELOCATION] = "relocation",
		[SY_V_BAD_ORDER] = "bad_order",
		[SY_V_BAD_DETECTOR] = "bad_detector",
	};

	return sy_word(words, SY_COUNT(words), verdict);
}

void sy_requirement_text(uint32_t requirement, char *buf, size_t size)
{
	size_t used = 0;
	int k;

	snprintf(buf, size, "none");
	for (k = 1; k <= 4; k++) {
		if (!(requirement & (1u << (k - 1))) || used >= size)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%sm%d",
					 used ? " " : "", k);
	}
}

/* The table of docs/models.md; a relaxed variant has a row of its own. */
const struct sy_model *sy_models(size_t *count)
{
#define SY_ROW(l, s, r, ...)                            \
	{                                               \
		SY_ABI_LEAVE_##l, SY_ABI_SWITCH_##s, r, \
		{                                       \
			__VA_ARGS__                     \
		}                                       \
	}
	static const struct sy_model models[] = {
		SY_ROW(FUNCTION, FUNCTION, false, "yes", "yes", "yes", "yes"),
		SY_ROW(FUNCTION, THREAD, false, "yes", "yes", "yes", "yes"),
		SY_ROW(FUNCTION, KERNEL, false, "yes", "yes", "yes", "no"),
		SY_ROW(PATCHED_SET, FUNCTION, false, "yes", "yes", "yes",
		       "yes"),
		SY_ROW(PATCHED_SET, THREAD, false, "no", "yes", "yes", "yes"),
		SY_ROW(PATCHED_SET, KERNEL, false, "no", "yes", "no", "no"),
		SY_ROW(KERNEL, FUNCTION, false, "yes", "yes", "yes", "yes"),
		SY_ROW(KERNEL, FUNCTION, true, "yes", "yes", "yes", "yes"),
		SY_ROW(KERNEL, THREAD, false, "no", "no", "yes", "yes"),
		SY_ROW(KERNEL, THREAD, true, "no", "excused", "yes", "yes"),
		SY_ROW(KERNEL, KERNEL, false, "no", "no", "no", "no"),
		SY_ROW(KERNEL, KERNEL, true, "no", "excused", "no", "no"),
	};
#undef SY_ROW

	*count = SY_COUNT(models);
	return models;
}

/* A word of @words equal to @len bytes at @text, after an optional prefix. */
static bool sy_token(const char *text, size_t len, const char *prefix,
		     const char *const *words, size_t count, uint32_t *ret)
{
	size_t skip = strlen(prefix);
	uint32_t i;

	if (len > skip && !strncasecmp(text, prefix, skip)) {
		text += skip;
		len -= skip;
	}
	for (i = 0; i < count; i++) {
		if (strlen(words[i]) != len || strncasecmp(text, words[i], len))
			continue;
		*ret = i;
		return true;
	}
	return false;
}

struct sy_error *sy_model_parse(const char *text, uint32_t *leave, uint32_t *sw)
{
	const char *slash = strchr(text, '/');
	const char *right = slash ? slash + 1 : "";

	if (!slash ||
	    !sy_token(text, (size_t)(slash - text), "leave_", sy_leaves,
		      SY_COUNT(sy_leaves), leave) ||
	    !sy_token(right, strlen(right), "switch_", sy_switches,
		      SY_COUNT(sy_switches), sw))
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "model %s: not LEAVE/SWITCH; 'switchyard "
				     "models' lists the models",
				     text);
	return NULL;
}

struct sy_error *sy_detector_parse(const char *text, uint32_t *ret)
{
	/* The others follow from the model. */
	if (!strcasecmp(text, sy_detectors[SY_ABI_DETECTOR_STACK]))
		*ret = SY_ABI_DETECTOR_STACK;
	else if (!strcasecmp(text, sy_detectors[SY_ABI_DETECTOR_COUNT]))
		*ret = SY_ABI_DETECTOR_COUNT;
	else
		return sy_error_make(SY_E_BAD_ARGUMENT, 0,
				     "detector %s: neither stack nor count; "
				     "write --detector stack or --detector "
				     "count",
				     text);
	return NULL;
}

struct sy_error *sy_preset_find(const char *name, const struct sy_preset **ret)
{
	char line[SY_MESSAGE_LEN];
	const struct sy_preset *presets;
	size_t count, i;

	presets = sy_presets(&count);
	for (i = 0; i < count; i++) {
		if (strcmp(presets[i].name, name))
			continue;
		if (presets[i].refusal) {
			snprintf(line, sizeof(line), "preset %s: %s", name,
				 presets[i].refusal);
			return sy_error_refused(SY_V_BAD_MODEL, line);
		}
		*ret = &presets[i];
		return NULL;
	}
	return sy_error_make(SY_E_BAD_ARGUMENT, 0,
			     "preset %s: no preset of that name; 'switchyard "
			     "models' lists the presets",
			     name);
}

struct sy_error *sy_seconds_parse(const char *text, uint32_t *ret_ms)
{
	uint64_t ms = 0, unit = 1000;
	const char *p = text;
	bool digits = false, dot = false, rest = false;

	for (; *p; p++) {
		if (*p == '.' && !dot) {
			dot = true;
			continue;
		}
		if (!isdigit((unsigned char)*p))
			goto err_text;
		digits = true;
		if (!dot) {
			ms = ms * 10 + (uint64_t)(*p - '0') * 1000;
		} else {
			unit /= 10;
			ms += (uint64_t)(*p - '0') * unit;
			rest |= !unit && *p != '0';
		}
		if (ms > UINT32_MAX)
			goto err_text;
	}
	ms += rest;
	if (!digits || ms > UINT32_MAX)
		goto err_text;
	*ret_ms = (uint32_t)ms;
	return NULL;

err_text:
	return sy_error_make(SY_E_BAD_ARGUMENT, 0,
			     "time %s: not a number of seconds from 0 to "
			     "4294967; write it as 10 or 0.5",
			     text);
}
