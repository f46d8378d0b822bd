#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A kthread that spins outside the set and is never quiescent for RCU tasks:
# ftrace cannot get its grace period. The request ends at its deadline all the
# same, the engine answers meanwhile, and when the kthread has gone it works.
# vm: --timeout 120
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

ended() {
	[ ! -d "/proc/$pid" ]
}

at_rest() {
	is_state p_hot1 enabled || is_state p_hot1 disabled
}

engine_up
target_up
patch_up p_hot1
for preset in hybrid kpatch null; do
	step "$preset, deadline 3 s"
	drive kthread rude
	switchyard enable p_hot1 --preset "$preset" --deadline 3 >/tmp/out 2>&1 &
	pid=$!
	sleep 1
	check "the engine answers" timeout 5 switchyard status
	wait_until 20 ended
	check "the request has ended" ended
	cat /tmp/out
	drive kthread stop
	wait "$pid"
	wait_until 20 at_rest
	echo "    state when the kthread has gone: $(state p_hot1)"
	! is_state p_hot1 enabled || transition 0 disable p_hot1
	disabled p_hot1
	transition 0 enable p_hot1 --preset "$preset"
	same "version that answers" 2 "$(version hot)"
	transition 0 disable p_hot1
	disabled p_hot1
done
rmmod p_hot1 || fail "p_hot1 does not unload"
engine_down
