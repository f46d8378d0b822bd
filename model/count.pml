/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The detector count: two threads call a patched function, from itself as well,
 * and one of them is interrupted in the dispatch by a handler that calls it, while the
 * worker takes the patch through a transition, by thread or for the whole system.
 * It is turned round or given up at any time, or not. Then the next transition is
 * prepared, or the engine is unloaded, when everybody is on the side from which
 * it began. Each load, store and locked instruction of the
 * trampoline is a step, so a thread may be preempted between the gate's
 * questions for as long as it likes: it is late for the transition that it found.
 * Calls that run before entries count are seeded by looks; a look is one step,
 * for the thread is held meanwhile. Epochs: 1, 2 after the turn, 3 the next
 * transition, and 4 an earlier one that was given up: the other thread begins in
 * a call that counted itself in then.
 *
 * mirrors: sy_decide, sy_count_out, sy_count_down, sy_count_left,
 * sy_count_proved, sy_count_hold, sy_count_release, sy_count_prepare,
 * sy_count_arm, sy_count_disarm, sy_count_turn, sy_count_turn_one,
 * sy_count_word, sy_table_turn, sy_walk_counted, sy_open, sy_gate_by_task,
 * sy_act_arm, sy_act_settle, sy_flush_wait, sy_slots_note, sy_slots_run
 *
 * Asserted:
 *   - SWITCH_KERNEL: when the system switches nobody is in the side it leaves,
 *     and from then on nobody enters it;
 *   - SWITCH_THREAD: a thread that switches has no frame of the side it leaves;
 *     a call runs the side its thread is on, and never beside a frame of the
 *     other one in the same context; when all have switched nobody enters the
 *     other side;
 *   - the count of pending threads never falls below zero;
 *   - a node is touched only while its table exists, the dispatch entered and
 *     returned through only while it is there.
 * A transition that nobody gives up ends, so no count is left over: else it is a
 * deadlock.
 *
 * Broken variants, each of which must fail:
 *   mode_twice     once: the gate's mode is read again to tell who counts how;
 *                  the system has switched and settled in between
 *   inside_shared  once: the word inside is one for all transitions, and made
 *                  anew by the next one's preparing
 *   slots_blind    once: whoever stands in the dispatch when the engine looks for
 *                  counted calls that return through it has none
 *   arm_last       once: the turn makes the words anew, then returns count: who
 *                  goes in and out in between counts in, not out
 *   choose_first   SWITCH_KERNEL: the state is read, then the count is raised
 *   count_first    the count is raised, then the state is read, and lowered again
 *                  behind the choice of the new side only
 *   plain_inc      SWITCH_KERNEL: the count is raised by a load and a store
 *   flip_store     one is read, then the system is switched by a store
 *   early_dec      the count falls before the old body has ended
 *   no_seed        calls that run already are not waited for
 *   blind_look     a look takes whoever stands in the dispatch for outside
 *   any_epoch      a look takes a call that counted in an earlier transition for
 *                  counted
 *   no_epoch       a return counts itself out whenever it comes
 *   turn_keeps     the turn keeps what was counted and waits for nothing else
 */
#if defined(BROKEN_mode_twice) || defined(BROKEN_inside_shared) || \
	defined(BROKEN_choose_first) || defined(BROKEN_count_first) || \
	defined(BROKEN_plain_inc) || defined(BROKEN_flip_store)
#define KERNEL_ONLY	/* where else it cannot fail */
#endif

#define OLD 0
#define NEW 1
#define ASK 2

/* A node's word. */
#define SIDE 1
#define LEAVING 2
#define UNCOUNTED 4
#define ONE 8
#define COUNT 24
#define HELD 28
#define epoch_of(w) ((w) >> 5)

#define FLIPPED 128	/* SY_INSIDE_NEW */

byte word[4];		/* of the nodes: 2 * table + thread */
byte inside[2];		/* of the tables */
bool table_here[2];
#ifdef BROKEN_inside_shared
#define of_table(t) 0
#else
#define of_table(t) (t)
#endif

/* What the dispatch reads. */
byte cell = OLD, mode, universe, buckets, inside_at;
byte gate_epoch;

