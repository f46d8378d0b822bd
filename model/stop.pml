/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stop. The master scans, calls the other CPUs, gathers them within a limit,
 * checks and flips, up to twice. CPU 1 switches between a task and one
 * that sleeps, which the scan has seen outside; CPU 2 runs one task and may at
 * any time keep interrupts off for ever. Tasks enter and leave the old version
 * whenever they run, and may be asleep in it. A call may arrive late, in another
 * attempt or in none. What a CPU stores in the handler goes through its store
 * buffer (first in, first out; the return from interrupt drains it). A task's
 * stack is walked off its CPU under the run queue lock, else in an interrupt.
 *
 * mirrors: sy_stop, sy_meet, sy_stop_attend, sy_call_all, sy_gather,
 * sy_all_came, sy_all_cpus_outside, sy_dirty_outside, sy_stopped_task_outside,
 * sy_check_and_flip, sy_phase_set, sy_longest_pause, sy_task_soil, sy_scan,
 * sy_scan_dirty, sy_scan_current, sy_visit, sy_on_switch, sy_tally
 *
 * Asserted:
 *   - at the flip both CPUs stand in the handler, for this attempt, and no task
 *     is inside, on a CPU or asleep;
 *   - the master is never held up by a CPU that keeps interrupts off, and every
 *     CPU that attends leaves (ltl leaves: weak fairness; tasks stand still).
 *
 * Broken variants, each of which must fail:
 *   no_attempt     a CPU signs with a flag that the master clears, not with the
 *                  number of the attempt
 *   came_first     a CPU signs before it has looked
 *   no_dirty       the stop does not walk the dirty list
 *   next_clean     the hook leaves the task that comes clean
 *   clean_running  a task that was seen outside on a CPU counts as clean
 *   unheld         a sleeper is looked at and marked without the lock
 *   drop_dirty     the scan empties the dirty list and looks at nobody in it
 *   idle_first     the CPUs are released before the flip
 *   no_limit       the master waits for everyone
 */
#define IDLE 0
#define GATHER 1
#define CHECK 2

#define ATTEMPTS 2

/* Tasks: RUNNER or SLEEPER on CPU 1, OTHER on CPU 2. */
#define RUNNER 0
#define SLEEPER 1
#define OTHER 2

byte phase = IDLE, number;	/* one word */
bool universe_new;
bool inside[3], clean[3], queued[3], dirty[3];
byte current[3];		/* per CPU */

bool called[3];			/* the call is queued: the csd is locked */
bool outside[3];
byte came[3], has_left[3];
byte attending[3];		/* the attempt, 0: not in the handler */
chan buffer[3] = [2] of { byte };	/* sights, then signatures */
byte buffered[3];

bool rq_lock;

#define pending(t) (!clean[t] && !queued[t])

/* A store of a CPU leaves its buffer: first the sight, then the signature. */
inline drain_one(c)
{
	atomic {
		buffer[c]?value ->
			buffered[c]--;
			if
			:: value >= 100 -> outside[c] = value - 100
			:: else -> came[c] = value
			fi;
			value = 0
	}
}

inline buffer_store(c, what)
{
	atomic { buffer[c]!what; buffered[c]++ }
}

#ifdef BROKEN_no_attempt
#define sign 1
#define gone_by (phase == IDLE)
#else
#define sign attempt
#define gone_by (phase == IDLE || number != attempt)
#endif

/* sy_stop_attend(), interrupts off; the load and the look are two steps */
inline attend(c)
{
	atomic {
		called[c] = false;
		word_phase = phase;
		attempt = number
	};
	if
	:: word_phase == GATHER ->
		attending[c] = attempt;
#ifdef BROKEN_came_first
		buffer_store(c, sign);
		buffer_store(c, 100 + !inside[current[c]]);
#else
		buffer_store(c, 100 + !inside[current[c]]);
		buffer_store(c, sign);
#endif
		do
		:: atomic { gone_by -> break }
		:: buffered[c] -> drain_one(c)
		od;
		/* the return from interrupt drains the buffer */
		do
		:: buffered[c] -> drain_one(c)
		:: !buffered[c] -> break
		od;
		atomic { has_left[c] = attempt; attending[c] = 0 }
	:: else
	fi;
	atomic { attempt = 0; word_phase = 0 }
}

/* An entry or the end of a call: the flip decides which version it is. */
inline run_a_bit(c)
{
	atomic {
		if
		:: inside[current[c]] -> inside[current[c]] = false
		:: !inside[current[c]] && !universe_new ->
			inside[current[c]] = true
		fi
	}
}

