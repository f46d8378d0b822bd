# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Herding: 500 threads asleep in one patched function, sourced by the cases
# herd-*.sh.

# What no thread may exceed by the engine's own bound, and how late the emulator's
# clock interrupt may be for one that leaves by itself.
herd_bound_us=100000
herd_margin_us=20000

# How long the transition may take, from the redirects on; and how many may be made
# until one is as fast, for where the emulator gets half a processor it is not.
herd_transition_us=1000000
herd_rounds=3

# herd_once ARGUMENT...: a transition with everyone inside; prints and checks.
herd_once() {
	transition 0 "$@" || return
	same "result" settled "$(json result /tmp/result)"
	check "all 500 were made to leave" test "$(json nudged /tmp/result)" -ge 500
	[ "$(us elapsed_ns)" -le "$herd_transition_us" ] || herd_slow=1
}

# herd_held: of the last transition.
herd_held() {
	echo "    held $(json held /tmp/result) tasks in $(json holds /tmp/result)" \
		"holds: median $(us hold_median_ns) us, worst $(us hold_worst_ns) us"
	check "some had to be held" test "$(json held /tmp/result)" -gt 0
	check "nobody was held longer than $herd_bound_us us (and $herd_margin_us us for the emulator)" \
		test "$(us hold_worst_ns)" -le $((herd_bound_us + herd_margin_us))
}

# herd_round MODEL FUNCTION: in and out, asleep in the old code and in the new.
herd_round() {
	herd_slow=0
	for herd_way in enable disable; do
		step "$herd_way, $1, 500 threads asleep in $2"
		herd_once $herd_way p_through --model "$1"
		case $1 in
		*/thread) same "holds" 0 "$(json holds /tmp/result)" ;;
		*) herd_held ;;
		esac
	done
	disabled p_through
}

# herd_row MODEL FUNCTION: until both ways were fast.
herd_row() {
	herd_round=1
	herd_round "$@"
	while [ $herd_slow = 1 ] && [ $herd_round -lt $herd_rounds ]; do
		herd_round=$((herd_round + 1))
		herd_round "$@"
	done
	check "$1: both ways within $herd_transition_us us, in round $herd_round" \
		test $herd_slow = 0
}

# herd_case KIND FUNCTION: sleepers of that kind, in that function; in and out,
# under each model that leaves the patched set.
herd_case() {
	engine_up
	insmod "$modules/p_through.ko" funcs="$2" || die "p_through.ko does not load"
	load_up --sleepers 500 --kinds "$1" --spin 1 --syscalls 1
	for herd_model in patched_set/thread patched_set/kernel \
		patched_set/function; do
		herd_row "$herd_model" "$2"
	done
	load_down
	herd_eintr=$(sed -n "s/^load: asleep_in=$1 .*eintr=//p" /tmp/load.out)
	if [ "$1" = epoll ]; then
		check "EINTR came to sleepers in epoll, as listed: $herd_eintr" \
			test "$herd_eintr" -ge 500
	else
		same "EINTR" 0 "$herd_eintr"
	fi
	rmmod p_through || fail "p_through does not unload"
	engine_down
}
