#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Lockdown, as Secure Boot brings it: the kernel refuses a module without a
# signature it accepts, and the command says so in one line with the way out;
# patches that are loaded already go in and out. It cannot be lifted again.
#
# vm: --smp 2
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
lockdown=/sys/kernel/security/lockdown

engine_up
target_up
patch_up p_hot1
mount -t securityfs none /sys/kernel/security || die "no securityfs"
need $lockdown
echo integrity >$lockdown || die "the kernel does not lock down"
check "the kernel is locked down: $(cat $lockdown)" grep -q '\[integrity\]' $lockdown

step "an unsigned patch"
before=$(cut -d' ' -f1,3 /proc/modules)
switchyard load "$modules/p_sleep.ko" >/tmp/out 2>/tmp/error
same "exit code" 8 $?
sed 's/^/    /' /tmp/error
same "lines" 1 "$(wc -l </tmp/error)"
check "the line names it, the reason and the way out" \
	grep -q "p_sleep.*lockdown.*sign" /tmp/error
same "modules" "$before" "$(cut -d' ' -f1,3 /proc/modules)"
same "state of the other" disabled "$(state p_hot1)"

step "a patch that was loaded before"
for model in function/function patched_set/thread patched_set/kernel \
	kernel/thread; do
	transition 0 enable p_hot1 --model $model
	same "version that answers" 2 "$(version hot)"
	transition 0 disable p_hot1
	disabled p_hot1
done

step "the engine itself"
rmmod p_hot1 || fail "p_hot1 does not unload"
engine_down
insmod "$modules/switchyard.ko" 2>/tmp/error && fail "it loads unsigned"
sed 's/^/    /' /tmp/error
switchyard load "$modules/p_hot1.ko" >/tmp/out 2>/tmp/error
same "exit code without it" 4 $?
same "lines" 1 "$(wc -l </tmp/error)"
