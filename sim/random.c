// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard-sim run: large worlds made at random from a seed, and one random
 * run through each. Every step is followed by the same rules as in a litmus
 * test. A failure is one line with its seed; it is shrunk by leaving out moves
 * for as long as the same rule still breaks, and what is left is told in words.
 * The same seed gives the same world and the same run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"
#include "world.h"

#define SY_LEVELS 4 /* calls go down only: stacks stay within bounds */

struct sy_run_of {
	sy_u64 random;
	struct sy_litmus l;
	struct sy_litmus then; /* l.then, where there are two patches */
	struct sy_model model;
	struct sy_world *w;
	sy_u32 nsteps;
	struct sy_move *moves;
	sy_u32 ends[SY_RESULT__LAST + 1]; /* [SY_RESULT_NONE]: still running */
	sy_u32 freed; /* worlds whose new text was freed */
	sy_u32 seconds; /* worlds that came to a second transition */
	sy_u32 nplain; /* functions that anybody may call */
	sy_u32 targets; /* worlds with modules that come and go */
};

static sy_u32 sy_below(struct sy_run_of *r, sy_u32 n)
{
	/* Source: splitmix64, Sebastiano Vigna (public domain). */
	sy_u64 z = (r->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (sy_u32)((z ^ (z >> 31)) % n);
}

/* ---- making a world ------------------------------------------------------- */

/* A function of a lower level; levels are the index modulo SY_LEVELS. */
static sy_u8 sy_callee(struct sy_run_of *r, sy_u32 level)
{
	sy_u32 f = sy_below(r, r->nplain);

	while (f % SY_LEVELS <= level)
		f = (f + 1) % r->nplain;
	return (sy_u8)f;
}

static void sy_make_body(struct sy_run_of *r, sy_u32 level, struct sy_insn *ret)
{
	static const sy_u8 sleeps[] = { SY_OP_SLEEP, SY_OP_SLEEPD,
					SY_OP_STOPPED };
	sy_u32 i, n = sy_below(r, 4);

	for (i = 0; i < n; i++) {
		sy_u32 what = sy_below(r, 8);

		if (what < 4 && level + 1 < SY_LEVELS) {
			ret[i].op = what ? SY_OP_CALL : SY_OP_TAIL;
			ret[i].a = sy_callee(r, level);
		} else if (what < 6) {
			ret[i].op = sleeps[sy_below(r, 3)];
		} else {
			ret[i].op = SY_OP_POINT;
		}
	}
}

static void sy_make_functions(struct sy_run_of *r)
{
	struct sy_litmus *l = &r->l;
	sy_u32 i;

	l->nfuncs = 2 * SY_LEVELS + SY_LEVELS * sy_below(r, 8);
	r->nplain = l->nfuncs;
	for (i = 0; i < l->nfuncs; i++) {
		struct sy_routine *f = &l->func[i];
		int patched = i % SY_LEVELS && !sy_below(r, 2);

		snprintf(f->name, sizeof(f->name), "f%u", i);
		f->patched = SY_NONE;
		f->defined = patched ? 3 : 1;
		sy_make_body(r, i % SY_LEVELS, f->body[0]);
		if (!patched)
			continue;
		sy_make_body(r, i % SY_LEVELS, f->body[1]);
		f->patched = (sy_u8)l->npatched;
		l->order[l->npatched++] = (sy_u8)i;
	}
}

/* What only threads or interrupts may call: names with a meaning. */
static sy_u8 sy_make_special(struct sy_run_of *r, const char *name,
			     const struct sy_insn *body, sy_u32 n)
{
	struct sy_routine *f = &r->l.func[r->l.nfuncs];

	memset(f, 0, sizeof(*f));
	snprintf(f->name, sizeof(f->name), "%s", name);
	f->patched = SY_NONE;
	f->defined = 1;
	memcpy(f->body[0], body, n * sizeof(*body));
	return (sy_u8)r->l.nfuncs++;
}

struct sy_specials {
	sy_u8 leaf, handler, worker, leaver, forker;
};

static void sy_make_specials(struct sy_run_of *r, sy_u8 child,
			     struct sy_specials *ret)
{
	sy_u8 some = sy_callee(r, 0), more = sy_callee(r, 0);
	struct sy_routine *leaf = &r->l.func[r->l.nfuncs];
	const struct sy_insn point[] = { { SY_OP_POINT, 0, 0 } };

	ret->leaf = sy_make_special(r, "leaf", point, 1);
	leaf->patched = (sy_u8)r->l.npatched;
	leaf->defined = 3;
	r->l.order[r->l.npatched++] = ret->leaf;
	ret->handler = sy_make_special(r, "handler",
				       (struct sy_insn[]){
					       { SY_OP_CALL, ret->leaf, 0 } },
				       1);
	ret->worker =
		sy_make_special(r, "worker",
				(struct sy_insn[]){ { SY_OP_REST, 0, 0 },
						    { SY_OP_CALL, some, 0 },
						    { SY_OP_CALL, more, 0 } },
				3);
	ret->leaver = sy_make_special(r, "exit",
				      (struct sy_insn[]){
					      { SY_OP_EXITING, 0, 0 },
					      { SY_OP_CALL, some, 0 },
					      { SY_OP_OFFLIST, 0, 0 },
					      { SY_OP_CALL, ret->leaf, 0 },
					      { SY_OP_DIE, 0, 0 } },
				      5);
	ret->forker = sy_make_special(r, "fork",
				      (struct sy_insn[]){
					      { SY_OP_CALL, more, 0 },
					      { SY_OP_FORK, child, 0 },
					      { SY_OP_CALL, ret->leaf, 0 } },
				      3);
}

static void sy_make_thread(struct sy_run_of *r, struct sy_thread *th, sy_u32 i,
			   const struct sy_specials *sp)
{
	sy_u32 k, what = sy_below(r, 16);

	snprintf(th->name, sizeof(th->name), "t%u", i);
	th->irq = sy_below(r, 3) ? SY_NONE : sp->handler;
	th->nmi = SY_NONE;
	th->preempt = !sy_below(r, 4);
	th->unwoken = !sy_below(r, 32);
	th->unreliable = !sy_below(r, 64);
	if (what < 2) {
		th->kind = SY_KTHREAD;
		th->ncalls = 1;
		th->call[0] = sp->worker;
		return;
	}
	th->kind = SY_USER;
	th->ncalls = (sy_u8)(1 + sy_below(r, 4));
	for (k = 0; k < th->ncalls; k++)
		th->call[k] = sy_callee(r, 0);
	th->loop = !!sy_below(r, 4);
	if (what == 2)
		th->call[th->ncalls - 1] = sp->leaver;
	if (what == 3)
		th->call[0] = sp->forker;
}

/* Counting, in half of the worlds in which it can be had. */
static sy_u8 sy_random_detector(struct sy_run_of *r)
{
	sy_u32 i;

	for (i = 0; i < r->l.npatched; i++)
		if (r->l.func[r->l.order[i]].flags & SY_FUNC_UNCHECKED)
			return SY_DETECTOR_NONE;
	if (sy_model_detector(&r->model, SY_DETECTOR_COUNT) ==
		    SY_DETECTOR__LAST ||
	    sy_below(r, 2))
		return SY_DETECTOR_NONE;
	return SY_DETECTOR_COUNT;
}

static const struct sy_model *sy_random_model(struct sy_run_of *r)
{
	const struct sy_model *model;

	do
		model = &sy_models[sy_below(r, SY_MODELS)];
	while (!sy_model_served(model));
	return model;
}

static void sy_make_request(struct sy_run_of *r, struct sy_litmus *l)
{
	l->to_new = !!sy_below(r, 4);
	l->reverse = !sy_below(r, 3);
	l->deadline = !sy_below(r, 3);
	l->fault_late = !sy_below(r, 2);
	l->fault_failed = !sy_below(r, 8);
	l->faults = (sy_u8)(sy_below(r, 2) ? 0 : sy_below(r, 8));
	l->herd = !sy_below(r, 2);
	l->retire = 1;
}

/* The second patch has this function, in a version of its own. */
static void sy_add_second(struct sy_run_of *r, sy_u32 i)
{
	struct sy_litmus *then = &r->then;
	struct sy_routine *f = &r->l.func[i];
	sy_u8 version = f->patched == SY_NONE ? 1 : 2;

	sy_make_body(r, i % SY_LEVELS, f->body[version]);
	f->defined |= (sy_u8)(1 << version);
	then->func[i].patched = (sy_u8)then->npatched;
	then->order[then->npatched++] = (sy_u8)i;
}

/*
 * In a third of the worlds another patch comes after the first, over functions
 * of its own and, where it takes the other's place, some of the other's. That one
 * is permanent in half of them, and goes by a model of its own in most.
 */
static void sy_make_second(struct sy_run_of *r)
{
	struct sy_litmus *l = &r->l, *then = &r->then;
	sy_u32 i;

	if (sy_below(r, 3))
		return;
	memset(then, 0, sizeof(*then));
	for (i = 0; i < SY_FUNCS; i++)
		then->func[i].patched = SY_NONE;
	sy_make_request(r, then);
	if (sy_below(r, 2)) {
		l->to_new = 0;
		then->to_new = 1;
	}
	l->retire = (sy_u8)sy_below(r, 2);
	/* One that does not settle is not followed by anything. */
	if (sy_below(r, 4)) {
		l->reverse = 0;
		l->deadline = 0;
		l->fault_failed = 0;
		l->faults = 0;
	}
	if (sy_below(r, 4))
		l->by = sy_random_model(r);
	for (i = 0; i < l->nfuncs; i++)
		if (i % SY_LEVELS && !sy_below(r, 2) &&
		    (l->func[i].patched == SY_NONE ||
		     (!l->to_new && then->to_new)))
			sy_add_second(r, i);
	then->detector = l->detector;
	if (then->npatched)
		l->then = then;
}

/* A function of a module, in the patch or not. */
static sy_u8 sy_make_inside(struct sy_run_of *r, const char *name, sy_u8 target,
			    int patched)
{
	struct sy_insn body[2][SY_INSNS] = { 0 };
	struct sy_litmus *l = &r->l;
	struct sy_routine *f;
	sy_u8 index;

	/* To be found asleep there is what it is for. */
	body[0][0].op = SY_OP_SLEEP;
	body[1][0].op = SY_OP_SLEEP;
	sy_make_body(r, 0, body[0] + 1);
	sy_make_body(r, 0, body[1] + 1);
	index = sy_make_special(r, name, body[0], SY_INSNS);
	f = &l->func[index];
	f->part = (sy_u8)(1 + target);
	if (!patched)
		return index;
	memcpy(f->body[1], body[1], sizeof(f->body[1]));
	f->defined = 3;
	f->patched = (sy_u8)l->npatched;
	l->order[l->npatched++] = index;
	return index;
}

/*
 * Nobody calls what is not there, and no module goes with somebody inside: the
 * first module comes and stays, each who wants it loads it; of the second one has
 * the use at a time, and takes it out behind him.
 */
static void sy_make_users(struct sy_run_of *r, sy_u8 stays[2], sy_u8 goes[2])
{
	struct sy_litmus *l = &r->l;
	sy_u8 mount, session;
	sy_u32 i;

	mount = sy_make_special(r, "mount",
				(struct sy_insn[]){
					{ SY_OP_LOAD, 0, 0 },
					{ SY_OP_CALL, stays[0], 0 },
					{ SY_OP_CALL, stays[1], 0 } },
				3);
	session =
		sy_make_special(r, "session",
				(struct sy_insn[]){ { SY_OP_LOCK, 0, 0 },
						    { SY_OP_LOAD, 1, 0 },
						    { SY_OP_CALL, goes[0], 0 },
						    { SY_OP_CALL, goes[1], 0 },
						    { SY_OP_UNLOAD, 1, 0 },
						    { SY_OP_UNLOCK, 0, 0 } },
				6);
	for (i = 0; i < l->nthreads; i++)
		if (l->thread[i].kind == SY_USER && !sy_below(r, 2))
			l->thread[i].call[0] = sy_below(r, 2) ? mount : session;
}

/* In half of the smaller worlds with one patch some of it is in modules. */
static void sy_make_targets(struct sy_run_of *r)
{
	struct sy_litmus *l = &r->l;
	sy_u8 stays[2], goes[2];

	if (l->then || l->nthreads >= 100 || sy_below(r, 2))
		return;
	r->targets++;
	strcpy(l->target[0], "stays");
	strcpy(l->target[1], "goes");
	l->ntargets = 2;
	l->loaded = (sy_u8)sy_below(r, 4);
	strcpy(l->var[0], "use");
	l->nvars = 1;
	stays[0] = sy_make_inside(r, "stays0", 0, 1);
	stays[1] = sy_make_inside(r, "stays1", 0, (int)sy_below(r, 2));
	goes[0] = sy_make_inside(r, "goes0", 1, 1);
	goes[1] = sy_make_inside(r, "goes1", 1, (int)sy_below(r, 2));
	sy_make_users(r, stays, goes);
}

static void sy_make_world(struct sy_run_of *r, sy_u64 seed)
{
	struct sy_litmus *l = &r->l;
	struct sy_specials sp;
	sy_u32 i;

	memset(l, 0, sizeof(*l));
	r->random = seed;
	r->model = *sy_random_model(r);
	strcpy(l->name, "random");
	sy_make_request(r, l);
	sy_make_functions(r);
	l->detector = sy_random_detector(r);
	sy_make_second(r);
	l->nthreads = sy_below(r, 3) ? 3 + sy_below(r, 20) :
				       100 + sy_below(r, 250);
	sy_make_specials(r, (sy_u8)(l->nthreads < 255 ? l->nthreads - 1 : 254),
			 &sp);
	for (i = 0; i < l->nthreads; i++)
		sy_make_thread(r, &l->thread[i], i, &sp);
	i = l->nthreads < 255 ? l->nthreads - 1 : 254;
	l->thread[i].kind = SY_CHILD;
	l->thread[i].ncalls = 1;
	l->thread[i].call[0] = sp.leaf;
	l->ncpus = 1 + sy_below(r, 8);
	sy_make_targets(r);
	sy_litmus_finish(l);
	r->w = calloc(1, sy_world_size(l->nthreads));
}

/* ---- running it -------------------------------------------------------------- */

static void sy_begin(struct sy_run_of *r, struct sy_sim *s)
{
	memset(s, 0, sizeof(*s));
	s->l = &r->l;
	s->w = r->w;
	sy_world_init(s, &r->model);
}

static const char *sy_after_move(struct sy_sim *s)
{
	const char *broken = sy_broken_rule(s);

	s->w->o.seen = 0;
	return broken;
}

/*
 * The engine gets a good share, or it would starve among hundreds of tasks; a
 * smaller one where modules are to come before it is done.
 */
static struct sy_move sy_choose(struct sy_run_of *r,
				const struct sy_move *moves, sy_u32 n)
{
	sy_u32 i, first = n;

	while (first && moves[first - 1].kind >= SY_MOVE_WORKER)
		first--;
	if (first == n || sy_below(r, r->l.ntargets ? 8 : 3))
		return moves[sy_below(r, n)];
	/* Faults are rare, and preparing is to succeed more often than not. */
	do
		i = first + sy_below(r, n - first);
	while (moves[i].kind == SY_MOVE_FAULT &&
	       sy_below(r, moves[i].arg == SY_FAULT_FAILED ? 64 : 4));
	return moves[i];
}

/* Return: null, or the rule that broke after r->nsteps moves. */
static const char *sy_run_world(struct sy_run_of *r, sy_u32 steps)
{
	static struct sy_move moves[SY_MOVES_MAX];
	struct sy_sim s;
	const char *broken;
	sy_u32 n;

	sy_begin(r, &s);
	for (r->nsteps = 0; r->nsteps < steps;) {
		n = sy_moves(&s, moves);
		if (!n)
			break;
		r->moves[r->nsteps] = sy_choose(r, moves, n);
		sy_move(&s, &r->moves[r->nsteps++]);
		broken = sy_after_move(&s);
		if (broken)
			return broken;
	}
	return NULL;
}

static int sy_is_possible(const struct sy_sim *s, const struct sy_move *move)
{
	static struct sy_move moves[SY_MOVES_MAX];
	sy_u32 i, n = sy_moves(s, moves);

	for (i = 0; i < n; i++)
		if (!memcmp(&moves[i], move, sizeof(*move)))
			return 1;
	return 0;
}

/*
 * The moves that are possible in turn, with some left out. Return: the broken
 * rule; @used is told how many were made, and keeps them in front.
 */
static const char *sy_replay(struct sy_run_of *r, struct sy_move *moves,
			     sy_u32 n, sy_u32 *used, int tell)
{
	char words[400];
	struct sy_sim s;
	const char *broken = NULL;
	sy_u32 i;

	sy_begin(r, &s);
	*used = 0;
	for (i = 0; i < n && !broken; i++) {
		if (!sy_is_possible(&s, &moves[i]))
			continue;
		*words = 0;
		if (tell) {
			s.words = words;
			s.nwords = sizeof(words);
		}
		sy_move(&s, &moves[i]);
		if (tell)
			printf("  %3u. %s\n", *used + 1, words);
		moves[(*used)++] = moves[i];
		broken = sy_after_move(&s);
	}
	return broken;
}

/* Leave out ever smaller stretches of the run while the same rule breaks. */
static void sy_shrink(struct sy_run_of *r, const char *rule)
{
	struct sy_move *less = calloc(r->nsteps, sizeof(*less));
	sy_u32 chunk, at, n, used;

	for (chunk = r->nsteps / 2; less && chunk; chunk /= 2) {
		for (at = 0; at + chunk <= r->nsteps;) {
			n = r->nsteps - chunk;
			memcpy(less, r->moves, at * sizeof(*less));
			memcpy(less + at, r->moves + at + chunk,
			       (n - at) * sizeof(*less));
			if (sy_replay(r, less, n, &used, 0) == rule) {
				memcpy(r->moves, less, used * sizeof(*less));
				r->nsteps = used;
			} else {
				at += chunk;
			}
		}
	}
	free(less);
}

/* A seed means something together with the sources that it was run on. */
static void sy_commit(char *ret, int size)
{
	FILE *git = popen("git describe --always --dirty 2>/dev/null", "r");

	strcpy(ret, "unknown");
	if (!git)
		return;
	if (fgets(ret, size, git))
		ret[strcspn(ret, "\n")] = 0;
	pclose(git);
}

static int sy_run_seed(struct sy_run_of *r, sy_u64 seed, sy_u32 steps,
		       int trace, unsigned long long *done)
{
	const char *broken;
	char commit[60];
	sy_u32 used, m;

	sy_make_world(r, seed);
	if (!r->w)
		return 1;
	broken = sy_run_world(r, steps);
	*done += r->nsteps;
	r->ends[r->w->e.state == SY_IDLE ? r->w->e.result : SY_RESULT_NONE]++;
	r->freed += r->w->retiring == SY_RETIRE_FREED;
	r->seconds += r->w->second;
	if (broken) {
		for (m = 0; memcmp(&sy_models[m], &r->model, sizeof(r->model));)
			m++;
		sy_commit(commit, sizeof(commit));
		printf("FAILED run: switchyard-sim run %llu --steps=%u (commit %s): %s, step %u: %s\n",
		       seed, steps, commit, sy_model_words[m], r->nsteps,
		       broken);
		sy_shrink(r, broken);
		printf("shrunk to %u steps:\n", r->nsteps);
		trace = 1;
	}
	if (trace)
		sy_replay(r, r->moves, r->nsteps, &used, 1);
	free(r->w);
	return broken != NULL;
}

int sy_run_random(const struct sy_random_options *o)
{
	static struct sy_run_of r;
	unsigned long long done = 0;
	sy_u32 i, failed = 0;

	r.moves = calloc(o->steps, sizeof(*r.moves));
	for (i = 0; r.moves && i < o->worlds && !failed; i++)
		failed += (sy_u32)sy_run_seed(&r, o->seed + i, o->steps,
					      o->trace, &done);
	free(r.moves);
	printf("run: settled %u, reverted %u, gave up %u, failed to prepare %u, still running %u; text freed %u, second transitions %u, with modules %u\n",
	       r.ends[SY_RESULT_SETTLED], r.ends[SY_RESULT_REVERTED],
	       r.ends[SY_RESULT_GAVE_UP], r.ends[SY_RESULT_FAILED],
	       r.ends[SY_RESULT_NONE], r.freed, r.seconds, r.targets);
	printf("run: %u passed, %u failed (%llu steps)\n", i - failed, failed,
	       done);
	return failed || !i;
}
