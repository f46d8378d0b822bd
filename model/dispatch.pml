/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The dispatch against its writer. The worker takes a patch of two functions
 * through two transitions, to the new side and back, each under SWITCH_KERNEL
 * or SWITCH_THREAD, while two threads on two CPUs keep entering the functions
 * and may be interrupted between any two loads. The worker's stores go through
 * a store buffer (first in, first out, as on x86); a locked instruction waits
 * until it is empty. A grace period before each transition outlasts whoever is
 * in the slow path; the gate's words mean nothing from then until they are
 * written, and are overwritten with anything. Thread 1 is in no table, as one
 * whose birth found no memory, and lives on the default side.
 *
 * mirrors: sy_redirect_point, sy_flush_wait, sy_gate_by_task,
 * sy_gate_global, sy_act_arm, sy_act_settle, sy_task_switch, sy_decide
 *
 * Asserted, of the instant that decides an entry:
 *   - an entry that asks by task finds the buckets of a table that exists;
 *   - a thread in the table enters the old side until its switch and the new
 *     one from then on; one in no table, the side it came from until the end;
 *   - under SWITCH_KERNEL nobody enters old after the flip was seen;
 *   - once the worker has settled everybody enters the final side; whoever is in
 *     no table and has asked before may still be sent back once, if it has not
 *     entered that side yet (no transition settles while there is such a thread).
 *
 * Broken variants, each of which must fail:
 *   arm_cells_first     entries ask before the gate's words are written
 *   universe_last       sy_gate_global: mode before universe
 *   settle_cells_first  final targets before the gate's words
 *   flip_cells          SWITCH_KERNEL flips cell by cell, not by the one word
 *   bury_early          the table is freed without a grace period
 *   no_flush            no grace period before a transition: one who asked by
 *                       task in the last transition decides in this one
 */
#define OLD 0
#define NEW 1
#define ASK 2

/* Words that the dispatch reads; memory, behind the worker's store buffer. */
#define CELL0 0
#define CELL1 1
#define MODE 2
#define UNIVERSE 3
#define BUCKETS 4	/* number of a table, 0: none */
#define DFLT 5
#define SIDE 6		/* universe of thread 0 in the table */
byte mem[7];

chan buffer = [8] of { byte, byte };

bool slow[2];		/* in the slow path */
byte table_here;	/* the table that is not freed */

/* What holds at the moment, for the assertions. */
byte from = OLD;	/* the side that the transition comes from */
bool by_thread;
bool flip_seen;		/* a call has entered the new side: KERNEL */
bool settled = true;

byte buffered;
#define drained (buffered == 0)

/* The buffer drains by itself, one store at a time. */
active proctype store_buffer()
{
	byte at, value;
end:
	do
	:: atomic { buffer?at,value -> mem[at] = value;
			 buffered--; at = 0; value = 0 }
	od
}

inline store(at, value)
{
	atomic { buffer!at,value; buffered++ }
}

/* A locked instruction. */
inline locked_store(at, value)
{
	atomic { drained -> mem[at] = value }
}

/* The deciding load of an entry of thread who: it goes to side. */
inline entered(who, side)
{
	if
	:: settled && drained ->
		/* from is the final side now; thread 1 may have asked before */
		assert(side == from || (by_thread && who == 1 && !gone_over[1]))
	:: else ->
		if
		:: by_thread && who == 0 && !settled ->
			assert(side == mem[SIDE])
		:: !by_thread ->
			assert(!(flip_seen && side == from));
			flip_seen = flip_seen || side != from
		:: else ->
			assert(!(gone_over[who] && side == from));
			gone_over[who] = gone_over[who] || side != from
		fi
	fi
}
bool gone_over[2];

proctype thread(byte who)
{
	byte target, mode, buckets, f;

end:
	do
	:: atomic {
		if
		:: f = CELL0
		:: f = CELL1
		fi;
		target = mem[f];
		slow[who] = target == ASK;
		if
		:: target != ASK -> entered(who, target)
		:: else
		fi
	   };
	   if
	   :: target == ASK ->
		mode = mem[MODE];
		if
		:: mode == 0 ->
			atomic {
				entered(who, mem[UNIVERSE]);
				slow[who] = false
			}
		:: else ->
			buckets = mem[BUCKETS];
			atomic {
				assert(buckets && buckets == table_here);
				if
				:: who == 0 -> entered(who, mem[SIDE])
				:: else -> entered(who, mem[DFLT])
				fi;
				slow[who] = false
			}
		fi;
		mode = 0;
		buckets = 0
	   :: else
	   fi;
	   target = 0;
	   f = 0
	od
}

inline point(where)
{
	store(CELL0, where);
	store(CELL1, where)
}

inline gate_global(side)
{
#ifdef BROKEN_universe_last
	store(MODE, 0);
	store(UNIVERSE, side)
#else
	store(UNIVERSE, side);
	store(MODE, 0)
#endif
}

inline gate_by_task()
{
	store(BUCKETS, number);
	store(DFLT, from);
	store(MODE, 1)
}

inline gate()
{
	if
	:: by_thread -> gate_by_task()
	:: else -> gate_global(from)
	fi
}

inline arm()
{
#ifdef BROKEN_arm_cells_first
	point(ASK);
	gate()
#else
	gate();
	point(ASK)
#endif
}

inline settle(side)
{
#ifdef BROKEN_settle_cells_first
	point(side);
	gate_global(side)
#else
	gate_global(side);
	point(side)
#endif
}

/* Nobody in the slow path, no cell that leads there: anything may stand in it. */
inline flush()
{
	atomic {
		!slow[0] && !slow[1] && drained;
		table_here = 0;
		if
		:: mem[MODE] = 0
		:: mem[MODE] = 1
		fi;
		if
		:: mem[UNIVERSE] = OLD
		:: mem[UNIVERSE] = NEW
		fi;
		mem[BUCKETS] = 0
	}
}

active proctype worker()
{
	byte number = 1;

	do
	:: number <= 2 ->
#ifdef BROKEN_no_flush
		if
		:: number == 1 -> flush()
		:: else
		fi;
#else
		flush();
#endif
		atomic {
			from = (number == 1 -> OLD : NEW);
			settled = false;
			flip_seen = false;
			gone_over[0] = false;
			gone_over[1] = false;
			mem[SIDE] = from;
#ifdef BROKEN_no_flush
			by_thread = number == 1;
			if
			:: number == 1 -> table_here = number
			:: else
			fi
#else
			table_here = number;
			if
			:: by_thread = true
			:: by_thread = false
			fi
#endif
		};
		arm();
		if
		:: by_thread -> locked_store(SIDE, 1 - from)
		:: else ->
#ifdef BROKEN_flip_cells
			point(1 - from)
#else
			store(UNIVERSE, 1 - from)
#endif
		fi;
		settle(1 - from);
		atomic {
			drained;
			settled = true;
			from = 1 - from
		};
#ifdef BROKEN_bury_early
		atomic { table_here = 0; mem[BUCKETS] = 0 };
#endif
		number++
	:: number > 2 -> break
	od
}

init {
	atomic {
		run thread(0);
		run thread(1)
	}
}
