// SPDX-License-Identifier: GPL-2.0
/*
 * The include graph is read off the files' own #include lines, which takes
 * seconds where the preprocessor would take a quarter of an hour over all units.
 * A name is looked for as the compiler does: beside the file that names it, in
 * the folders that all units share, and else in every folder that any unit is
 * given. An include of a macro's value is not followed: in this kernel these
 * only read again a header that is included already.
 */
#include <stdlib.h>

#include "../compile/unit_list.h"
#include "../tool/command.h"
#include "../tool/list.h"
#include "find.h"
#include "includes.h"
#include "listing.h"
#include "names.h"
#include "scan.h"

enum sy_mark {
	SY_REACHED = 1, /* changes, or leads to what does */
	SY_INCLUDED = 2, /* by a unit that is reached, or one itself */
	SY_NAMED = 4, /* leads to what has one of the names looked for */
};

struct sy_node {
	char *path; /* absolute */
	unsigned int marks; /* of enum sy_mark */
};

struct sy_edge {
	uint32_t from, to; /* the first includes the second */
};

/* Where a name leads that is not beside the file which includes it: each place,
 * in sy_scan.places. */
struct sy_name {
	char *text;
	uint32_t first, n;
};

struct sy_scan {
	struct sy_listing *listing;
	struct sy_includes *includes;
	struct sy_name *names; /* a hash table */
	size_t nnames;
	uint32_t *places;
	size_t nplaces, place_room;
	struct sy_node *nodes;
	size_t n, room;
	uint32_t *table; /* by the path's hash: index + 1 */
	size_t slots;
	struct sy_edge *edges;
	size_t nedges, edge_room;
	struct sy_path folders[512]; /* of -I, those that all share in front */
	size_t nfolders;
};

#define SY_SCAN_SLOTS (1u << 18)

