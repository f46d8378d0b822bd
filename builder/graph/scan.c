// SPDX-License-Identifier: GPL-2.0
/*
 * The include graph is read off the files' own #include lines, which takes
 * seconds where the preprocessor would take a quarter of an hour over all units.
 * A name is looked for as the compiler does: beside the file that names it, in
 * the folders that all units share, and else in every folder that any unit is
 * given. An include of a macro's value is not followed: in this kernel these
 * only read again a header that is included already.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../compile/unit_list.h"
#include "scan.h"

struct sy_node {
	char *path; /* absolute */
	bool reached;
};

struct sy_edge {
	uint32_t from, to; /* the first includes the second */
};

struct sy_scan {
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
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 4096;
		grown = reallocarray(s->nodes, s->room, sizeof(*grown));
		if (!grown)
			return sy_fault_no_memory();
		s->nodes = grown;
	}
	s->nodes[s->n] = (struct sy_node){ .path = strdup(path) };
	if (!s->nodes[s->n].path)
		return sy_fault_no_memory();
	*ret = (uint32_t)s->n++;
	*slot = *ret + 1;
	return NULL;
}

static struct sy_fault *sy_scan_edge(struct sy_scan *s, uint32_t from,
				     const char *path)
{
	struct sy_edge *grown;
	struct sy_fault *fault;
	uint32_t to;

	fault = sy_scan_node(s, path, &to);
	if (fault)
		return fault;
	if (s->nedges == s->edge_room) {
		s->edge_room = s->edge_room ? s->edge_room * 2 : 65536;
		grown = reallocarray(s->edges, s->edge_room, sizeof(*grown));
		if (!grown)
			return sy_fault_no_memory();
		s->edges = grown;
	}
	s->edges[s->nedges++] = (struct sy_edge){ from, to };
	return NULL;
}

#define SY_SHARED_FOLDERS 8

/* Where @name leads from @from; each place that is possible is an edge. */
static struct sy_fault *sy_scan_include(struct sy_scan *s, uint32_t from,
					const char *name, int len, bool quoted)
{
	const char *slash = strrchr(s->nodes[from].path, '/');
	struct sy_fault *fault = NULL;
	struct sy_path path;
	bool found = false;
	size_t i;

	if (quoted) {
		fault = sy_path_make(&path, "%.*s/%.*s",
				     (int)(slash - s->nodes[from].path),
				     s->nodes[from].path, len, name);
		if (!fault)
			sy_path_normalize(path.text);
		if (fault || sy_path_exists(path.text))
			return fault ? fault : sy_scan_edge(s, from, path.text);
	}
	for (i = 0; !fault && i < s->nfolders; i++) {
		if (found && i >= SY_SHARED_FOLDERS)
			break;
		fault = sy_path_make(&path, "%s/%.*s", s->folders[i].text, len,
				     name);
		if (fault)
			break;
		sy_path_normalize(path.text);
		if (!sy_path_exists(path.text))
			continue;
		found = true;
		fault = sy_scan_edge(s, from, path.text);
		if (i < SY_SHARED_FOLDERS)
			break;
	}
	return fault;
}

/* "# include <NAME>" or "NAME", with any blanks. */
static struct sy_fault *sy_scan_line(struct sy_scan *s, uint32_t from,
				     const char *at, const char *end)
{
	const char *close;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (end - at < 10 || memcmp(at, "include", 7))
		return NULL;
	at += 7;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at == end || (*at != '<' && *at != '"'))
		return NULL;
	close = memchr(at + 1, *at == '<' ? '>' : '"', (size_t)(end - at - 1));
	if (!close || close - at > 256)
		return NULL;
	return sy_scan_include(s, from, at + 1, (int)(close - at - 1),
			       *at == '"');
}

static struct sy_fault *sy_scan_file(struct sy_scan *s, uint32_t node)
{
	struct sy_file file;
	struct sy_fault *fault = sy_file_open(s->nodes[node].path, &file);
	const char *at, *end, *hash, *stop, *back;

