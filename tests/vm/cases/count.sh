#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The detector count: who may have it and what it says; tasks that fall asleep
# in counted calls, before and behind a turn; the engine stays while such calls
# may return through it; functions that never return leave nothing behind.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up

# refused STATUS WORD COMMAND...: one line with that word, and that exit code.
refused() {
	refused_wanted=$1
	refused_word=$2
	shift 2
	"$@" >/dev/null 2>/tmp/error
	same "exit code of $*" "$refused_wanted" $?
	sed 's/^/    /' /tmp/error
	same "lines" 1 "$(wc -l </tmp/error)"
	check "it names $refused_word" grep -q "$refused_word" /tmp/error
}

asleep() {
	[ "$(cat "$sysfs/patches/p_sleep/blockers")" -gt 0 ]
}

step "refused: a function with arguments on the stack, one that is exempt"
patch_up p_many
refused 45 t_many switchyard enable p_many --detector count
refused 45 "use --detector stack" switchyard enable p_many --preset masami
same "its state" disabled "$(state p_many)"
transition 0 enable p_many --detector stack
same "version that answers" 2 "$(version many)"
transition 0 unload p_many
patch_up p_nocheck
refused 45 t_sleep switchyard enable p_nocheck --detector count
rmmod p_nocheck || fail "p_nocheck does not unload"
step "refused: models that have nothing to count"
patch_up p_sleep
refused 45 kernel/thread switchyard enable p_sleep --preset kgraft --detector count
refused 45 function/function switchyard enable p_sleep --preset null --detector count
same "detector of a patch that was never enabled" none \
	"$(cat "$sysfs/patches/p_sleep/detector")"

step "what it says"
transition 0 enable p_sleep
same "detector by default" stack "$(json detector /tmp/result)"
check "and why" grep -q "needs no call to prove it" /tmp/result
transition 0 disable p_sleep
disabled p_sleep
transition 0 enable p_sleep --detector count
same "detector" count "$(json detector /tmp/result)"
same "in sysfs" count "$(cat "$sysfs/patches/p_sleep/detector")"
transition 0 disable p_sleep
same "detector of unpatching" count "$(json detector /tmp/result)"
disabled p_sleep

for model in "--preset hybrid --detector count" "--preset masami"; do
	step "$model: asleep since before, uncounted, until it ends"
	start dsleep drive dsleep 1 1500
	# shellcheck disable=SC2086
	transition 0 enable p_sleep $model --deadline 9
	same "version that answers" 2 "$(version sleep)"
	stop dsleep
	check "sleeps ended in the new code" test "$(told new dsleep)" -gt 0
	transition 0 disable p_sleep
	disabled p_sleep
done

step "hybrid: others fall asleep in counted calls meanwhile, and are nudged"
start hold drive dsleep 1 3000
switchyard enable p_sleep --preset hybrid --detector count --no-wait
wait_until 3 asleep
start sleep drive sleep 20
wait_until 9 is_state p_sleep enabled
same "state" enabled "$(state p_sleep)"
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that answered" 20 $(($(told new sleep) + $(told old sleep)))
stop hold
transition 0 disable p_sleep
disabled p_sleep

step "masami: sleepers in counted calls are named, and nothing is changed"
start hold drive dsleep 1 1200
switchyard enable p_sleep --preset masami --deadline 4 --no-wait
wait_until 3 asleep
start sleep drive sleep 5
stop hold
named() {
	switchyard blocked p_sleep --json >/tmp/blocked
	[ "$(grep -c '"function": "t_sleep"' /tmp/blocked)" = 5 ]
}
wait_until 4 named
same "sleepers named" 5 "$(grep -c '"function": "t_sleep"' /tmp/blocked)"
same "how they are blocked" asleep "$(json kind /tmp/blocked)"
disabled p_sleep
same "result" gave_up "$(cat "$sysfs/patches/p_sleep/last_result")"

step "the engine stays as long as they may return through it"
rmmod p_sleep || fail "p_sleep does not unload"
check "the engine is in use" test "$(cat /sys/module/switchyard/refcnt)" -gt 0
rmmod switchyard 2>/dev/null && fail "the engine unloads with calls inside"
patch_up p_sleep
transition 0 enable p_sleep --preset null
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that stayed in the old code" 5 "$(told old sleep)"
transition 0 disable p_sleep
disabled p_sleep
# Held by p_sleep alone.
engine_free() {
	[ "$(cat /sys/module/switchyard/refcnt)" = 1 ]
}
wait_until 5 engine_free
check "the engine is free" engine_free

for direction in enable disable; do
	step "turned round with sleepers on both sides: $direction"
	[ "$direction" = enable ] || transition 0 enable p_sleep --detector count
	start hold drive dsleep 1 3000
	switchyard "$direction" p_sleep --no-wait --detector count
	wait_until 3 asleep
	start late drive dsleep 3 700
	transition 0 reverse p_sleep
	same "result" reverted "$(json result /tmp/result)"
	stop late
	stop hold
	same "wrong answers" 0 "$(told trouble late)"
	[ "$direction" = disable ] || disabled p_sleep
done
same "version that answers" 2 "$(version sleep)"
transition 0 disable p_sleep
disabled p_sleep
wait_until 5 engine_free
check "the engine is free" engine_free

step "the deadline turns it round"
start dsleep drive dsleep 1 2500
transition 10 enable p_sleep --detector count --deadline 0.3
stop dsleep
disabled p_sleep
rmmod p_sleep || fail "p_sleep does not unload"

step "functions that never return, in a storm of exits"
patch_up p_exit
load_up --sleepers 20 --forks 2 --syscalls 1
count_left=0
for round in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	for model in "--preset hybrid --detector count" "--preset masami"; do
		# shellcheck disable=SC2086
		switchyard enable p_exit $model >/dev/null || count_left=$((count_left + 1))
		switchyard disable p_exit >/dev/null || count_left=$((count_left + 1))
		wait_until 9 is_state p_exit disabled
	done
done
same "of 52 transitions, not settled after $round rounds" 0 "$count_left"
load_down
rmmod p_exit || fail "p_exit does not unload"

engine_down
