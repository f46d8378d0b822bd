#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tasks inside that waking may not make leave. Those that can be herded are, and
# go on as if nothing had been; those that cannot are named with what would free
# them, nothing is switched, and they too go on unharmed when it comes.
#
# vm: --with-module fuse
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

inside() {
	start stuck stuckmore "$1"
	insmod "$modules/p_through.ko" funcs="$2" || die "p_through.ko does not load"
}

goes_on() {
	stop stuck
	same "it goes on as if nothing had been, its status" 0 $?
	sed '/^ready/d; s/^/    /' /tmp/stuck.out
	disabled p_through
	rmmod p_through || fail "p_through does not unload"
}

# herded KIND FUNCTION: it sleeps in FUNCTION and is made to leave, both ways.
herded() {
	step "$1, in $2: held"
	inside "$1" "$2"
	for herded_way in enable disable; do
		transition 0 $herded_way p_through --preset kpatch
		check "some had to be held: $(json held /tmp/result)" \
			test "$(json held /tmp/result)" -gt 0
		check "nobody for more than 100 ms (120 in the emulator): $(us hold_worst_ns) us" \
			test "$(us hold_worst_ns)" -le 120000
	done
	goes_on
}

# named KIND FUNCTION LOOK RELIEF: under each model that holds.
named() {
	for named_model in patched_set/kernel patched_set/function kernel/kernel; do
		step "$1, in $2, $named_model: $3"
		inside "$1" "$2"
		transition 11 enable p_through --model $named_model --deadline 2
		same "result" gave_up "$(json result /tmp/result)"
		same "lines" 1 "$(wc -l </tmp/error)"
		check "the line says that nothing was switched" \
			grep -q "nothing was switched" /tmp/error
		grep -A 7 "\"comm\": \"stuck-$1\"" /tmp/result >/tmp/blocked
		same "it is named as" "$3" "$(json kind /tmp/blocked)"
		same "in" "${2#*:}" "$(json function /tmp/blocked)"
		check "freed by $(json relief /tmp/blocked)" grep -q "$4" /tmp/blocked
		named_bound=120000
		[ $named_model != kernel/kernel ] || named_bound=520000
		check "held for $named_bound us at most: $(us hold_worst_ns) us" \
			test "$(us hold_worst_ns)" -le $named_bound
		goes_on
		check "$named_model: its name is in the line" \
			grep -q "stuck-$1" /tmp/error
	done
}

engine_up
load_up --sleepers 50 --kinds pipe,futex

herded pi futex_lock_pi
check "and lends its priority again" grep -q 'priority=-' /tmp/stuck.out
herded fault handle_userfault
herded init pipe_read
named fuse fuse:fuse_simple_request uninterruptible server
check "its daemon was told, as listed" grep -q 'interrupts=1' /tmp/stuck.out
named init-exit zap_pid_ns_processes exiting namespace
named frozen get_signal stopped thaw

step "fault-call, in handle_userfault: leaves it, and asks for its page again"
inside fault-call handle_userfault
transition 0 enable p_through --preset kpatch
transition 0 disable p_through --preset kpatch
goes_on

# ftrace could not register anything before its exit has come to an end.
step "init-wait, which a grace period of the kernel waits for: refused"
inside init-wait zap_pid_ns_processes
transition 40 enable p_through --preset kpatch --deadline 2
check "the line names it" grep -q 'stuck-init-wait(' /tmp/error
same "state" disabled "$(state p_through)"
goes_on

step "the system's own init, in do_wait: held like everyone"
insmod "$modules/p_through.ko" funcs=do_wait || die "p_through.ko does not load"
transition 0 enable p_through --preset kpatch
check "some had to be held: $(json held /tmp/result)" \
	test "$(json held /tmp/result)" -gt 0
check "init is there, in the new code" grep -q do_wait /proc/1/stack
transition 0 disable p_through --preset kpatch
disabled p_through
rmmod p_through || fail "p_through does not unload"

step "kgraft relaxed excuses a frozen task, strict waits for it"
start stuck stuckmore frozen
patch_up p_getppid
transition 10 enable p_getppid --preset kgraft --deadline 2
check "it is named" grep -q '"comm": "stuck-frozen"' /tmp/result
disabled p_getppid
transition 0 enable p_getppid --preset kgraft --relaxed
check "somebody is excused" test "$(json excused /tmp/result)" -gt 0
transition 0 disable p_getppid
disabled p_getppid
stop stuck
same "it goes on when it is thawed, its status" 0 $?
rmmod p_getppid || fail "p_getppid does not unload"

load_down
engine_down
