// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard inspect [--diff] [--json] FILE.ko: options, the line that an error
 * makes and its exit code, which is one of cli/exit.h.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "../tool/command.h"
#include "inspect.h"

enum { SY_OK = 0, SY_INTERNAL = 1, SY_USAGE = 2, SY_BAD_FILE = 6 };

static int sy_usage(const char *what)
{
	fprintf(stderr,
		"switchyard: inspect: %s; see 'switchyard help inspect'\n",
		what);
	return SY_USAGE;
}

static int sy_failed(const struct sy_fault *fault, int status)
{
	fprintf(stderr, "switchyard: %s%s\n", fault->line,
		strstr(fault->line, "; ") ?
			"" :
			"; give a patch module as it was built");
	if (fault->kind == SY_FAULT_NO_MEMORY)
		return SY_INTERNAL;
	return status;
}

int sy_inspect_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "diff", no_argument, NULL, 'd' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	sy_fault_auto struct sy_fault *fault = NULL;
	bool json = false, diff = false;
	int c, status = SY_BAD_FILE;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return sy_usage("no such option");
		json |= c == 'j';
		diff |= c == 'd';
	}
	if (argc - optind != 1)
		return sy_usage("takes one FILE.ko");
	if (json && diff)
		return sy_usage("--diff is text only");
	sy_command_catch_signals();
	fault = sy_inspect(argv[optind], json, diff, &status);
	if (fault)
		return sy_failed(fault, status);
	if (!fflush(stdout) && !ferror(stdout))
		return SY_OK;
	fprintf(stderr,
		"switchyard: output: cannot be written: %s; check where it "
		"goes\n",
		strerror(errno));
	return SY_INTERNAL;
}