static uint32_t *sy_scan_slot(struct sy_scan *s, const char *path)
{
	uint64_t hash = 0xcbf29ce484222325u;
	const char *c;

	for (c = path; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	while (s->table[hash % s->slots] &&
	       strcmp(s->nodes[s->table[hash % s->slots] - 1].path, path))
		hash++;
	return &s->table[hash % s->slots];
}

static struct sy_fault *sy_scan_node(struct sy_scan *s, const char *path,
				     uint32_t *ret)
{
	uint32_t *slot = sy_scan_slot(s, path);
	struct sy_node *grown;

	if (*slot) {
		*ret = *slot - 1;
		return NULL;
	}
	if (s->n + 1 >= s->slots / 2)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%s: more files than a kernel has", path);
	grown = sy_list_more(s->nodes, s->n, &s->room, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	s->nodes = grown;
	s->nodes[s->n] = (struct sy_node){ .path = strdup(path) };
	if (!s->nodes[s->n].path)
		return sy_fault_no_memory();
	*ret = (uint32_t)s->n++;
	*slot = *ret + 1;
	return NULL;
}

static struct sy_fault *sy_scan_edge_to(struct sy_scan *s, uint32_t from,
					uint32_t to)
{
	struct sy_edge *grown = sy_list_more(s->edges, s->nedges, &s->edge_room,
					     sizeof(*grown));

	if (!grown)
		return sy_fault_no_memory();
	s->edges = grown;
	s->edges[s->nedges++] = (struct sy_edge){ from, to };
	return NULL;
}

static struct sy_fault *sy_scan_edge(struct sy_scan *s, uint32_t from,
				     const char *path)
{
	uint32_t to;
	struct sy_fault *fault = sy_scan_node(s, path, &to);

	return fault ? fault : sy_scan_edge_to(s, from, to);
}

#define SY_SHARED_FOLDERS 8
#define SY_SCAN_NAMES (1u << 18)

static struct sy_fault *sy_scan_place(struct sy_scan *s, const char *path)
{
	struct sy_fault *fault;
	uint32_t *grown, node;

	fault = sy_scan_node(s, path, &node);
	if (fault)
		return fault;
	grown = sy_list_more(s->places, s->nplaces, &s->place_room,
			     sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	s->places = grown;
	s->places[s->nplaces++] = node;
	return NULL;
}

/* Is the file there? Fails for want of memory alone. */
static struct sy_fault *sy_scan_has(struct sy_scan *s, struct sy_path *path,
				    bool *ret)
{
	bool failed = false;

	sy_path_normalize(path->text);
	*ret = sy_listing_has(s->listing, path->text, &failed);
	return failed ? sy_fault_no_memory() : NULL;
}

/* Each place among the folders that is possible. */
static struct sy_fault *sy_scan_search(struct sy_scan *s, struct sy_name *name)
{
	struct sy_fault *fault = NULL;
	struct sy_path path;
	bool found = false, is;
	size_t i;

	name->first = (uint32_t)s->nplaces;
	for (i = 0; !fault && i < s->nfolders; i++) {
		if (found && i >= SY_SHARED_FOLDERS)
			break;
		fault = sy_path_make(&path, "%s/%s", s->folders[i].text,
				     name->text);
		if (!fault)
			fault = sy_scan_has(s, &path, &is);
		if (fault || !is)
			continue;
		found = true;
		fault = sy_scan_place(s, path.text);
		if (i < SY_SHARED_FOLDERS)
			break;
	}
	name->n = (uint32_t)s->nplaces - name->first;
	return fault;
}

static struct sy_fault *sy_scan_name(struct sy_scan *s, const char *text,
				     int len, struct sy_name **ret)
{
	uint64_t hash = 0xcbf29ce484222325u;
	struct sy_name *name;
	int i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
	for (;; hash++) {
		name = &s->names[hash % SY_SCAN_NAMES];
		if (!name->text || (!strncmp(name->text, text, (size_t)len) &&
				    !name->text[len]))
			break;
	}
	*ret = name;
	if (name->text)
		return NULL;
	if (++s->nnames >= SY_SCAN_NAMES / 2)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "%.*s: more names than a kernel includes",
				     len, text);
	name->text = strndup(text, (size_t)len);
	return name->text ? sy_scan_search(s, name) : sy_fault_no_memory();
}

/* Where @name leads from @from; each place that is possible is an edge. */
static struct sy_fault *sy_scan_include(struct sy_scan *s, uint32_t from,
					const char *text, int len, bool quoted)
{
	const char *slash = strrchr(s->nodes[from].path, '/');
	struct sy_fault *fault = NULL;
	struct sy_name *name;
	struct sy_path path;
	bool beside = false;
	uint32_t i;

	if (quoted) {
		fault = sy_path_make(&path, "%.*s/%.*s",
				     (int)(slash - s->nodes[from].path),
				     s->nodes[from].path, len, text);
		if (!fault)
			fault = sy_scan_has(s, &path, &beside);
		if (fault || beside)
			return fault ? fault : sy_scan_edge(s, from, path.text);
	}
	fault = sy_scan_name(s, text, len, &name);
	for (i = 0; !fault && i < name->n; i++)
		fault = sy_scan_edge_to(s, from, s->places[name->first + i]);
	return fault;
}

static struct sy_fault *sy_scan_file(struct sy_scan *s, uint32_t node)
{
	const char *at, *end, *stop;
	struct sy_fault *fault;
	size_t len;

	fault = sy_includes_of(s->includes, s->nodes[node].path, &at, &len);
	for (end = at + len; !fault && at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		fault = sy_scan_include(s, node, at + 1, (int)(stop - at - 1),
					*at == '"');
	}
	return fault;
}

/* The folder of "-IDIR" or "-I DIR", made absolute, unless it is there. */
static struct sy_fault *sy_scan_folder(struct sy_scan *s,
				       const struct sy_kernel *k,
				       const char *name, size_t len)
{
	struct sy_path *p = &s->folders[s->nfolders];
	struct sy_fault *fault;
	size_t i;

	if (s->nfolders == sizeof(s->folders) / sizeof(s->folders[0]))
		return NULL; /* the rest is looked up beside its file only */
	fault = name[0] == '/' ? sy_path_make(p, "%.*s", (int)len, name) :
				 sy_path_make(p, "%s/%.*s", k->overlay.text,
					      (int)len, name);
	if (fault)
		return fault;
	for (i = 0; i < s->nfolders; i++)
		if (!strcmp(s->folders[i].text, p->text))
			return NULL;
	if (s->nfolders < SY_SHARED_FOLDERS || sy_path_exists(p->text))
		s->nfolders++;
	return NULL;
}

static struct sy_fault *sy_scan_folders(struct sy_scan *s,
					const struct sy_kernel *k,
					const struct sy_graph_unit *unit)
{
	const char *at = unit->line, *end = at + unit->len, *stop;
	struct sy_fault *fault = NULL;

	while (!fault && (at = memmem(at, (size_t)(end - at), " -I", 3))) {
		at += 3;
		if (at < end && *at == ' ')
			at++;
		stop = memchr(at, ' ', (size_t)(end - at));
		if (!stop)
			break;
		fault = sy_scan_folder(s, k, at, (size_t)(stop - at));
		at = stop;
	}
	return fault;
}

static struct sy_fault *sy_graph_parse(struct sy_graph *g)
{
	const char *at = (const char *)g->list.bytes;
	const char *end = at + g->list.size, *stop, *blank;
	struct sy_fault *fault = NULL;
	size_t i, n = 0;

	for (i = 0; i < g->list.size; i++)
		n += at[i] == '\n';
	g->units = calloc(n + 1, sizeof(*g->units));
	if (!g->units)
		return sy_fault_no_memory();
	for (at++; !fault && at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		blank = stop ? memchr(at, ' ', (size_t)(stop - at)) : NULL;
		if (!blank)
			return sy_fault_make(SY_FAULT_BAD_FILE,
					     "%s/graph/units: damaged; remove "
					     "it",
					     g->kernel->home.text);
		g->units[g->nunits].line = blank + 1;
		g->units[g->nunits].len = (size_t)(stop - blank - 1);
		fault = sy_path_make(&g->units[g->nunits++].path, "%.*s",
				     (int)(blank - at), at);
	}
	return fault;
}

struct sy_fault *sy_graph_open(const struct sy_kernel *kernel,
			       void (*make)(void *data), void *data,
			       struct sy_graph *ret)
{
	struct sy_fault *fault;

	*ret = (struct sy_graph){ .kernel = kernel };
	fault = sy_unit_list_open(kernel, make, data, &ret->list);
	if (!fault)
		fault = sy_graph_parse(ret);
	if (fault)
		sy_graph_close(ret);
	return fault;
}

static void sy_scan_free(struct sy_scan *s)
{
	size_t i;

	for (i = 0; s && i < s->n; i++)
		free(s->nodes[i].path);
	for (i = 0; s && s->names && i < SY_SCAN_NAMES; i++)
		free(s->names[i].text);
	if (s) {
		sy_listing_destroy(s->listing);
		sy_includes_close(s->includes);
		free(s->names);
		free(s->places);
		free(s->nodes);
		free(s->table);
		free(s->edges);
	}
	free(s);
}

void sy_graph_close(struct sy_graph *graph)
{
	sy_scan_free(graph->scan);
	free(graph->units);
	sy_file_close(&graph->list);
	*graph = (struct sy_graph){ 0 };
}

static struct sy_fault *sy_scan_open(struct sy_graph *g)
{
	struct sy_scan *s = calloc(1, sizeof(*s));

	g->scan = s;
	if (!s)
		return sy_fault_no_memory();
	s->slots = SY_SCAN_SLOTS;
	s->table = calloc(s->slots, sizeof(*s->table));
	s->names = calloc(SY_SCAN_NAMES, sizeof(*s->names));
	s->listing = sy_listing_create();
	if (!s->table || !s->names || !s->listing)
		return sy_fault_no_memory();
	return sy_includes_open(g->kernel, &s->includes);
}

static struct sy_fault *sy_scan_files(struct sy_scan *s,
				      const struct sy_find_report *report)
{
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < s->n; i++) {
		if (i % 256 == 0)
			report->step(report->data, "reading the includes", i,
				     s->n);
		fault = sy_command_interrupted() ?
				sy_fault_make(SY_FAULT_COMMAND,
					      "reading the includes: "
					      "interrupted by signal") :
				sy_scan_file(s, (uint32_t)i);
	}
	if (!fault)
		sy_includes_keep(s->includes);
	return fault;
}

/* Follows all includes from all units; nodes [0, nunits) are the units. */
static struct sy_fault *sy_scan_all(struct sy_graph *g,
				    const struct sy_find_report *report)
{
	struct sy_fault *fault = sy_scan_open(g);
	struct sy_path path;
	uint32_t node;
	size_t i;

	for (i = 0; !fault && i < g->nunits; i++) {
		fault = sy_scan_folders(g->scan, g->kernel, &g->units[i]);
		if (!fault)
			fault = sy_path_make(&path, "%s/%s",
					     g->kernel->source.text,
					     g->units[i].path.text);
		if (!fault)
			fault = sy_scan_node(g->scan, path.text, &node);
	}
	return fault ? fault : sy_scan_files(g->scan, report);
}

/* Every unit is given these by -include. */
static bool sy_is_forced(const char *path)
{
	return !strcmp(path, "include/linux/compiler-version.h") ||
	       !strcmp(path, "include/linux/kconfig.h") ||
	       !strcmp(path, "include/linux/compiler_types.h");
}

static struct sy_fault *sy_mark(struct sy_graph *g, const char *path, bool *all)
{
	struct sy_path absolute;
	struct sy_fault *fault;
	uint32_t *slot;

	fault = sy_path_make(&absolute, "%s/%s", g->kernel->source.text, path);
	if (fault)
		return fault;
	slot = sy_scan_slot(g->scan, absolute.text);
	if (*slot)
		g->scan->nodes[*slot - 1].marks |= SY_REACHED;
	*all |= sy_is_forced(path);
	return NULL;
}

/*
 * The mark goes on to all that files which have it include or, with @up, to all
 * that include them. Files are read before what they include: so the edges are
 * walked in the order that takes the fewest rounds.
 */
static void sy_spread(struct sy_scan *s, enum sy_mark mark, bool up)
{
	const struct sy_edge *e;
	struct sy_node *has, *gets;
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = 0; i < s->nedges; i++) {
			e = &s->edges[up ? s->nedges - 1 - i : i];
			has = &s->nodes[up ? e->to : e->from];
			gets = &s->nodes[up ? e->from : e->to];
			if (!(has->marks & mark) || gets->marks & mark)
				continue;
			gets->marks |= mark;
			more = true;
		}
	}
}