	if (fault) { /* a unit whose source is made by kbuild */
		sy_fault_free(fault);
		return NULL;
	}
	at = (const char *)file.bytes;
	end = at + file.size;
	while (!fault && at < end &&
	       (hash = memchr(at, '#', (size_t)(end - at)))) {
		stop = memchr(hash, '\n', (size_t)(end - hash));
		stop = stop ? stop : end;
		for (back = hash; back > (const char *)file.bytes &&
				  (back[-1] == ' ' || back[-1] == '\t');)
			back--;
		if (back == (const char *)file.bytes || back[-1] == '\n')
			fault = sy_scan_line(s, node, hash + 1, stop);
		at = stop;
	}
	sy_file_close(&file);
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
	if (s) {
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

/* Follows all includes from all units; nodes [0, nunits) are the units. */
static struct sy_fault *sy_scan_all(struct sy_graph *g)
{
	struct sy_scan *s = calloc(1, sizeof(*s));
	struct sy_fault *fault = NULL;
	struct sy_path path;
	uint32_t node;
	size_t i;

	g->scan = s;
	if (!s)
		return sy_fault_no_memory();
	s->slots = SY_SCAN_SLOTS;
	s->table = calloc(s->slots, sizeof(*s->table));
	if (!s->table)
		return sy_fault_no_memory();
	for (i = 0; !fault && i < g->nunits; i++) {
		fault = sy_scan_folders(s, g->kernel, &g->units[i]);
		if (!fault)
			fault = sy_path_make(&path, "%s/%s",
					     g->kernel->source.text,
					     g->units[i].path.text);
		if (!fault)
			fault = sy_scan_node(s, path.text, &node);
	}
	for (i = 0; !fault && i < s->n; i++)
		fault = sy_scan_file(s, (uint32_t)i);
	return fault;
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
		g->scan->nodes[*slot - 1].reached = true;
	*all |= sy_is_forced(path);
	return NULL;
}

static void sy_spread(struct sy_scan *s)
{
	bool more = true;
	size_t i;

	while (more) {
		more = false;
		for (i = s->nedges; i-- > 0;) {
			if (!s->nodes[s->edges[i].to].reached ||
			    s->nodes[s->edges[i].from].reached)
				continue;
			s->nodes[s->edges[i].from].reached = true;
			more = true;
		}
	}
}

struct sy_fault *sy_graph_reach(struct sy_graph *graph,
				const struct sy_path *paths, size_t n)
{
	struct sy_fault *fault = NULL;
	struct sy_path path;
	bool all = false;
	uint32_t node;
	size_t i;

	if (!graph->scan)
		fault = sy_scan_all(graph);
	for (i = 0; !fault && i < n; i++)
		fault = sy_mark(graph, paths[i].text, &all);
	if (fault)
		return fault;
	/* What compiler_types.h and its like include, all units do. */
	sy_spread(graph->scan);
	for (i = 0; !fault && i < 3; i++) {
		static const char *const forced[] = { "compiler-version.h",
						      "kconfig.h",
						      "compiler_types.h" };

		fault = sy_path_make(&path, "%s/include/linux/%s",
				     graph->kernel->source.text, forced[i]);
		if (!fault)
			fault = sy_scan_node(graph->scan, path.text, &node);
		if (!fault)
			all |= graph->scan->nodes[node].reached;
	}
	for (i = 0; !fault && i < graph->nunits; i++) {
		fault = sy_path_make(&path, "%s/%s", graph->kernel->source.text,
				     graph->units[i].path.text);
		if (!fault)
			fault = sy_scan_node(graph->scan, path.text, &node);
		if (!fault)
			graph->units[i].reached =
				all || graph->scan->nodes[node].reached;
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
		if (node->reached && !strncmp(node->path, source, len) &&
		    node->path[len] == '/')
			return node->path + len + 1;
	}
	return NULL;
}
