/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reversal in flight. The core, one step at a time, with the worker that carries
 * out its actions from a queue; a request to reverse, at any time; the deadline,
 * at any time; two tasks that enter and leave the patched set and are switched
 * by their hooks or by the scan. Hints (DRAINED, the timer) may be late.
 * SWITCH_THREAD, with the exit flush over before PREPARED.
 *
 * mirrors: sy_step, sy_on_prepared, sy_on_reverse, sy_on_scanned, sy_on_drained,
 * sy_on_settled, sy_scanned_thread, sy_turn, sy_expire, sy_arrive, sy_back,
 * sy_settle, sy_wait, sy_worker, sy_feed, sy_feed_hints, sy_queue_get, sy_act,
 * sy_act_scan, sy_act_turn, sy_act_settle, sy_table_turn, sy_task_switch,
 * sy_pending_dec, sy_transition_reverse
 *
 * Asserted:
 *   - when SETTLE is carried out everybody is on its side, and nobody leaves it;
 *   - the result says settled or reverted as the side does;
 *   - the facts of sy_engine_check that concern a reversal;
 *   - the transition ends (ltl ends: weak fairness; whoever is inside leaves).
 *
 * Broken variants, each of which must fail:
 *   hint_trusted   the worker passes DRAINED on without reading the count
 *   drained_always the core takes DRAINED in every state
 *   reverse_now    a request turns the transition in the middle of a scan
 *   no_recount     the turn does not count anew
 *   deadline_kept  the reversal has a deadline, too
 *   clear_late     the worker reads the count, then clears the hint
 */
#define IDLE 0
#define PREPARING 1
#define SCANNING 2
#define WAITING 3
#define SETTLING 4

#define ACT_SCAN 1
#define ACT_TURN 2
#define ACT_SETTLE 3

/* The core; the request wants the new side. */
byte state = PREPARING;
bool to_new = true, reversing, cancel, deadline, scan_due;
byte e_pending;
byte result;		/* 1 settled, 2 reverted */
chan queue = [8] of { byte };

/* The shell. */
bool goal = true, turning, hint_drained, hint_timer, late;
bool universe[2], inside[2], irqs_off[2], kicked[2];
short count = 2;
bool armed, over;

inline emit(action)
{
	assert(len(queue) < 8);
	queue!action
}

inline check()
{
	assert(state == IDLE || state == SETTLING || reversing == !to_new);
	assert(!(cancel && (reversing || state == WAITING)));
	assert(state != WAITING || e_pending);
	assert(!result || (result == 1) == to_new)
}

inline settle(how)
{
	state = SETTLING;
	result = how;
	cancel = false;
	deadline = false;
	scan_due = false;
	emit(ACT_SETTLE)
}

inline arrive()
{
	if
	:: reversing -> settle(2)
	:: else -> settle(1)
	fi
}

inline scan()
{
	state = SCANNING;
	scan_due = false;
	emit(ACT_SCAN)
}

inline turn()
{
	to_new = !to_new;
	reversing = true;
	cancel = false;
#ifndef BROKEN_deadline_kept
	deadline = false;
#endif
	scan_due = false;
	emit(ACT_TURN);
	scan()
}

/* sy_wait(): do what is due */
inline wait()
{
	state = WAITING;
	if
	:: deadline && late -> turn()
	:: else
	fi
}

inline on_prepared()
{
	if
	:: cancel ->
		to_new = false;
		settle(2)
	:: else ->
		armed = true;
		deadline = true;
		scan()
	fi;
	check()
}

inline on_reverse()
{
	if
	:: state == IDLE || state == SETTLING || reversing || cancel
#ifdef BROKEN_reverse_now
	:: else ->
		if
		:: state == PREPARING -> cancel = true
		:: else -> turn()
		fi
#else
	:: else ->
		if
		:: state != WAITING -> cancel = true
		:: else -> turn()
		fi
#endif
	fi;
	check()
}

