#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Each point of the engine that can fail fails, one by one, under every model: a
# refusal has an exit code and one line that says why, the kernel's text is as
# before, byte for byte, and afterwards everything works. What the engine can do
# without must not refuse. A fault that does not arrive fails the case.
# VM_FAULTS=all: every model and both detectors, not only three models, and the
# text after each attempt; VM_FAULTS="kpatch freeze": these.
# vm: --timeout 3600
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/models.sh
. models.sh
parameters=/sys/module/switchyard/parameters

no_memory=21 owned=31 ftrace_off=37 no_rest=40 gave_up=11 reverted=10

text_as_before() {
	text compare /tmp/text sy_target >/tmp/changed ||
		fail "$1: text has changed: $(head -n 5 /tmp/changed | tr '\n' ' ')"
}

# as_before NAME: nothing of the attempt is left.
as_before() {
	[ -z "$VM_FAULTS" ] || text_as_before "$1"
	[ "$(redirects)" = 0 ] ||
		fail "$1: a redirect is left"
	[ "$(version sleep)" = 1 ] || fail "$1: the new code answers"
	[ "$(cat "$sysfs/transition")" = "" ] || fail "$1: a transition is left"
}

# attempt POINT WANTED OPTION...: one enable with the fault.
attempt() {
	point=$1
	wanted=$2
	shift 2
	name="$point, $*"
	echo "$point" >$parameters/fail || die "no point $point"
	switchyard enable p_sleep "$@" --deadline "$deadline" >/tmp/out 2>/tmp/error
	status=$?
	[ "$status" = "$wanted" ] ||
		fail "$name: exit code $status, not $wanted: $(cat /tmp/error)"
	if [ "$status" = 0 ]; then
		[ "$(version sleep)" = 2 ] || fail "$name: the old code answers"
		switchyard disable p_sleep >/tmp/out 2>&1 ||
			fail "$name: disable: $(cat /tmp/out)"
	else
		[ "$(wc -l </tmp/error)" = 1 ] ||
			fail "$name: not one line: $(cat /tmp/error)"
		grep -q -e p_sleep -e redirects -e t_sleep -e table -e sched_switch -e 'grace period' \
			/tmp/error || fail "$name: names nothing: $(cat /tmp/error)"
	fi
	disabled p_sleep
	left=$(cat $parameters/fail)
	case $left in '' | *+) ;; *) fail "$name: the fault did not arrive: $left" ;; esac
	echo >$parameters/fail
	as_before "$name"
	attempts=$((attempts + 1))
}

# at_each MODELS POINT WANTED
at_each() {
	models=$1
	at_point=$2
	at_wanted=$3
	each_model attempt "$at_point" "$at_wanted"
	text_as_before "$at_point"
	echo "    $at_point, wanted $at_wanted: $(head -n 1 /tmp/error)"
}

# Before the engine is there: it does not load, and leaves nothing.
step "loading"
target_up
for point in cpuhp workqueue worker sysfs family; do
	if insmod "$modules/switchyard.ko" fail=$point 2>/tmp/error; then
		fail "$point: the engine loads"
		rmmod switchyard
	else
		pass "$point: $(cat /tmp/error)"
	fi
	check "$point: nothing is left" test ! -e "$sysfs" -a \
		! -e /sys/module/switchyard
done
engine_up
step "registering"
echo kobject >$parameters/fail
switchyard load "$modules/p_sleep.ko" 2>/tmp/error
same "kobject: exit code" $no_memory $?
cat /tmp/error
check "the patch is not loaded" test ! -e /sys/module/p_sleep
patch_up p_sleep
# The first transition switches on what the kernel keeps on for good.
transition 0 enable p_sleep --preset hybrid
transition 0 disable p_sleep
disabled p_sleep
text save /tmp/text sy_target
attempts=0

step "requests"
every="null kpatch hybrid"
stacks="kpatch hybrid"
threads="hybrid"
instants="kpatch ksplice"
gives_up="kpatch"
if [ -n "$VM_FAULTS" ]; then
	models="$models $more_models"
	[ "$VM_FAULTS" = all ] || models=$VM_FAULTS
	every=$models
	gives_up=$(among "kpatch patched_set/function kernel/function \
kernel/function:--relaxed freeze freeze:--relaxed")
	instants="$(among ksplice) $gives_up"
	threads=$(among "hybrid hybrid:--detector:count kgraft kgraft:--relaxed")
	stacks="$instants $threads $(among "masami function/thread")"
fi
deadline=8
at_each "$every" reply $no_memory
at_each "$every" filter $no_memory
at_each "$every" direct $no_memory
at_each "$every" owned $owned
at_each "$every" ftrace-off $ftrace_off
at_each "$every" flush $no_rest
at_each "$stacks" probe-free $no_memory
at_each "$stacks" probe-birth $no_memory
at_each "$stacks" probe-switch $no_memory

step "what it can do without"
at_each "$every" event 0
at_each "$every" retire 0
at_each "$stacks" look:3 0
at_each "$instants" stop-late 0
at_each "$instants" stop-inside 0

step "what ends a transition"
deadline=1
at_each "$gives_up" stop-late:1+ $gave_up
at_each "$gives_up" stop-inside:1+ $gave_up
at_each "$instants" stop-nmi $gave_up
check "the line says that it was an NMI" grep -q NMI /tmp/error
echo "    $attempts attempts"
least=35
case $VM_FAULTS in '' | all) ;; *) least=1 ;; esac
check "of them all" test "$attempts" -ge $least

deadline=8
step "a birth that finds no memory"
start load load --forks 2
at_each "$stacks" birth:2 0
load_down

deadline=1
step "a nudge that is not heard"
models="$threads"
start sleep drive sleep 3
each_model attempt nudge:1+ $reverted
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that stayed in the old code" 3 "$(told old sleep)"

step "each allocation, every model"
alloc() {
	n=1
	while :; do
		echo $n >$parameters/fail_alloc
		switchyard enable p_sleep "$@" >/tmp/out 2>/tmp/error
		status=$?
		left=$(cat $parameters/fail_alloc)
		echo 0 >$parameters/fail_alloc
		case $status in
		0) switchyard disable p_sleep >/tmp/out 2>&1 ;;
		"$no_memory") [ "$(wc -l </tmp/error)" = 1 ] ||
			fail "allocation $n, $*: not one line" ;;
		*) fail "allocation $n, $*: exit code $status: $(cat /tmp/error)" ;;
		esac
		disabled p_sleep
		as_before "allocation $n, $*"
		# As many as a request of this model makes, and then the table's.
		if [ "$left" != 0 ] || [ $n -ge "$most" ]; then
			break
		fi
		n=$((n + 1))
	done
	echo "    $*: $n allocations"
}
models=$every
most=8
[ -z "$VM_FAULTS" ] || most=20
each_model alloc
text_as_before "allocations"
transition 0 enable p_sleep --preset kpatch
transition 0 unload p_sleep
engine_down
