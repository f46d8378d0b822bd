#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Vfork parents, stopped, traced and uninterruptible tasks: named with the right
# kind and what would free them where they hold a transition, excused where the
# model says so, no hindrance to the others; all of them unharmed afterwards.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# blocked COMM KEY: what the result says of that task.
blocked() {
	grep -A 6 "\"comm\": \"$1\"" /tmp/result >/tmp/blocked
	json "$2" /tmp/blocked
}

# named COMM KIND RELIEF [FUNCTION]
named() {
	same "$1: kind" "$2" "$(blocked "$1" kind)"
	blocked "$1" relief >/tmp/relief
	check "$1: freed by $(cat /tmp/relief)" grep -q "$3" /tmp/relief
	[ -z "$4" ] || same "$1: function" "$4" "$(blocked "$1" function)"
}

all_named() {
	named stuck-vfork uninterruptible vfork "$1"
	named stuck-stopped stopped SIGCONT "$2"
	named stuck-traced stopped tracer "$2"
	named stuck-asleep uninterruptible lock "$3"
}

released() {
	stop stuck
	same "stuck tasks that ended wrongly" 0 $?
	cat /tmp/stuck.out
}

engine_up
target_up

step "kgraft: all four hold it, and are named"
patch_up p_hot1
start stuck stuckall 3000
transition 10 enable p_hot1 --preset kgraft --deadline 1
all_named
disabled p_hot1
same "version that answers" 1 "$(version hot)"
step "kgraft relaxed: all four are excused"
transition 0 enable p_hot1 --preset kgraft --relaxed
check "at least four are excused" test "$(json excused /tmp/result)" -ge 4
same "version that answers" 2 "$(version hot)"
transition 0 disable p_hot1
disabled p_hot1
step "hybrid, kpatch: they are not in the set"
for preset in hybrid kpatch; do
	transition 0 enable p_hot1 --preset $preset
	transition 0 disable p_hot1
	disabled p_hot1
done
released
transition 0 enable p_hot1 --preset kgraft
transition 0 unload p_hot1

for preset in hybrid "kpatch --no-herd" kgraft "kgraft --relaxed"; do
	step "$preset, stuck inside the set: named with the function"
	start stuck stuckall 4000
	insmod "$modules/p_through.ko" \
		funcs=kernel_clone,get_signal,sy_target:t_dsleep ||
		die "p_through.ko does not load"
	wanted=10
	[ "${preset#kpatch}" = "$preset" ] || wanted=11
	# shellcheck disable=SC2086 # the preset and its option
	transition $wanted enable p_through --preset $preset --deadline 1
	all_named kernel_clone get_signal t_dsleep
	released
	disabled p_through
	rmmod p_through || fail "p_through does not unload"
done

step "hybrid: waits for them, and settles when they are released"
start stuck stuckall 1000
insmod "$modules/p_through.ko" \
	funcs=kernel_clone,get_signal,sy_target:t_dsleep
switchyard enable p_through --preset hybrid --deadline 60 --no-wait
wait_until 5 is_state p_through patching
sleep 1
same "state" patching "$(state p_through)"
released
wait_until 10 is_state p_through enabled
same "state" enabled "$(state p_through)"
transition 0 disable p_through
disabled p_through
rmmod p_through || fail "p_through does not unload"
engine_down
