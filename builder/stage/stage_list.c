// SPDX-License-Identifier: GPL-2.0
/*
 * The stages "list" and "compile": the units that this configuration has, and
 * what it costs to compile some, as the stage "compile" of "build" does for the
 * kernel as it was shipped. For measuring; nothing is kept but the list.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../compile/unit.h"
#include "../graph/find.h"
#include "../graph/scan.h"
#include "stages.h"

static void sy_say(void *data)
{
	(void)data;
	fprintf(stderr, "asking kbuild for all units, about a minute\n");
}

/* "built-in UNIT" or "module UNIT", of what a kernel has in it. */
struct sy_fault *sy_stage_list(const struct sy_kernel *kernel,
			       const struct sy_stage_options *opt, int *status)
{
	static const char key[] = " -DMODULE ";
	struct sy_graph graph;
	struct sy_fault *fault;
	size_t i;

	(void)opt;
	(void)status;
	fault = sy_graph_open(kernel, sy_say, NULL, &graph);
	if (fault)
		return fault;
	for (i = 0; i < graph.nunits; i++) {
		if (sy_outside_code(graph.units[i].path.text))
			continue;
		printf("%s %s\n",
		       memmem(graph.units[i].line, graph.units[i].len, key,
			      sizeof(key) - 1) ?
			       "module" :
			       "built-in",
		       graph.units[i].path.text);
	}
	sy_graph_close(&graph);
	return NULL;
}

/* Processor time of all programs that were run, in seconds. */
static double sy_spent(void)
{
	struct rusage used;

	if (getrusage(RUSAGE_CHILDREN, &used))
		return 0;
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static struct sy_fault *sy_compile_unit(const struct sy_graph *graph,
					const char *name)
{
	const struct sy_graph_unit *u = NULL;
	struct sy_path out, log;
	struct sy_unit unit;
	struct sy_fault *fault;
	double begin;
	size_t i;

	for (i = 0; !u && i < graph->nunits; i++)
		if (!strcmp(graph->units[i].path.text, name))
			u = &graph->units[i];
	if (!u)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: no unit of this kernel", name);
	fault = sy_path_make(&out, "%s/compile.%d.o", graph->kernel->home.text,
			     (int)getpid());
	if (!fault)
		fault = sy_path_make(&log, "%s.log", out.text);
	if (!fault)
		fault = sy_unit_from_line(name, u->line, u->len, &unit);
	if (fault)
		return fault;
	begin = sy_spent();
	fault = sy_unit_compile(graph->kernel, &unit, NULL, SY_COMPILE_OBJTOOL,
				out.text);
	if (!fault)
		printf("%.3f %s\n", sy_spent() - begin, name);
	unlink(out.text);
	unlink(log.text);
	sy_unit_deinit(&unit);
	return fault;
}

/* "SECONDS UNIT": processor time of the compiler and objtool. */
struct sy_fault *sy_stage_compile(const struct sy_kernel *kernel,
				  const struct sy_stage_options *opt,
				  int *status)
{
	struct sy_graph graph;
	struct sy_fault *fault;
	size_t i;

	(void)status;
	fault = sy_graph_open(kernel, sy_say, NULL, &graph);
	if (fault)
		return fault;
	for (i = 0; !fault && i < opt->noperands; i++)
		fault = sy_compile_unit(&graph, opt->operands[i]);
	sy_graph_close(&graph);
	return fault;
}
