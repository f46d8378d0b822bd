#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Twelve kinds of sleepers inside patched functions are released unharmed: what
# they notice is what docs/models.md lists and nothing else, and no wait with a
# time-out takes longer than it was meant to.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# In each of them one kind sleeps; io_uring's waiter has no function with an entry
# of its own but the last, in which others sleep, too.
functions="futex_wait do_epoll_wait do_sys_poll core_sys_select do_nanosleep
	pipe_read kernel_wait4 unix_accept unix_stream_read_generic
	__do_semtimedop do_sigtimedwait"
last=schedule_hrtimeout_range_clock
# The nudge comes a second or more into the timed waits: one that began anew
# would end at least that late.
late_max_ms=800

# The list: whom EINTR comes to. A socket's time-out is one for recv and accept.
listed=" epoll-endless epoll-timed accept-timed recv-timed semop-endless \
 semop-timed io_uring-endless io_uring-timed sigtimedwait-endless \
 sigtimedwait-timed "

sleepers_up() {
	start noticed noticed
	sleep 1
}

# sleepers_down NUDGED: releases them; with 1 they were nudged once.
sleepers_down() {
	stop noticed
	same "sleepers that ended as they must not, noticed's status" 0 $?
	grep '^wrong' /tmp/noticed.out
	noticed_lines=0
	while read -r kind how noticed late; do
		case $how in endless | timed) ;; *) continue ;; esac
		noticed_lines=$((noticed_lines + 1))
		wanted=0
		case $listed in *" $kind-$how "*) wanted=$1 ;; esac
		same "$kind, $how: EINTR" "$wanted" "${noticed#*=}"
		check "$kind, $how: ${late#*=} ms late" \
			test "${late#*=}" -le $late_max_ms
	done </tmp/noticed.out
	same "sleepers that reported" 22 $noticed_lines
}

# through_up FUNCTION...: a patch of these.
through_up() {
	insmod "$modules/p_through.ko" funcs="$(echo "$@" | tr ' ' ,)" ||
		die "p_through.ko does not load"
}

through_down() {
	disabled p_through
	rmmod p_through || fail "p_through does not unload"
}

# named FUNCTION...: without herding kpatch gives up and names somebody in each.
named() {
	through_up "$@"
	transition 11 enable p_through --preset kpatch --no-herd --deadline 1
	for function; do
		check "somebody is named in $function" \
			grep -q "\"function\": \"$function\"" /tmp/result
	done
	through_down
}

engine_up
step "kpatch: each is named with its function, and notices nothing"
sleepers_up
# shellcheck disable=SC2086 # one word a function
named $functions
named $last
sleepers_down 0

for preset in hybrid kgraft "kgraft --relaxed"; do
	step "$preset: nudged, once"
	# shellcheck disable=SC2086 # one word a function
	through_up $functions $last
	sleepers_up
	# shellcheck disable=SC2086 # the preset and its option
	transition 0 enable p_through --preset $preset
	check "they were nudged" test "$(json nudged /tmp/result)" -ge 22
	same "functions without a call of the new code" 0 \
		"$(cut -d, -f1-12 /sys/module/p_through/parameters/calls |
			tr , '\n' | grep -cx 0)"
	sleepers_down 1
	transition 0 disable p_through
	through_down
done
engine_down
