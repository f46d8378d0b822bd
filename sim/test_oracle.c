// SPDX-License-Identifier: GPL-2.0
/*
 * The oracle against histories made by hand: for every observation and every
 * clause of the definition one that violates it, the same one mended, and
 * histories with gaps. Each history is a string, one event a word:
 *
 *   bT  thread T is born (bTU: its parent is U)   sT  T begins a stay
 *   oTF T enters old F     nTF T enters new F     eT  T ends its stay
 *   rTF T returns from old F   RTF from new F     dT  T is dead
 *   !T  T switches   ?T  it does, excused   -T  it does, back to old
 *   oTFA  likewise, and new calls of the functions in the mask A had begun
 *   xT  T is excused at the next switch of all
 *   !FF  function F switches   !!  the system does   <  turn
 *   $  settled on new   ~  events were lost   %  T_u is not recorded
 *
 * A child is born on the side of its parent unless an upper case B says new.
 */
#include <stdio.h>
#include <string.h>

#include "oracle.h"

#define SY_TEST_THREADS 4

struct sy_case {
	const char *name;
	struct sy_model model;
	const char *history;
	enum sy_oracle_verdict verdict;
	sy_u32 seen, broken;
};

#define FF                                               \
	{                                                \
		SY_LEAVE_FUNCTION, SY_SWITCH_FUNCTION, 0 \
	}
#define FT                                             \
	{                                              \
		SY_LEAVE_FUNCTION, SY_SWITCH_THREAD, 0 \
	}
#define FK                                             \
	{                                              \
		SY_LEAVE_FUNCTION, SY_SWITCH_KERNEL, 0 \
	}
#define PF                                                  \
	{                                                   \
		SY_LEAVE_PATCHED_SET, SY_SWITCH_FUNCTION, 0 \
	}
#define PT                                                \
	{                                                 \
		SY_LEAVE_PATCHED_SET, SY_SWITCH_THREAD, 0 \
	}
#define PK                                                \
	{                                                 \
		SY_LEAVE_PATCHED_SET, SY_SWITCH_KERNEL, 0 \
	}
#define KT                                           \
	{                                            \
		SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 0 \
	}
#define KK                                           \
	{                                            \
		SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 0 \
	}
#define KTR                                          \
	{                                            \
		SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 1 \
	}

#define KKR                                          \
	{                                            \
		SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 1 \
	}
#define KFR                                            \
	{                                              \
		SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 1 \
	}

#define CLEAN SY_ORACLE_CLEAN
#define FORBIDDEN SY_ORACLE_FORBIDDEN
#define VIOLATED SY_ORACLE_VIOLATED
#define INCOMPLETE SY_ORACLE_INCOMPLETE