inline on_scanned(left)
{
	if
	:: state == SCANNING ->
		e_pending = left;
		if
		:: cancel -> turn()
		:: !cancel && !left -> arrive()
		:: !cancel && left ->
			if
			:: scan_due = true	/* somebody moves */
			:: scan_due = false
			fi;
			wait()
		fi
	:: else
	fi;
	check()
}

inline on_drained()
{
	if
#ifdef BROKEN_drained_always
	:: state != IDLE && state != SETTLING ->
#else
	:: state == WAITING ->
#endif
		e_pending = 0;
		arrive()
	:: else
	fi;
	check()
}

inline on_timer()
{
	if
	:: state == WAITING ->
		wait();
		if
		:: state == WAITING && scan_due -> scan()
		:: else
		fi
	:: else
	fi;
	check()
}

/* sy_task_switch() and sy_pending_dec() in a hook or a look */
inline task_switch(i, wanted, won)
{
	wanted = goal;
	atomic {
		won = universe[i] != wanted;
		universe[i] = wanted;
		assert(!(won && over))
	};
	if
	:: won -> atomic {
		count--;
		hint_drained = hint_drained || count == 0
	   }
	:: else
	fi;
	atomic { wanted = false; won = false }
}

proctype task(byte i)
{
	bool wanted, won;

end:
	do
	:: inside[i] = true;
	   atomic { !kicked[i] -> inside[i] = false; irqs_off[i] = true };
	   if
	   :: armed && !turning && universe[i] != goal ->
		task_switch(i, wanted, won)
	   :: else
	   fi;
	   irqs_off[i] = false
	od
}

/* An action of the worker: the scan takes whoever stands still outside. */
inline act_scan()
{
	atomic {
		if
		:: !irqs_off[0] && !inside[0] && universe[0] != goal ->
			universe[0] = goal;
			count--
		:: true
		fi;
		if
		:: !irqs_off[1] && !inside[1] && universe[1] != goal ->
			universe[1] = goal;
			count--
		:: true
		fi
	};
	left = count;
	atomic { on_scanned(left); left = 0 }
}

inline act_turn()
{
	turning = true;
	/* kick_all_cpus_sync(): an interrupt is served before the next hook */
	atomic { kicked[0] = true; kicked[1] = true };
	atomic { !irqs_off[0] -> kicked[0] = false };
	atomic { !irqs_off[1] -> kicked[1] = false };
	atomic {
		goal = !goal;
#ifndef BROKEN_no_recount
		count = (universe[0] != goal) + (universe[1] != goal);
#endif
	};
	turning = false
}

inline act_settle()
{
	atomic {
		assert(universe[0] == to_new && universe[1] == to_new);
		over = true
	};
	atomic { state = IDLE; check() }
}

/* sy_feed_hints(): the hint is cleared, then the count is read */
inline feed_hints()
{
	if
	:: hint_drained ->
#ifndef BROKEN_clear_late
		hint_drained = false;
#endif
#ifdef BROKEN_hint_trusted
		atomic { on_drained() };
#else
		zero = count == 0;
#ifdef BROKEN_clear_late
		hint_drained = false;
#endif
		if
		:: zero -> atomic { on_drained(); zero = false }
		:: else
		fi
#endif
	:: else
	fi;
	if
	:: atomic { hint_timer -> hint_timer = false; on_timer() }
	:: !hint_timer
	fi
}

proctype worker()
{
	byte left, action;
	bool zero;

	atomic { on_prepared() };
	do
	:: atomic { queue?action };
	   if
	   :: action == ACT_SCAN -> act_scan()
	   :: action == ACT_TURN -> act_turn()
	   :: action == ACT_SETTLE -> act_settle(); break
	   fi;
	   action = 0
	:: atomic { empty(queue) && (hint_drained || hint_timer) -> skip };
	   feed_hints()
	od
}

proctype requester()
{
end:	atomic { on_reverse() }
}

proctype timer()
{
	do
	:: atomic { (scan_due || deadline && late) && !hint_timer ->
		hint_timer = true }
	:: atomic { !late -> late = true }
	:: over -> break
	od
}

ltl ends { <> over }

init {
	atomic {
		run task(0);
		run task(1);
		run worker();
		run requester();
		run timer()
	}
}
