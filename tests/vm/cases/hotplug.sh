#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# CPUs that go and come back while transitions run, under every model and with a
# load: each transition settles, nothing hangs, and the CPUs are back at the end.
# vm: --smp 4
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/models.sh
. models.sh

# Takes CPUs 1 to 3 away and gives them back, until the file is gone.
plug() {
	while [ -e /tmp/plugging ]; do
		for cpu in 1 2 3; do
			echo 0 >/sys/devices/system/cpu/cpu$cpu/online &&
				echo gone >>/tmp/plugged
		done
		for cpu in 2 1 3; do
			echo 1 >/sys/devices/system/cpu/cpu$cpu/online
		done
	done 2>>/tmp/plug.err
}

# in_and_out OPTION...
in_and_out() {
	transition 0 enable "$patch" "$@"
	transition 0 disable "$patch"
	disabled "$patch"
}

engine_up
target_up
load_up --sleepers 40 --kinds futex,epoll,nanosleep --spin 1 --syscalls 1 --forks 1
: >/tmp/plugged
: >/tmp/plugging
plug &
plugger=$!
patch=p_hot1
step "all models"
patch_up p_hot1
each_model in_and_out
# A CPU goes and comes within a write(): the stop never finds nobody there.
patch=p_syscalls
step "inside a patched function, the models without a stop"
patch_up p_syscalls
models="null kpatch-nocheck hybrid kgraft:--relaxed"
each_model in_and_out
rmmod p_hot1 p_syscalls || fail "the patches do not unload"
rm /tmp/plugging
wait $plugger
sort /tmp/plug.err | uniq -c
check "CPUs went $(wc -l </tmp/plugged) times, at least 20" \
	test "$(wc -l </tmp/plugged)" -ge 20
same "CPUs online" 0-3 "$(cat /sys/devices/system/cpu/online)"
load_down
engine_down
