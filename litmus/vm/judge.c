// SPDX-License-Identifier: GPL-2.0
/*
 * Hands one round's history to the oracle. The instants of the switch are not in
 * it, so the oracle is blind to the clauses about them; what it judges is what
 * calls saw of each other. A slot that was drawn and not written, and every event
 * past the end of the buffer, is a gap.
 *
 * Of two transitions each has an oracle, as in the simulator (sim/next.c): the
 * second begins with what the threads have on their stacks, and every version
 * but the one that is gone to is old, whichever patch it is of. What is observed
 * under another model than the one asked about is not counted for that one.
 *
 * A body's first event comes a little after the decision in the gateway. An old
 * call counts as started after a new one only when the new body had begun before
 * the old call's caller set out: so what is seen has happened.
 */
#include <string.h>

#include "vm.h"

struct lit_starts {
	sy_u32 func[SY_ORACLE_FUNCS]; /* the first slot of a call of side to */
	sy_u32 thread[LIT_THREADS];
};

/* What a thread has on its stack of either patch: function << 2 | version. */
struct lit_stack {
	sy_u32 depth;
	sy_u8 frame[SY_ORACLE_DEPTH];
	sy_u8 ran_next; /* in this stay, a function of the patch to come */
};

struct lit_judge {
	const struct sy_litmus *l; /* the transition at hand */
	const struct sy_model *model; /* the one asked about */
	struct sy_oracle o;
	struct sy_oracle_thread thread[LIT_THREADS];
	struct lit_stack stack[LIT_THREADS];
	struct lit_starts first;
	sy_u32 m, forbidden, violated; /* of what is over */
	int incomplete, broken;
};

static sy_u8 lit_side(const struct sy_litmus *l, sy_u32 func, sy_u32 version)
{
	return version == l->func[func].version[1];
}

static void lit_judge_begin(struct lit_judge *j, const struct sy_litmus *l)
{
	sy_u32 i;

	j->l = l;
	sy_oracle_init(&j->o, l->by ? l->by : j->model, l->npatched, l->to_new,
		       j->thread, l->nthreads);
	j->o.blind = 1;
	for (i = 0; i < l->npatched; i++)
		if (l->func[l->order[i]].flags & SY_FUNC_UNCHECKED)
			j->o.unchecked |= 1ull << i;
	memset(&j->first, 0xff, sizeof(j->first));
}

/* What the transition has shown; sy_note() in sim/explore.c. */
static void lit_judge_end(struct lit_judge *j)
{
	if (!j->l->by)
		j->m |= j->o.seen;
	j->forbidden |= sy_oracle_forbidden(&j->o);
	j->violated |= j->o.broken;
	j->incomplete |= j->o.incomplete;
}

/* sy_next_thread() in sim/next.c */
static void lit_next_thread(struct lit_judge *j, sy_u32 i)
{
	struct sy_oracle_thread *o = &j->thread[i];
	struct lit_stack *s = &j->stack[i];
	sy_u32 k, func;
	sy_u8 side;

	if (s->ran_next)
		o->stay = (sy_u8)(1 << !j->l->to_new);
	for (k = 0; k < s->depth; k++) {
		func = s->frame[k] >> 2;
		if (j->l->func[func].patched == SY_NONE)
			continue;
		side = lit_side(j->l, func, s->frame[k] & 3);
		o->frame[o->depth++] =
			(sy_u8)(j->l->func[func].patched << 1 | side);
		o->stay |= (sy_u8)(1 << side);
	}
	s->ran_next = 0;
}

static void lit_judge_next(struct lit_judge *j)
{
	struct sy_oracle_thread was[LIT_THREADS];
	sy_u32 i;

	if (!j->l->then) {
		j->incomplete = 1;
		return;
	}
	lit_judge_end(j);
	memcpy(was, j->thread, sizeof(was));
	lit_judge_begin(j, j->l->then);
	for (i = 0; i < j->l->nthreads; i++) {
		j->thread[i].alive = was[i].alive;
		j->thread[i].inside = was[i].inside;
		lit_next_thread(j, i);
	}
}

static void lit_note_start(struct lit_starts *first, const struct sy_history *h,
			   sy_u32 slot)
{
	if (first->func[h->func] > slot)
		first->func[h->func] = slot;
	if (first->thread[h->thread] > slot)
		first->thread[h->thread] = slot;
}

