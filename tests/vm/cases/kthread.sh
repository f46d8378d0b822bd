#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A kthread that lives in the patched set: every model that waits for the set
# says so and turns back; one that does not wait settles. Kthreads that spin
# elsewhere, even without giving up the CPU for 300 ms, hang nothing.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
patch_up p_kthread
drive kthread live
for preset in hybrid kgraft; do
	step "$preset: named, turned round at the deadline"
	transition 10 enable p_kthread --preset "$preset" --deadline 2
	grep -A 20 "\"blocked\"" /tmp/result >/tmp/blocked
	same "who" "sy_target/1" "$(json comm /tmp/blocked)"
	same "kind" kthread "$(json kind /tmp/blocked)"
	same "function" t_live "$(json function /tmp/blocked)"
	check "what would free it is said" test -n "$(json relief /tmp/blocked)"
	disabled p_kthread
done
step "kpatch: gives up"
transition 11 enable p_kthread --preset kpatch --deadline 2
disabled p_kthread
step "kgraft, relaxed: not excused, for it is in the set"
transition 10 enable p_kthread --preset kgraft --relaxed --deadline 2
disabled p_kthread
before=$(version beats)
sleep 1
check "the kthread still lives" test "$(version beats)" -gt "$before"
same "its code is the old one" 1 "$(version live)"

step "null: settles, the kthread stays in the old code"
transition 0 enable p_kthread --preset null
sleep 1
same "its code is the old one" 1 "$(version live)"
drive kthread live
sleep 1
same "a kthread that starts now runs the new one" 2 "$(version live)"
drive kthread stop
transition 0 unload p_kthread

for kind in spin hard; do
	for preset in hybrid kpatch kgraft; do
		step "$preset beside a kthread that spins ($kind) elsewhere"
		drive kthread "$kind"
		wanted=0
		[ "$preset" != kgraft ] || wanted=10
		patch_up p_hot1
		transition "$wanted" enable p_hot1 --preset "$preset" --deadline 3
		[ $wanted != 0 ] || same "version that answers" 2 "$(version hot)"
		[ $wanted = 0 ] || same "version that answers" 1 "$(version hot)"
		drive kthread stop
		[ $wanted != 0 ] || transition 0 disable p_hot1
		disabled p_hot1
		rmmod p_hot1 || fail "p_hot1 does not unload"
	done
done
engine_down
