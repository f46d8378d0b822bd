#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# FUNCTION/THREAD, forced: a thread that switches in the middle of a call mixes
# the versions of a changed calling convention. Unforced it is refused.
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
switchyard enable p_pair --model function/thread 2>/tmp/error
same "exit code" 7 $?
cat /tmp/error
step "forced: mixes"
pair_run p_pair pair --model function/thread --force
check "$(told wrong pair) calls of the wrong version, more than 0" \
	test "$(told wrong pair)" -gt 0
rmmod p_pair || fail "p_pair does not unload"
engine_down