/* The threads' stacks: which side, counted in which epoch (0: not). */
byte depth[2], f_side[6], f_epoch[6];
byte slow[2];		/* activations in the dispatch */
bool irqs_off[2], in_irq;

/* The transition. */
byte from = OLD, goal = NEW, final = OLD;
bool by_thread, flipped, settled = true, armed, turning, freed;
short pending;

#define none_at(i, d, s) (depth[i] <= d || f_side[3 * i + d] != s)
#define none_of(i, s) (none_at(i, 0, s) && none_at(i, 1, s) && none_at(i, 2, s))

#ifdef BROKEN_any_epoch
#define is_counted(at) (f_epoch[at] != 0)
#else
#define is_counted(at) (f_epoch[at] == gate_epoch)
#endif
#define known_at(i, d, s) \
	(depth[i] <= d || f_side[3 * i + d] != s || is_counted(3 * i + d))
#define all_known(i, s) (known_at(i, 0, s) && known_at(i, 1, s) && \
			 known_at(i, 2, s))
#define unknown_slot(i, d) (depth[i] > d && f_epoch[3 * i + d] != 0)
#define slots(i) (unknown_slot(i, 0) || unknown_slot(i, 1) || \
		  unknown_slot(i, 2))

inline flip()
{
	assert(none_of(0, from) && none_of(1, from));
	flipped = true
}

/* sy_count_release() */
inline release(t, seen)
{
#ifdef BROKEN_flip_store
	atomic {
		seen = inside[of_table(t)];
		if
		:: seen > 1 -> inside[of_table(t)] = seen - 1
		:: else
		fi
	};
	if
	:: seen == 1 -> atomic { inside[of_table(t)] = FLIPPED; flip() }
	:: else
	fi;
	seen = 0
#else
	atomic {
		inside[of_table(t)] = inside[of_table(t)] - 1;
		if
		:: inside[of_table(t)] == 0 ->
			inside[of_table(t)] = FLIPPED;
			flip()
		:: else
		fi
	}
#endif
}

/* Thread @who was made to leave, or has left: sy_count_left() for a thread. */
inline switched(who, w)
{
	assert(none_of(who, (w & SIDE)));
	pending--;
	assert(pending >= 0)
}

/* The body of a call begins. In an atomic step. */
inline push(who, s, e)
{
	assert(!freed || !slow[who]);
	if
	:: !by_thread -> assert(s == (flipped -> goal : from))
	:: by_thread && settled -> assert(s == final)
	:: else ->
		assert(s == (word[who] & SIDE));
		assert(none_of(who, 1 - s))
	fi;
	f_side[3 * who + depth[who]] = s;
	f_epoch[3 * who + depth[who]] = e;
	depth[who]++
}

inline decided(who, s, e)
{
	atomic {
		push(who, s, e);
		slow[who]--;
		n = 0; w = 0; at = 0; seen = 0
	}
}

/* sy_decide */
inline enter(me)
{
	atomic {
		t = cell;
		if
		:: t == ASK -> slow[me]++; t = 0
		:: else -> push(me, t, 0); t = 0; goto entered
		fi
	};
	if
	:: mode == 0 ->
		decided(me, universe, 0)
	:: mode != 0 ->
		atomic {
			n = 2 * buckets + me;
			assert(table_here[buckets]);
			w = word[n]
		};
#ifdef BROKEN_mode_twice
		at = (mode == 2 -> buckets + 1 : 0);
#else
		at = inside_at;
#endif
ask:
		if
		:: !(w & LEAVING) ->
			decided(me, (w & SIDE), 0); goto entered
		:: (w & LEAVING) && (!at || (w & HELD)) ->
			atomic {
				if
				:: word[n] == w -> word[n] = w + ONE
				:: else -> w = word[n]; goto ask
				fi
			}
		:: (w & LEAVING) && at && !(w & HELD) ->
#ifdef BROKEN_count_first
			atomic { w = word[n]; word[n] = w + ONE };
			seen = inside[of_table(at - 1)];
			if
			:: seen == FLIPPED ->
				word[n] = word[n] - ONE;
				decided(me, 1 - (w & SIDE), 0); goto entered
			:: else -> inside[of_table(at - 1)]++
			fi
#else
			seen = inside[of_table(at - 1)];
again:
			if
			:: seen == FLIPPED ->
				decided(me, 1 - (w & SIDE), 0); goto entered
#if defined(BROKEN_choose_first)
			:: else -> inside[of_table(at - 1)]++
#elif defined(BROKEN_plain_inc)
			:: else -> inside[of_table(at - 1)] = seen + 1
#else
			:: else ->
				atomic {
					if
					:: inside[of_table(at - 1)] == seen ->
						inside[of_table(at - 1)]++
					:: else ->
						seen = inside[of_table(at - 1)];
						goto again
					fi
				}
#endif
			fi;
			atomic { w = word[n]; word[n] = w + ONE }
#endif
		fi;
		decided(me, (w & SIDE), epoch_of(w))
	fi;
entered:
	skip
}

