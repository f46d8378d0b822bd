/* SPDX-License-Identifier: GPL-2.0 */
/*
 * LEAVE_KERNEL: the border and a sleeper. A task goes in and out of the kernel.
 * In a stay it calls a patched function and goes to sleep in there until a signal
 * comes; nothing else wakes it. On its way out it does what is left of the stay:
 * a signal's delivery and another's work, which call a patched function too, and
 * which an interrupt may raise until interrupts are off. The worker looks at it
 * while it is off its CPU or in user mode, and nudges it once if it sleeps.
 *
 * The nudge stores a flag, then looks whether the task sleeps; the task stores
 * that it sleeps, then looks at the flag. Each CPU has a store buffer, which a
 * locked instruction empties: both stores are such (set_bit, xchg).
 *
 * mirrors: sy_on_border, sy_on_switch, sy_visit, sy_task_switch, sy_judge, sy_scan,
 * sy_nudge, sy_nudge_one, sy_look_nudgeable
 *
 * Asserted: all calls of one stay are of one version. The task comes to be on the
 * new side (ltl switches: weak fairness).
 *
 * Broken variants, each of which must fail:
 *   in_the_work     the task switches in a work of its own: others may follow
 *   irqs_on         the border is passed with interrupts on
 *   sleeper_left    who sleeps without a frame of the set counts as outside
 *   wake_first      the worker looks whether the task sleeps, then sets the flag
 *   plain_flag      the flag is a plain store
 *   plain_state     the task says by a plain store that it sleeps
 *   no_wake         the flag is set, nobody is woken
 *   no_look         after the nudge nobody looks at the task again, and the
 *                   border hook is not there
 */
#define OLD 0
#define NEW 1
#define NOTHING 2
#define STAYS 2

byte universe = OLD;
byte version = NOTHING;	/* of this stay's calls */
bool in_kernel, in_set;
bool flag, flag_buffered;	/* TIF_SIGPENDING */
bool sleeps, sleeps_buffered;	/* the task's state, as others see it */
bool off_cpu;			/* it has left its CPU */
bool work;			/* somebody else's task work */
byte raised;
bool nudged;

active proctype store_buffers()
{
end:
	do
	:: flag_buffered -> atomic { flag = true; flag_buffered = false }
	:: sleeps_buffered ->
		atomic { sleeps = true; sleeps_buffered = false }
	od
}

/* An entry in the trampoline. */
inline enter_function()
{
	atomic {
		assert(version == NOTHING || version == universe);
		version = universe
	}
}

inline go_to_sleep()
{
	do
	:: true ->
#ifdef BROKEN_plain_state
		sleeps_buffered = true;
#else
		sleeps = true;
#endif
		if
		:: flag -> break
		:: !flag
		fi;
		/* schedule(): it does not sleep if it was woken meanwhile. */
		atomic {
			if
			:: sleeps || sleeps_buffered ->
				sleeps_buffered = false;
				sleeps = true;
				off_cpu = true
			:: else
			fi
		};
end_asleep:
		/* For ever, if nobody is left who wants it to leave. */
		atomic { !sleeps -> off_cpu = false }
	od;
	atomic { sleeps = false; sleeps_buffered = false }
}

/* exit_to_user_mode_loop(), then the user return notifier. */
inline leave_kernel()
{
	do
	:: flag ->
		flag = false;
		enter_function()	/* the delivery */
	:: work ->
#ifdef BROKEN_in_the_work
		universe = NEW;
#endif
		work = false;
		enter_function()
	:: atomic { !flag && !work ->
#ifndef BROKEN_irqs_on
		/* interrupts are off from here on */
#ifndef BROKEN_no_look
		universe = NEW;
#endif
		in_kernel = false;
		version = NOTHING;
#endif
		break }
	od
#ifdef BROKEN_irqs_on
	;
	universe = NEW;
	do
	:: atomic { flag -> flag = false }; enter_function()
	:: atomic { work -> work = false }; enter_function()
	:: atomic { !flag && !work ->
		in_kernel = false; version = NOTHING; break }
	od
#endif
}

active proctype task()
{
	byte stays = 0;

	do
	:: stays < STAYS ->
		atomic { in_kernel = true; version = NOTHING; stays++ };
		enter_function();
		if
		:: in_set = true	/* sleeps in there */
		:: skip			/* elsewhere */
		:: goto leave		/* not at all */
		fi;
		go_to_sleep();
		in_set = false;
leave:
		leave_kernel()
	:: true -> break
	od;
	/* It spins in user mode; a kick makes it clear its flag. */
	do
	:: flag ->
		atomic { in_kernel = true; version = NOTHING };
		leave_kernel()
	:: universe == NEW && !flag && nudged -> break
	:: !flag && !nudged && universe == NEW -> break
	od
}

/* An interrupt raises a work for the task. */
active proctype interrupt()
{
	do
	:: raised < 2 && in_kernel -> work = true; raised++
	:: true -> break
	od
}

/* sy_nudge_one() */
inline nudge()
{
#ifdef BROKEN_wake_first
	if
	:: atomic { off_cpu && sleeps -> sleeps = false }
	:: !(off_cpu && sleeps)
	fi;
	flag = true
#else
#ifdef BROKEN_plain_flag
	flag_buffered = true;
#else
	flag = true;
#endif
#ifndef BROKEN_no_wake
	/* wake_up_state(): a task that is about to sleep is made not to */
	if
	:: atomic { sleeps -> sleeps = false }
	:: !sleeps
	fi
#else
	skip
#endif
#endif
}

active proctype worker()
{
	bool asleep;

	do
	:: universe == OLD ->
		/* task_call_func(), or an interrupt in user mode */
		atomic {
			asleep = off_cpu && sleeps;
			if
#ifdef BROKEN_sleeper_left
			:: asleep && !in_set && universe == OLD ->
				universe = NEW
#endif
#ifndef BROKEN_no_look
			:: !in_kernel && universe == OLD -> universe = NEW
#endif
			:: else
			fi
		};
		if
		:: asleep && !nudged -> nudged = true; nudge()
		:: else
		fi
	:: universe == NEW -> break
	od
}

#ifdef PROGRESS
ltl switches { <> (universe == NEW) }
#endif
