// SPDX-License-Identifier: GPL-2.0
/*
 * Properties of the engine over random sequences of events. A small shell of
 * the test's own keeps what really happened (what was asked of it, who is
 * pending, what is flipped) and judges each answer by it; it shares no code
 * and no state with the engine. One thread.
 *
 * SY_SEED=N SY_COUNT=M choose the sequences N .. N+M-1; a failure prints the
 * line that replays it, and its trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sy_trace.h"

#define SY_SEED_DEFAULT 20141107ull
#define SY_COUNT_DEFAULT 200000ull
#define SY_EVENTS 24 /* wild ones; then the shell cooperates */
#define SY_EVENTS_MAX 64 /* until it must have come to rest */

/* What the shell was asked to do and has not answered yet. */
enum sy_task { SY_NOTHING, SY_PREPARE, SY_SCAN, SY_STOP, SY_SETTLE };

struct sy_shell {
	struct sy_engine e;
	sy_u64 random;
	sy_u64 now;
	sy_u64 timer; /* when it expires; 0: not armed */
	sy_u64 deadline; /* when it passes; 0: not counted yet */
	enum sy_task task;
	struct sy_model model;
	int asked_new; /* the side of the request */
	int wanted_new; /* after TURN */
	int armed;
	int flushed;
	int clean; /* the last answer to SCAN, or DRAINED, said so */
	int sleepers; /* the last scan said that a signal helps */
	int flips;
	int nfuncs;
	int news; /* functions that are new; those before a place */
	int stops;
	int failures; /* not THREAD: attempts that failed, of this unit */
	int tries;
	int nudges; /* in this direction */
	int turns;
	int reversed; /* a request to reverse was accepted */
	int herd; /* tasks may be held */
	sy_u64 held_until; /* HOLD without RELEASE; 0: nobody is held */
	sy_u64 released_at; /* 0: not since the request */
	int settled; /* SETTLED or FAILED was the last event */
	int verbose;
	const char *broken;
};

