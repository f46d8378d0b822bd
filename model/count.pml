/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Count and choose: a standalone demonstration for a detector that counts the
 * calls inside the old version. A call chooses its version and, if that is the
 * old one, counts itself; the flip wants to happen when the count is zero.
 * State and count share one word here: a call enters old by a compare-and-set
 * of the word it has seen, and the flip is one compare-and-set from zero to
 * NEW. Taken apart, this is the race of the reference counting of 2014.
 *
 * mirrors: none (no function of the sources counts calls yet)
 *
 * Asserted: no call runs old when the flip is made or after it.
 *
 * Broken variants, each of which must fail:
 *   choose_first  the state is read, then the count is raised
 *   count_first   the count is raised, then the state is read
 *   plain_inc     the count is raised by a load and a store
 *   flip_store    zero is read, then NEW is stored
 *   early_dec     the count falls before the old body has ended
 */
#define NEW 128

byte word;	/* NEW, or the number of calls inside old */
bool flipped;
byte running_old;

#if defined(BROKEN_choose_first) || defined(BROKEN_count_first)
byte count;
bool chosen_new;
#define SPLIT
#endif

inline run_old()
{
	atomic {
		running_old++;
		assert(!flipped)
	};
	skip;	/* the body */
#ifndef BROKEN_early_dec
	running_old--;
#endif
}

proctype caller()
{
	byte calls = 0, seen;

	do
	:: calls < 2 ->
		calls++;
#if defined(BROKEN_choose_first)
		if
		:: chosen_new
		:: !chosen_new ->
			count++;
			run_old();
			count--
		fi
#elif defined(BROKEN_count_first)
		count++;
		if
		:: chosen_new -> count--
		:: !chosen_new ->
			run_old();
			count--
		fi
#else
retry:
		seen = word;
		if
		:: seen == NEW
		:: seen != NEW ->
#ifdef BROKEN_plain_inc
			word = seen + 1;
#else
			atomic {
				if
				:: word == seen -> word = seen + 1
				:: else -> goto retry
				fi
			};
#endif
			run_old();
			word = word - 1;	/* lock dec */
#ifdef BROKEN_early_dec
			running_old--
#endif
		fi
#endif
	:: calls == 2 -> break
	od
}

inline flip()
{
	flipped = true;
	assert(!running_old)
}

active proctype flipper()
{
#ifdef SPLIT
	count == 0;
	atomic {
		chosen_new = true;
		flip()
	}
#elif defined(BROKEN_flip_store)
	word == 0;
	atomic {
		word = NEW;
		flip()
	}
#else
	atomic {
		word == 0;
		word = NEW;
		flip()
	}
#endif
}

init {
	atomic {
		run caller();
		run caller();
		run caller()
	}
}
