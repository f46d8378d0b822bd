#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a call costs while a transition runs, in instructions, when it asks the
# gate, and when it counts itself besides; and that a settled patch costs what
# it does with the other detector.
# vm: --icount
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# cost: ticks of one call of t_hot, times 1000; the least of five runs.
cost() {
	for _ in 1 2 3 4 5; do
		drive cost 1 1000 | sed -n "s/.*per_call=//p" | tr -d .
	done | sort -n | sed -n 1p
}

# in_transition PRESET: sets cost_now to that of a call while one holds it up.
in_transition() {
	start hold drive dsleep 1 4000
	switchyard enable p_hold --preset "$1" --deadline 30 --no-wait
	wait_until 20 is_state p_hold patching || fail "$1: not in transition"
	same "$1: version that answers" 1 "$(version hot)"
	cost_now=$(cost)
	is_state p_hold patching || fail "$1: the transition is over already"
	stop hold
	wait_until 60 is_state p_hold enabled || fail "$1: does not settle"
	cost_settled=$(cost)
	transition 0 disable p_hold --preset null
	disabled p_hold
}

engine_up
target_up
base=$(cost)
patch_up p_hold
in_transition kpatch
asked=$cost_now settled=$cost_settled
in_transition masami
counted=$cost_now
rmmod p_hold || fail "p_hold does not unload"
step "instructions a call beyond an unpatched one, in thousandths"
echo "    settled: $((settled - base)); settled with count: $((cost_settled - base))"
echo "    asks the gate: $((asked - base)); counts itself: $((counted - base))"
same "settled, with either detector" "$settled" "$cost_settled"
check "counting costs at most 120 more" test $((counted - asked)) -le 120000
same "not patched any more" "$base" "$(cost)"
engine_down
