/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SWITCH_THREAD: the switch of a task against births and deaths. A parent stands
 * in the old version on its CPU, calls another patched function from there,
 * leaves, bears a child and leaves its CPU; the child may find no memory for its
 * node, and another birth finds none at some time or other; a task that is dead
 * is freed; the worker scans, off their CPUs and by interrupt,
 * takes the DRAINED hint, decides that everybody has switched, and makes the
 * gate global a while later. The child calls two patched functions, one from the
 * other.
 *
 * The good model holds what the sources should do. The variants marked "once"
 * are what they did when this was written (commit b44682d); README.md says how
 * it goes wrong and what mends it.
 *
 * mirrors: sy_task_switch, sy_pending_dec, sy_on_birth, sy_task_add, sy_on_free,
 * sy_table_fill, sy_fill_one, sy_task_get, sy_task_pending, sy_scan, sy_visit,
 * sy_scan_seen, sy_scan_current, sy_tally, sy_on_switch, sy_feed_hints,
 * sy_act_settle, sy_on_drained, sy_on_scanned
 *
 * Asserted:
 *   - when the worker decides that everybody has switched, no task that can run
 *     is on the old side, and nobody comes to be there before the gate is global;
 *   - nobody calls a new function from an old one;
 *   - the count of pending tasks never falls below zero;
 *   - a child starts on its parent's side, or on the one that is wanted.
 *
 * Broken variants, each of which must fail:
 *   birth_open    once: interrupts are on while a birth reads its parent's side
 *                 and enters the child, or counts it as lost
 *   tally         once: the scan settles by walking the table and counting,
 *                 not by the counter
 *   free_read     once: sy_on_free reads the side, then counts
 *   add_store     once: sy_task_add stores the side of a child that the fill
 *                 was faster to enter
 *   lost_reset    once: after the fill no birth counts as lost, those that came
 *                 meanwhile included
 *   lost_late     once: a birth is lost after the worker has decided; the child
 *                 is on the default side until the gate is global
 *   plain_switch  the switch is a load and a store
 *   fill_wins     a child that the fill entered first keeps the default side
 *   count_late    a child is entered before it is counted
 *   hint_alone    DRAINED settles though a birth was lost
 */
#define OLD 0
#define NEW 1

/* Tasks. */
#define PARENT 0
#define CHILD 1
#define STRAY 2
#define DEAD 3
#define TASKS 4

byte universe[TASKS];	/* OLD; outside the table, the default side: OLD, too */
bool in_table[TASKS], gone[TASKS], listed[TASKS];
bool on_cpu[TASKS], irqs_off[TASKS], in_old[TASKS], runs[TASKS];
short pending = 2;
byte lost;
bool lock;
bool hint;
byte held = TASKS;	/* whom the scan holds off its CPU */
bool arrived;		/* the worker has decided */
bool gate_global;

#define take_lock atomic { !lock -> lock = true }
#define drop_lock lock = false

inline pending_dec()
{
	atomic {
		pending--;
		assert(pending >= 0);
		hint = hint || pending == 0
	}
}

/* sy_task_switch(): the loser does nothing */
inline task_switch(i, won)
{
#ifdef BROKEN_plain_switch
	won = universe[i] != NEW;
	universe[i] = NEW;
#else
	atomic {
		won = universe[i] != NEW;
		universe[i] = NEW
	};
#endif
	if
	:: won -> pending_dec()
	:: else
	fi;
	won = false
}

/* The hook at the end of a task's time on its CPU: interrupts are off. */
inline leave_cpu(i, won)
{
	irqs_off[i] = true;
	if
	:: in_table[i] && universe[i] != NEW -> task_switch(i, won)
	:: else
	fi;
	atomic { irqs_off[i] = false; on_cpu[i] = false }
}

/* An entry: the gate, then the task's own side. */
#define side_of(i) (gate_global || universe[i] == NEW)

/* sy_task_add(): side, and whether it is a birth */
inline task_add(i, side, fresh, won)
{
	take_lock;
	if
	:: in_table[i] ->
#ifndef BROKEN_fill_wins
		if
		:: fresh && universe[i] != side ->
#ifdef BROKEN_add_store
			universe[i] = side;
			if
			:: side == NEW -> pending_dec()
			:: else -> pending++
			fi
#else
			if
			:: side == NEW -> task_switch(i, won)
			:: else		/* it has switched: let it be */
			fi
#endif
		:: else
		fi
#else
		skip
#endif
	:: else ->
#ifdef BROKEN_count_late
		universe[i] = side;
		in_table[i] = true;
		pending = pending + (side != NEW);
#else
		atomic {
			assert(!(arrived && !gate_global && side == OLD));
			pending = pending + (side != NEW);
			universe[i] = side
		};
		in_table[i] = true;
#endif
	fi;
	drop_lock
}

