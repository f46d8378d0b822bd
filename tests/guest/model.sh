# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# One model under the full load: a real fix goes in and out and is seen to work
# each time, then a patch of system calls that the load calls all the time and
# that a quarter of its sleepers sleep in. Sourced by the cases model-*.sh.

# model_fix OPTION...: the fix of CVE-2026-53249 in, seen, out, seen.
model_fix() {
	saw "before" 3
	transition 0 load "$modules/ip_options.ko" "$@" || return
	same "result" settled "$(json result /tmp/result)"
	same "state" enabled "$(state ip_options)"
	saw "patched" 2
	transition 0 unload ip_options || return
	saw "unpatched" 3
	check "the module is gone" test ! -d /sys/module/ip_options
}

# model_calls WANTED OPTION...: read, write and getppid, in and out again.
model_calls() {
	model_wanted=$1
	shift
	transition "$model_wanted" load "$modules/p_syscalls.ko" "$@" || return
	if [ "$model_wanted" = 0 ]; then
		same "result" settled "$(json result /tmp/result)"
		transition 0 unload p_syscalls || return
	else
		same "result" gave_up "$(json result /tmp/result)"
		check "sleepers are named" \
			grep -q '"function": "ksys_read"' /tmp/result
	fi
	check "the module is gone" test ! -d /sys/module/p_syscalls
}

# model_case OPTION...: a model that reaches sleepers or does not mind them.
model_case() {
	engine_up
	load_up --sleepers 500 --spin 1 --syscalls 1 --forks 1
	step "a real fix"
	model_fix "$@"
	step "system calls in constant use, with sleepers inside"
	model_calls 0 "$@"
	load_down
	engine_down
}