/* The stack of both patches' calls; and what the second will want to know. */
static void lit_follow(struct lit_judge *j, const struct lit_event *e)
{
	struct lit_stack *s = &j->stack[e->thread];
	const struct sy_litmus *then = j->l->then;

	switch (e->kind) {
	case LIT_KIND_ENTER:
		if (s->depth == SY_ORACLE_DEPTH)
			j->incomplete = 1;
		else
			s->frame[s->depth++] =
				(sy_u8)(e->func << 2 | e->version);
		s->ran_next |= then && then->func[e->func].patched != SY_NONE;
		break;
	case LIT_KIND_RETURN:
		if (!s->depth ||
		    s->frame[s->depth - 1] != (e->func << 2 | e->version))
			j->incomplete = 1;
		else
			s->depth--;
		break;
	case LIT_KIND_STAY:
	case LIT_KIND_BORDER:
		s->ran_next = 0;
		break;
	case LIT_KIND_BIRTH:
	case LIT_KIND_DEAD:
		memset(s, 0, sizeof(*s));
		break;
	}
}

/* Return: 0, if the event is none for the oracle of this transition. */
static int lit_translate(const struct sy_litmus *l, const struct lit_event *e,
			 struct sy_history *ret)
{
	static const enum sy_history_kind kinds[] = {
		[LIT_KIND_ENTER] = SY_HISTORY_ENTER,
		[LIT_KIND_RETURN] = SY_HISTORY_RETURN,
		[LIT_KIND_STAY] = SY_HISTORY_STAY,
		[LIT_KIND_BORDER] = SY_HISTORY_BORDER,
		[LIT_KIND_BIRTH] = SY_HISTORY_BIRTH,
		[LIT_KIND_DEAD] = SY_HISTORY_DEAD,
	};

	memset(ret, 0, sizeof(*ret));
	ret->thread = e->thread;
	switch (e->kind) {
	case LIT_KIND_CALL:
	case LIT_KIND_BROKEN:
	case LIT_KIND_SECOND:
		return 0;
	case LIT_KIND_ENTER:
	case LIT_KIND_RETURN:
		ret->func = l->func[e->func].patched;
		ret->side = lit_side(l, e->func, e->version);
		break;
	case LIT_KIND_BIRTH:
		ret->by = e->func;
		break;
	}
	ret->kind = e->kind < sizeof(kinds) / sizeof(kinds[0]) ?
			    kinds[e->kind] :
			    SY_HISTORY_LOST;
	return ret->func != SY_NONE;
}

static void lit_after(const struct lit_judge *j, const struct lit_event *e,
		      struct sy_history *h)
{
	sy_u32 i;

	for (i = 0; i < j->l->npatched; i++)
		if (j->first.func[i] < e->before)
			h->after |= 1ull << i;
	h->after_own = j->first.thread[e->thread] < e->before;
}

static void lit_feed(struct lit_judge *j, const struct lit_event *e,
		     sy_u32 slot)
{
	struct sy_history h;

	j->broken |= e->kind == LIT_KIND_BROKEN;
	if (e->kind == LIT_KIND_SECOND)
		lit_judge_next(j);
	if (lit_translate(j->l, e, &h)) {
		if (e->kind == LIT_KIND_ENTER)
			lit_after(j, e, &h);
		sy_oracle_feed(&j->o, j->thread, j->l->nthreads, &h);
		if (e->kind == LIT_KIND_ENTER && h.side == j->l->to_new)
			lit_note_start(&j->first, &h, slot);
	}
	lit_follow(j, e);
}

static void lit_count(const struct lit_judge *j, struct lit_seen *seen)
{
	sy_u32 i;

	for (i = 0; i < 4; i++)
		seen->m[i] += j->m >> i & 1;
	seen->qualifiers |= j->m & ~SY_SEEN_M;
	seen->broken += !!j->broken;
	seen->incomplete += !!j->incomplete;
	seen->forbidden += !!j->forbidden;
	seen->violated += !!j->violated;
	if (j->violated)
		seen->clause = sy_oracle_clause(j->violated);
}

/* Return: can the event be one of this test? */
static int lit_possible(const struct sy_litmus *l, const struct lit_event *e)
{
	if (e->kind == LIT_KIND_NONE || e->thread >= l->nthreads)
		return 0;
	return (e->kind != LIT_KIND_ENTER && e->kind != LIT_KIND_RETURN) ||
	       (e->func < l->nfuncs && e->version < SY_VERSIONS);
}

void lit_judge(const struct lit_vm *vm, sy_u32 length, struct lit_seen *seen)
{
	sy_u32 i, n = length < LIT_EVENTS ? length : LIT_EVENTS;
	struct lit_judge j = { .model = &sy_models[vm->model] };

	lit_judge_begin(&j, vm->l);
	for (i = 0; i < n; i++) {
		const struct lit_event *e = &vm->history[i];

		if (!lit_possible(vm->l, e))
			break;
		if (e->kind == LIT_KIND_ENTER)
			seen->entered[e->version > 0]++;
		lit_feed(&j, e, i);
	}
	j.incomplete |= i < length;
	seen->events += i;
	lit_judge_end(&j);
	lit_count(&j, seen);
}
