#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A patch that was enabled with --no-herd, or with a preset that holds nobody, is
# disabled without holding anybody, unless the request names a model.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# once OPTION...: enabled so, with sleepers inside; out without a model, and with.
once() {
	step "$*"
	transition 0 enable p_sleep "$@"
	start sleep drive sleep 3
	transition 11 disable p_sleep --deadline 2
	same "holds without a model" 0 "$(json holds /tmp/result)"
	same "state" enabled "$(state p_sleep)"
	transition 0 disable p_sleep --preset kpatch
	check "with a model tasks are held: $(json held /tmp/result)" \
		test "$(json held /tmp/result)" -gt 0
	disabled p_sleep
	stop sleep
	same "sleeps that ended wrongly, status" 0 $?
}

engine_up
target_up
patch_up p_sleep
once --preset kpatch --no-herd
once --model patched_set/function --no-herd
once --preset ksplice

step "and one that was enabled with herding holds"
transition 0 enable p_sleep --preset kpatch
start sleep drive sleep 3
transition 0 disable p_sleep
check "tasks are held: $(json held /tmp/result)" \
	test "$(json held /tmp/result)" -gt 0
disabled p_sleep
stop sleep
transition 0 enable p_sleep --preset kpatch
start sleep drive sleep 3
transition 11 disable p_sleep --no-herd --deadline 2
same "holds with --no-herd and no model" 0 "$(json holds /tmp/result)"
transition 0 disable p_sleep --preset kpatch
disabled p_sleep
stop sleep
rmmod p_sleep || fail "p_sleep does not unload"
engine_down
