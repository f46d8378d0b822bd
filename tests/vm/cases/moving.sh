#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Requests while a target module is just being loaded or unloaded, its init or
# exit running: an enable is refused in one line and changes nothing, a disable
# goes through; nobody hangs, and afterwards everything works.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

slow_ms=2500

moving() {
	grep -q "^sy_late .* $1 " /proc/modules
}

# comes: sy_late's init runs.
comes() {
	insmod "$modules/sy_late.ko" init_ms=$slow_ms &
	mover=$!
	wait_until 10 moving Loading || die "sy_late does not come"
}

# goes: its exit runs.
goes() {
	echo $slow_ms >/sys/module/sy_late/parameters/exit_ms
	rmmod sy_late &
	mover=$!
	wait_until 10 moving Unloading || die "sy_late does not go"
}

# still WHAT: it has not come to an end meanwhile.
still() {
	check "its $2 still ran then" moving "$1"
	wait $mover
	same "its $2 ended well" 0 $?
}

refused() {
	for refused_model in function/function patched_set/thread kernel/kernel; do
		switchyard enable p_late --model $refused_model >/tmp/out \
			2>/tmp/error
		same "$refused_model: exit code" 32 $?
		same "lines" 1 "$(wc -l </tmp/error)"
	done
	sed 's/^/    /' /tmp/error
	check "the line names it, and the way out" \
		grep -q "sy_late.*try again" /tmp/error
	same "state" disabled "$(state p_late)"
	same "redirects" 0 "$(redirects)"
}

now() {
	cat /sys/module/sy_late/parameters/now
}

engine_up
target_up
patch_up p_late

step "enable while its init runs"
comes
refused
still Loading init
same "answers" 11 "$(now)"
transition 0 enable p_late
same "answers" 22 "$(now)"
transition 0 disable p_late
disabled p_late

step "enable while its exit runs"
goes
refused
still Unloading exit
transition 0 enable p_late
same "pending" sy_late "$(cat "$sysfs/patches/p_late/pending")"

for model in patched_set/thread patched_set/kernel; do
	step "disable while its init runs, $model"
	comes
	transition 0 disable p_late --model $model
	still Loading init
	same "its init called the new code" 22 \
		"$(cat /sys/module/sy_late/parameters/at_init)"
	disabled p_late
	same "answers" 11 "$(now)"
	transition 0 enable p_late --model $model
	same "answers" 22 "$(now)"
	step "disable while its exit runs, $model"
	goes
	transition 0 disable p_late --model $model
	still Unloading exit
	disabled p_late
	transition 0 enable p_late --model $model
	same "pending" sy_late "$(cat "$sysfs/patches/p_late/pending")"
done
transition 0 unload p_late
engine_down
