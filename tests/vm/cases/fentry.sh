#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A BPF program at the entry of a patched function, in both orders. The program
# first: the function goes the second way, by a handler, is shown so, and both
# the patch and the program work, through transitions under models of each
# switch, with a caller that must see one change of version a transition. The
# patch first: BPF is refused. A program at the function's return (fexit), too.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
need /sys/kernel/btf/vmlinux
function=__x64_sys_getppid
at=__do_sys_getppid # the same function: BTF knows this name only

answers() {
	fentry ask | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# Both functions answer by version $1.
both() {
	same "getppid, getpgrp" "$1,$1" "$(answers getppid),$(answers getpgrp)"
}

bpf_calls() {
	kill -USR1 "$(cat /tmp/bpf.pid)"
	sleep 0.3
	told calls bpf
}

# seen TEXT: the program sees a call.
seen() {
	before=$(bpf_calls)
	fentry ask >/tmp/out
	check "$1: the program sees the calls" test "$(bpf_calls)" -gt "$before"
}

# watched PRESET: in and out four times with a caller.
watched() {
	step "transitions under $1, with a caller and the program"
	start watch fentry watch
	for _ in 1 2 3 4; do
		transition 0 enable p_getppid --preset "$1" || die "enable"
		same "by a handler" $function \
			"$(cat $sysfs/patches/p_getppid/by_handler)"
		transition 0 disable p_getppid || die "disable"
		disabled p_getppid
	done
	stop watch
	sed 's/^/    /' /tmp/watch.out
	same "changes of version that the caller saw" 8 "$(told changes watch)"
	both 1
}

engine_up
step "the program first"
start bpf fentry count $at
transition 0 load "$modules/p_getppid.ko"
both 2
same "by a handler" $function "$(cat $sysfs/patches/p_getppid/by_handler)"
switchyard list --json >/tmp/list
same "list says so" $function "$(json by_handler /tmp/list)"
switchyard >/tmp/status
sed 's/^/    /' /tmp/status
check "status says so" grep -q "$function" /tmp/status
seen "patched"
if insmod "$modules/klp_getppid.ko" 2>/tmp/error; then
	fail "upstream livepatch took a function that a handler has"
else
	pass "upstream livepatch is refused: $(cat /tmp/error)"
fi
both 2

# not_counted COMMAND: refused for the function that goes by a handler.
not_counted() {
	switchyard "$1" p_getppid --preset masami >/dev/null 2>/tmp/error
	same "exit code of $1 --preset masami" 45 $?
	sed 's/^/    /' /tmp/error
	same "lines" 1 "$(wc -l </tmp/error)"
	check "it names the function" grep -q "$function" /tmp/error
	check "and the way out" grep -q "use --detector stack" /tmp/error
}

step "a handler does not count: refused, and nothing is changed"
not_counted disable
same "its state" enabled "$(cat $sysfs/patches/p_getppid/state)"
both 2
transition 0 disable p_getppid
disabled p_getppid
not_counted enable
same "its state" disabled "$(cat $sysfs/patches/p_getppid/state)"
both 1
seen "refused"
transition 0 enable p_getppid --preset hybrid --detector stack
both 2

step "the program goes and comes while the patch is in force"
stop bpf
both 2
start bpf fentry count $at
both 2
seen "attached again"
transition 0 disable p_getppid
disabled p_getppid
both 1
same "nothing by a handler" "" "$(cat $sysfs/patches/p_getppid/by_handler)"
seen "unpatched"

for preset in hybrid kpatch kgraft null; do
	watched "$preset"
done
same "the program lives" 0 "$(kill -0 "$(cat /tmp/bpf.pid)"; echo $?)"
stop bpf

step "the patch first"
transition 0 enable p_getppid --preset masami
same "nothing by a handler" "" "$(cat $sysfs/patches/p_getppid/by_handler)"
fentry count $at >/tmp/out
same "attaching is refused, exit code" 1 $?
sed 's/^/    /' /tmp/out
both 2
transition 0 disable p_getppid
disabled p_getppid

step "a program at the return"
start bpf fentry count $at exit
transition 0 enable p_getppid --preset hybrid
both 2
seen "patched"
transition 0 disable p_getppid
disabled p_getppid
both 1
seen "unpatched"
stop bpf

step "no memory"
start bpf fentry count $at
for n in 1 2 3 4 5 6 7 8 9 10; do
	echo "$n" >/sys/module/switchyard/parameters/fail_alloc
	switchyard enable p_getppid --preset null >/tmp/out 2>/tmp/error
	enabled=$?
	echo 0 >/sys/module/switchyard/parameters/fail_alloc
	[ "$enabled" = 0 ] || [ "$enabled" = 21 ] ||
		fail "fault $n: exit code $enabled: $(cat /tmp/error)"
	echo "$enabled" >>/tmp/enabled
	[ "$enabled" != 0 ] || switchyard disable p_getppid >/tmp/out
	disabled p_getppid
done
check "faults are refused" grep -q 21 /tmp/enabled
both 1
seen "after faults"
stop bpf
rmmod p_getppid || fail "p_getppid does not unload"
engine_down
