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

#include "stage/stages.h"
#include "tool/command.h"

static const struct sy_stage sy_stages[] = {
	{ "kernel", sy_stage_kernel, "" },
	{ "match", sy_stage_match, "UNIT.c..." },
	{ "units", sy_stage_units, "FIX.patch..." },
	{ "diff", sy_stage_diff, "FIX.patch..." },
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

static int sy_parse(int argc, char **argv, struct sy_stage_options *opt)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "source", required_argument, NULL, 's' },
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "k:s:v", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			opt->release = optarg;
			break;
		case 's':
			opt->source = optarg;
			break;
		case 'v':
			opt->verbose = true;
			break;
		default:
			return 2;
		}
	}
	opt->operands = argv + optind;
	opt->noperands = (size_t)(argc - optind);
	return opt->release ? 0 : 2;
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
	}
	if (!fault)
		return status;
	fprintf(stderr, "switchyard-build: %s\n", fault->line);
	return 1;
}

int main(int argc, char **argv)
{
	struct sy_stage_options opt = { 0 };
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "--help"))
		return sy_usage(stdout) * 0;
	for (i = 0; argc > 1 && i < sizeof(sy_stages) / sizeof(sy_stages[0]);
	     i++)
		if (!strcmp(argv[1], sy_stages[i].name))
			return sy_parse(argc - 1, argv + 1, &opt) ?
				       sy_usage(stderr) :
				       sy_run(&sy_stages[i], &opt);
	return sy_usage(stderr);
}
