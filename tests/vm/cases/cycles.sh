#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The engine and a patch loaded, used and unloaded again and again: the kernel
# holds no more memory afterwards, in no slab cache, and the log has nothing to
# say. VM_CYCLES: how many (14).
# vm: --timeout 3600
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/models.sh
. models.sh

cycles=${VM_CYCLES:-14}
warm_up=7

settle() {
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
	# Per-CPU lists of objects go back to their slabs.
	for shrink in /sys/kernel/slab/*/shrink; do
		echo 1 >"$shrink"
	done
}

# KiB that the kernel holds and cannot reclaim.
held() {
	awk '/^(SUnreclaim|VmallocUsed|Percpu|KernelStack):/ { sum += $2 }
		END { print sum }' /proc/meminfo
}

slabs() {
	awk 'NR > 2 { print $1, $2, $5 }' /proc/slabinfo
}

# But what this case writes itself, and the kernel's word that the machine under
# the emulator stood still for a moment.
log_lines() {
	dmesg | grep -vcE "drop_caches|hrtimer: interrupt took"
}

# cycle OPTION...
cycle() {
	[ "$left" -gt 0 ] || return
	left=$((left - 1))
	engine_up
	switchyard load "$modules/p_hot64.ko" "$@" >/tmp/out 2>&1 ||
		die "load: $(cat /tmp/out)"
	[ "$(version hot64_old)" = 0 ] || fail "$*: the new code does not run"
	switchyard unload p_hot64 >/tmp/out 2>&1 || die "unload: $(cat /tmp/out)"
	[ "$(version hot64_old)" = 64 ] || fail "$*: the old code does not run"
	rmmod switchyard || die "the engine does not unload"
}

# run N: N cycles, through all models.
run() {
	left=$1
	while [ "$left" -gt 0 ]; do
		each_model cycle
	done
}

target_up
step "$warm_up cycles to warm up"
run $warm_up
settle
before=$(held)
slabs >/tmp/slabs.before
modules_before=$(cut -d' ' -f1,2,3 /proc/modules)
log_before=$(log_lines)
step "$cycles cycles"
run "$cycles"
settle
after=$(held)
slabs >/tmp/slabs.after
echo "    held before $before KiB, after $after KiB"
check "$cycles cycles hold less than 1 MiB more" test $((after - before)) -lt 1024
# An object a cycle is a leak; a CPU's own slabs are counted whole.
awk -v n="$cycles" 'NR == FNR { before[$1] = $2; next }
	$2 - before[$1] > n + 2 * $3 { print $1, before[$1], $2 }' \
	/tmp/slabs.before /tmp/slabs.after >/tmp/grown
sed 's/^/    grew: /' /tmp/grown
same "slab caches that grew by an object a cycle" 0 "$(wc -l </tmp/grown)"
check "the same modules are loaded" test "$modules_before" = \
	"$(cut -d' ' -f1,2,3 /proc/modules)"
same "lines in the log" "$log_before" "$(log_lines)"
rmmod sy_target || fail "sy_target does not unload"