inline soil(t)
{
	clean[t] = false;
	if
	:: atomic { !queued[t] -> queued[t] = true };
	   dirty[t] = true
	:: else
	fi
}

/* A context switch on CPU 1, interrupts off, with sy_on_switch() in it. */
inline context_switch()
{
	atomic { !rq_lock -> rq_lock = true };
	if
	:: pending(current[1]) && !inside[current[1]] -> soil(current[1])
	:: else
	fi;
#ifndef BROKEN_next_clean
	if
	:: clean[1 - current[1]] -> soil(1 - current[1])
	:: else
	fi;
#endif
	atomic { current[1] = 1 - current[1]; rq_lock = false }
}

proctype cpu(byte c)
{
	byte word_phase, attempt, value;

end:
	do
	:: called[c] -> attend(c)
#ifndef PROGRESS
	:: run_a_bit(c)
	:: c == 1 -> context_switch()
#endif
	:: c == 2 ->
stuck:		false			/* interrupts off for ever */
	od
}

#define is_current(t) (current[1] == t || current[2] == t)

inline look_off_cpu(t)
{
#ifdef BROKEN_unheld
	if
	:: atomic { pending(t) && !is_current(t) && !inside[t] -> skip };
	   clean[t] = true
	:: else
	fi
#else
	atomic { !rq_lock -> rq_lock = true };
	if
	:: pending(t) && !is_current(t) && !inside[t] -> clean[t] = true
	:: else
	fi;
	rq_lock = false
#endif
}

/* sy_scan_current(): on that CPU, between two of its steps, or not in time */
inline look_by_interrupt(c)
{
	atomic {
		if
		:: !(c == 1 && rq_lock) && pending(current[c]) &&
		   !inside[current[c]] ->
#ifdef BROKEN_clean_running
			clean[current[c]] = true
#else
			soil(current[c])
#endif
		:: true
		fi
	}
}

inline scan()
{
	t = 0;
	do
	:: t < 3 ->
		atomic {
			if
			:: dirty[t] ->
				dirty[t] = false;
				queued[t] = false;
#ifdef BROKEN_drop_dirty
				clean[t] = true
#endif
			:: else
			fi;
			t++
		}
	:: else -> break
	od;
	look_off_cpu(RUNNER);
	look_off_cpu(SLEEPER);
	look_by_interrupt(1);
	look_by_interrupt(2);
	t = 0
}

inline check_one(t)
{
#ifdef BROKEN_no_dirty
	skip
#else
	ok = ok && !(dirty[t] && !is_current(t) && inside[t])
#endif
}

inline flip()
{
	atomic {
		assert(attending[1] == n && attending[2] == n);
		assert(!inside[RUNNER] && !inside[SLEEPER] && !inside[OTHER]);
		universe_new = true
	}
}

inline check_and_flip()
{
	atomic {
		ok = outside[1] && outside[2];
		check_one(RUNNER);
		check_one(SLEEPER);
		check_one(OTHER)
	};
	if
	:: ok ->
#ifdef BROKEN_idle_first
		phase = IDLE;
#endif
		flip()
	:: else
	fi
}

#ifdef BROKEN_no_attempt
#define signature 1
#else
#define signature n
#endif

/* Wait for the pause of a CPU that has come. */
inline await_left(c)
{
	if
	:: came[c] == signature -> has_left[c] == n
	:: else
	fi
}

inline attempt_once()
{
#ifdef BROKEN_no_attempt
	atomic { came[1] = 0; came[2] = 0 };
#endif
	atomic { phase = GATHER; number = n };
	/* sy_call_all(): refused while an older call is on its way */
	all = !called[1];
	called[1] = true;
	all = all && !called[2];
	called[2] = true;
	if
	:: all && came[1] && came[2] && came[1] == signature &&
	   came[2] == signature ->
		phase = CHECK;
		check_and_flip()
#ifndef BROKEN_no_limit
	:: true		/* too late */
#endif
	fi;
	phase = IDLE;
#ifndef BROKEN_no_attempt
	await_left(1);
	await_left(2);
#endif
	all = false;
	ok = false
}

proctype master()
{
	byte n = 1, t;
	bool all, ok;

	do
	:: n <= ATTEMPTS && !universe_new ->
		scan();
		if
		:: !pending(RUNNER) && !pending(SLEEPER) && !pending(OTHER) ->
			attempt_once();
			n++
		:: else
		fi
	:: else -> break
	od
}

/* For master: it has not stopped for ever while others wait. */
ltl leaves {
	[] ((attending[1] != 0) -> <> (attending[1] == 0))
}

init {
	atomic {
		current[1] = RUNNER;
		current[2] = OTHER;
		run master();
		run cpu(1);
		run cpu(2)
	}
}
