# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Herding: 500 threads asleep in one patched function, sourced by the cases
# herd-*.sh.

# What no thread may exceed by the engine's own bound, and how late the emulator's
# clock interrupt may be for one that leaves by itself.
herd_bound_us=100000
herd_margin_us=20000

# herd_once ARGUMENT...: a transition that needs to herd; prints and checks.
herd_once() {
	transition 0 "$@" || return
	echo "    held $(json held /tmp/result) tasks in $(json holds /tmp/result)" \
		"holds: median $(us hold_median_ns) us, worst $(us hold_worst_ns) us"
	same "result" settled "$(json result /tmp/result)"
	check "all 500 were made to leave" test "$(json nudged /tmp/result)" -ge 500
	check "some had to be held" test "$(json held /tmp/result)" -gt 0
	check "nobody was held longer than $herd_bound_us us (and $herd_margin_us us for the emulator)" \
		test "$(us hold_worst_ns)" -le $((herd_bound_us + herd_margin_us))
}

# herd_case KIND FUNCTION: sleepers of that kind, in that function; in and out.
herd_case() {
	engine_up
	insmod "$modules/p_through.ko" funcs="$2" || die "p_through.ko does not load"
	load_up --sleepers 500 --kinds "$1" --spin 1 --syscalls 1
	step "kpatch, 500 threads asleep in $2: held, in"
	herd_once enable p_through --preset kpatch
	step "and out again, asleep in the new code"
	herd_once disable p_through --preset kpatch
	load_down
	herd_eintr=$(sed -n "s/^load: asleep_in=$1 .*eintr=//p" /tmp/load.out)
	if [ "$1" = epoll ]; then
		check "EINTR came to sleepers in epoll, as listed: $herd_eintr" \
			test "$herd_eintr" -ge 500
	else
		same "EINTR" 0 "$herd_eintr"
	fi
	disabled p_through
	rmmod p_through || fail "p_through does not unload"
	engine_down
}
