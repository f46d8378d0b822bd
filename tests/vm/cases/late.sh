#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Target modules that come after the patch, go, and come back: patched before
# their init runs, with the side that is in force, or, while a transition runs,
# with the side of whoever calls.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

late=/sys/module/sy_late/parameters

late_up() {
	insmod "$modules/sy_late.ko" || fail "sy_late does not load"
	wait_until 5 test -r "$late/now"
}

late_down() {
	rmmod sy_late || fail "sy_late does not unload"
}

# answers WHAT AT_INIT NOW
answers() {
	same "$1: at init" "$2" "$(cat "$late/at_init")"
	same "$1: now" "$3" "$(cat "$late/now")"
}

pending() {
	cat "$sysfs/patches/p_late/pending"
}

engine_up
target_up
patch_up p_late

step "loaded before the patch is enabled"
late_up
answers "not enabled" 11 11
transition 0 enable p_late --preset hybrid
answers "enabled" 11 22
same "pending" "" "$(pending)"
step "unloaded and loaded again while it is enabled"
late_down
same "pending" sy_late "$(pending)"
check "status names it" sh -c \
	"switchyard status | grep -q 'p_late.*waits for sy_late'"
switchyard status --json >/tmp/status
same "status --json, pending" sy_late "$(json pending /tmp/status)"
dmesg | grep "sy_late: at exit: 22" || fail "its exit did not run new"
for again in 1 2 3; do
	late_up
	answers "back, $again" 22 22
	late_down
done
step "an init that fails"
insmod "$modules/sy_late.ko" fail=1 2>/tmp/error && fail "it was loaded"
dmesg | grep "sy_late: at init: 22" || fail "its init did not run new"
same "pending" sy_late "$(pending)"
step "disabled while it is away"
transition 0 disable p_late
disabled p_late
late_up
answers "disabled" 11 11
late_down

step "loaded after the patch was enabled"
transition 0 enable p_late --preset hybrid
same "pending" sy_late "$(pending)"
late_up
answers "loaded after" 22 22
transition 0 disable p_late --preset kpatch
disabled p_late
answers "disabled" 22 11
late_down

for preset in null kpatch kpatch-nocheck kgraft masami; do
	step "$preset, with the module away"
	transition 0 enable p_late --preset $preset
	late_up
	answers $preset 22 22
	transition 0 disable p_late
	disabled p_late
	answers "$preset, disabled" 22 11
	late_down
done

half_way() {
	is_state p_late "$1" && [ "$(cat "$sysfs/patches/p_late/blockers")" -gt 0 ]
}

in_progress() {
	half_way patching || half_way unpatching
}

settled() {
	is_state p_late enabled || is_state p_late disabled
}

step "it comes while a hybrid transition waits for a sleeper: new for who switched"
start dsleep drive dsleep 1 6000
switchyard enable p_late --preset hybrid --no-wait
wait_until 5 half_way patching
late_up
answers "in transition" 22 22
late_down
late_up
same "still" patching "$(state p_late)"
answers "in transition, again" 22 22
step "and is turned round"
transition 0 reverse p_late
answers "reverted" 22 11
disabled p_late
answers "reverted" 22 11
stop dsleep
late_down

step "it comes while a kpatch transition waits for a sleeper: old until the flip"
start dsleep drive dsleep 1 4000
switchyard enable p_late --preset kpatch --no-wait
wait_until 5 half_way patching
late_up
answers "before the flip" 11 11
stop dsleep
wait_until 20 is_state p_late enabled
answers "after the flip" 11 22
step "it goes while it is unpatched"
start dsleep drive dsleep 1 4000
switchyard disable p_late --preset kpatch --no-wait
wait_until 5 half_way unpatching
late_down
stop dsleep
disabled p_late
late_up
answers "unpatched" 11 11
late_down

counted="--preset hybrid --detector count"
for direction in enable disable; do
	step "$direction, counted: it comes, goes and comes meanwhile"
	# shellcheck disable=SC2086
	[ "$direction" = enable ] || transition 0 enable p_late $counted
	start dsleep drive dsleep 1 5000
	# shellcheck disable=SC2086
	switchyard "$direction" p_late $counted --no-wait
	wait_until 5 in_progress
	late_up
	[ "$direction" = enable ] && answers "new for who switched" 22 22
	[ "$direction" = disable ] && answers "old for who switched" 11 11
	late_down
	late_up
	transition 0 reverse p_late
	stop dsleep
	wait_until 20 settled
	[ "$direction" = enable ] && same "reverted: now" 11 "$(cat "$late/now")"
	[ "$direction" = disable ] && same "reverted: now" 22 "$(cat "$late/now")"
	late_down
done
# shellcheck disable=SC2086
transition 0 disable p_late $counted
disabled p_late
step "masami: it comes while a sleeper is inside: old until the last is out"
start dsleep drive dsleep 1 4000
switchyard enable p_late --preset masami --no-wait
wait_until 5 half_way patching
late_up
answers "before the switch" 11 11
stop dsleep
wait_until 20 is_state p_late enabled
answers "after the switch" 11 22
start dsleep drive dsleep 1 4000
switchyard disable p_late --preset masami --no-wait
wait_until 5 half_way unpatching
late_down
late_up
answers "before the switch back" 22 22
stop dsleep
disabled p_late
answers "after the switch back" 22 11
late_down

step "a module that the patch cannot be applied to is not loaded"
rmmod p_late
insmod "$modules/p_late.ko" wrong=1 || fail "p_late does not load"
transition 0 enable p_late
insmod "$modules/sy_late.ko" 2>/tmp/error && fail "it was loaded"
sed "s/^/    /" /tmp/error
check "it is not there" test ! -e /sys/module/sy_late
check "the refusal names the function" grep -q late_answer "$sysfs/refusal"
dmesg | grep "switchyard: sy_late: not loaded.*p_late" ||
	fail "the log does not say so"
same "pending" sy_late "$(pending)"
transition 0 unload p_late
step "nothing of it stays"
late_up
answers "no patch" 11 11
patch_up p_late
insmod "$modules/p_hot1.ko" || fail "p_hot1 does not load"
transition 0 enable p_late
transition 0 enable p_hot1
transition 0 unload p_hot1
answers "enabled" 11 22
transition 0 unload p_late
late_down
engine_down
