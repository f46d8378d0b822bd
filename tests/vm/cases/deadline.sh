#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A transition that cannot converge ends by itself: under SWITCH_THREAD it is
# turned round at its deadline, and says by whom it was held up.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
patch_up p_sleep
start dsleep drive dsleep 2 8000
step "hybrid, deadline 1 s, a sleep of 8 s in the set"
transition 10 enable p_sleep --preset hybrid --deadline 1
same "result" reverted "$(json result /tmp/result)"
check "it took one to four seconds" \
	test "$(us elapsed_ns)" -ge 1000000 -a "$(us elapsed_ns)" -lt 4000000
check "the line names a sleeper and its function" \
	grep -q "drive.*t_dsleep" /tmp/error
same "one line" 1 "$(wc -l </tmp/error)"
same "version that answers" 1 "$(version sleep)"
disabled p_sleep

step "kgraft, deadline 1 s, the same sleep"
transition 10 enable p_sleep --preset kgraft --deadline 1
same "version that answers" 1 "$(version sleep)"
disabled p_sleep

step "kpatch, deadline 1 s, the same sleep"
transition 11 enable p_sleep --preset kpatch --deadline 1
same "result" gave_up "$(json result /tmp/result)"
same "version that answers" 1 "$(version sleep)"
stop dsleep
same "sleeps in the new code" 0 "$(told new dsleep)"
rmmod p_sleep || fail "p_sleep does not unload"
engine_down
