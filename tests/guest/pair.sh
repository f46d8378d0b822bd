# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Two functions whose calling convention changes, under transitions that never
# stop: four threads call the outer one, which sleeps and yields between calls
# of the inner one. Sourced by the cases pair-*.sh.

pair_transitions=50
pair_calls=10000

# pair_one COMMAND PATCH OPTION...: one transition; counts it when it settled.
# A model of SWITCH_KERNEL may give up while somebody is inside; it is asked
# again.
pair_one() {
	pair_tries=$((pair_tries + 1))
	if switchyard "$@" --json >/tmp/result 2>/tmp/error; then
		pair_settled=$((pair_settled + 1))
		return 0
	fi
	pair_status=$?
	[ "$pair_status" = 11 ] && return 1
	cat /tmp/error
	die "switchyard $*: exit code $pair_status"
}

# pair_run PATCH PROGRAM OPTION...: transitions back and forth until there are
# enough, with the program calling all the time. At the end the old code runs.
pair_run() {
	pair_patch=$1
	pair_program=$2
	shift 2
	pair_settled=0
	pair_tries=0
	pair_begin=$(cut -d. -f1 /proc/uptime)
	start "$pair_program" drive "$pair_program" 4 4 300 3000
	while [ "$pair_settled" -lt "$pair_transitions" ]; do
		[ "$pair_tries" -lt 200 ] ||
			die "only $pair_settled of $pair_tries transitions settled"
		until pair_one enable "$pair_patch" "$@"; do :; done
		until pair_one disable "$pair_patch"; do :; done
		wait_until 20 is_state "$pair_patch" disabled ||
			die "$pair_patch is $(state "$pair_patch"), not disabled"
	done
	stop "$pair_program" || fail "drive $pair_program saw trouble"
	pair_end=$(cut -d. -f1 /proc/uptime)
	echo "    $pair_settled transitions settled of $pair_tries in" \
		"$((pair_end - pair_begin)) s; $(tail -n 1 "/tmp/$pair_program.out")"
	check "$(told calls "$pair_program") calls, at least $pair_calls" \
		test "$(told calls "$pair_program")" -ge "$pair_calls"
	check "calls were made by both versions" test "$(told old "$pair_program")" \
		-gt 0 -a "$(told new "$pair_program")" -gt 0
}

# pair_case OPTION...: under a model that forbids M1 nothing is ever mixed.
pair_case() {
	engine_up
	target_up
	step "the harmless pair: $*"
	patch_up p_pair
	pair_run p_pair pair "$@"
	same "calls of the wrong version" 0 "$(told wrong pair)"
	rmmod p_pair || fail "p_pair does not unload"
	step "the pair that crashes when mixed: $*"
	patch_up p_pair_crash
	pair_run p_pair_crash crash "$@"
	same "calls of the wrong version" 0 "$(told wrong crash)"
	rmmod p_pair_crash || fail "p_pair_crash does not unload"
	engine_down
}
