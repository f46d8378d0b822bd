// SPDX-License-Identifier: GPL-2.0
/*
 * Breadth-first search over all states of a litmus test. States are kept whole
 * and compared byte by byte, so a result over all of them is a proof within the
 * simulator's world; the first way found to a state is a shortest one. What was
 * observed in a step is noted and taken out of the state again. Over its bound
 * it says so and gives no result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "reduce.h"
#include "store.h"

struct sy_node {
	sy_u32 from;
	struct sy_move move;
};

struct sy_explorer {
	const struct sy_litmus *l;
	struct sy_model model;
	int definition;
	int whole; /* nothing is left out */
	size_t size;
	struct sy_store store;
	struct sy_world *before; /* the state that is expanded */
	struct sy_node *nodes;
	sy_u32 n, room;
	sy_u32 (*edges)[2];
	size_t nedges, edge_room;
	sy_u32 end; /* the one that stands for all that show no more; 0: none */
	struct sy_litmus *told; /* the test, its threads named as they were */
	struct sy_move moves[SY_MOVES_MAX];
};

/* Return: the state's index; it is new if n grew. */
static sy_u32 sy_insert(struct sy_explorer *x, const struct sy_world *w,
			sy_u32 from, const struct sy_move *move)
{
	sy_u32 i = sy_store_put(&x->store, w);

	if (i < x->n)
		return i;
	if (x->n == x->room) {
		x->room = x->room ? x->room + x->room / 4 : 4096;
		x->nodes =
			sy_grow(x->nodes, (size_t)x->room * sizeof(*x->nodes));
	}
	x->nodes[i].from = from;
	x->nodes[i].move = *move;
	x->n = i + 1;
	return i;
}

static void sy_edge(struct sy_explorer *x, sy_u32 from, sy_u32 to)
{
	if (x->nedges == x->edge_room) {
		x->edge_room = x->edge_room ? x->edge_room * 2 : 8192;
		x->edges = sy_grow(x->edges, x->edge_room * sizeof(*x->edges));
	}
	x->edges[x->nedges][0] = from;
	x->edges[x->nedges++][1] = to;
}

static void sy_note(struct sy_explored *ret, struct sy_sim *s,
		    const struct sy_witness *at)
{
	struct sy_world *w = s->w;
	sy_u32 k, seen = w->o.seen | (sy_u32)w->broken << SY_SIGHT_BROKEN;
	const char *wrong = sy_broken_rule(s);

	/* What is observed under another model than the row's is not its. */
	if (s->l->by)
		seen &= 1u << SY_SIGHT_BROKEN;
	/* After a turn the units have instants of their own. */
	if (w->turned || w->reversed)
		seen &= SY_SEEN_M | 1u << SY_SIGHT_BROKEN;
	for (k = 0; k < SY_SIGHTS; k++)
		if (seen >> k & 1 && !(ret->seen >> k & 1))
			ret->witness[k] = *at;
	ret->seen |= seen;
	if (wrong && !ret->wrong) {
		ret->wrong = wrong;
		ret->wrong_at = *at;
	}
	w->o.seen = 0;
	w->o.broken = 0;
	w->broken = 0;
	w->count_wrong = 0;
	w->freed_in_use = 0;
	s->wrong = NULL;
}

/*
 * The end of what a test can show: the transition is over, nobody has run or is
 * on his way into the side that was left, so no call can meet one of that side.
 */
static int sy_quiet(const struct sy_sim *s)
{
	struct sy_world *w = s->w;
	sy_u8 side = w->e.to_new;
	sy_u32 i, k;

	if (s->l->then || w->retiring || w->nqueue || w->acting)
		return 0;
	if (s->l->outcome == SY_OUTCOME_CONVERGES)
		return sy_world_settled(s);
	/* A module that comes later must find its place. */
	if (s->l->outcome != SY_OUTCOME_OBSERVED || s->l->ntargets)
		return 0;
	if (s->definition)
		side = s->l->to_new;
	if (s->definition ? !w->arrived : w->e.state != SY_IDLE)
		return 0;
	for (i = 0; i < w->ntasks; i++) {
		const struct sy_sim_task *t = &w->task[i];

		if (t->life == SY_ALIVE && sy_othreads(w)[i].stay >> !side & 1)
			return 0;
		for (k = 0; k < t->nframes; k++)
			if (s->l->func[t->frame[k].func].patched != SY_NONE &&
			    (t->frame[k].at == SY_AT_ASK ||
			     t->frame[k].side != side))
				return 0;
	}
	return 1;
}