static sy_u64 sy_random(struct sy_shell *s)
{
	/* Source: splitmix64, Sebastiano Vigna (public domain). */
	sy_u64 z = (s->random += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static sy_u32 sy_below(struct sy_shell *s, sy_u32 n)
{
	return (sy_u32)(sy_random(s) % n);
}

static void sy_expect(struct sy_shell *s, int holds, const char *what)
{
	if (!holds && !s->broken)
		s->broken = what;
}

static int sy_threads(const struct sy_shell *s)
{
	return s->model.sw == SY_SWITCH_THREAD;
}

/* One function after another, each at an instant with nobody inside. */
static int sy_ordered(const struct sy_shell *s)
{
	return s->model.sw == SY_SWITCH_FUNCTION &&
	       s->model.leave != SY_LEAVE_FUNCTION;
}

static int sy_news_at(const struct sy_shell *s, int new)
{
	return new ? s->nfuncs : 0;
}

/* ---- events ------------------------------------------------------------ */

static void sy_make_start(struct sy_shell *s, struct sy_event *ev)
{
	static const struct sy_model served[] = {
		{ SY_LEAVE_FUNCTION, SY_SWITCH_FUNCTION, 0 },
		{ SY_LEAVE_FUNCTION, SY_SWITCH_KERNEL, 0 },
		{ SY_LEAVE_PATCHED_SET, SY_SWITCH_KERNEL, 0 },
		{ SY_LEAVE_PATCHED_SET, SY_SWITCH_FUNCTION, 0 },
		{ SY_LEAVE_PATCHED_SET, SY_SWITCH_FUNCTION, 0 },
		{ SY_LEAVE_FUNCTION, SY_SWITCH_THREAD, 0 },
		{ SY_LEAVE_PATCHED_SET, SY_SWITCH_THREAD, 0 },
		{ SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 0 },
		{ SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 1 },
		{ SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 0 },
		{ SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 1 },
		{ SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 0 },
		{ SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 1 },
	};

	ev->u.start.to_new = (sy_u8)sy_below(s, 2);
	ev->u.start.nfuncs = 1 + sy_below(s, 4);
	ev->u.start.enabled = !ev->u.start.to_new;
	if (sy_below(s, 8)) {
		/* Those that look at tasks have most to decide. */
		ev->u.start.model =
			served[sy_below(s, 4) ? 2 + sy_below(s, 11) :
						sy_below(s, 13)];
	} else {
		ev->u.start.model.leave = (sy_u8)sy_below(s, 4);
		ev->u.start.model.sw = (sy_u8)sy_below(s, 4);
		ev->u.start.model.relaxed = (sy_u8)sy_below(s, 3);
		ev->u.start.enabled = (sy_u8)sy_below(s, 2);
		ev->u.start.retiring = (sy_u8)sy_below(s, 2);
		ev->u.start.force = (sy_u8)sy_below(s, 2);
		ev->u.start.forbid = sy_below(s, 16);
	}
	if (sy_below(s, 2))
		ev->u.start.deadline_ns = 1ull << sy_below(s, 36);
	if (!sy_below(s, 64))
		ev->u.start.deadline_ns = ~0ull;
	if (!sy_below(s, 3))
		ev->u.start.tries = 1 + sy_below(s, 6);
	ev->u.start.herd = (sy_u8)sy_below(s, 2);
	if (!sy_below(s, 3))
		ev->u.start.retry_ns = 1ull << sy_below(s, 31);
}

/* The event that the engine waits for, if there is one. */
static enum sy_event_kind sy_awaited(struct sy_shell *s)
{
	switch (s->task) {
	case SY_PREPARE:
		return sy_below(s, 16) ? SY_EVENT_PREPARED : SY_EVENT_FAILED;
	case SY_SCAN:
		return SY_EVENT_SCANNED;
	case SY_STOP:
		return SY_EVENT_STOPPED;
	case SY_SETTLE:
		return SY_EVENT_SETTLED;
	default:
		break;
	}
	if (s->e.state == SY_IDLE)
		return SY_EVENT_START;
	return sy_below(s, 4) ? SY_EVENT_TIMER : SY_EVENT_DRAINED;
}

static void sy_fill(struct sy_shell *s, struct sy_event *ev, int helpful)
{
	if (ev->kind == SY_EVENT_START)
		sy_make_start(s, ev);
	if (ev->kind == SY_EVENT_SCANNED && !helpful && sy_below(s, 3)) {
		ev->u.scan.pending = 1 + sy_below(s, 4);
		ev->u.scan.nudgeable = sy_below(s, 4);
		ev->u.scan.moving = sy_below(s, 3);
		ev->u.scan.drivable = sy_below(s, 2) ? ev->u.scan.pending :
						       sy_below(s, 4);
	}
	if (ev->kind == SY_EVENT_STOPPED && !helpful)
		ev->u.stop.end = (enum sy_stop_end)(
			sy_below(s, 8) ? sy_below(s, 3) : SY_STOP_NMI);
	if (ev->kind == SY_EVENT_TIMER && s->timer > s->now &&
	    (helpful || sy_below(s, 4)))
		s->now = s->timer;
	ev->now_ns = s->now;
}

static void sy_make_wild(struct sy_shell *s, struct sy_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	s->now += 1ull << sy_below(s, 28);
	switch (sy_below(s, 8)) {
	case 0: /* anything, answers to nothing included */
		ev->kind = (enum sy_event_kind)sy_below(s, SY_EVENT__LAST);
		break;
	case 1:
		ev->kind = sy_below(s, 3) ? SY_EVENT_FLUSHED : SY_EVENT_REVERSE;
		break;
	default:
		ev->kind = sy_awaited(s);
		break;
	}
	sy_fill(s, ev, 0);
}

/* From here on everybody leaves and every answer is good. */
static void sy_make_helpful(struct sy_shell *s, struct sy_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	s->now++;
	ev->kind = sy_awaited(s);
	if (s->task == SY_NOTHING) {
		ev->kind = SY_EVENT_TIMER;
		if (!s->flushed)
			ev->kind = SY_EVENT_FLUSHED;
		else if (sy_threads(s))
			ev->kind = SY_EVENT_DRAINED;
	}
	sy_fill(s, ev, 1);
}

/* ---- what must hold ---------------------------------------------------- */

/* What the event tells the shell's own books, before the engine answers. */
static void sy_note_event(struct sy_shell *s, const struct sy_event *ev,
			  enum sy_state before)
{
	s->settled = 0;
	switch (ev->kind) {
	case SY_EVENT_PREPARED:
		if (s->task == SY_PREPARE)
			s->task = SY_NOTHING;
		break;
	case SY_EVENT_FAILED:
		s->settled = s->task == SY_PREPARE;
		if (s->settled)
			s->task = SY_NOTHING;
		break;
	case SY_EVENT_FLUSHED:
		s->flushed |= before != SY_IDLE;
		break;
	case SY_EVENT_SCANNED:
		if (s->task != SY_SCAN)
			break;
		s->task = SY_NOTHING;
		s->clean = !ev->u.scan.pending;
		s->sleepers = s->clean ? 0 : !!ev->u.scan.nudgeable;
		/* With holds an attempt is more than a look. */
		s->failures += !s->clean && !s->herd;
		break;
	case SY_EVENT_DRAINED:
		if (before == SY_WAITING && sy_threads(s)) {
			s->clean = 1;
			s->sleepers = 0;
		}
		break;
	case SY_EVENT_STOPPED:
		if (s->task != SY_STOP)
			break;
		s->task = SY_NOTHING;
		s->flips += ev->u.stop.end == SY_STOP_FLIPPED;
		s->failures += ev->u.stop.end != SY_STOP_FLIPPED &&
			       !s->held_until;
		s->clean = ev->u.stop.end == SY_STOP_FLIPPED;
		if (s->clean && sy_ordered(s)) {
			s->news += s->wanted_new ? 1 : -1;
			s->failures = 0;
		}
		break;
	case SY_EVENT_SETTLED:
		s->settled = s->task == SY_SETTLE;
		if (s->settled)
			s->task = SY_NOTHING;
		break;
	default:
		break;
	}
	/* An expired timer is gone; the hint may also come early. */
	if (ev->kind == SY_EVENT_TIMER && s->timer <= s->now)
		s->timer = 0;
}

static void sy_note_reply(struct sy_shell *s, const struct sy_event *ev,
			  const struct sy_engine *before,
			  const struct sy_actions *acts)
{
	int ok = acts->at[0].u.refusal == SY_OK;
	int start = ev->kind == SY_EVENT_START;

	sy_expect(s, start || ev->kind == SY_EVENT_REVERSE,
		  "only requests are replied to");
	if (!ok) {
		sy_expect(s, acts->n == 1, "a refusal is all there is");
		sy_expect(s, !memcmp(before, &s->e, sizeof(s->e)),
			  "a refused request changes nothing");
	} else if (start) {
		const struct sy_model *m = &ev->u.start.model;

		sy_expect(s, before->state == SY_IDLE, "one at a time");
		sy_expect(s, sy_model_served(m), "served models only");
		sy_expect(s,
			  ev->u.start.force ||
				  !(sy_model_allows(m) & ev->u.start.forbid),
			  "the requirement is borne or forced");
		s->model = *m;
		s->asked_new = ev->u.start.to_new;
		s->wanted_new = s->asked_new;
		s->tries = (int)ev->u.start.tries;
		s->nfuncs = (int)ev->u.start.nfuncs;
		s->news = sy_news_at(s, !s->asked_new);
		s->timer = s->deadline = 0;
		s->armed = s->flushed = s->clean = s->sleepers = 0;
		s->flips = s->stops = s->failures = 0;
		s->nudges = s->turns = s->reversed = 0;
		s->herd = ev->u.start.herd || m->leave == SY_LEAVE_KERNEL;
		s->held_until = s->released_at = 0;
	} else {
		sy_expect(s, !s->reversed && !s->turns, "reversed once");
		s->reversed = 1;
	}
}

static void sy_ask(struct sy_shell *s, enum sy_task task)
{
	sy_expect(s, s->task == SY_NOTHING, "one thing at a time is asked");
	s->task = task;
}

static void sy_note_flip(struct sy_shell *s, enum sy_action_kind kind)
{
	sy_expect(s, s->model.leave == SY_LEAVE_FUNCTION,
		  "a flip without a look is for LEAVE_FUNCTION");
	sy_expect(s, (kind == SY_ACT_FLIP) == (s->model.sw == SY_SWITCH_KERNEL),
		  "the flip of its model");
	sy_expect(s, s->armed == (kind == SY_ACT_FLIP), "armed, then flipped");
	s->flips++;
}

static void sy_note_settle(struct sy_shell *s, int new)
{
	int asked = new == s->asked_new;

	sy_ask(s, SY_SETTLE);
	sy_expect(s, !s->held_until, "released before it settles");
	sy_expect(s, s->e.result != SY_RESULT_NONE, "a result when settling");
	sy_expect(s, (s->e.result == SY_RESULT_SETTLED) == asked,
		  "the result says which side");
	if (sy_ordered(s)) {
		sy_expect(s, s->news == sy_news_at(s, new),
			  "every function is on the side that is final");
		sy_expect(s, new == s->wanted_new || !s->flips,
			  "settles where all went");
		return;
	}
	if (!sy_threads(s)) {
		sy_expect(s, s->flips == asked, "the side that is flipped to");
		return;
	}
	sy_expect(s, s->e.result != SY_RESULT_GAVE_UP,
		  "SWITCH_THREAD turns and does not give up");
	if (!s->armed) {
		sy_expect(s, !asked && s->reversed,
			  "not armed: cancelled while preparing");
		return;
	}
	sy_expect(s, s->clean && s->flushed,
		  "SWITCH_THREAD settles with nobody pending, flushed");
	sy_expect(s, new == s->wanted_new, "settles where all went");
}

/* The first that is old, or the last that is new. */
static void sy_note_turn_of(struct sy_shell *s, sy_u32 func)
{
	int turn = s->wanted_new ? s->news : s->news - 1;

	sy_expect(s, !sy_ordered(s) || (int)func == turn,
		  "functions have their turns in the order");
	sy_expect(s, !sy_ordered(s) || (turn >= 0 && turn < s->nfuncs),
		  "a function is left whose turn it is");
}

static void sy_note_stop(struct sy_shell *s, sy_u64 limit)
{
	sy_ask(s, SY_STOP);
	sy_expect(s, s->model.leave != SY_LEAVE_FUNCTION && !sy_threads(s),
		  "only a model that leaves something at one instant stops");
	sy_expect(s, s->armed && s->flushed && s->clean,
		  "a stop follows a clean scan after the flush");
	sy_expect(s, sy_ordered(s) || !s->flips, "nothing is flipped twice");
	sy_expect(s, limit >= SY_STOP_MIN_NS && limit <= SY_STOP_MAX_NS,
		  "the limit of a stop");
	s->stops++;
}

static void sy_note_hold(struct sy_shell *s, sy_u64 limit)
{
	sy_expect(s,
		  s->herd && !sy_threads(s) &&
			  s->model.leave != SY_LEAVE_FUNCTION,
		  "held only where one instant is needed, and where it may be");
	sy_expect(s, !s->held_until, "one hold at a time");
	sy_expect(s, s->flushed && !s->clean && (sy_ordered(s) || !s->flips),
		  "a hold follows a scan that found somebody");
	sy_expect(s,
		  !s->released_at ||
			  s->now >= s->released_at +
					    (s->e.retry_ns ?
						     s->e.retry_ns :
						     SY_HOLD_PAUSE_MIN_NS),
		  "a pause between holds");
	sy_expect(s,
		  limit <= (s->model.leave == SY_LEAVE_KERNEL ?
				    SY_FREEZE_MAX_NS :
				    SY_HOLD_MAX_NS),
		  "the limit of a hold");
	s->held_until = s->now + limit;
}

static void sy_note_release(struct sy_shell *s)
{
	sy_expect(s, s->held_until != 0, "released who were held");
	s->held_until = 0;
	s->released_at = s->now;
}

static void sy_note_action(struct sy_shell *s, const struct sy_action *act)
{
	switch (act->kind) {
	case SY_ACT_PREPARE:
		sy_ask(s, SY_PREPARE);
		break;
	case SY_ACT_ARM:
		sy_expect(s,
			  !s->armed && (s->model.sw != SY_SWITCH_FUNCTION ||
					sy_ordered(s)),
			  "armed once, and not for FUNCTION/FUNCTION");
		s->armed = 1;
		s->deadline = s->e.deadline_ns > ~0ull - s->now ?
				      ~0ull :
				      s->now + s->e.deadline_ns;
		break;
	case SY_ACT_SCAN:
		sy_ask(s, SY_SCAN);
		sy_expect(s, s->armed, "no scan before it is armed");
		sy_expect(s, sy_threads(s) || s->flushed,
			  "who stops scans after the flush");
		sy_note_turn_of(s, act->func);
		break;
	case SY_ACT_FLIP_FUNCTIONS:
	case SY_ACT_FLIP:
		sy_note_flip(s, act->kind);
		break;
	case SY_ACT_STOP:
		sy_note_turn_of(s, act->func);
		sy_note_stop(s, act->u.arg);
		break;
	case SY_ACT_HOLD:
		sy_note_hold(s, act->u.arg);
		break;
	case SY_ACT_RELEASE:
		sy_note_release(s);
		break;
	case SY_ACT_NUDGE:
		sy_expect(s, sy_threads(s) && s->sleepers && !s->nudges++,
			  "one nudge a direction, for sleepers of threads");
		break;
	case SY_ACT_TURN:
		sy_expect(s, !s->turns++, "one turn");
		s->released_at = 0;
		sy_expect(s,
			  sy_threads(s) ||
				  (sy_ordered(s) && s->flips &&
				   s->news != sy_news_at(s, s->asked_new)),
			  "only what has begun and is not over turns");
		sy_expect(s,
			  s->reversed || s->now >= s->deadline ||
				  sy_ordered(s) /* tries, an NMI */,
			  "a turn has a reason");
		s->failures = 0;
		s->wanted_new = !s->wanted_new;
		s->nudges = s->clean = s->sleepers = 0;
		break;
	case SY_ACT_TIMER:
		sy_expect(s, act->u.arg > 0, "a timer in the future");
		s->timer = s->now + act->u.arg;
		break;
	case SY_ACT_SETTLE:
		sy_note_settle(s, act->u.arg != 0);
		break;
	default:
		break;
	}
}

/* Facts about the whole answer, after its actions are in the books. */
static void sy_judge_answer(struct sy_shell *s, const struct sy_event *ev,
			    const struct sy_engine *before,
			    const struct sy_actions *acts)
{
	const char *fact = sy_engine_check(&s->e);
	enum sy_state now = s->e.state;
	int rest = before->state != SY_IDLE && now == SY_IDLE;
	int retire = 0, report = 0;

	sy_expect(s, !fact, fact);
	for (sy_u32 i = 0; i < acts->n; i++) {
		retire += acts->at[i].kind == SY_ACT_RETIRE;
		report += acts->at[i].kind == SY_ACT_REPORT &&
			  acts->at[i].u.report == SY_REPORT_SETTLED;
	}
	sy_expect(s, !rest || s->settled, "idle after SETTLED or FAILED only");
	sy_expect(s, report == rest, "SETTLED is reported when it is idle");
	sy_expect(s,
		  retire == (rest && ev->kind == SY_EVENT_SETTLED &&
			     !s->e.to_new),
		  "it retires when the old side is final");
	if (rest && s->reversed && s->e.result == SY_RESULT_SETTLED)
		sy_expect(s, s->stops && s->flips,
			  "too late to reverse only when a stop flipped");
	if (rest && s->reversed)
		sy_expect(s, s->e.result != SY_RESULT_GAVE_UP,
			  "who asked for the way back is not told of giving up");
	sy_expect(s,
		  !s->tries || sy_threads(s) || s->turns ||
			  s->failures <= s->tries,
		  "no more attempts than asked for");
	sy_expect(s,
		  (now == SY_SCANNING) == (s->task == SY_SCAN) &&
			  (now == SY_STOPPING) == (s->task == SY_STOP) &&
			  (now == SY_SETTLING) == (s->task == SY_SETTLE) &&
			  (now == SY_PREPARING) == (s->task == SY_PREPARE),
		  "the state says what was asked");
	if (now == SY_WAITING && !s->turns)
		sy_expect(s, s->timer && s->timer <= s->deadline,
			  "a timer is armed, not later than the deadline");
	if (now == SY_WAITING && s->e.scan_at)
		sy_expect(s, s->timer && s->timer <= s->e.scan_at,
			  "a timer is armed for the next look");
	if (now == SY_WAITING && s->held_until)
		sy_expect(s, s->timer && s->timer <= s->held_until,
			  "a timer is armed for the end of the hold");
	sy_expect(s,
		  !s->held_until || now == SY_SCANNING || now == SY_WAITING ||
			  now == SY_STOPPING,
		  "nobody is held at rest");
	if (now == SY_WAITING && sy_threads(s) && s->sleepers && !s->nudges)
		sy_expect(s, s->timer && s->timer <= s->now + SY_NUDGE_SET_NS,
			  "sleepers are signalled in time");
	if (now == SY_WAITING && !s->turns && ev->kind == SY_EVENT_TIMER)
		sy_expect(s, s->now < s->deadline,
			  "nobody waits beyond the deadline");
}

/* ---- one sequence ------------------------------------------------------ */

static void sy_one_event(struct sy_shell *s, const struct sy_event *ev)
{
	struct sy_engine before;
	struct sy_actions acts;
	char text[SY_TRACE_LINE];

	memset(&acts, 0xa5, sizeof(acts));
	memcpy(&before, &s->e, sizeof(before));
	sy_note_event(s, ev, before.state);
	if (s->verbose) {
		sy_trace_event(ev, text);
		printf("%s\n", text);
	}
	sy_step(&s->e, ev, &acts);
	if (acts.n > SY_ACTIONS_MAX) {
		s->broken = "as many actions as there is room for";
		return;
	}
	if (s->verbose) {
		sy_trace_answer(&s->e, &acts, text);
		printf("%s\n", text);
	}
	if (acts.n && acts.at[0].kind == SY_ACT_REPLY)
		sy_note_reply(s, ev, &before, &acts);
	else
		sy_expect(s,
			  ev->kind != SY_EVENT_START &&
				  ev->kind != SY_EVENT_REVERSE,
			  "a request is replied to");
	for (sy_u32 i = 0; i < acts.n; i++)
		sy_note_action(s, &acts.at[i]);
	sy_judge_answer(s, ev, &before, &acts);
}

/* Return: null, or the property that does not hold. */
static const char *sy_sequence(sy_u64 seed, int verbose)
{
	struct sy_shell s;
	struct sy_event ev;
	int i;

	memset(&s, 0, sizeof(s));
	s.random = seed;
	s.verbose = verbose;
	sy_engine_init(&s.e);
	sy_expect(&s, !sy_engine_check(&s.e), "a new engine is in order");
	for (i = 0; i < SY_EVENTS && !s.broken; i++) {
		sy_make_wild(&s, &ev);
		sy_one_event(&s, &ev);
	}
	for (; i < SY_EVENTS_MAX && !s.broken && s.e.state != SY_IDLE; i++) {
		sy_make_helpful(&s, &ev);
		sy_one_event(&s, &ev);
	}
	sy_expect(&s, s.e.state == SY_IDLE, "it comes to rest when all leave");
	return s.broken;
}

static sy_u64 sy_setting(const char *name, sy_u64 otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void test_sequences(void **state)
{
	sy_u64 seed = sy_setting("SY_SEED", SY_SEED_DEFAULT);
	sy_u64 count = sy_setting("SY_COUNT", SY_COUNT_DEFAULT);

	(void)state;
	printf("%llu sequences from SY_SEED=%llu\n", count, seed);
	assert_true(count > 0);
	for (sy_u64 i = 0; i < count; i++) {
		const char *broken = sy_sequence(seed + i, 0);

		if (!broken)
			continue;
		sy_sequence(seed + i, 1);
		fail_msg("does not hold: %s\nreplay: SY_SEED=%llu SY_COUNT=1 "
			 "build/unit/test_random",
			 broken, seed + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequences),
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
