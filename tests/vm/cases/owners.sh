#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Others at a patched function's entry: a direct call (what BPF uses) keeps a
# patch out and is kept out by one; the function tracer and a kprobe see the
# calls and change nothing.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
tracing=/sys/kernel/tracing

engine_up
target_up
step "a direct call first"
insmod "$modules/direct_hot.ko" || die "direct_hot.ko does not load"
transition 31 load "$modules/p_hot1.ko"
same "one line" 1 "$(wc -l </tmp/error)"
check "the line names the function" grep -q t_hot /tmp/error
same "version that answers" 1 "$(version hot)"
rmmod direct_hot || fail "direct_hot does not unload"

step "a patch first"
transition 0 load "$modules/p_hot1.ko"
if insmod "$modules/direct_hot.ko" 2>/tmp/error; then
	fail "a direct call took a patched function"
	rmmod direct_hot
else
	pass "the direct call is refused: $(cat /tmp/error)"
fi
same "version that answers" 2 "$(version hot)"

step "the function tracer on a patched function"
echo t_hot >$tracing/set_ftrace_filter
echo function >$tracing/current_tracer
same "version that answers" 2 "$(version hot)"
check "the tracer saw the call" grep -q t_hot $tracing/trace
echo nop >$tracing/current_tracer
same "version that answers" 2 "$(version hot)"

step "a kprobe on a patched function"
echo 'p:sy_case/hot t_hot' >$tracing/kprobe_events ||
	fail "the kprobe is refused"
echo 1 >$tracing/events/sy_case/enable
same "version that answers" 2 "$(version hot)"
echo 0 >$tracing/events/sy_case/enable
transition 0 unload p_hot1
same "version that answers" 1 "$(version hot)"

step "patched under a tracer and a kprobe"
echo 1 >$tracing/events/sy_case/enable
echo function >$tracing/current_tracer
transition 0 load "$modules/p_hot1.ko"
same "version that answers" 2 "$(version hot)"
transition 0 unload p_hot1
same "version that answers" 1 "$(version hot)"
echo 0 >$tracing/events/sy_case/enable
echo nop >$tracing/current_tracer
echo >$tracing/set_ftrace_filter
echo >$tracing/kprobe_events
echo >$tracing/trace
engine_down
