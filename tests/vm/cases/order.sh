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

# Whether the deadline comes between the two functions is luck: no attempt may end
# with anything but one side, and one that was caught midway says why it went back.
step "the deadline passes when one function is new"
patch_up p_sleep
start dsleep drive dsleep 2 40 30000
midway=0 tried=0
while [ "$midway" = 0 ] && [ "$tried" -lt 30 ]; do
	tried=$((tried + 1))
	switchyard enable p_sleep --model "$ordered" --deadline 0.12 --json \
		>/tmp/result 2>/tmp/error
	case $(json result /tmp/result) in
	reverted)
		midway=1
		cat /tmp/error
		same "version that answers" 1 "$(version sleep)"
		;;
	settled)
		switchyard disable p_sleep --model patched_set/thread \
			--deadline 60 >/tmp/out 2>&1
		;;
	esac
	disabled p_sleep
done
if [ "$midway" = 1 ]; then
	echo "    caught after $tried attempts"
	check "the line says why" grep -q "deadline" /tmp/error
else
	echo "    not caught in $tried attempts"
fi
same "version that answers after all attempts" 1 "$(version sleep)"
stop dsleep
rmmod p_sleep || fail "p_sleep does not unload"
engine_down
