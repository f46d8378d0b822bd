#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A model that does not satisfy the requirement is used only by force: that
# is logged, taints the kernel, and shows until the patch is gone.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
echo "tainted before: $(cat /proc/sys/kernel/tainted)"
patch_up p_forbid_all
step "refused without force"
transition 7 enable p_forbid_all --preset null
same "version that answers" 1 "$(version hot)"
step "forced"
transition 0 enable p_forbid_all --preset null --force
same "version that answers" 2 "$(version hot)"
same "forced, in sysfs" 1 "$(cat "$sysfs/patches/p_forbid_all/forced")"
same "forced, in the result" true "$(json forced /tmp/result)"
check "the log says so" sh -c "dmesg | grep -i switchyard | grep -qi forc"
check "the kernel is tainted (U)" \
	test $(($(cat /proc/sys/kernel/tainted) & 64)) = 64
check "the status shows it" sh -c "switchyard status | grep -q FORCED"
transition 0 disable p_forbid_all
disabled p_forbid_all
same "forced, when the patch is off" 0 \
	"$(cat "$sysfs/patches/p_forbid_all/forced")"
rmmod p_forbid_all || fail "p_forbid_all does not unload"
engine_down