/* sy_count_out and sy_count_down(), interrupts off; e: the frame's epoch */
inline count_out(me)
{
	irqs_off[me] = true;
	if
#ifdef BROKEN_no_epoch
	:: true ->
#else
	:: gate_epoch != e
	:: gate_epoch == e ->
#endif
		n = (e > 2 -> 2 : 0) + me;
		atomic { assert(table_here[n / 2]); w = word[n] };
out:
		next = w - ONE;
		if
		:: by_thread && !(next & HELD) -> next = next ^ (SIDE | LEAVING)
		:: else
		fi;
		if
#ifdef BROKEN_no_epoch
		:: !(w & COUNT)
		:: (w & COUNT) ->
#else
		:: epoch_of(w) != e || !(w & COUNT)
		:: epoch_of(w) == e && (w & COUNT) ->
#endif
			atomic {
				if
				:: word[n] == w -> word[n] = next
				:: else -> w = word[n]; goto out
				fi;
				if
				:: by_thread && !(next & HELD) ->
					switched(me, w)
				:: else
				fi
			};
			if
			:: !by_thread && !(next & HELD) -> release(n / 2, seen)
			:: else
			fi
		fi
	fi;
	irqs_off[me] = false
}

/* The body ends; whoever counted itself in returns by way of the dispatch. */
inline leave(me)
{
#ifdef BROKEN_early_dec
	e = f_epoch[3 * me + depth[me] - 1];
	if
	:: e -> slow[me]++; count_out(me); slow[me]--
	:: else
	fi;
	atomic {
		depth[me]--;
		f_side[3 * me + depth[me]] = 0;
		f_epoch[3 * me + depth[me]] = 0;
		e = 0; w = 0; n = 0; next = 0
	}
#else
	atomic {
		depth[me]--;
		e = f_epoch[3 * me + depth[me]];
		f_side[3 * me + depth[me]] = 0;
		f_epoch[3 * me + depth[me]] = 0;
		if
		:: e -> slow[me]++; assert(!freed)
		:: else
		fi
	};
	if
	:: e ->
		count_out(me);
		atomic { slow[me]--; e = 0; w = 0; n = 0; next = 0 }
	:: else
	fi
#endif
}

#define locals byte calls, t, n, w, at, seen, e, next

inline calls_of(me, most)
{
	do
	:: calls < most && depth[me] < 2 -> calls++; enter(me)
	:: depth[me] -> leave(me)
	:: calls == most && !depth[me] -> break
	od
}

proctype interrupted() provided (!in_irq)
{
	locals;

	calls_of(0, 2)
}

proctype thread()
{
	locals;

	calls_of(1, 1)
}

/*
 * Once, anywhere in thread 0's dispatch under SWITCH_KERNEL, where a call counts
 * itself in two words; elsewhere it is as another call.
 */
proctype handler()
{
	locals;

end:
	atomic { slow[0] && !by_thread && !irqs_off[0] -> in_irq = true };
	enter(0);
	leave(0);
	in_irq = false;
	calls = 0
}

/* A look at thread i: sy_count_proved() when it has nothing uncounted. */
inline look(i)
{
	atomic {
		armed && !turning && (word[i] & UNCOUNTED) &&
#ifndef BROKEN_blind_look
		!slow[i] &&
#endif
		all_known(i, (word[i] & SIDE)) ->
			w = word[i];
			word[i] = w & ~UNCOUNTED;
			if
			:: w & COUNT
			:: !(w & COUNT) && by_thread ->
				word[i] = word[i] ^
						    (SIDE | LEAVING);
				switched(i, w)
			:: !(w & COUNT) && !by_thread -> release(0, seen)
			fi;
			w = 0
	}
}

