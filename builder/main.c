// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard-build: the builder's stages, each by its name. For developers: the
 * stages are here before the command that will drive them. Reads a cached kernel
 * and its source, writes below the cache's folder of that kernel and, where one
 * is named, to an output. Only main() ends the program.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "inspect/inspect.h"
#include "stage/stages.h"
#include "tool/command.h"

static const struct sy_stage sy_stages[] = {
	{ "kernel", sy_stage_kernel, "", true },
	{ "list", sy_stage_list, "", false },
	{ "compile", sy_stage_compile, "UNIT.c...", false },
	{ "match", sy_stage_match, "UNIT.c...", false },
	{ "units", sy_stage_units, "FIX.patch...", false },
	{ "diff", sy_stage_diff, "FIX.patch...", false },
	{ "build", sy_stage_build, "FIX.patch...", true },
};

static int sy_usage(FILE *out)
{
	size_t i;

	fprintf(out, "usage: switchyard-build STAGE --kernel RELEASE "
		     "[--source DIR] [--verbose] OPERAND...\n\n");
	for (i = 0; i < sizeof(sy_stages) / sizeof(sy_stages[0]); i++)
		fprintf(out, "  %-8s %s\n", sy_stages[i].name,
			sy_stages[i].operands);
	fprintf(out, "\nexit status: 0 all well, 1 error, 2 usage, "
		     "3 the code is not the kernel's\n");
	return 2;
}

/* "m1", or several with commas between, as SY_FORBID_* bits; 0: none such. */
static unsigned int sy_observations(const char *text)
{
	unsigned int set = 0;

	for (;;) {
		if ((text[0] != 'm' && text[0] != 'M') || text[1] < '1' ||
		    text[1] > '4')
			return 0;
		set |= 1u << (text[1] - '1');
		if (!text[2])
			return set;
		if (text[2] != ',')
			return 0;
		text += 3;
	}
}

static bool sy_parse_one(int c, struct sy_stage_options *opt)
{
	unsigned int set;

	switch (c) {
	case 'k':
		opt->release = optarg;
		return true;
	case 's':
		opt->source = optarg;
		return true;
	case 'v':
		opt->verbose = true;
		return true;
	case 'o':
		opt->out = optarg;
		return true;
	case 'p':
		opt->strip = (unsigned int)strtoul(optarg, NULL, 10);
		return optarg[0] >= '0' && optarg[0] <= '9' && opt->strip < 32;
	case 'F':
	case 'A':
		set = sy_observations(optarg);
		opt->forbid |= c == 'F' ? set : 0;
		opt->allow |= c == 'A' ? set : 0;
		return set != 0;
	case 'K':
		opt->keep = optarg;
		return true;
	case 'f':
		opt->from = optarg;
		return true;
	case 'j':
		opt->json = true;
		return true;
	case 'E':
		opt->engine = optarg;
		return true;
	case 'S':
		opt->symvers = optarg;
		return true;
	}
	return false;
}

static int sy_parse(int argc, char **argv, struct sy_stage_options *opt)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "source", required_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "forbid", required_argument, NULL, 'F' },
		{ "unsafe-allow", required_argument, NULL, 'A' },
		{ "keep", required_argument, NULL, 'K' },
		{ "from", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "engine", required_argument, NULL, 'E' },
		{ "symvers", required_argument, NULL, 'S' },
		{ NULL, 0, NULL, 0 },
	};
	static struct utsname name;
	int c, i = -1;

	opt->strip = 1;
	while ((c = getopt_long(argc, argv, "k:s:vo:p:", options, &i)) != -1) {
		if (!sy_parse_one(c, opt)) {
			if (c != '?' && optarg)
				fprintf(stderr,
					"switchyard: %s%s: not with the value "
					"'%s'; see 'switchyard help %s'\n",
					i < 0 ? "-p" : "--",
					i < 0 ? "" : options[i].name, optarg,
					argv[0]);
			return 2;
		}
		i = -1;
	}
	opt->operands = argv + optind;
	opt->noperands = (size_t)(argc - optind);
	if (!opt->release && !uname(&name))
		opt->release = name.release;
	return opt->release ? 0 : 2;
}

/* Why a kernel cannot be opened: it is not there, but for some reasons. */
static int sy_open_status(const struct sy_fault *fault)
{
	switch (fault->kind) {
	case SY_FAULT_SYSTEM:
		return SY_BUILD_INTERNAL;
	case SY_FAULT_COMMAND:
		return SY_BUILD_TOOL;
	case SY_FAULT_REFUSED:
		return SY_BUILD_MISMATCH;
	case SY_FAULT_NO_MEMORY:
		return SY_BUILD_NO_MEMORY;
	default:
		return SY_BUILD_NO_KERNEL;
	}
}

static int sy_run(const struct sy_stage *stage,
		  const struct sy_stage_options *opt)
{
	sy_fault_auto struct sy_fault *fault = NULL;
	struct sy_kernel kernel;
	int status = 0;

	if (!stage->operands[0] != !opt->noperands)
		return sy_usage(stderr);
	sy_command_catch_signals();
	fault = sy_kernel_open(opt->release, opt->source, &kernel);
	if (!fault) {
		fault = stage->run(&kernel, opt, &status);
		sy_kernel_close(&kernel);
	} else if (stage->command) {
		status = sy_open_status(fault);
	}
	if (!fault)
		return status;
	if (fault->code)
		fprintf(stderr, "switchyard: %s [%s]\n", fault->line,
			fault->code);
	else
		fprintf(stderr, "switchyard%s: %s\n",
			stage->command ? "" : "-build", fault->line);
	return stage->command ? status : 1;
}

/* Of the command's stages a wrong option is one line, which is printed already. */
static int sy_start(const struct sy_stage *stage, int argc, char **argv)
{
	struct sy_stage_options opt = { 0 };

	if (!sy_parse(argc, argv, &opt))
		return sy_run(stage, &opt);
	return stage->command ? 2 : sy_usage(stderr);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		return sy_usage(stdout) * 0;
	if (argc > 1 && !strcmp(argv[1], "inspect"))
		return sy_inspect_command(argc - 1, argv + 1);
	for (i = 0; argc > 1 && i < sizeof(sy_stages) / sizeof(sy_stages[0]);
	     i++)
		if (!strcmp(argv[1], sy_stages[i].name))
			return sy_start(&sy_stages[i], argc - 1, argv + 1);
	return sy_usage(stderr);
}
