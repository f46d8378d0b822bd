/* SPDX-License-Identifier: GPL-2.0 */
/* Which units of a kernel include a file, directly or not. */
#ifndef SY_BUILDER_SCAN_H
#define SY_BUILDER_SCAN_H

#include "../compile/kernel.h"

/* One unit that kbuild compiles for this kernel. */
struct sy_graph_unit {
	struct sy_path path; /* below the source */
	const char *line; /* what compiles it; in sy_graph.list */
	size_t len;
	bool reached;
};

struct sy_find_report; /* of find.h */

struct sy_graph {
	const struct sy_kernel *kernel;
	struct sy_file list; /* of sy_unit_list_open() */
	struct sy_graph_unit *units;
	size_t nunits;
	struct sy_scan *scan;
};

/* Opens the kernel's list of units; @make is called before the minute that it
 * takes to make one. */
struct sy_fault *sy_graph_open(const struct sy_kernel *kernel,
			       void (*make)(void *data), void *data,
			       struct sy_graph *ret);
void sy_graph_close(struct sy_graph *graph);

/*
 * Sets units[].reached for those that include one of @paths, which are below the
 * source. Includes are followed whether or not the preprocessor would come to
 * them, so a unit may be reached that does not include the file in this
 * configuration; none that does is missed. What files include is kept for the next
 * run. May be called again for other paths: units[].reached grows.
 */
struct sy_fault *sy_graph_reach(struct sy_graph *graph,
				const struct sy_path *paths, size_t n,
				const struct sy_find_report *report);

/*
 * Takes back units[].reached where no file that the unit includes, and not its
 * command, has one of @names: the files @paths themselves are not looked at.
 */
struct sy_names;
struct sy_fault *sy_graph_narrow(struct sy_graph *graph,
				 const struct sy_path *paths, size_t n,
				 struct sy_names *names,
				 const struct sy_find_report *report);

/* The files that lead to one of these, one after another from *at = 0 on: names
 * below the source, and NULL behind the last. */
const char *sy_graph_next_reached(const struct sy_graph *graph, size_t *at);

#endif
