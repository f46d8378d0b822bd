#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# One patch takes the place of another over the same function, while tasks sleep
# in the version of the one that is gone: a model that leaves the patched set
# counts that version as old, too. And a patch that is still retiring is waited
# for, and named when it does not come to an end.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
named() {
	switchyard blocked p_sleep --json >/tmp/blocked
	[ "$(grep -c "\"function\": \"t_sleep\"" /tmp/blocked)" = 20 ]
}

# left_behind: 20 tasks asleep in the text of p_below, which is disabled.
left_behind() {
	transition 0 enable p_below --preset null
	same "version that answers" 3 "$(version sleep)"
	start sleep drive sleep 20
	transition 0 disable p_below
	disabled p_below
	same "version that answers" 1 "$(version sleep)"
}

engine_up
target_up
patch_up p_below
patch_up p_sleep

step "20 asleep in the first patch's version, the second by kpatch without herding"
left_behind
switchyard enable p_sleep --preset kpatch --no-herd --deadline 3 --no-wait
wait_until 3 named
same "sleepers named" 20 "$(grep -c "\"function\": \"t_sleep\"" /tmp/blocked)"
disabled p_sleep
same "result" gave_up "$(cat "$sysfs/patches/p_sleep/last_result")"
same "version that answers" 1 "$(version sleep)"

step "the same by masami, which counts"
transition 11 enable p_sleep --preset masami --deadline 2
same "version that answers" 1 "$(version sleep)"

step "the same by hybrid: nudged out of it"
transition 0 enable p_sleep --preset hybrid
check "at least 20 tasks were nudged" test "$(json nudged /tmp/result)" -ge 20
same "version that answers" 2 "$(version sleep)"
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that went on in the second patch's version" 20 "$(told new sleep)"
transition 0 disable p_sleep
disabled p_sleep

step "the same by kpatch with herding: driven out of it"
left_behind
transition 0 enable p_sleep --preset kpatch
same "version that answers" 2 "$(version sleep)"
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that went on in the second patch's version" 20 "$(told new sleep)"

step "the other way round: the second patch is retiring, held by its sleepers"
start sleep drive sleep 20
transition 0 disable p_sleep --preset null
transition 31 enable p_below --preset kpatch --deadline 1
check "the line names the patch and says what it does" \
	grep -q "p_sleep.*retiring" /tmp/error
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that stayed in the second patch's version" 20 "$(told new sleep)"

step "nobody is in its way: waited for, not refused"
disabled p_sleep
transition 0 enable p_sleep --preset kpatch
transition 0 disable p_sleep
transition 0 enable p_below --preset kpatch
same "version that answers" 3 "$(version sleep)"
transition 0 disable p_below
disabled p_below
rmmod p_sleep || fail "p_sleep does not unload"
if rmmod p_below 2>/dev/null; then
	fail "a permanent patch that was in force unloads"
else
	pass "a permanent patch that was in force stays"
fi
