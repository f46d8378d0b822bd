// SPDX-License-Identifier: GPL-2.0
/*
 * The commands that build are programs of their own, for they share nothing
 * with those that talk to the engine: the process becomes that program, which
 * prints the lines and returns the exit codes of this command. It is looked for
 * where this command was installed, and in the tree it was built in; never in
 * PATH, for what is found there may be another's.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* Below the folder of this program: installed, built; of scripts: the tree's. */
static const char *const sy_tool_places[] = {
	"../lib/switchyard",
	"../builder",
	"../../scripts",
};

static bool sy_tool_find(const char *program, char *path, size_t size)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t i;
	int n;

	if (len <= 0)
		return false;
	self[len] = '\0';
	if (!strrchr(self, '/'))
		return false;
	*strrchr(self, '/') = '\0';
	for (i = 0; i < sizeof(sy_tool_places) / sizeof(sy_tool_places[0]);
	     i++) {
		n = snprintf(path, size, "%s/%s/%s", self, sy_tool_places[i],
			     program);
		if (n > 0 && (size_t)n < size && !access(path, X_OK))
			return true;
	}
	return false;
}

enum sy_exit sy_tool_exec(const char *program, const char *verb,
			  const struct sy_options *opt)
{
	const char *argv[SY_PASSED_MAX + SY_OPERANDS_MAX + 5];
	char path[2 * PATH_MAX];
	size_t i, n = 0;

	if (!sy_tool_find(program, path, sizeof(path))) {
		fprintf(stderr,
			"switchyard: %s: not installed beside this command; "
			"run make install again\n",
			program);
		return SY_EXIT_INTERNAL;
	}
	argv[n++] = path;
	argv[n++] = verb;
	for (i = 0; i < opt->npassed; i++)
		argv[n++] = opt->passed[i];
	if (opt->json)
		argv[n++] = "--json";
	if (opt->noperands)
		argv[n++] = "--";
	for (i = 0; i < opt->noperands; i++)
		argv[n++] = opt->operands[i];
	argv[n] = NULL;
	execv(path, (char **)argv);
	fprintf(stderr, "switchyard: %s: cannot be run: %s; install again\n",
		path, strerror(errno));
	return SY_EXIT_INTERNAL;
}
