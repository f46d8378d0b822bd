#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Transitions give their memory back: after 40 of them, with 500 tasks in each
# table, the kernel holds no more than before. One leaked table of 128 bytes a
# task would be 70 KiB, 40 of them 2.8 MiB; the limit is 1 MiB.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# KiB that the kernel holds and cannot reclaim.
held() {
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

# rounds N: N times in and out, by models that fill a table.
rounds() {
	rounds_left=$1
	while [ "$rounds_left" -gt 0 ]; do
		for preset in hybrid kpatch; do
			switchyard enable p_hot1 --preset "$preset" >/tmp/out 2>&1 ||
				die "enable: $(cat /tmp/out)"
			switchyard disable p_hot1 >/tmp/out 2>&1 ||
				die "disable: $(cat /tmp/out)"
			disabled p_hot1
		done
		rounds_left=$((rounds_left - 1))
	done
}

engine_up
target_up
patch_up p_hot1
load_up --sleepers 500
rounds 3
before=$(held)
rounds 10
after=$(held)
echo "    held before $before KiB, after $after KiB"
check "40 transitions hold less than 1 MiB more" \
	test $((after - before)) -lt 1024
load_down
rmmod p_hot1 || fail "p_hot1 does not unload"
engine_down
