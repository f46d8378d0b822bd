#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A transition that is turned round before it has ended: everybody is back in
# the old code, the result says so, and the patch can be enabled again.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
load_up --sleepers 500 --spin 1 --syscalls 1 --forks 1
patch_up p_sleep
step "hybrid, held up by a sleep of 6 s, turned round"
start dsleep drive dsleep 1 6000
switchyard enable p_sleep --preset hybrid --no-wait
half_way() {
	is_state p_sleep patching &&
		[ "$(cat "$sysfs/patches/p_sleep/blockers")" -gt 0 ]
}
wait_until 5 half_way
same "state before" patching "$(state p_sleep)"
cat "$sysfs/patches/p_sleep/progress"
transition 0 reverse p_sleep
same "result" reverted "$(json result /tmp/result)"
same "version that answers" 1 "$(version sleep)"
disabled p_sleep
same "state after" disabled "$(state p_sleep)"
stop dsleep
same "sleeps in the new code" 0 "$(told new dsleep)"

step "turned round while unpatching"
transition 0 enable p_sleep --preset hybrid
start dsleep drive dsleep 1 6000
switchyard disable p_sleep --no-wait
wait_until 5 is_state p_sleep unpatching
transition 0 reverse p_sleep
same "state after" enabled "$(state p_sleep)"
same "version that answers" 2 "$(version sleep)"
stop dsleep

step "nothing to turn round"
transition 36 reverse p_sleep
transition 0 unload p_sleep
load_down
engine_down
