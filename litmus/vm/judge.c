// SPDX-License-Identifier: GPL-2.0
/*
 * Hands one round's history to the oracle. The instants of the switch are not in
 * it, so the oracle is blind to the clauses about them; what it judges is what
 * calls saw of each other. A slot that was drawn and not written, and every event
 * past the end of the buffer, is a gap.
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

static void lit_note_start(struct lit_starts *first, const struct lit_event *e,
			   sy_u32 slot)
{
	if (first->func[e->func] > slot)
		first->func[e->func] = slot;
	if (first->thread[e->thread] > slot)
		first->thread[e->thread] = slot;
}

static void lit_enter(const struct lit_starts *first, const struct lit_event *e,
		      sy_u32 nfuncs, struct sy_history *h)
{
	sy_u32 i;

	for (i = 0; i < nfuncs; i++)
		if (first->func[i] < e->before)
			h->after |= 1ull << i;
	h->after_own = first->thread[e->thread] < e->before;
}

/* Return: 0, if the event is none for the oracle. */
static int lit_translate(const struct lit_event *e, struct sy_history *ret)
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
	if (e->kind == LIT_KIND_CALL || e->kind == LIT_KIND_BROKEN)
		return 0;
	ret->kind = e->kind < sizeof(kinds) / sizeof(kinds[0]) ?
			    kinds[e->kind] :
			    SY_HISTORY_LOST;
	ret->thread = e->thread;
	ret->side = e->side;
	if (e->kind == LIT_KIND_BIRTH)
		ret->by = e->func;
	else
		ret->func = e->func;
	return 1;
}

static void lit_count(const struct sy_oracle *o, struct lit_seen *seen,
		      int broken)
{
	sy_u32 i;

	for (i = 0; i < 4; i++)
		seen->m[i] += o->seen >> i & 1;
	seen->qualifiers |= o->seen & ~SY_SEEN_M;
	seen->broken += !!broken;
	seen->incomplete += o->incomplete;
	seen->forbidden += !!sy_oracle_forbidden(o);
	seen->violated += !!o->broken;
	if (o->broken)
		seen->clause = sy_oracle_clause(o->broken);
}

void lit_judge(const struct lit_vm *vm, sy_u32 length, struct lit_seen *seen)
{
	const struct sy_litmus *l = vm->l;
	struct sy_oracle_thread threads[LIT_THREADS];
	struct sy_history h = { .kind = SY_HISTORY_LOST };
	struct lit_starts first;
	struct sy_oracle o;
	sy_u32 i, n = length < LIT_EVENTS ? length : LIT_EVENTS, broken = 0;

	sy_oracle_init(&o, &sy_models[vm->model], l->npatched, l->to_new,
		       threads, l->nthreads);
	o.blind = 1;
	for (i = 0; i < l->npatched; i++)
		if (l->func[l->order[i]].flags & SY_FUNC_UNCHECKED)
			o.unchecked |= 1ull << i;
	memset(&first, 0xff, sizeof(first));
	for (i = 0; i < n; i++) {
		const struct lit_event *e = &vm->history[i];

		if (e->kind == LIT_KIND_NONE || e->thread >= l->nthreads)
			break;
		broken += e->kind == LIT_KIND_BROKEN;
		if (!lit_translate(e, &h))
			continue;
		if (e->kind == LIT_KIND_ENTER) {
			lit_enter(&first, e, l->npatched, &h);
			seen->entered[e->side & 1]++;
		}
		sy_oracle_feed(&o, threads, l->nthreads, &h);
		if (e->kind == LIT_KIND_ENTER && e->side == l->to_new)
			lit_note_start(&first, e, i);
	}
	h.kind = SY_HISTORY_LOST;
	if (i < length)
		sy_oracle_feed(&o, threads, l->nthreads, &h);
	seen->events += i;
	lit_count(&o, seen, !!broken);
}
