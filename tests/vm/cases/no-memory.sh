#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# No memory: each allocation of the engine's own fails in turn, under a model
# that fills a table and with a patch whose redirects need one. A request is
# refused with the exit code for it and changes nothing, or it does without and
# settles; afterwards everything works. A failing first allocation must refuse:
# that shows that faults arrive.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
fault=/sys/module/switchyard/parameters/fail_alloc
no_memory=21

# Enables with the Nth allocation failing; counts how it ended.
enable_failing() {
	echo "$1" >"$fault"
	switchyard enable p_hot64 --preset hybrid >/tmp/out 2>/tmp/error
	status=$?
	echo 0 >"$fault"
	case $status in
	0)
		settled=$((settled + 1))
		switchyard disable p_hot64 >/tmp/out 2>&1 || die "$(cat /tmp/out)"
		;;
	"$no_memory")
		refused=$((refused + 1))
		[ "$(wc -l </tmp/error)" = 1 ] || fail "not one line: $(cat /tmp/error)"
		is_state p_hot64 disabled || fail "fault $1: $(state p_hot64)"
		[ "$(redirects)" = 0 ] ||
			fail "fault $1: a redirect is left"
		;;
	*) fail "fault $1: exit code $status: $(cat /tmp/error)" ;;
	esac
	disabled p_hot64
}

engine_up
target_up
step "a patch that finds no memory when it is loaded"
echo 1 >"$fault"
switchyard load "$modules/p_hot64.ko" 2>/tmp/error
same "exit code" "$no_memory" $?
check "it is not loaded" test ! -d /sys/module/p_hot64
patch_up p_hot64

step "each of the first 16 allocations of an enable"
refused=0 settled=0
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	enable_failing "$n"
done
echo "    refused $refused, settled without it $settled"
check "most are refused" test "$refused" -ge 12

step "afterwards"
transition 0 enable p_hot64 --preset hybrid
transition 0 disable p_hot64
disabled p_hot64
rmmod p_hot64 || fail "p_hot64 does not unload"
engine_down