static struct sy_fault *sy_unit_node(struct sy_graph *g, size_t i,
				     struct sy_node **ret)
{
	struct sy_path path;
	struct sy_fault *fault;
	uint32_t node = 0;

	fault = sy_path_make(&path, "%s/%s", g->kernel->source.text,
			     g->units[i].path.text);
	if (!fault)
		fault = sy_scan_node(g->scan, path.text, &node);
	*ret = fault ? NULL : &g->scan->nodes[node];
	return fault;
}

struct sy_fault *sy_graph_reach(struct sy_graph *graph,
				const struct sy_path *paths, size_t n,
				const struct sy_find_report *report)
{
	struct sy_fault *fault = NULL;
	struct sy_node *of_unit;
	struct sy_path path;
	bool all = false;
	uint32_t node;
	size_t i;

	if (!graph->scan)
		fault = sy_scan_all(graph, report);
	for (i = 0; !fault && i < n; i++)
		fault = sy_mark(graph, paths[i].text, &all);
	if (fault)
		return fault;
	/* What compiler_types.h and its like include, all units do. */
	sy_spread(graph->scan, SY_REACHED, true);
	for (i = 0; !fault && i < 3; i++) {
		static const char *const forced[] = { "compiler-version.h",
						      "kconfig.h",
						      "compiler_types.h" };

		fault = sy_path_make(&path, "%s/include/linux/%s",
				     graph->kernel->source.text, forced[i]);
		if (!fault)
			fault = sy_scan_node(graph->scan, path.text, &node);
		if (!fault)
			all |= graph->scan->nodes[node].marks & SY_REACHED;
	}
	for (i = 0; !fault && i < graph->nunits; i++) {
		fault = sy_unit_node(graph, i, &of_unit);
		if (!fault)
			graph->units[i].reached = all ||
						  of_unit->marks & SY_REACHED;
	}
	return fault;
}

