// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard models
 *
 * The models, the presets that name them, what each lets be observed, and, with
 * the engine loaded, whether it serves them.
 */
#include <string.h>

#include "cli.h"
#include "table.h"

static const struct sy_column sy_model_columns[] = {
	{ "model", "MODEL", false, false },
	{ "presets", "PRESETS", false, false },
	{ "m1", "M1", false, false },
	{ "m2", "M2", false, false },
	{ "m3", "M3", false, false },
	{ "m4", "M4", false, false },
	{ "served", "SERVED", false, false },
	{ "detectors", NULL, false, false },
	{ "leave", NULL, false, false },
	{ "switch", NULL, false, false },
	{ "relaxed", NULL, false, false },
};

static void sy_model_name(const struct sy_model *m, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%s", sy_leave_name(m->leave),
		 sy_switch_name(m->sw));
}

static void sy_model_presets(const struct sy_model *m, char *buf, size_t size)
{
	size_t count, i, used = 0;
	const struct sy_preset *p = sy_presets(&count);

	buf[0] = '\0';
	for (i = 0; i < count && !m->relaxed && used < size; i++)
		if (p[i].leave == m->leave && p[i].sw == m->sw)
			used += (size_t)snprintf(buf + used, size - used,
						 "%s%s", used ? " " : "",
						 p[i].name);
}

/* The default first. */
static const char *sy_model_detectors(const struct sy_model *m)
{
	if (m->leave == SY_ABI_LEAVE_FUNCTION)
		return "none";
	if (m->leave == SY_ABI_LEAVE_KERNEL)
		return "boundary";
	return m->sw == SY_ABI_SWITCH_FUNCTION ? "stack" : "stack count";
}

/* Is @name a line of the file "models"? */
static bool sy_model_served(const char *lines, const char *name)
{
	size_t len = strlen(name);
	const char *p = lines;

	while ((p = strstr(p, name))) {
		if ((p == lines || p[-1] == '\n') &&
		    (!p[len] || p[len] == '\n' || p[len] == ' '))
			return true;
		p += len;
	}
	return false;
}

static void sy_model_row(struct sy_table *t, const struct sy_model *m,
			 const char *lines)
{
	char name[64], row[80], presets[64];
	int k;

	sy_model_name(m, name, sizeof(name));
	snprintf(row, sizeof(row), "%s%s", name, m->relaxed ? " relaxed" : "");
	sy_model_presets(m, presets, sizeof(presets));
	sy_table_text(t, row);
	sy_table_text(t, presets);
	for (k = 0; k < 4; k++)
		sy_table_text(t, m->observed[k]);
	if (!lines)
		sy_table_null(t);
	else
		sy_table_text(t, sy_model_served(lines, name) ? "yes" : "no");
	sy_table_text(t, sy_model_detectors(m));
	sy_table_text(t, sy_leave_name(m->leave));
	sy_table_text(t, sy_switch_name(m->sw));
	sy_table_bool(t, m->relaxed, "yes");
}

static enum sy_exit sy_run_models(const struct sy_options *opt)
{
	sy_table_auto struct sy_table t = { 0 };
	char lines[4096];
	bool loaded = sy_sysfs_read("models", lines, sizeof(lines));
	size_t count, i;
	const struct sy_model *models = sy_models(&count);
	enum sy_exit code;

	sy_table_init(&t, sy_model_columns, 11);
	for (i = 0; i < count; i++)
		sy_model_row(&t, &models[i], loaded ? lines : NULL);
	code = sy_table_output(&t, opt->json);
	if (opt->json || code != SY_EXIT_OK)
		return code;
	puts("\nWhat may be observed while a transition runs:\n"
	     "  M1  old and new frames in one context\n"
	     "  M2  one stay in the kernel mixes versions\n"
	     "  M3  an old call runs beside a new one\n"
	     "  M4  a call starts old after another started new\n"
	     "How tasks are seen to leave: patched_set/thread and /kernel by stack"
	     " or count,\npatched_set/function by stack, kernel/* at the boundary.");
	if (!loaded)
		puts("SERVED is unknown: the engine is not loaded.");
	return sy_output_done();
}

const struct sy_command sy_cmd_models = {
	.name = "models",
	.run = sy_run_models,
	.operand = "",
	.summary = "show the models and what each allows",
	.flags = SY_O_JSON,
};
