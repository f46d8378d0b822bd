#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Births and deaths all the time, through patched functions: where tasks are
# born, where they exit, and do_exit() itself, from which nobody returns. Under
# every model, in and out; every child ends as it was meant to.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/models.sh
. models.sh

functions=copy_process,exit_signals,exit_sem,exit_files,exit_fs,taskstats_exit

calls() {
	tr , '\n' </sys/module/p_through/parameters/calls | head -n "$1" | grep -cvx 0
}

# settle COMMAND...: SWITCH_KERNEL may find no instant with nobody inside; then
# it must have given up.
settle() {
	switchyard "$@" --json >/tmp/result 2>/tmp/error
	settle_status=$?
	echo "    switchyard $*: $(json result /tmp/result)," \
		"$(us elapsed_ns) us, $(json tasks /tmp/result) tasks"
	case $settle_status in
	0) return 0 ;;
	11) ;;
	*) fail "switchyard $*: exit code $settle_status: $(cat /tmp/error)" ;;
	esac
	return 1
}

# in_and_out OPTION...
in_and_out() {
	tried=$((tried + 1))
	if settle enable p_through "$@" --deadline 5; then
		until settle disable p_through; do :; done
		settled=$((settled + 1))
	fi
	disabled p_through
}

# through FUNCTIONS N: all models.
through() {
	step "$1"
	insmod "$modules/p_through.ko" funcs="$1" || die "p_through.ko does not load"
	tried=0 settled=0
	each_model in_and_out
	same "functions whose new code was called" "$2" "$(calls "$2")"
	check "of $tried models $settled settled, all but two or more" \
		test "$settled" -ge $((tried - 2))
	rmmod p_through || fail "p_through does not unload"
}

engine_up
target_up
start storm storm 4
through $functions 6
through do_exit 1
stop storm
same "storm's status" 0 $?
tail -n 3 /tmp/storm.out
for kind in ends killed forks threads execs; do
	check "$(told $kind storm) children of the kind \"$kind\"" \
		test "$(told $kind storm)" -gt 20
done
engine_down