static void sy_worker_step(struct sy_sim *s, struct sy_explored *ret,
			   const struct sy_witness *at)
{
	sy_shell_step(s);
	if (ret)
		sy_note(ret, s, at);
}

/*
 * Do a move, and what the worker does in the same step. Return: 0 if the move
 * can as well wait.
 */
static int sy_go(const struct sy_explorer *x, struct sy_sim *s,
		 struct sy_explored *ret, const struct sy_witness *at)
{
	int waits = !x->whole && at->move.kind == SY_MOVE_REVERSE &&
		    sy_reverse_waits(s);

	if (waits && s->w->e.state == SY_WAITING)
		return 0;
	if (at->move.kind == SY_MOVE_WORKER &&
	    !sy_choose_look(s, at->move.who, x->told))
		return 0;
	sy_move(s, &at->move);
	if (ret)
		sy_note(ret, s, at);
	if (x->whole)
		return 1;
	if (waits) {
		if (!sy_shell_can_step(s))
			return 0;
		sy_worker_step(s, ret, at);
		if (s->w->e.cancel)
			return 0;
	} else if (sy_worker_answers(s, &at->move)) {
		if (!sy_choose_look(s, at->move.who, x->told))
			return 0;
		sy_worker_step(s, ret, at);
	} else if (at->move.kind == SY_MOVE_TIMER && at->move.who) {
		return 0;
	}
	while (sy_worker_ahead(s))
		sy_worker_step(s, ret, at);
	return 1;
}

/* Return: the index of the state that @s is in. */
static sy_u32 sy_arrive_at(struct sy_explorer *x, struct sy_sim *s,
			   const struct sy_witness *at)
{
	int ends = !x->whole && sy_quiet(s);
	sy_u32 to;

	if (ends && x->end)
		return x->end;
	sy_forget(s);
	if (!x->whole)
		sy_sort(s, x->told);
	to = sy_insert(x, s->w, at->from, &at->move);
	if (ends)
		x->end = to;
	return to;
}

static void sy_expand(struct sy_explorer *x, sy_u32 i, struct sy_world *w,
		      struct sy_explored *ret)
{
	struct sy_sim s = { .l = x->l,
			    .w = x->before,
			    .definition = x->definition,
			    .whole = x->whole };
	struct sy_witness at = { .from = i };
	sy_u32 k, to, n;

	sy_store_get(&x->store, i, x->before);
	sy_sim_look(&s, x->l, x->before);
	/* What follows a fault of the test itself means nothing. */
	if (sy_quiet(&s) || x->before->not_there || x->before->gone_in_use)
		return;
	n = sy_moves(&s, x->moves);

	for (k = 0; k < n; k++) {
		memcpy(w, x->before, x->size);
		sy_sim_look(&s, x->l, w);
		at.move = x->moves[k];
		if (!sy_go(x, &s, ret, &at))
			continue;
		/* The same step, of another thread that is like it. */
		if (!x->whole && (at.move.kind == SY_MOVE_WORKER ||
				  at.move.kind == SY_MOVE_TIMER))
			x->moves[k--].who++;
		to = sy_arrive_at(x, &s, &at);
		if (x->l->outcome == SY_OUTCOME_CONVERGES)
			sy_edge(x, i, to);
	}
	ret->moves += n;
}

/* Can every state reach a settled one? Steps backwards until none is new. */
static void sy_converge(struct sy_explorer *x, struct sy_explored *ret)
{
	unsigned char *good = calloc(x->n, 1);
	struct sy_sim s = { .l = x->l,
			    .w = x->before,
			    .definition = x->definition };
	sy_u32 i, ngood = 0, before = ~0u;
	size_t e;

	if (!good)
		sy_grow(NULL, ~(size_t)0);
	for (i = 0; i < x->n; i++) {
		sy_store_get(&x->store, i, x->before);
		sy_sim_look(&s, x->l, x->before);
		good[i] = sy_world_settled(&s) != 0;
		ngood += good[i];
	}
	ret->can_settle = ngood > 0;
	while (ngood != before) {
		before = ngood;
		for (e = x->nedges; e--;)
			if (!good[x->edges[e][0]] && good[x->edges[e][1]]) {
				good[x->edges[e][0]] = 1;
				ngood++;
			}
	}
	ret->must_settle = ngood == x->n;
	free(good);
}

