#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# kernel.ftrace_enabled: it cannot be switched off while the engine has
# functions, and a patch is refused while it is off.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
step "off before: the patch is refused"
echo 0 >/proc/sys/kernel/ftrace_enabled || die "ftrace_enabled cannot be 0"
transition 37 load "$modules/p_hot1.ko"
same "one line" 1 "$(wc -l </tmp/error)"
same "version that answers" 1 "$(version hot)"
echo 1 >/proc/sys/kernel/ftrace_enabled

step "on, patched: it stays on"
transition 0 load "$modules/p_hot1.ko"
if echo 0 >/proc/sys/kernel/ftrace_enabled; then
	fail "ftrace_enabled could be switched off under a patch"
else
	pass "switching ftrace off is refused"
fi 2>/tmp/error
cat /tmp/error
same "ftrace_enabled" 1 "$(cat /proc/sys/kernel/ftrace_enabled)"
same "version that answers" 2 "$(version hot)"
transition 0 unload p_hot1
engine_down