/* Is the file one of those that change? */
static bool sy_is_changed(const struct sy_graph *g, const char *path,
			  const struct sy_path *paths, size_t n)
{
	size_t i, len = strlen(g->kernel->source.text);

	for (i = 0; i < n; i++)
		if (!strncmp(path, g->kernel->source.text, len) &&
		    path[len] == '/' && !strcmp(path + len + 1, paths[i].text))
			return true;
	return false;
}

/*
 * Looks into all that is included, and the commands: twice, for what macros could
 * paste is known only at the end. What cannot be read is made by kbuild, from
 * nothing that a diff of the source changes.
 */
static struct sy_fault *sy_look_for(struct sy_graph *g,
				    const struct sy_path *paths, size_t n,
				    struct sy_names *names, bool collect,
				    const struct sy_find_report *report)
{
	struct sy_scan *s = g->scan;
	struct sy_fault *fault;
	struct sy_file file;
	size_t i;

	for (i = 0; i < s->n; i++) {
		s->nodes[i].marks &= ~(unsigned int)SY_NAMED;
		if (i % 256 == 0)
			report->step(report->data, "looking for what changes",
				     i, s->n);
		if (sy_command_interrupted())
			return sy_fault_make(SY_FAULT_COMMAND,
					     "looking for what changes: "
					     "interrupted by signal");
		if (!(s->nodes[i].marks & SY_INCLUDED) ||
		    (!collect && sy_is_changed(g, s->nodes[i].path, paths, n)))
			continue;
		fault = sy_file_open(s->nodes[i].path, &file);
		if (!fault && collect)
			sy_names_collect(names, &file);
		else if (!fault && sy_names_in(names, &file))
			s->nodes[i].marks |= SY_NAMED;
		sy_fault_free(fault);
		sy_file_close(&file);
	}
	return NULL;
}