static size_t sy_bytes(const struct sy_explorer *x)
{
	return sy_store_bytes(&x->store) + (size_t)x->room * sizeof(*x->nodes) +
	       x->edge_room * sizeof(*x->edges);
}

/* Before state @i is expanded. Memory grows in large pieces: it is asked for now and then. */
static int sy_over(const struct sy_explorer *x, sy_u32 i,
		   const struct sy_extent *extent)
{
	if (extent->states && x->n > extent->states)
		return 1;
	if (i & 0xfff)
		return 0;
	if (extent->progress)
		extent->progress(extent->arg, x->n, x->n - i, sy_bytes(x));
	return extent->bytes && sy_bytes(x) > extent->bytes;
}

struct sy_explorer *sy_explore(const struct sy_litmus *l,
			       const struct sy_model *model, int definition,
			       const struct sy_extent *extent,
			       struct sy_explored *ret)
{
	struct sy_explorer *x = calloc(1, sizeof(*x));
	struct sy_world *w = calloc(1, sy_world_size(l->nthreads));
	struct sy_sim s = { .l = l, .w = w, .definition = definition };
	const struct sy_move none = { 0 };
	sy_u32 i;

	if (!x || !w)
		sy_grow(NULL, ~(size_t)0);
	memset(ret, 0, sizeof(*ret));
	x->l = l;
	x->model = *model;
	x->definition = definition;
	/* What is left out is argued for one transition. */
	x->whole = extent->whole || l->then;
	x->size = sy_world_size(l->nthreads);
	x->before = sy_grow(NULL, x->size);
	memset(x->before, 0, x->size);
	sy_store_init(&x->store, l->nthreads);
	sy_world_init(&s, model);
	ret->refused = w->refused;
	sy_insert(x, w, 0, &none);
	for (i = 0; i < x->n; i++) {
		if (sy_over(x, i, extent)) {
			ret->over = 1;
			break;
		}
		sy_expand(x, i, w, ret);
	}
	ret->states = x->n;
	ret->bytes = sy_bytes(x);
	if (!ret->over && l->outcome == SY_OUTCOME_CONVERGES)
		sy_converge(x, ret);
	free(w);
	return x;
}

static sy_u32 sy_tell_step(struct sy_explorer *x, struct sy_world *w,
			   sy_u32 from, const struct sy_move *move, sy_u32 nr,
			   const char *indent, FILE *out)
{
	char words[400] = "";
	struct sy_sim s = { .l = x->told,
			    .w = w,
			    .definition = x->definition,
			    .whole = x->whole,
			    .words = words,
			    .nwords = sizeof(words) };
	const struct sy_witness at = { .from = from, .move = *move };

	sy_store_get(&x->store, from, w);
	sy_sim_look(&s, x->told, w);
	sy_go(x, &s, NULL, &at);
	s.words = NULL;
	sy_forget(&s);
	if (!x->whole)
		sy_sort(&s, x->told);
	if (!*words)
		return nr;
	fprintf(out, "%s%2u. %s\n", indent, nr, words);
	return nr + 1;
}

sy_u32 sy_explorer_tell(struct sy_explorer *x, const struct sy_witness *at,
			const char *indent, FILE *out)
{
	struct sy_world *w = calloc(1, x->size);
	sy_u32 *way = NULL;
	sy_u32 n = 0, i, nr = 1;

	x->told = sy_grow(NULL, sizeof(*x->told));
	*x->told = *x->l;
	for (i = at->from; i; i = x->nodes[i].from) {
		way = sy_grow(way, (n + 1) * sizeof(*way));
		way[n++] = i;
	}
	while (n--)
		nr = sy_tell_step(x, w, x->nodes[way[n]].from,
				  &x->nodes[way[n]].move, nr, indent, out);
	nr = sy_tell_step(x, w, at->from, &at->move, nr, indent, out);
	free(x->told);
	x->told = NULL;
	free(way);
	free(w);
	return nr - 1;
}

void sy_explorer_free(struct sy_explorer *x)
{
	sy_store_deinit(&x->store);
	free(x->before);
	free(x->nodes);
	free(x->edges);
	free(x);
}
