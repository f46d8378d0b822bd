#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The order in which functions switch: an order that is none is refused in one
# line, with an exit code of its own, and nothing has changed; one that is given
# is followed; and when the deadline passes midway, the functions that have
# switched go back, so that in the end the old code runs everywhere.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# refused WORD OPTION...: one line that holds WORD, exit code 44.
refused() {
	refused_word=$1
	shift
	switchyard enable p_seen "$@" >/tmp/out 2>/tmp/error
	same "exit code of $*" 44 $?
	same "lines" 1 "$(wc -l </tmp/error)"
	check "it says: $refused_word" grep -q "$refused_word" /tmp/error
	same "state" disabled "$(state p_seen)"
	same "result" none "$(cat "$sysfs/patches/p_seen/last_result")"
}

# turns PROGRAM: the functions whose turn it was, as the engine told them.
turns() {
	sed -n 's/.*function [12] of 2: \([a-z_]*\).*/\1/p' /tmp/watch.out | uniq |
		tr '\n' ' '
}

# watched COMMAND...: a transition, and the turns that watch saw.
watched() {
	switchyard watch p_seen >/tmp/watch.out &
	sleep 0.5
	transition 0 "$@"
	sleep 0.5
	kill -INT $!
	wait $!
}

engine_up
target_up
patch_up p_seen
ordered=patched_set/function
step "orders that are none"
refused "names t_seen_f twice" --model "$ordered" --order t_seen_f,t_seen_f
refused "names t_seen_h, which" --model "$ordered" --order t_seen_f,t_seen_h
refused "leaves out t_seen_g" --model "$ordered" --order t_seen_f
refused "an empty name" --model "$ordered" --order t_seen_f,,t_seen_g
refused "vmlinux:t_seen_f, which" --model "$ordered" \
	--order vmlinux:t_seen_f,t_seen_g
refused "switch by function" --preset hybrid --order t_seen_f,t_seen_g
switchyard disable p_seen --order t_seen_f,t_seen_g >/tmp/out 2>/tmp/error
same "disable takes no order, exit code" 2 $?

step "the order of the table, and back"
watched enable p_seen --model "$ordered"
same "turns" "t_seen_f t_seen_g " "$(turns)"
same "switched" 2/2 "$(cat "$sysfs/patches/p_seen/switched")"
watched disable p_seen
same "turns" "t_seen_g t_seen_f " "$(turns)"
disabled p_seen

step "another order, and back"
watched enable p_seen --model "$ordered" --order sy_target:t_seen_g,t_seen_f
same "turns" "t_seen_g t_seen_f " "$(turns)"
same "functions switched, as told" 2 "$(json functions_switched /tmp/result)"
watched disable p_seen
same "turns" "t_seen_f t_seen_g " "$(turns)"
disabled p_seen
transition 0 enable p_seen --preset null --order t_seen_g,t_seen_f
transition 0 disable p_seen
disabled p_seen
rmmod p_seen || fail "p_seen does not unload"

# The engine's fault "between" makes the time after the first switch longer than
# the deadline. An attempt that has not come so far in time has switched nothing,
# and is made again.
step "the deadline passes when one function is new"
between=/sys/module/switchyard/parameters/fail
patch_up p_seen
midway() {
	echo between >$between
	tried=0
	while [ "$(cat $between)" != "" ] && [ "$tried" -lt 10 ]; do
		tried=$((tried + 1))
		switchyard enable p_seen --model "$ordered" --deadline 0.8 "$@" \
			--json >/tmp/result 2>/tmp/error
		midway_status=$?
		disabled p_seen
	done
	echo "    after $tried attempts: $(cat /tmp/error)"
	same "exit code" 10 "$midway_status"
	same "result" reverted "$(json result /tmp/result)"
	check "the line says why" grep -q "deadline" /tmp/error
	same "functions on the side before" 2 "$(json functions_switched /tmp/result)"
	same "redirects that are left" 0 "$(redirects)"
}
midway
step "the same in another order, with callers"
start seen drive seen 8 4 300 3000
midway --order t_seen_g,t_seen_f
drive epoch 1 # from here on nothing new may be called
sleep 0.3
stop seen
check "new code ran before it went back: $(told new seen)" \
	test "$(told new seen)" -gt 0
start seen drive seen 4 4 300 3000
sleep 0.3
stop seen
same "calls of new code afterwards" 0 "$(told new seen)"
check "calls of old code: $(told old seen)" test "$(told old seen)" -gt 0

step "it is reversed when one function is new"
echo between >$between
switchyard enable p_seen --model "$ordered" --no-wait >/tmp/out
wait_until 20 sh -c "[ \"\$(cat $between)\" = '' ]"
switchyard reverse p_seen --json >/tmp/result 2>/tmp/error
same "exit code" 0 $?
same "result" reverted "$(json result /tmp/result)"
disabled p_seen
rmmod p_seen || fail "p_seen does not unload"
engine_down
