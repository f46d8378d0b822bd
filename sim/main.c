// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard-sim: the command. It reads files, explores, and prints what was
 * seen beside what was expected; it exits 0 only if everything is as expected
 * and nothing was over a bound.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "sim.h"

static const char *const sy_usage =
	"usage: switchyard-sim litmus [--witness] [--quick] [--jobs=N] [--states=N]\n"
	"                             [--whole] [--table=FILE] [--tell-table] FILE...\n"
	"       switchyard-sim run SEED [--worlds=N] [--steps=N] [--trace]\n";

static int sy_usage_error(void)
{
	fputs(sy_usage, stderr);
	return 2;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return sy_usage_error();
	if (!strcmp(argv[1], "litmus"))
		return sy_run_litmus(argc - 2, argv + 2);
	if (!strcmp(argv[1], "run"))
		return sy_run_random(argc - 2, argv + 2);
	return sy_usage_error();
}
