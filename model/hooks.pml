/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks of SWITCH_THREAD against entries and against a turn. Two threads,
 * each on a CPU of its own, call one patched function from another, leave their
 * CPU anywhere (sched_switch) and return to user mode (the border). The worker
 * points the entries at the gate, arms the hooks, looks at everybody by
 * interrupt, at some time or never turns the transition round, and ends when
 * nobody is pending. Its stores go through a store buffer (first in, first out);
 * an interrupt that it sends, or a locked instruction, drains it first.
 *
 * mirrors: sy_act_arm, sy_hooks_arm, sy_on_switch, sy_on_border, sy_border_open,
 * sy_set_now, sy_visit, sy_task_switch, sy_task_pending, sy_scan_current,
 * sy_table_turn, sy_act_turn, sy_decide
 *
 * Asserted:
 *   - an entry that does not ask the gate is that of a thread on the old side;
 *   - a thread that is in one version of a function does not call the other
 *     version of another;
 *   - when nobody is pending, everybody is on the wanted side.
 *
 * Broken variants, each of which must fail:
 *   armed_early   the hooks are armed before the entries ask
 *   border_early  the border is opened before the entries ask
 *   undrained     an interrupt arrives while the worker's stores are on their way
 *   no_dispatch   an address in the dispatch does not hold a thread back
 *   no_turning    the turn does not keep hooks away
 *   no_kick       the turn does not wait for the hooks that are under way
 *   border_turns  the border hook does not ask whether it turns
 */
#define OLD 0
#define NEW 1
#define ASK 2

#define CELL0 0
#define CELL1 1
#define ARMED 2

byte mem[3];			/* OLD, OLD, not armed */
chan buffer = [3] of { byte };	/* each store has one value */
byte buffered;

bool turning, goal = NEW;
short pending_count = 2;

byte universe[2];
bool border_open[2], irqs_off[2], in_dispatch[2];
bool frame[4];			/* thread * 2 + version */

/* An interrupt is sent by a locked instruction. */
#ifdef BROKEN_undrained
#define arrives true
#else
#define arrives (buffered == 0)
#endif

active proctype store_buffer()
{
	byte at;
end:
	do
	:: atomic {
		buffer?at ->
			mem[at] = (at == ARMED -> 1 : ASK);
			buffered--;
			at = 0
	   }
	od
}

inline store(at)
{
	atomic { buffer!at; buffered++ }
}

/* The set of the side to leave, and the dispatch. */
#ifdef BROKEN_no_dispatch
#define outside(who, wanted) (!frame[who * 2 + !wanted])
#else
#define outside(who, wanted) (!frame[who * 2 + !wanted] && !in_dispatch[who])
#endif

/* sy_task_switch(): the goal is read, then the side is compared and set */
inline task_switch(who)
{
	wanted = goal;
	atomic {
		won = universe[who] == !wanted;
		universe[who] = (won -> wanted : universe[who])
	};
	if
	:: won -> pending_count--
	:: else
	fi
}

inline hook_body(who)
{
	wanted = goal;
	if
	:: universe[who] != wanted && outside(who, wanted) -> task_switch(who)
	:: else
	fi;
	atomic { wanted = 0; won = false }
}

#ifdef BROKEN_no_turning
#define may_act true
#else
#define may_act (!turning)
#endif

/* The thread leaves its CPU and comes back. */
inline leave_cpu(who)
{
	irqs_off[who] = true;
	if
	:: mem[ARMED] ->
		if
		:: may_act -> hook_body(who)
		:: else
		fi
	:: else
	fi;
	irqs_off[who] = false
}

inline border(who)
{
	irqs_off[who] = true;
	if
#ifdef BROKEN_border_turns
	:: border_open[who] -> hook_body(who)
#else
	:: border_open[who] && may_act -> hook_body(who)
#endif
	:: else
	fi;
	irqs_off[who] = false
}

inline rest(who)
{
	if
	:: leave_cpu(who)
	:: true
	fi
}

/* An entry: into target goes the version. */
inline enter(who, cell)
{
	atomic {
		in_dispatch[who] = true;
		target = mem[cell];
		assert(target == ASK || universe[who] == OLD)
	};
	rest(who);
	atomic {
		if
		:: target == ASK -> target = universe[who]
		:: else
		fi;
		assert(!frame[who * 2 + !target])
	};
	rest(who);
	atomic {
		in_dispatch[who] = false;
		frame[who * 2 + target] = true
	}
}

proctype thread(byte who)
{
	byte target;
	bool wanted, won;

end:
	do
	:: enter(who, CELL0);
	   if
	   :: enter(who, CELL1)
	   :: rest(who)
	   fi;
	   atomic {
		frame[who * 2] = false;
		frame[who * 2 + 1] = false;
		target = 0
	   };
	   if
	   :: border(who)
	   :: leave_cpu(who)
	   fi
	od
}

/* On a CPU whose interrupts are on, between two of its steps. */
inline interrupt(who)
{
	!irqs_off[who] && arrives
}

inline look(who)
{
	atomic {
		interrupt(who);
		if
		:: universe[who] != goal && outside(who, goal) ->
			universe[who] = goal;
			pending_count--
		:: else
		fi
	}
}

inline open_border()
{
	atomic { interrupt(0); border_open[0] = true };
	atomic { interrupt(1); border_open[1] = true }
}

inline arm()
{
#ifdef BROKEN_armed_early
	store(ARMED);
#endif
#ifdef BROKEN_border_early
	open_border();
#endif
	store(CELL0);
	store(CELL1);
#ifndef BROKEN_armed_early
	store(ARMED);
#endif
#ifndef BROKEN_border_early
	open_border()
#endif
}

inline turn()
{
#ifndef BROKEN_no_turning
	turning = true;
#ifndef BROKEN_no_kick
	interrupt(0);
	interrupt(1);
#endif
#endif
	goal = !goal;
	count = (universe[0] != goal);
	count = count + (universe[1] != goal);
	pending_count = count;
	count = 0;
	turning = false
}

proctype worker()
{
	byte count;
	bool turned;

	arm();
	do
	:: look(0);
	   look(1)
	:: !turned ->
		turn();
		turned = true
	:: atomic {
		pending_count == 0 ->
			assert(universe[0] == goal && universe[1] == goal);
			break
	   }
	od
}

init {
	atomic {
		run thread(0);
		run thread(1);
		run worker()
	}
}