/* clang-format off: a table */
static const struct sy_case sy_cases[] = {
	/* observations */
	{ "nothing happens", PT, "b0 b1 s0 o00 r00 e0 !0 !1 $", CLEAN, 0, 0 },
	{ "M1, another function", FT, "b0 s0 o00 !0 n01 R01 r00 e0", CLEAN,
	  SY_M1 | SY_M2, 0 },
	{ "M1, the same function", FT, "b0 s0 o00 !0 n00", CLEAN,
	  SY_M1 | SY_M1_SAME_FUNC | SY_M2, 0 },
	{ "M1 where the model forbids it, LEAVE violated", PT,
	  "b0 s0 o00 !0 n01", VIOLATED, SY_M1 | SY_M2, SY_CLAUSE_LEAVE_SET },
	{ "M2", PT, "b0 s0 o00 r00 !0 n01 R01 e0", CLEAN, SY_M2, 0 },
	{ "two stays do not mix", PT, "b0 s0 o00 r00 e0 !0 s0 n01 R01 e0",
	  CLEAN, 0, 0 },
	{ "M2 under KERNEL/THREAD, switched inside", KT, "b0 s0 o00 r00 !0 n01",
	  VIOLATED, SY_M2, SY_CLAUSE_LEAVE_KERNEL },
	{ "M2 by an excused one", KTR, "b0 s0 o00 r00 ?0 n01 R01 e0", CLEAN,
	  SY_M2, 0 },
	{ "M3", PT, "b0 b1 !1 s0 s1 o00 n11 R11 r00 e0 e1", CLEAN, SY_M3, 0 },
	{ "M3, the same function", PT, "b0 b1 !1 s0 s1 n10 o00", CLEAN,
	  SY_M3 | SY_M3_SAME_FUNC | SY_M4 | SY_M4_SAME_FUNC, 0 },
	{ "M3 where the model forbids it", PK, "b0 b1 s0 s1 o00 !! n11",
	  VIOLATED, SY_M3, SY_CLAUSE_LEAVE_SET },
	{ "M3 allowed without the check", FK, "b0 b1 s0 s1 o00 !! n11 R11",
	  CLEAN, SY_M3, 0 },
	{ "M4, another thread", PT, "b0 b1 !1 s1 n10 R10 e1 s0 o00 r00 e0",
	  CLEAN, SY_M4 | SY_M4_SAME_FUNC, 0 },
	{ "M4, another function", FF, "b0 s0 !F0 n00 R00 o01 r01 e0 !F1 $",
	  CLEAN, SY_M2 | SY_M4 | SY_M4_SAME_THREAD, 0 },
	{ "M4 where the model forbids it", FK, "b0 s0 !! n00 R00 o00", VIOLATED,
	  SY_M2 | SY_M4 | SY_M4_SAME_FUNC | SY_M4_SAME_THREAD, SY_CLAUSE_SIDE },
	{ "after the system switched all is new", FK,
	  "b0 s0 o00 r00 e0 !! s0 n00 R00 e0 $", CLEAN, 0, 0 },
	/* SIDE */
	{ "new before T of the thread", PT, "b0 s0 n00", VIOLATED, 0,
	  SY_CLAUSE_SIDE },
	{ "old after T of the thread", PT, "b0 !0 s0 o00", VIOLATED, 0,
	  SY_CLAUSE_SIDE },
	{ "old after T of the function", FF, "b0 !F0 s0 o00", VIOLATED, 0,
	  SY_CLAUSE_SIDE },
	{ "old after T of the system", PK, "b0 !! s0 o00", VIOLATED, 0,
	  SY_CLAUSE_SIDE },
	/* LEAVE */
	{ "another thread's old frame, PATCHED_SET/KERNEL", PK,
	  "b0 b1 s1 o10 !!", VIOLATED, 0, SY_CLAUSE_LEAVE_SET },
	{ "another thread's old frame, PATCHED_SET/FUNCTION", PF,
	  "b0 b1 s1 o11 !F0", VIOLATED, 0, SY_CLAUSE_LEAVE_SET },
	{ "another thread's old frame, PATCHED_SET/THREAD", PT,
	  "b0 b1 s1 o10 !0", CLEAN, 0, 0 },
	{ "in the kernel, KERNEL/KERNEL", KK, "b0 b1 s1 !!", VIOLATED, 0,
	  SY_CLAUSE_LEAVE_KERNEL },
	{ "outside, KERNEL/KERNEL", KK, "b0 b1 s1 e1 !! $", CLEAN, 0, 0 },
	{ "excused with an old frame", KTR, "b0 s0 o00 ?0", VIOLATED, 0,
	  SY_CLAUSE_LEAVE_SET },
	{ "excused in a strict model", KT, "b0 s0 ?0", VIOLATED, 0,
	  SY_CLAUSE_LEAVE_KERNEL },
	{ "the dead concern nobody", PK, "b0 b1 s1 o10 d1 !! $", CLEAN, 0, 0 },
	/* TWICE, UNIT, ORDER */
	{ "a thread switches twice", PT, "b0 !0 !0", VIOLATED, 0,
	  SY_CLAUSE_TWICE },
	{ "the system switches twice", PK, "b0 !! !!", VIOLATED, 0,
	  SY_CLAUSE_TWICE },
	{ "back after a turn", PT, "b0 !0 < -0", CLEAN, 0, 0 },
	{ "back without a turn", PT, "b0 !0 -0", VIOLATED, 0, SY_CLAUSE_TWICE },
	{ "forth after a turn", PT, "b0 < !0", VIOLATED, 0, SY_CLAUSE_TWICE },
	{ "a turned thread in a new frame", PT, "b0 !0 s0 n00 < -0", VIOLATED,
	  0, SY_CLAUSE_LEAVE_SET },
	{ "a thread under SWITCH_KERNEL", PK, "b0 !0", VIOLATED, 0,
	  SY_CLAUSE_UNIT },
	{ "the system under SWITCH_THREAD", PT, "b0 !!", VIOLATED, 0,
	  SY_CLAUSE_UNIT },
	{ "a function under SWITCH_THREAD", PT, "b0 !F0", VIOLATED, 0,
	  SY_CLAUSE_UNIT },
	{ "functions out of order", FF, "b0 !F1", VIOLATED, 0,
	  SY_CLAUSE_ORDER },
	{ "functions in order", PF, "b0 !F0 !F1 $", CLEAN, 0, 0 },
	{ "the last function goes back first", PF, "b0 !F0 !F1 < -F1 -F0",
	  CLEAN, 0, 0 },
	{ "the first function goes back first", PF, "b0 !F0 !F1 < -F0",
	  VIOLATED, 0, SY_CLAUSE_ORDER },
	{ "a function goes back without a turn", PF, "b0 !F0 -F0", VIOLATED, 0,
	  SY_CLAUSE_TWICE },
	/* CHILD */
	{ "a child on the other side", PT, "b0 !0 b10", VIOLATED, 0,
	  SY_CLAUSE_CHILD },
	{ "a child on its parent's side", PT, "b0 !0 B10 $", CLEAN, 0, 0 },
	/* WHOLE, EXIT, SETTLED */
	{ "a call returns from the other version", FF, "b0 s0 o00 R00",
	  VIOLATED, 0, SY_CLAUSE_WHOLE },
	{ "out of the kernel with a call open", PT, "b0 s0 o00 e0", VIOLATED, 0,
	  SY_CLAUSE_EXIT },
	{ "settled, a thread is left", PT, "b0 b1 !0 $", VIOLATED, 0,
	  SY_CLAUSE_SETTLED },
	{ "settled, a function is left", FF, "b0 !F0 $", VIOLATED, 0,
	  SY_CLAUSE_SETTLED },
	{ "settled, the system is not", PK, "b0 $", VIOLATED, 0,
	  SY_CLAUSE_SETTLED },
	/* without the instants only observations can be judged */
	{ "M1 seen, instants unknown", PT, "% b0 s0 o00 n01", FORBIDDEN,
	  SY_M1 | SY_M2, 0 },
	{ "M2 seen, instants unknown", KT, "% b0 s0 o00 r00 n01", FORBIDDEN,
	  SY_M2, 0 },
	{ "M3 seen, instants unknown", PK, "% b0 b1 s0 s1 o00 n11", FORBIDDEN,
	  SY_M3, 0 },
	{ "M4 seen, instants unknown", PK, "% b0 b1 s0 n00 R00 e0 s1 o111",
	  FORBIDDEN, SY_M4, 0 },
	{ "recorded after a new call, set out before it", PK,
	  "% b0 b1 s1 s0 n00 R00 e0 o110", CLEAN, 0, 0 },
	{ "nothing forbidden, instants unknown", PK,
	  "% b0 b1 s0 o00 r00 n00 R00 e0 $", CLEAN, SY_M2, 0 },
	/* relaxed, at an instant for all: each excuse is for one and for once */
	{ "M2 by one who was excused at the flip", KKR,
	  "b0 s0 o00 r00 x0 !! n01 R01 e0", CLEAN, SY_M2, 0 },
	{ "relaxed excuses nobody else", KKR, "b0 b1 s0 s1 x0 !!", VIOLATED, 0,
	  SY_CLAUSE_LEAVE_KERNEL },
	{ "strict excuses nobody", KK, "b0 s0 x0 !!", VIOLATED, 0,
	  SY_CLAUSE_LEAVE_KERNEL },
	{ "an excuse does not cover a frame of the set", KKR, "b0 s0 o00 x0 !!",
	  VIOLATED, 0, SY_CLAUSE_LEAVE_SET },
	{ "an excuse is for one switch", KFR, "b0 s0 x0 !F0 !F1", VIOLATED, 0,
	  SY_CLAUSE_LEAVE_KERNEL },
	{ "excused at each switch", KFR, "b0 s0 x0 !F0 x0 !F1 $", CLEAN, 0, 0 },
	/* gaps */
	{ "events were lost", PT, "b0 ~ !0 $", INCOMPLETE, 0, 0 },
	{ "a return without a call", PT, "b0 s0 r00", INCOMPLETE, 0, 0 },
	{ "a return from another function", PT, "b0 s0 o00 r01", INCOMPLETE, 0,
	  0 },
	{ "a call outside the kernel", PT, "b0 o00", INCOMPLETE, 0, 0 },
	{ "a thread that was never born", PT, "s2", INCOMPLETE, 0, 0 },
	{ "a thread that is born twice", PT, "b0 b0", INCOMPLETE, 0, 0 },
	{ "a thread that is not there", PT, "b0 s9", INCOMPLETE, 0, 0 },
	{ "a violation counts in spite of a gap", PT, "b0 ~ s0 n00", VIOLATED,
	  0, SY_CLAUSE_SIDE },
};
/* clang-format on */

