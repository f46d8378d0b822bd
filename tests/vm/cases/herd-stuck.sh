#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tasks inside whom no hold moves: a stopped one, a traced one, a vfork parent,
# one in uninterruptible sleep, a kthread. Each is named with what would free it;
# nothing is switched; the sleepers beside it are unharmed.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# gives_up KIND FUNCTION: a patch of FUNCTION gives up and names one of KIND.
gives_up() {
	insmod "$modules/p_through.ko" funcs="$2" || die "p_through.ko does not load"
	transition 11 enable p_through --preset kpatch --deadline 2
	same "result" gave_up "$(json result /tmp/result)"
	grep -A 20 '"blocked"' /tmp/result >/tmp/blocked
	check "one is named as $1" grep -q "\"kind\": \"$1\"" /tmp/blocked
	check "what would free it is said" test -n "$(json relief /tmp/blocked)"
	disabled p_through
	rmmod p_through || fail "p_through does not unload"
}

engine_up
target_up
load_up --sleepers 100 --kinds pipe,futex

for how in stopped traced vfork; do
	step "$how"
	start stuck stuck $how
	case $how in
	vfork) gives_up uninterruptible kernel_clone ;;
	*) gives_up stopped get_signal ;;
	esac
	stop stuck
	same "it goes on when it is freed, its status" 0 $?
done

step "uninterruptible"
start dsleep drive dsleep 1 5000
patch_up p_sleep
transition 11 enable p_sleep --preset kpatch --deadline 2
check "it is named" grep -q '"kind": "uninterruptible"' /tmp/result
disabled p_sleep
stop dsleep
rmmod p_sleep || fail "p_sleep does not unload"

step "a kthread"
patch_up p_kthread
drive kthread live
transition 11 enable p_kthread --preset kpatch --deadline 2
check "it is named" grep -q '"kind": "kthread"' /tmp/result
disabled p_kthread
drive kthread stop
rmmod p_kthread || fail "p_kthread does not unload"

load_down
engine_down
