#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# soak.sh MINUTES SEED: random transitions of random patches by random models
# and orders, with reversals, faults, CPUs that go, modules that come and go, and
# tasks that sleep, beside a load. After each step the functions must answer as
# the states say and the kernel log must be clean. The first thing that is not so
# ends it, with status 1. Run by tests/vm/soak.
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

PATH=$PATH:/usr/lib/vm # scan-dmesg
minutes=$1
random=$2
parameters=/sys/module/switchyard/parameters
through=copy_process,exit_signals,exit_files,futex_wait,do_epoll_wait
patches="p_hot1 p_hot64 p_sleep p_pair p_syscalls p_through"
models="--preset_null --preset_kpatch-nocheck --preset_kpatch
	--preset_ksplice --preset_hybrid --preset_kgraft
	--preset_kgraft_--relaxed --preset_freeze --preset_freeze_--relaxed
	--preset_masami --preset_hybrid_--detector_count --preset_kpatch_--no-herd
	--model_function/thread --model_patched_set/function
	--model_kernel/function --model_kernel/function_--relaxed"
faults="reply event probe-free probe-birth probe-switch filter direct owned
	ftrace-off flush birth look stop-late stop-inside stop-nmi retire"
steps=0 settled=0 reverted=0 gave_up=0 refused=0 injected=0

# below N: a number from 0 to N - 1 in $r.
below() {
	random=$(((random * 1103515245 + 12345) % 2147483648))
	r=$((random / 65536 % $1))
}

# one_of WORD...: in $chosen.
one_of() {
	below $#
	shift "$r"
	chosen=$1
}

broken() {
	echo "soak: step $steps: $*"
	dmesg | tail -n 30
	switchyard status
	switchyard blocked
	trap - EXIT
	exit 1
}

# Nothing is under way. A retirement may wait for who sleeps in the new code.
at_rest() {
	! grep -q . "$sysfs/transition"
}

rest() {
	wait_until 30 at_rest && return
	drive_wake
	wait_until 60 at_rest || broken "the transition of $(cat "$sysfs/transition") does not end"
}

drive_wake() {
	[ ! -e /tmp/sleepers ] || stop sleepers || broken "a sleep ended wrongly"
	rm -f /tmp/sleepers
}

# answers KEY PATCH OLD NEW: the function answers as the state says.
answers() {
	answers_wanted=$3
	! is_state "$2" enabled || answers_wanted=$4
	[ "$(version "$1")" = "$answers_wanted" ] ||
		broken "$2 is $(state "$2"), and $1 is $(version "$1")"
}

sound() {
	answers hot p_hot1 1 2
	answers hot64_old p_hot64 64 0
	answers sleep p_sleep 1 2
	answers pair p_pair 1 2
	for program in load storm pair; do
		kill -0 "$(cat /tmp/$program.pid)" 2>/dev/null ||
			broken "$program has ended: $(cat /tmp/$program.out)"
	done
	scan-dmesg >/tmp/suspects || broken "scan-dmesg does not run"
	[ ! -s /tmp/suspects ] || broken "the kernel log: $(cat /tmp/suspects)"
}

fault() {
	below 5
	[ "$r" = 0 ] || return
	injected=$((injected + 1))
	below 3
	if [ "$r" = 0 ]; then
		below 100
		echo $((r + 1)) >$parameters/fail_alloc
	else
		# shellcheck disable=SC2086 # words
		one_of $faults
		below 3
		echo "$chosen:$((r + 1))" >$parameters/fail
	fi
}

fault_off() {
	echo >$parameters/fail
	echo 0 >$parameters/fail_alloc
}

count() {
	case $1 in
	0) settled=$((settled + 1)) ;;
	10) reverted=$((reverted + 1)) ;;
	11) gave_up=$((gave_up + 1)) ;;
	7 | 21 | 22 | 31 | 35 | 36 | 37 | 40 | 45) refused=$((refused + 1)) ;;
	*) broken "$2: exit code $1: $(cat /tmp/error)" ;;
	esac
}

# One transition of $patch, in the direction its state allows.
move() {
	direction=enable
	! is_state "$patch" enabled || direction=disable
	# shellcheck disable=SC2086 # words
	one_of $models
	options=$(echo "$chosen" | sed 's/patched_set/PS/; s/_/ /g; s/PS/patched_set/')
	below 3
	options="$options --deadline $((r + 1))"
	below 4
	turn=$r
	[ "$turn" != 0 ] || options="$options --no-wait"
	fault
	# shellcheck disable=SC2086 # words
	switchyard $direction "$patch" $options >/tmp/out 2>/tmp/error
	count $? "$direction $patch $options"
	if [ "$turn" = 0 ]; then
		below 60
		usleep $((r * 1000))
		switchyard reverse "$patch" >/tmp/out 2>&1
	fi
	rest
	fault_off
}

# The module goes and comes.
reload() {
	is_state "$patch" disabled || return
	rmmod "$patch" || broken "$patch does not unload"
	load_patch
}

load_patch() {
	if [ "$patch" = p_through ]; then
		insmod "$modules/p_through.ko" funcs=$through
	else
		insmod "$modules/$patch.ko"
	fi || broken "$patch does not load"
}

plug() {
	cpu=/sys/devices/system/cpu/cpu1/online
	echo $((1 - $(cat $cpu))) >$cpu || broken "CPU 1: $(cat $cpu)"
}

sleepers() {
	if [ -e /tmp/sleepers ]; then
		drive_wake
	else
		: >/tmp/sleepers
		start sleepers drive sleep 4
	fi
}

one_step() {
	steps=$((steps + 1))
	# shellcheck disable=SC2086 # words
	one_of $patches
	patch=$chosen
	below 12
	case $r in
	0) reload ;;
	1) plug ;;
	2) sleepers ;;
	*) move ;;
	esac
	sound
}

all_off() {
	drive_wake
	echo 1 >/sys/devices/system/cpu/cpu1/online
	for patch in $patches; do
		if is_state "$patch" enabled; then
			switchyard disable "$patch" --preset hybrid >/tmp/out 2>&1
		fi
		wait_until 60 is_state "$patch" disabled ||
			broken "$patch stays $(state "$patch")"
		rmmod "$patch" || broken "$patch does not unload"
	done
}

engine_up
target_up
for patch in $patches; do
	load_patch
done
start load load --sleepers 40 --syscalls 1 --forks 1
start storm storm 1
start pair drive pair 2 4 300 3000
end=$(($(cut -d. -f1 /proc/uptime) + minutes * 60))
while [ "$(cut -d. -f1 /proc/uptime)" -lt "$end" ]; do
	one_step
	[ $((steps % 25)) != 0 ] ||
		echo "soak: $steps steps: $settled settled, $reverted reverted, $gave_up gave up, $refused refused, $injected faults"
done
all_off
stop pair
[ "$(told wrong pair)" = 0 ] || broken "calls of the wrong version: $(told wrong pair)"
stop storm || broken "storm: $(cat /tmp/storm.out)"
stop load || broken "load: $(cat /tmp/load.out)"
engine_down
echo "soak: $steps steps in $minutes minutes: $settled settled, $reverted reverted, $gave_up gave up, $refused refused, $injected faults"
