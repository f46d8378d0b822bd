#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The digest of the function to be replaced is compared with the running kernel's
# memory each time: a wrong digest, another kernel, a kprobe inside the body are
# refused and change nothing; a kprobe on the ftrace site is not in the way.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

probes=/sys/kernel/tracing/kprobe_events

# spoiled STATUS WRONG: refused when loaded or when enabled.
spoiled() {
	if insmod "$modules/p_built.ko" wrong="$2" 2>/tmp/error; then
		refused "$1"
		rmmod p_built || fail "p_built stays"
	else
		same "wrong=$2, verdict" "$1" $(($(cat "$sysfs/verdict") + 20))
		echo "    $(cat "$sysfs/refusal")"
	fi
}

# refused STATUS: enabling p_built is, with one line, and nothing changes.
refused() {
	sites=$(redirects)
	switchyard enable p_built >/tmp/out 2>/tmp/error
	same "exit code" "$1" $?
	sed "s/^/    /" /tmp/error
	same "lines" 1 "$(wc -l </tmp/error)"
	same "state" disabled "$(state p_built)"
	same "t_hot answers" 1 "$(version hot)"
	same "ftrace sites" "$sites" "$(redirects)"
}

probe() {
	echo "p:here sy_target:$1" >"$probes" || die "no kprobe at $1"
	echo 1 >/sys/kernel/tracing/events/kprobes/here/enable
}

unprobe() {
	echo 0 >/sys/kernel/tracing/events/kprobes/here/enable
	echo >"$probes"
}

engine_up
target_up
step "what is wrong: release, version, digest, size"
spoiled 41 1
spoiled 41 2
spoiled 42 3
spoiled 42 4
step "a part that is not there"
spoiled 26 11
step "tables that lie"
for wrong in 5 6 7 8 9 10; do
	spoiled 25 $wrong
done

step "a kprobe inside the body"
patch_up p_built
probe t_hot+5
refused 42
check "the line names the kprobe" grep -q "t_hot.*kprobe" /tmp/error
unprobe
step "a kprobe on the ftrace site"
probe t_hot
transition 0 enable p_built
same "t_hot answers" 2 "$(version hot)"
transition 0 disable p_built
disabled p_built
unprobe
step "and without one, compared anew each time"
transition 0 enable p_built
same "t_hot answers" 2 "$(version hot)"
transition 0 disable p_built
disabled p_built
probe t_hot+5
refused 42
unprobe
transition 0 enable p_built
transition 0 unload p_built
engine_down
