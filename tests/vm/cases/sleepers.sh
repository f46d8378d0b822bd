#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tasks asleep in the patched function: PATCHED_SET/THREAD nudges them and
# settles; PATCHED_SET/KERNEL without herding gives up
# at the deadline and names each;
# sleepers that no signal reaches are waited for, and named.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
step "20 sleepers, hybrid: nudged"
start sleep drive sleep 20
transition 0 load "$modules/p_sleep.ko" --preset hybrid
check "at least 20 tasks were nudged" test "$(json nudged /tmp/result)" -ge 20
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that went on in the new code" 20 "$(told new sleep)"
transition 0 unload p_sleep

step "20 sleepers, kpatch without herding: named, nothing changed"
start sleep drive sleep 20
patch_up p_sleep
switchyard enable p_sleep --preset kpatch --no-herd --deadline 3 --no-wait
named() {
	switchyard blocked p_sleep --json >/tmp/blocked
	[ "$(grep -c "\"function\": \"t_sleep\"" /tmp/blocked)" = 20 ]
}
wait_until 3 named
same "sleepers named" 20 "$(grep -c "\"function\": \"t_sleep\"" /tmp/blocked)"
same "their command" drive "$(json comm /tmp/blocked)"
same "how they are blocked" asleep "$(json kind /tmp/blocked)"
check "what would free them is said" test -n "$(json relief /tmp/blocked)"
disabled p_sleep
same "state after the deadline" disabled "$(state p_sleep)"
same "result" gave_up "$(cat "$sysfs/patches/p_sleep/last_result")"
same "version that answers" 1 "$(version sleep)"
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that stayed in the old code" 20 "$(told old sleep)"

step "two uninterruptible sleeps of 2 s, hybrid: waited for"
start dsleep drive dsleep 2 2000
switchyard enable p_sleep --preset hybrid --no-wait
named() {
	switchyard blocked p_sleep --json >/tmp/blocked
	grep -q "\"function\": \"t_dsleep\"" /tmp/blocked
}
wait_until 3 named
same "how they are blocked" uninterruptible "$(json kind /tmp/blocked)"
wait_until 10 is_state p_sleep enabled
same "state after the sleep has ended" enabled "$(state p_sleep)"
wait_until 5 sleep 2.5
stop dsleep
check "later sleeps were new ones" test "$(told new dsleep)" -gt 0
transition 0 disable p_sleep
disabled p_sleep
rmmod p_sleep || fail "p_sleep does not unload"
engine_down
