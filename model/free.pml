/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Freeing. A transition has settled on the old side. The burial frees its table,
 * the retirement the gateway and, of an unloadable patch, the text, while two
 * tasks and the idle task of a CPU are anywhere: preempted in the dispatch, with
 * or without a hand on the table, on their way to the new text or to the old
 * one; in the new text, running, preempted or asleep; exiting from there, off
 * every list. New entries pass the dispatch until the redirects are off.
 *
 * The grace periods are the kernel's: RCU-tasks waits for every task that is on
 * a list, runs and is not idle to sleep or to be in user mode, after that for
 * those that were exiting; the rude one waits for the idle task to be switched.
 *
 * mirrors: sy_transition_bury, sy_table_destroy, sy_retire_work, sy_retire_walk,
 * sy_retire_look, sy_retire_note, sy_retire_current, sy_retire_end,
 * sy_redirect_unregister, sy_redirect_destroy, sy_table_fill, sy_in_dispatch
 *
 * Asserted: nobody takes a step in the dispatch after the gateway is freed, nor
 * with the table after that is, nor in the text after that is.
 *
 * Broken variants, each of which must fail:
 *   no_walk         the text is freed after the grace periods alone
 *   grace_first     the grace periods, then the walk
 *   blind_dispatch  the walk takes the dispatch for outside
 *   walk_lists      the walk leaves out the idle task, and there is no rude
 *                   grace period
 *   no_tasks        the retirement leaves out RCU-tasks
 *   no_rude         the retirement leaves out the rude grace period
 *   redirects_last  the redirects go off after the grace periods
 *   bury_no_tasks   the burial leaves out RCU-tasks
 *   bury_no_rude    the burial leaves out the rude grace period
 *   one_look        a second walk is not made when the first finds somebody
 */
#define OUT 0
#define DISPATCH 1
#define TEXT 2

#define IDLE_TASK 2
#define TASKS 3

byte place[TASKS];
bool to_new[TASKS];	/* the dispatch has decided for the new text */
bool slow[TASKS];	/* reads the table */
bool asleep[TASKS], exiting[TASKS], unlisted[TASKS];

/* Whom a grace period waits for; the burial's and the retirement's. */
#define BURIAL 0
#define RETIREMENT 1
bool holds[6], rude_holds[2];

bool entries = true;	/* the redirects are on */
bool gateway_here = true, table_here = true, text_here = true;

/* It slept, was in user mode or died: RCU-tasks does not wait for it. */
inline quiescent(i)
{
	holds[i] = false;
	holds[TASKS + i] = false
}

/* The idle task was switched: outside everything. */
inline switched(i)
{
	if
	:: i == IDLE_TASK -> rude_holds[0] = false; rude_holds[1] = false
	:: else
	fi
}

inline in_dispatch(i)
{
	atomic {
		assert(gateway_here && (table_here || !slow[i]));
		place[i] = (to_new[i] -> TEXT : OUT);
		to_new[i] = false;
		slow[i] = false
	}
}

inline in_text(i)
{
	atomic {
		assert(text_here);
		if
		:: place[i] = OUT
		:: i != IDLE_TASK -> asleep[i] = true; quiescent(i)
		:: i != IDLE_TASK && !exiting[i] -> exiting[i] = true
		:: exiting[i] && !unlisted[i] -> unlisted[i] = true
		fi
	}
}

proctype task(byte i)
{
end:
	do
	:: place[i] == DISPATCH -> in_dispatch(i)
	:: place[i] == TEXT && !asleep[i] -> in_text(i)
	:: atomic { asleep[i] -> asleep[i] = false }
	:: atomic {
		place[i] == OUT && !exiting[i] && entries ->
			place[i] = DISPATCH
	   }
	:: atomic {
		place[i] == OUT && !exiting[i] -> quiescent(i); switched(i)
	   }
	:: atomic {
		exiting[i] && unlisted[i] && place[i] == OUT ->
			exiting[i] = false;
			quiescent(i);
			break
	   }
	:: atomic { exiting[i] && !unlisted[i] -> unlisted[i] = true }
	od
}

/* synchronize_rcu_tasks() of who */
inline rcu_tasks(who)
{
	n = 0;
	do
	:: n < IDLE_TASK ->
		holds[who * TASKS + n] = !unlisted[n] && !asleep[n];
		n++
	:: else -> break
	od;
	/* those who are exiting now, on a list or not */
	atomic { was_exiting[0] = exiting[0]; was_exiting[1] = exiting[1] };
	!was_exiting[0] || !exiting[0];
	!was_exiting[1] || !exiting[1];
	!holds[who * TASKS] && !holds[who * TASKS + 1];
	atomic { was_exiting[0] = false; was_exiting[1] = false; n = 0 }
}

inline rcu_tasks_rude(who)
{
	rude_holds[who] = true;
	!rude_holds[who]
}

proctype burial()
{
	byte n;
	bool was_exiting[2];

#ifndef BROKEN_bury_no_rude
	rcu_tasks_rude(BURIAL);
#endif
#ifndef BROKEN_bury_no_tasks
	rcu_tasks(BURIAL);
#endif
	table_here = false
}

#ifdef BROKEN_blind_dispatch
#define inside(i) (place[i] == TEXT)
#else
#define inside(i) (place[i] != OUT)
#endif

/* Whoever is in the table of the walk, one after the other. */
inline look(i, in_table)
{
	found = found || (in_table && inside(i))
}

inline walk()
{
	do
	:: atomic { in_walk[0] = !unlisted[0]; in_walk[1] = !unlisted[1] };
	   found = false;
	   look(0, in_walk[0]);
	   look(1, in_walk[1]);
#ifndef BROKEN_walk_lists
	   look(IDLE_TASK, true);
#endif
#ifdef BROKEN_one_look
	   break
#else
	   if
	   :: !found -> break
	   :: else
	   fi
#endif
	od;
	atomic { in_walk[0] = false; in_walk[1] = false; found = false }
}

inline grace()
{
#if !defined(BROKEN_no_rude) && !defined(BROKEN_walk_lists)
	rcu_tasks_rude(RETIREMENT);
#endif
#ifndef BROKEN_no_tasks
	rcu_tasks(RETIREMENT);
#endif
	skip
}

proctype retirement()
{
	byte n;
	bool unloadable, found, was_exiting[2], in_walk[2];

	if
	:: unloadable = true
	:: unloadable = false
	fi;
#ifndef BROKEN_redirects_last
	entries = false;
#endif
#ifdef BROKEN_grace_first
	grace();
#endif
#ifndef BROKEN_no_walk
	if
	:: unloadable -> walk()
	:: else
	fi;
#endif
#ifndef BROKEN_grace_first
	grace();
#endif
	atomic {
		gateway_here = false;
		text_here = !unloadable
	};
	entries = false
}

inline anywhere(i)
{
	if
	:: true
	:: place[i] = DISPATCH; to_new[i] = true
	:: place[i] = DISPATCH; to_new[i] = true; slow[i] = true
	:: place[i] = DISPATCH; slow[i] = true
	:: place[i] = TEXT
	fi
}

init {
	atomic {
		anywhere(0);
		anywhere(1);
		anywhere(IDLE_TASK);
		run task(0);
		run task(1);
		run task(IDLE_TASK);
		run burial();
		run retirement()
	}
}
