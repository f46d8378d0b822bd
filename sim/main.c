// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard-sim: the command line. A subcommand exits 0 only if everything is as
 * expected and nothing was over a bound, 1 otherwise, 2 for a wrong usage.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim.h"

static const char sy_usage[] =
	"usage: switchyard-sim litmus [OPTION...] FILE...   explore litmus tests, all their states\n"
	"       switchyard-sim run [OPTION...] SEED         explore large worlds at random\n"
	"Each has a --help.\n";

/* A whole number from 1 to @most; anything else is an error of the usage. */
static sy_u32 sy_number(struct argp_state *state, const char *what,
			const char *value, unsigned long most)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || !n || n > most)
		argp_error(state,
			   "%s needs a whole number from 1 to %lu, not \"%s\"",
			   what, most, value);
	return (sy_u32)n;
}

static void sy_check_model(struct argp_state *state, const char *name)
{
	sy_u32 m;

	for (m = 0; m < SY_MODELS; m++)
		if (!strcmp(name, sy_model_words[m]))
			return;
	argp_error(state, "no model %s: LEAVE/SWITCH, or KERNEL/SWITCH/relaxed",
		   name);
}

/* ---- litmus -------------------------------------------------------------- */

static const struct argp_option sy_litmus_opts[] = {
	{ "witness", 'w', NULL, 0, "tell a shortest way to each \"Sometimes\"",
	  0 },
	{ "quick", 'q', NULL, 0, "one line a test", 0 },
	{ "model", 'm', "MODEL", 0, "under this model only", 0 },
	{ "jobs", 'j', "N", 0, "N rows at a time, each on a processor", 0 },
	{ "states", 's', "N", 0, "the bound: more than N states fail a row",
	  0 },
	{ "memory", 'g', "GIB", 0,
	  "and so does more memory than that (default: 4)", 0 },
	{ "whole", 'a', NULL, 0, "leave out nothing: see sim/README.md", 0 },
	{ "table", 't', "FILE", 0,
	  "derive the table of models, and compare it with the one in FILE",
	  0 },
	{ "tell-table", 'T', NULL, 0,
	  "print that table, with a shortest witness for each yes", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 }
};

static error_t sy_litmus_parse(int key, char *arg, struct argp_state *state)
{
	struct sy_litmus_options *o = state->input;

	switch (key) {
	case 'w':
		o->witness = 1;
		return 0;
	case 'q':
		o->quick = 1;
		return 0;
	case 'm':
		sy_check_model(state, arg);
		o->model = arg;
		return 0;
	case 'j':
		o->jobs = sy_number(state, "--jobs", arg, SY_JOBS);
		return 0;
	case 's':
		o->extent.states = sy_number(state, "--states", arg, ~0u - 1);
		return 0;
	case 'g':
		o->extent.bytes =
			(size_t)sy_number(state, "--memory", arg, 1024) << 30;
		return 0;
	case 'a':
		o->extent.whole = 1;
		return 0;
	case 't':
		o->table = arg;
		return 0;
	case 'T':
		o->tell_table = 1;
		return 0;
	case ARGP_KEY_ARGS:
		o->files = state->argv + state->next;
		o->nfiles = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no litmus test is named");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int sy_main_litmus(int argc, char **argv)
{
	static const struct argp argp = {
		.options = sy_litmus_opts,
		.parser = sy_litmus_parse,
		.args_doc = "FILE...",
		.doc = "Explores every state of each litmus test under every model, by the engine and by the definition, and compares with what the test expects. The format of tests is in litmus/README.md."
	};
	struct sy_litmus_options o = { .extent = { .bytes = SY_BYTES },
				       .jobs = 1,
				       .terminal = isatty(STDERR_FILENO) };

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	return sy_run_litmus(&o);
}

/* ---- run ----------------------------------------------------------------- */

static const struct argp_option sy_random_opts[] = {
	{ "worlds", 'w', "N", 0, "N worlds, from SEED upwards (default 1)", 0 },
	{ "steps", 's', "N", 0, "steps in each (default 1000)", 0 },
	{ "trace", 't', NULL, 0, "tell each step in words", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 }
};

static void sy_random_seed(struct argp_state *state, const char *arg,
			   struct sy_random_options *o)
{
	char *end;

	o->seed = strtoull(arg, &end, 10);
	if (*arg < '0' || *arg > '9' || *end)
		argp_error(state, "SEED is a whole number, not \"%s\"", arg);
}

static error_t sy_random_parse(int key, char *arg, struct argp_state *state)
{
	struct sy_random_options *o = state->input;

	switch (key) {
	case 'w':
		o->worlds = sy_number(state, "--worlds", arg, ~0u - 1);
		return 0;
	case 's':
		o->steps = sy_number(state, "--steps", arg, SY_STEPS_MAX);
		return 0;
	case 't':
		o->trace = 1;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num)
			argp_error(state, "one SEED is enough");
		sy_random_seed(state, arg, o);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no SEED is given");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int sy_main_random(int argc, char **argv)
{
	static const struct argp argp = {
		.options = sy_random_opts,
		.parser = sy_random_parse,
		.args_doc = "SEED",
		.doc = "Makes a large world from SEED and goes through it at random, checking every rule after each step. A failure is one line with its seed; it is shortened and told step by step."
	};
	struct sy_random_options o = { .worlds = 1, .steps = 1000 };

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	return sy_run_random(&o);
}

int main(int argc, char **argv)
{
	static char litmus[] = "switchyard-sim litmus";
	static char run[] = "switchyard-sim run";

	argp_err_exit_status = 2;
	if (argc > 1 && !strcmp(argv[1], "litmus")) {
		argv[1] = litmus;
		return sy_main_litmus(argc - 1, argv + 1);
	}
	if (argc > 1 && !strcmp(argv[1], "run")) {
		argv[1] = run;
		return sy_main_random(argc - 1, argv + 1);
	}
	if (argc > 1 && !strcmp(argv[1], "--help")) {
		fputs(sy_usage, stdout);
		return 0;
	}
	fputs(sy_usage, stderr);
	return 2;
}
