#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KERNEL/FUNCTION in and out under the full load: the freeze's hold for one
# function after another, backwards on the way out; strict with a real fix,
# relaxed with system calls that sleepers are inside.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh

# watched FIRST COMMAND...: a transition, and whose turn came first. One hold serves
# all functions within milliseconds, and not each turn is reported.
watched() {
	watched_wanted=$1
	shift
	switchyard watch p_syscalls >/tmp/watch.out &
	sleep 0.5
	transition 0 "$@"
	sleep 0.5
	kill -INT $!
	wait $!
	same "first turn" "$watched_wanted" \
		"$(sed -n "s/.*function [1-9] of $functions: \([a-z0-9_]*\).*/\1/p" \
			/tmp/watch.out | sed -n 1p)"
}

model=kernel/function
# The table of tests/modules/p_syscalls.c.
functions=3
first=ksys_read
last=__x64_sys_getppid
engine_up
load_up --sleepers 500 --spin 1 --syscalls 1 --forks 1
step "a real fix, strict"
model_fix --model "$model" --deadline 30

for variant in "" --relaxed; do
	step "system calls with sleepers inside, and backwards out $variant"
	patch_up p_syscalls
	watched "$first" enable p_syscalls --model "$model" \
		${variant:+"$variant"} --deadline 60
	same "result" settled "$(json result /tmp/result)"
	same "switched" "$functions/$functions" \
		"$(cat "$sysfs/patches/p_syscalls/switched")"
	check "sleepers were driven out" test "$(json nudged /tmp/result)" -ge 500
	[ -n "$variant" ] || same "excused" 0 "$(json excused /tmp/result)"
	watched "$last" disable p_syscalls --deadline 60
	disabled p_syscalls
	rmmod p_syscalls || fail "p_syscalls does not unload"
done
load_down
engine_down