proctype looks()
{
	byte w, seen;

end:
	do
	:: look(0)
	:: look(1)
	od
}

#ifdef BROKEN_no_seed
#define fresh_word (LEAVING)
#else
#define fresh_word (LEAVING | UNCOUNTED)
#endif

/* A node comes into the table of the transition that is prepared. */
inline fill(table, i, epoch)
{
	atomic {
		word[2 * table + i] = final | fresh_word | (epoch << 5);
		if
		:: !by_thread && (fresh_word & UNCOUNTED) ->
			inside[of_table(table)]++
		:: else
		fi
	}
}

/* sy_count_prepare(), the fill, and the flush: nobody is late any more. */
inline prepare(table, epoch)
{
	table_here[table] = true;
	inside[of_table(table)] = 1;
	fill(table, 0, epoch);
	fill(table, 1, epoch);
	slow[0] == 0;
	slow[1] == 0;
	atomic { table_here[1 - table] = false; word[2 - 2 * table] = 0;
		 word[3 - 2 * table] = 0 }
}

inline arm()
{
	gate_epoch = 1;
	buckets = 0;
	inside_at = !by_thread;
	atomic { goal = NEW; pending = 2; settled = false };
#ifdef BROKEN_mode_twice
	mode = (by_thread -> 1 : 2);
#else
	mode = 1;
#endif
	cell = ASK;
	armed = true
}

inline settle()
{
	universe = final;
	mode = 0;
	cell = final;
	armed = false;
	gate_epoch = 0
}

inline turn_one(i)
{
	atomic {
		w = word[i] & SIDE;
#ifdef BROKEN_turn_keeps
		word[i] = w | (w == goal -> 0 : LEAVING) |
			  (word[i] & COUNT) | (2 << 5);
#else
		word[i] = w | (w == goal -> 0 : LEAVING | UNCOUNTED) | (2 << 5);
#endif
		w = 0
	}
}

/* sy_table_turn() */
inline turn()
{
	turning = true;
	gate_epoch = 0;
	!irqs_off[0];
	!irqs_off[1];
	goal = 1 - goal;
#ifndef BROKEN_arm_last
	gate_epoch = 2;
#endif
	turn_one(0);
	turn_one(1);
#ifdef BROKEN_arm_last
	gate_epoch = 2;
#endif
	pending = ((word[0] & SIDE) != goal) + ((word[1] & SIDE) != goal);
	turning = false
}

#define uncounted ((word[0] | word[1]) & UNCOUNTED)

/* sy_open(): in vain if the time may be up */
inline open()
{
	release(0, seen);
	if
	:: inside[0] == FLIPPED
	:: limited
	fi;
	atomic {
		if
		:: inside[0] == FLIPPED -> final = goal
		:: else -> inside[0]++
		fi;
		settled = true
	}
}

inline move()
{
	if
	:: by_thread ->
		do
		:: atomic { pending == 0 -> final = goal; settled = true };
			break
		:: limited -> limited = false; turn()
		od
	:: !by_thread && !uncounted -> open()
	:: !by_thread && limited -> settled = true
	fi;
	settle()
}

/* sy_slots_run(): the engine goes when nobody can return through it. */
inline unload()
{
#ifdef BROKEN_slots_blind
	!slots(0);
	!slots(1);
#else
	!slots(0) && !slow[0];
	!slots(1) && !slow[1];
#endif
	slow[0] == 0;
	slow[1] == 0;
	freed = true
}

proctype worker()
{
	byte w, seen;
	bool limited;

	if
#ifndef KERNEL_ONLY
	:: by_thread = true
#endif
	:: by_thread = false
	fi;
	if
	:: limited = true
	:: limited = false
	fi;
	prepare(0, 1);
	arm();
	move();
	if
	:: final == OLD -> unload()
	:: true -> prepare(1, 3)
	fi
}

init {
	atomic {
		depth[1] = 1;
		f_epoch[3] = 4;
		run interrupted();
		run thread();
		run handler();
		run looks();
		run worker()
	}
}
