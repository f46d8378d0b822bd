#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a settled patch holds, allocation by allocation: all that the engine asked
# for from the loading of the patch on and has not given back, at most 4 KiB for
# 1, 64 and 127 functions. What the kernel keeps for it in sysfs and ftrace is
# told apart and shown beside.
#
# Transitions give their memory back: after 40 of them, with 500 tasks in each
# table, the kernel holds no more than before. One leaked table of 128 bytes a
# task would be 70 KiB, 40 of them 2.8 MiB; the limit is 1 MiB.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

tracing=/sys/kernel/tracing

# allocations 0|1: the kernel's allocations are traced, each with its stack.
allocations() {
	echo "$1" >$tracing/options/stacktrace
	for event in kmalloc kmalloc_node kmem_cache_alloc kmem_cache_alloc_node \
		kfree kmem_cache_free; do
		[ ! -d $tracing/events/kmem/$event ] ||
			echo "$1" >$tracing/events/kmem/$event/enable
	done
	echo "$1" >$tracing/tracing_on
}

# What is left of the allocations under the engine's functions, in bytes of the
# slabs: "engine=N sysfs=N ftrace=N", and by the engine's functions.
left_over() {
	awk '
	function close_event() {
		if (pointer != "" && ours) {
			size[pointer] = bytes
			class[pointer] = kind
			what[pointer] = kind ": " by "()"
		}
		pointer = ""
	}
	/ (kmalloc|kmem_cache_alloc)(_node)?: / {
		close_event()
		ours = 0
		by = ""
		kind = "engine"
		match($0, /ptr=[^ ]*/)
		pointer = substr($0, RSTART, RLENGTH)
		match($0, /bytes_alloc=[0-9]*/)
		bytes = substr($0, RSTART + 12, RLENGTH - 12)
	}
	/ (kfree|kmem_cache_free): / {
		close_event()
		match($0, /ptr=[^ ]*/)
		delete size[substr($0, RSTART, RLENGTH)]
	}
	/^ => sy_/ && !/^ => sy_target/ {
		ours = 1
		if (by == "")
			by = $2
	}
	/^ => kobject_/ { kind = "sysfs" }
	/^ => (ftrace_set_filter_ip|.*register_ftrace_direct)/ { kind = "ftrace" }
	END {
		close_event()
		for (p in size) {
			sum[class[p]] += size[p]
			of[what[p]] += size[p]
		}
		print "engine=" sum["engine"] + 0, "sysfs=" sum["sysfs"] + 0,
			"ftrace=" sum["ftrace"] + 0
		for (w in of)
			print "    " w " " of[w]
	}' $tracing/trace
}

# settled PATCH FUNCTIONS: loads and enables it and sums up what it holds then,
# when the transition has been buried.
settled() {
	step "a settled patch of $2"
	echo 16384 >$tracing/buffer_size_kb
	echo 0 >$tracing/options/hash-ptr
	echo >$tracing/trace
	allocations 1
	switchyard load "$modules/$1.ko" --preset hybrid >/tmp/out 2>&1 ||
		die "load: $(cat /tmp/out)"
	sleep 4
	allocations 0
	same "answers by old code" "$3" "$(($(version hot64_old) + $(version more63_old)))"
	left_over >/tmp/left
	grep -q "entries-in-buffer/entries-written: \([0-9]*\)/\1 " $tracing/trace ||
		fail "the trace has lost events"
	sed 's/^/    /' /tmp/left
	settled_bytes=$(sed -n 's/^engine=\([0-9]*\).*/\1/p' /tmp/left)
	check "the engine holds something for it" test "$settled_bytes" -ge 512
	check "the engine holds at most 4 KiB for it" \
		test "$settled_bytes" -le 4096
	switchyard unload "$1" >/tmp/out 2>&1 || die "unload: $(cat /tmp/out)"
	same "answers by old code afterwards" 127 \
		"$(($(version hot64_old) + $(version more63_old)))"
	echo >$tracing/trace
	echo 1 >$tracing/options/hash-ptr
	# As it was at boot: other cases trace, too.
	echo 1408 >$tracing/buffer_size_kb
	echo 1 >$tracing/tracing_on
}

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
settled p_hot1 "1 function" 127
settled p_hot64 "64 functions" 63
settled p_hot127 "127 functions" 0
step "transitions"
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