static sy_u32 sy_digit(const char *word, sy_u32 i)
{
	return strlen(word) > i ? (sy_u32)(word[i] - '0') : 0;
}

/* Return: 0 if the word is no event. */
static int sy_event_of(const char *word, struct sy_history *ev)
{
	static const char letters[] = "bBonrRsed!?-x";
	static const enum sy_history_kind kinds[] = {
		SY_HISTORY_BIRTH,	  SY_HISTORY_BIRTH,
		SY_HISTORY_ENTER,	  SY_HISTORY_ENTER,
		SY_HISTORY_RETURN,	  SY_HISTORY_RETURN,
		SY_HISTORY_STAY,	  SY_HISTORY_BORDER,
		SY_HISTORY_DEAD,	  SY_HISTORY_SWITCH_THREAD,
		SY_HISTORY_SWITCH_THREAD, SY_HISTORY_SWITCH_THREAD,
		SY_HISTORY_EXCUSED
	};
	const char *at = strchr(letters, *word);

	memset(ev, 0, sizeof(*ev));
	ev->side = strchr("BnR!?$", *word) != NULL;
	if (*word == '<' || *word == '$' || *word == '~') {
		ev->kind = *word == '<' ? SY_HISTORY_TURN :
			   *word == '$' ? SY_HISTORY_SETTLED :
					  SY_HISTORY_LOST;
		return 1;
	}
	if (!strcmp(word, "!!")) {
		ev->kind = SY_HISTORY_SWITCH_KERNEL;
		return 1;
	}
	if (word[1] == 'F' && (*word == '!' || *word == '-')) {
		ev->kind = SY_HISTORY_SWITCH_FUNC;
		ev->func = sy_digit(word, 2);
		return 1;
	}
	if (!at)
		return 0;
	ev->kind = kinds[at - letters];
	ev->thread = sy_digit(word, 1);
	ev->func = ev->kind == SY_HISTORY_BIRTH ? 0 : sy_digit(word, 2);
	ev->by = strlen(word) > 2 ? sy_digit(word, 2) : ~0u;
	ev->after = sy_digit(word, 3);
	ev->excused = *word == '?';
	return 1;
}

