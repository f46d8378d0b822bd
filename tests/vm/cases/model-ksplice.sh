#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/KERNEL with the five tries of ksplice, in and out under the
# full load. With pipe readers asleep inside all five fail, one second apart.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
engine_up
load_up --sleepers 500 --spin 1 --syscalls 1 --forks 1
step "a real fix"
model_fix --preset ksplice
step "system calls with sleepers inside: five tries, then it gives up"
model_calls 11 --preset ksplice
check "it took the time of five tries" test "$(us whole_ns)" -gt 3500000
load_down
engine_down