inline birth(i)
{
	listed[i] = true;
#ifndef BROKEN_birth_open
	irqs_off[PARENT] = true;
#endif
	if
	:: side = universe[PARENT];
	   task_add(i, side, true, won);
	   assert(universe[i] == side || universe[i] == NEW)
#ifdef BROKEN_lost_late
	:: atomic { lost++; assert(!arrived || gate_global) }
#else
	:: atomic { !arrived || gate_global -> lost++ }
#endif
	fi;
#ifndef BROKEN_birth_open
	irqs_off[PARENT] = false;
#endif
	side = 0;
	run child()
}

proctype parent()
{
	bool won;
	byte side;

	assert(!side_of(PARENT));	/* it calls another patched function */
	in_old[PARENT] = false;
	birth(CHILD);
	leave_cpu(PARENT, won)
}

proctype child()
{
	bool won;

	atomic { held != CHILD -> on_cpu[CHILD] = true; runs[CHILD] = true };
	if	/* call a patched function, and another one from there */
	:: atomic { side_of(CHILD) -> skip }
	:: atomic { !side_of(CHILD) -> in_old[CHILD] = true };
	   assert(!side_of(CHILD));
	   in_old[CHILD] = false
	fi;
	leave_cpu(CHILD, won)
}

/* Another birth that finds no memory; the child sleeps at once. */
proctype stray()
{
end:
	atomic {
		!arrived ->
			listed[STRAY] = true;
			runs[STRAY] = true;
			lost++
	}
}

/* sy_on_free(), in an RCU callback on some CPU */
proctype free()
{
	bool won;

	take_lock;
#ifdef BROKEN_free_read
	won = universe[DEAD] != NEW;
	gone[DEAD] = true;
	if
	:: won -> pending_dec()
	:: else
	fi;
#else
	gone[DEAD] = true;
	task_switch(DEAD, won);
#endif
	drop_lock
}

inline fill()
{
	i = CHILD;
	do
	:: i <= STRAY ->
		if
		:: listed[i] && !in_table[i] -> task_add(i, OLD, false, won)
		:: else
		fi;
		i++
	:: else -> break
	od
}

/* sy_scan(): off their CPUs first, then by interrupt */
inline scan()
{
	seen_lost = lost;
	if
	:: seen_lost ->
		fill();
#ifdef BROKEN_lost_reset
		lost = 0
#else
		lost = lost - seen_lost
#endif
	:: else
	fi;
	seen_lost = 0;
	i = 0;
	do
	:: i < TASKS ->
		if
		:: atomic { in_table[i] && !gone[i] && universe[i] != NEW &&
			    !on_cpu[i] && !in_old[i] -> held = i };
		   if
		   :: !gone[i] && universe[i] != NEW -> task_switch(i, won)
		   :: else
		   fi;
		   held = TASKS
		:: else
		fi;
		i++
	:: else -> break
	od;
	i = 0;
	do
	:: i < TASKS ->
		atomic {
			!irqs_off[i];
			if
			:: on_cpu[i] && in_table[i] && !in_old[i] ->
				task_switch(i, won)
			:: else
			fi
		};
		i++
	:: else -> break
	od;
	i = 0
}

/* The table's order is that of its hash: the child first is one of them. */
inline tally_one(who)
{
	left = left + (in_table[who] && !gone[who] && universe[who] != NEW)
}

inline tally()
{
	tally_one(CHILD);
	tally_one(PARENT);
	tally_one(DEAD);
	tally_one(STRAY)
}

#define on_old(i) (runs[i] && !gone[i] && universe[i] != NEW)

inline arrive()
{
	arrived = true;
	assert(!on_old(PARENT) && !on_old(CHILD) && !on_old(STRAY))
}

proctype worker()
{
	byte i, left, seen_lost;
	bool won;

	do
	:: !arrived ->
		scan();
#ifdef BROKEN_tally
		tally();
#else
		left = pending;
#endif
		if
		:: left == 0 -> atomic {
			if
			:: lost == 0 -> arrive()
			:: else
			fi
		   }
		:: else
		fi;
		left = 0
	:: !arrived && hint ->
		hint = false;
		if
		:: pending == 0 -> atomic {
			if
#ifdef BROKEN_hint_alone
			:: true -> arrive()
#else
			:: lost == 0 -> arrive()
			:: else
#endif
			fi
		   }
		:: else
		fi
	:: arrived -> break
	od;
	gate_global = true
}

init {
	atomic {
		in_table[PARENT] = true;
		in_table[DEAD] = true;
		listed[PARENT] = true;
		on_cpu[PARENT] = true;
		runs[PARENT] = true;
		in_old[PARENT] = true;
		run parent();
		run stray();
		run free();
		run worker()
	}
}