static int sy_run_case(const struct sy_case *c)
{
	struct sy_oracle_thread threads[SY_TEST_THREADS];
	struct sy_oracle o;
	struct sy_history ev;
	char history[200], *word;
	sy_u32 ignored = SY_M2_UNEXCUSED;

	snprintf(history, sizeof(history), "%s", c->history);
	sy_oracle_init(&o, &c->model, 2, 1, threads, SY_TEST_THREADS);
	for (word = strtok(history, " "); word; word = strtok(NULL, " ")) {
		if (*word == '%') {
			o.blind = 1;
			continue;
		}
		if (!sy_event_of(word, &ev)) {
			printf("FAILED %s: no event \"%s\"\n", c->name, word);
			return 0;
		}
		sy_oracle_feed(&o, threads, SY_TEST_THREADS, &ev);
	}
	if (c->model.relaxed && o.seen & SY_M2_UNEXCUSED)
		ignored = 0;
	if (sy_oracle_verdict(&o) == c->verdict &&
	    (o.seen & ~ignored) == c->seen && o.broken == c->broken)
		return 1;
	printf("FAILED oracle: %s: verdict %d, seen 0x%x, broken 0x%x (%s)\n",
	       c->name, sy_oracle_verdict(&o), o.seen, o.broken,
	       sy_oracle_clause(o.broken));
	return 0;
}

int main(void)
{
	sy_u32 i, n = sizeof(sy_cases) / sizeof(sy_cases[0]), passed = 0;

	for (i = 0; i < n; i++)
		passed += (sy_u32)sy_run_case(&sy_cases[i]);
	printf("oracle: %u passed, %u failed\n", passed, n - passed);
	return passed != n;
}
