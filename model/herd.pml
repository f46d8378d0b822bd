/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holding tasks at the border until nobody is inside: parks, kills, releases,
 * time-outs, and the flip. Two tasks go in and out of the set; the worker marks
 * them, looks at them, stops and flips, or gives up and lets them go. Somebody
 * kills a task at any time. A stay begins when a task enters or, parked, when it
 * is woken for whatever reason: it then runs on, and is inside until it is at the
 * border again.
 *
 * A look is kept as `clean` until the task runs (sched_switch soils it); the
 * stop believes it and looks again at the others. A mark alone, `parked`, is set
 * before the task sleeps and until after it has woken: only asleep it says
 * where the task is.
 *
 * mirrors: sy_hold_border sy_hold_run sy_park sy_stays sy_hold_begin
 * sy_hold_drive sy_hold_end sy_hold_sight sy_hold_flush sy_on_switch sy_scan
 * sy_check_and_flip sy_transition_bury
 *
 * Asserted: when it flips nobody is in a stay; no work runs or is queued when
 * the table is freed; nobody stays parked for ever (ltl:let_go), even if the
 * worker never lets go.
 *
 * Broken variants, each of which must fail:
 *   mark_alone    the mark is believed of a task that is not asleep
 *   no_soil       a task that has run is still clean
 *   no_recheck    sleeps without another look at whether the hold lasts, and
 *                 without a time of its own
 *   free_early    the table is freed without waiting for the works
 *   adds_itself   a work that declines queues itself
 */
#define TASKS 2

byte turn;		/* the hold that lasts; 0: none */
bool in_stay[TASKS];	/* in the kernel, and not parked */
bool asleep[TASKS];	/* in the sleep of sy_park() */
bool parked[TASKS];	/* the mark */
bool clean[TASKS];
bool herd[TASKS];
bool killed[TASKS];
bool gone[TASKS];
bool working[TASKS];
byte works;
byte declined[TASKS];
bool flipped, freed, over;

/* sched_switch: it runs, what was seen of it is void. */
inline runs(i)
{
#ifdef BROKEN_no_soil
	skip
#else
	clean[i] = false
#endif
}

inline wake(i)
{
	if
	:: asleep[i] ->
		asleep[i] = false;
		in_stay[i] = true;
		runs(i)
	:: else
	fi
}

/* sy_park(): the look and the sleep are one step, as prepare_to_wait() is. */
inline park(i)
{
	parked[i] = true;
	skip;	/* preempted here it is marked, and not asleep */
	atomic {
#ifndef BROKEN_no_recheck
		if
		:: turn && !killed[i] ->
#endif
			asleep[i] = true;
			in_stay[i] = false
#ifndef BROKEN_no_recheck
		:: else
		fi
#endif
	};
	/* Woken by a release or a kill, or its own time is up. */
	if
	:: !asleep[i]
#ifndef BROKEN_no_recheck
	:: atomic { asleep[i] -> wake(i) }
#endif
	fi;
	parked[i] = false
}

/* sy_hold_run(): the work of the interrupt's stay. */
inline run_work(i)
{
	assert(!freed);
	working[i] = false;
	if
	:: turn && !killed[i] -> park(i)
	:: else ->
#ifdef BROKEN_adds_itself
		working[i] = true;
		declined[i]++;
		assert(declined[i] < 3)
#else
		skip
#endif
	fi;
	assert(!freed);
	works--
}

proctype task(byte i)
{
	byte stays = 0;

	do
	:: stays < 2 && !killed[i] ->
		stays++;
		atomic { in_stay[i] = true; runs(i) };
		skip;	/* inside */
border:
		/* sy_hold_border(): the last step of the return, atomic */
		atomic {
			if
			:: turn && herd[i] && !working[i] ->
				working[i] = true;
				works++
			:: else
			fi;
			in_stay[i] = false
		};
		if
		:: working[i] ->
			atomic { in_stay[i] = true; runs(i) };
#ifdef BROKEN_adds_itself
again:
#endif
			run_work(i);
#ifdef BROKEN_adds_itself
			if
			:: working[i] -> works++; goto again
			:: else
			fi;
#endif
			goto border
		:: else
		fi
	:: stays == 2 || killed[i] -> break
	od;
	in_stay[i] = false;
	gone[i] = true
}

/* sy_hold_sight() and the judge: outside, and asleep there? */
inline look(i, ret)
{
#ifdef BROKEN_mark_alone
	ret = parked[i] || !in_stay[i]
#else
	ret = !in_stay[i]
#endif
}

proctype worker()
{
	byte i, tries = 0;
	bool outside, all;

	do
	:: !flipped && tries < 2 ->
		tries++;
		i = 0;
		do
		:: i < TASKS ->
			atomic {
				look(i, outside);
				clean[i] = outside;
				herd[i] = herd[i] || !outside
			};
			i++
		:: i == TASKS -> break
		od;
		turn = tries;
		i = 0;
		do
		:: i < TASKS ->
			atomic {
				look(i, outside);
				clean[i] = outside;
				herd[i] = herd[i] || !outside
			};
			i++
		:: i == TASKS -> break
		od;
		/* The stop: everybody stands still. */
		atomic {
			all = true;
			i = 0;
			do
			:: i < TASKS ->
				if
				:: clean[i]
				:: !clean[i] ->
					look(i, outside);
					all = all && outside
				fi;
				i++
			:: i == TASKS -> break
			od;
			if
			:: all ->
				assert(!in_stay[0] && !in_stay[1]);
				flipped = true
			:: !all
			fi
		};
		/* A worker that gets no CPU lets nobody go: their time does. */
		turn = 0;
		atomic { wake(0); wake(1) }
	:: flipped || tries == 2 -> break
	od;
	over = true;
	/* sy_hold_flush(): births and deaths are not followed any more */
#ifndef BROKEN_free_early
	works == 0;
#endif
	freed = true
}

proctype killer()
{
	if
	:: atomic { killed[0] = true; wake(0) }
	:: skip
	fi
}

init {
	atomic {
		run task(0);
		run task(1);
		run worker();
		run killer()
	}
}

ltl let_go { [] (asleep[0] -> <> !asleep[0]) }
