#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/FUNCTION, forced: between two functions a new one calls an old one,
# so a changed calling convention is mixed, whatever the order. Unforced it is
# refused.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/pair.sh
. pair.sh
engine_up
target_up
patch_up p_pair
step "unforced: refused"
switchyard enable p_pair --model patched_set/function 2>/tmp/error
same "exit code" 7 $?
cat /tmp/error
step "forced: mixes"
pair_run p_pair pair --model patched_set/function --force
check "$(told wrong pair) calls of the wrong version, more than 0" \
	test "$(told wrong pair)" -gt 0
rmmod p_pair || fail "p_pair does not unload"
engine_down
