#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/KERNEL with the detector count in and out under the full load. A
# set that nobody sleeps in settles without a stop; with pipe readers asleep
# inside the transition gives up at the deadline, names them, and has changed
# nothing; without them it settles.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
engine_up
load_up --sleepers 500 --spin 1 --syscalls 1 --forks 1
step "a real fix"
model_fix --preset masami
step "system calls with sleepers inside: nobody is nudged"
model_calls 11 --preset masami --deadline 2
load_down
load_up --sleepers 500 --kinds futex,epoll,nanosleep --spin 1 --syscalls 1 \
	--forks 1
step "system calls in constant use, nobody asleep inside"
model_calls 0 --preset masami
same "tasks nudged" 0 "$(json nudged /tmp/result)"
same "the longest pause of a CPU, in ns" 0 "$(json pause_ns /tmp/result)"
load_down
engine_down
