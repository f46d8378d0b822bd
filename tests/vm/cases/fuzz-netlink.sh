#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Random netlink messages, none of which may start anything: all are answered,
# nothing changes, the kernel log stays clean, and the engine works afterwards.
# With and without privilege, and while a transition runs. VM_FUZZ: how many
# (100,000), VM_SEED: the seed.
# vm: --timeout 900
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

count=${VM_FUZZ:-100000}
seed=${VM_SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}

everything() {
	cut -d" " -f1,3 /proc/modules | sort
	for file in state model forced functions last_result; do
		echo "$file: $(cat "$sysfs"/patches/*/$file | tr '\n' ' ')"
	done
	cat /sys/kernel/tracing/enabled_functions /proc/sys/kernel/tainted
	drive version
}

# fuzz NAME COUNT [--user]: sends them and compares.
fuzz() {
	fuzz_name=$1
	fuzz_count=$2
	shift 2
	step "$fuzz_name: $fuzz_count messages, seed $seed"
	everything >/tmp/before
	fuzznetlink "$fuzz_count" "$seed" p_hot1 p_hot_again p_sleep "$@" \
		>/tmp/fuzz.out 2>&1
	same "fuzznetlink's status" 0 $?
	sed 's/^/    /' /tmp/fuzz.out
	everything >/tmp/after
	check "nothing has changed" cmp /tmp/before /tmp/after
	diff /tmp/before /tmp/after
}

engine_up
target_up
patch_up p_hot1
patch_up p_hot_again
patch_up p_sleep
transition 0 enable p_hot1 --preset hybrid

fuzz "root" "$count"
fuzz_told() {
	tr ' ' '\n' </tmp/fuzz.out | sed -n "s/^$1=//p"
}
check "most are answered by errors" test "$(fuzz_told errors)" -gt $((count / 2))
check "some reach the engine" test "$(fuzz_told verdicts)" -gt 0
check "some are dumps" test "$(fuzz_told dumped)" -gt 0
fuzz "no privilege" $((count / 5)) --user
same "requests that reached the engine" 0 "$(fuzz_told verdicts)"

start dsleep drive dsleep 1 10000
switchyard enable p_sleep --preset hybrid --deadline 120 --no-wait
wait_until 5 is_state p_sleep patching
fuzz "while a transition runs" $((count / 100))
same "state" patching "$(state p_sleep)"
transition 0 reverse p_sleep
stop dsleep
disabled p_sleep

step "afterwards"
same "lines of alarm in the log" "" "$(scan-dmesg)"
transition 0 disable p_hot1
disabled p_hot1
transition 0 enable p_hot_again --preset kpatch
same "version that answers" 2 "$(version hot)"
transition 0 disable p_hot_again
disabled p_hot_again
rmmod p_hot1 p_hot_again p_sleep || fail "the patches do not unload"
engine_down
