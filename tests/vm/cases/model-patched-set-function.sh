#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/FUNCTION in and out under the full load, one function after
# another. Pipe readers asleep inside the set are herded; where they may not be, no
# function finds its instant, so the transition gives up at the deadline, names
# them, and has changed nothing.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
engine_up
load_up --sleepers 500 --spin 1 --syscalls 1 --forks 1
step "a real fix"
model_fix --model patched_set/function
step "system calls with sleepers inside: they are herded"
model_calls 0 --model patched_set/function
step "and when nobody may be herded"
model_calls 11 --model patched_set/function --deadline 2 --no-herd
load_down
load_up --sleepers 500 --kinds futex,epoll,nanosleep --spin 1 --syscalls 1 \
	--forks 1
step "system calls in constant use, nobody asleep inside"
model_calls 0 --model patched_set/function --no-herd --deadline 60
same "tasks nudged" 0 "$(json nudged /tmp/result)"
load_down
engine_down