static struct sy_file sy_unit_command(const struct sy_graph_unit *unit)
{
	return (struct sy_file){ (const uint8_t *)unit->line, unit->len };
}

static struct sy_fault *sy_look_twice(struct sy_graph *g,
				      const struct sy_path *paths, size_t n,
				      struct sy_names *names,
				      const struct sy_find_report *report)
{
	struct sy_fault *fault;
	struct sy_file line;
	size_t i;

	for (i = 0; i < g->nunits; i++) {
		line = sy_unit_command(&g->units[i]);
		if (g->units[i].reached)
			sy_names_collect(names, &line);
	}
	fault = sy_look_for(g, paths, n, names, true, report);
	sy_names_settle(names);
	return fault ? fault : sy_look_for(g, paths, n, names, false, report);
}

struct sy_fault *sy_graph_narrow(struct sy_graph *graph,
				 const struct sy_path *paths, size_t n,
				 struct sy_names *names,
				 const struct sy_find_report *report)
{
	struct sy_fault *fault = NULL;
	struct sy_node *node;
	struct sy_file line;
	size_t i;

	for (i = 0; i < graph->scan->n; i++)
		graph->scan->nodes[i].marks &= ~(unsigned int)SY_INCLUDED;
	for (i = 0; !fault && i < graph->nunits; i++) {
		fault = sy_unit_node(graph, i, &node);
		if (!fault)
			node->marks |= graph->units[i].reached ? SY_INCLUDED :
								 0;
	}
	sy_spread(graph->scan, SY_INCLUDED, false);
	if (!fault)
		fault = sy_look_twice(graph, paths, n, names, report);
	sy_spread(graph->scan, SY_NAMED, true);
	for (i = 0; !fault && i < graph->nunits; i++) {
		if (!graph->units[i].reached)
			continue;
		fault = sy_unit_node(graph, i, &node);
		line = sy_unit_command(&graph->units[i]);
		graph->units[i].reached = !fault && (node->marks & SY_NAMED ||
						     sy_names_in(names, &line));
	}
	return fault;
}

const char *sy_graph_next_reached(const struct sy_graph *graph, size_t *at)
{
	const char *source = graph->kernel->source.text;
	const struct sy_node *node;
	size_t len = strlen(source);

	while (graph->scan && *at < graph->scan->n) {
		node = &graph->scan->nodes[(*at)++];
		if (node->marks & SY_REACHED &&
		    !strncmp(node->path, source, len) && node->path[len] == '/')
			return node->path + len + 1;
	}
	return NULL;
}
