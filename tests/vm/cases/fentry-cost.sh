#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a call that goes through a handler costs beyond one that is redirected
# directly, in instructions: getppid() from user mode, unpatched and patched,
# without a BPF program at its entry and with one. How many it is, the manual
# page and the command say, rounded; the case fails when they are a quarter off.
# vm: --icount
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
need /sys/kernel/btf/vmlinux
at=__do_sys_getppid

cost() {
	for _ in 1 2 3 4 5; do
		fentry cost 2000 | sed -n 's/per_call=//p'
	done | sort -n | sed -n 1p
}

engine_up
plain=$(cost)
transition 0 load "$modules/p_getppid.ko"
direct=$(cost)
transition 0 disable p_getppid
disabled p_getppid
start bpf fentry count $at
program=$(cost)
transition 0 enable p_getppid
both=$(cost)
switchyard >/tmp/status
stop bpf
alone=$(cost)
transition 0 unload p_getppid
engine_down

sed 's/^/    /' /tmp/status
echo "    a call: $plain, patched $direct, with a program $program," \
	"patched by a handler $both, when the program has gone $alone"
extra=$((both - program - (direct - plain)))
echo "    a handler beside a program costs $extra instructions more," \
	"alone $((alone - direct)) more"
told=$(sed -n 's/.* about \([0-9]*\) instructions.*/\1/p' /tmp/status)
check "the command tells what it costs" test -n "$told"
check "it is right within a quarter" \
	test $((extra * 4)) -le $((told * 5)) -a $((extra * 4)) -ge $((told * 3))
[ ! -d /mnt/share ] ||
	echo "{\"way\": \"handler\", \"extra\": $extra}" >/mnt/share/fentry-cost.jsonl
