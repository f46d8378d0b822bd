#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A function declared to need no stack check: with 20 tasks asleep in it,
# PATCHED_SET/KERNEL switches at once and nudges nobody; the same function
# without the declaration keeps it from switching (case sleepers).
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
start sleep drive sleep 20
step "20 sleepers in it, kpatch"
transition 0 load "$modules/p_nocheck.ko" --preset kpatch --deadline 3
same "result" settled "$(json result /tmp/result)"
same "tasks nudged" 0 "$(json nudged /tmp/result)"
same "version that answers" 2 "$(version sleep)"
stop sleep
same "a sleep that ended wrongly" 0 $?
same "sleepers that stayed in the old code" 20 "$(told old sleep)"
transition 0 unload p_nocheck
engine_down
