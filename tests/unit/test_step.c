// SPDX-License-Identifier: GPL-2.0
/*
 * Golden traces: replays the events of each golden/NAME.trace through the
 * engine and compares what follows with what the file says. One thread.
 *
 * A line is a comment (#), a title (== starts a fresh engine), an event, or
 * what followed from it ("  -> ..."). UPDATE=1 writes the files anew, but never
 * one in which a fact of a state is broken.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sy_trace.h"

#define SY_TRACES_MAX 64

static glob_t sy_files;

/* Return: 0, or -1 with the reason in @error. */
static int sy_replay_line(struct sy_engine *e, const char *line, FILE *out,
			  char *error)
{
	struct sy_actions actions;
	struct sy_event event;
	char text[SY_TRACE_LINE];
	const char *broken;

	if (!strncmp(line, "  ->", 4))
		return 0;
	fprintf(out, "%s\n", line);
	if (!strncmp(line, "==", 2))
		sy_engine_init(e);
	if (!*line || *line == '#' || *line == '=')
		return 0;
	if (sy_trace_parse(line, &event, error))
		return -1;
	sy_step(e, &event, &actions);
	sy_trace_answer(e, &actions, text);
	fprintf(out, "%s\n", text);
	broken = sy_engine_check(e);
	if (!broken)
		return 0;
	snprintf(error, SY_TRACE_LINE, "after %.80s does not hold: %s", line,
		 broken);
	return -1;
}

static void sy_update(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		fail_msg("%s: cannot write", path);
}

/* Print the first line that differs. Return: 1 if one does. */
static int sy_differ(const char *path, const char *is, const char *want)
{
	int number = 1;

	while (*is && *is == *want) {
		number += *is == '\n';
		is++;
		want++;
	}
	if (*is == *want)
		return 0;
	while (is[-1] != '\n') {
		is--;
		want--;
	}
	printf("%s:%d:\n  want %.*s\n  is   %.*s\n", path, number,
	       (int)strcspn(want, "\n"), want, (int)strcspn(is, "\n"), is);
	return 1;
}

static void test_trace(void **state)
{
	const char *path = *state;
	FILE *in = fopen(path, "r");
	char want[65536];
	char error[SY_TRACE_LINE] = "";
	struct sy_engine e;
	char *text = NULL;
	char *rest = want;
	char *line;
	char copy[65536];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(in);
	assert_non_null(out);
	want[fread(want, 1, sizeof(want) - 1, in)] = 0;
	fclose(in);
	memcpy(copy, want, sizeof(copy));
	rest = copy;
	sy_engine_init(&e);
	while ((line = strsep(&rest, "\n"))) {
		if (!rest && !*line)
			break;
		if (sy_replay_line(&e, line, out, error))
			fail_msg("%s: %s", path, error);
	}
	fclose(out);
	if (getenv("UPDATE"))
		sy_update(path, text);
	else if (sy_differ(path, text, want))
		fail_msg("%s: differs", path);
	free(text);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[SY_TRACES_MAX];
	char pattern[4096];
	size_t n;

	snprintf(pattern, sizeof(pattern), "%s/*.trace",
		 argc > 1 ? argv[1] : "golden");
	if (glob(pattern, 0, NULL, &sy_files)) {
		fprintf(stderr, "no trace is named %s\n", pattern);
		return 1;
	}
	n = sy_files.gl_pathc;
	if (n > SY_TRACES_MAX) {
		fprintf(stderr, "%zu traces, at most %d\n", n, SY_TRACES_MAX);
		return 1;
	}
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = strrchr(sy_files.gl_pathv[i], '/') + 1,
			.test_func = test_trace,
			.initial_state = sy_files.gl_pathv[i],
		};
	return _cmocka_run_group_tests("step", tests, n, NULL, NULL);
}
