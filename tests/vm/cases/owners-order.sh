#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A kprobe, a return probe, the function tracer and the graph tracer on a
# patched function, before and after the patch, under every model: the patch
# stays in force and the tracer sees the calls. Tasks asleep under the two that
# replace return addresses are seen through them: they are nudged, or named.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/models.sh
. models.sh
tracing=/sys/kernel/tracing

# trace_on KIND FUNCTION, trace_off: one tracer at a time.
trace_on() {
	traced=$2
	same "tracing_on" 1 "$(cat $tracing/tracing_on)"
	case $1 in
	kprobe) echo "p:sy/probe $2" >$tracing/kprobe_events ;;
	kretprobe) echo "r:sy/probe $2" >$tracing/kprobe_events ;;
	*)
		echo "$2" >$tracing/set_ftrace_filter
		echo "$1" >$tracing/current_tracer
		return
		;;
	esac || fail "the $1 is refused"
	echo 1 >$tracing/events/sy/probe/enable
}

trace_off() {
	if [ -e $tracing/events/sy/probe/enable ]; then
		echo 0 >$tracing/events/sy/probe/enable
		echo >$tracing/kprobe_events
	else
		echo nop >$tracing/current_tracer
		echo >$tracing/set_ftrace_filter
	fi
	echo >$tracing/trace
}

# answers VERSION: the function answers so and the tracer sees that call.
answers() {
	echo >$tracing/trace
	answers_got=$(version hot)
	answers_seen=$(grep -v '^#' $tracing/trace | grep -c -e "$traced" -e probe)
	if [ "$answers_got" = "$1" ] && [ "$answers_seen" -gt 0 ]; then
		pass "version $1, seen $answers_seen times"
	else
		fail "$where: version $answers_got, not $1; seen $answers_seen times"
	fi
}

# in_and_out OPTION...: under the tracer that is on.
in_and_out() {
	where="$kind first, $*"
	transition 0 enable p_hot1 "$@"
	answers 2
	transition 0 disable p_hot1
	answers 1
	disabled p_hot1
}

# asleep WANTED OPTION...: three sleepers under the tracer that is on.
asleep() {
	wanted=$1
	shift
	step "asleep under the $kind, $*"
	start sleep drive sleep 3
	transition "$wanted" enable p_sleep "$@"
	if [ "$wanted" != 0 ]; then
		same "kind" asleep "$(json kind /tmp/result)"
		same "function" t_sleep "$(json function /tmp/result)"
	fi
	stop sleep
	same "a sleep that ended wrongly" 0 $?
	same "sleepers that went on in the new code" "$new" "$(told new sleep)"
	[ "$wanted" != 0 ] || transition 0 disable p_sleep
	disabled p_sleep
}

engine_up
target_up
patch_up p_hot1
patch_up p_sleep
for kind in kprobe kretprobe function function_graph; do
	step "$kind first"
	trace_on "$kind" t_hot
	each_model in_and_out
	trace_off
	step "$kind on a patched function"
	transition 0 enable p_hot1 --preset hybrid
	trace_on "$kind" t_hot
	where="$kind second"
	answers 2
	trace_off
	same "version, untraced" 2 "$(version hot)"
	transition 0 disable p_hot1
	same "version, untraced" 1 "$(version hot)"
	disabled p_hot1
done
for kind in kretprobe function_graph; do
	trace_on "$kind" t_sleep
	new=0
	asleep 0 --preset null
	asleep 0 --preset kpatch-nocheck
	asleep 11 --preset kpatch --no-herd --deadline 1
	new=3
	asleep 0 --preset hybrid
	asleep 0 --preset kgraft
	trace_off
done
rmmod p_hot1 p_sleep || fail "the patches do not unload"
engine_down
