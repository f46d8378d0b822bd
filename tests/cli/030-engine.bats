#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Without the engine, without privilege: one line that says what to do.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

setup() {
	without_engine
}

as_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# Runs the command without any capability, as nobody when that is possible.
unprivileged() {
	local drop=()
	[ "$(id -u)" -ne 0 ] ||
		drop=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	status=0
	output=$("${drop[@]}" "$SWITCHYARD" "$@" 2>"$BATS_TEST_TMPDIR/stderr") ||
		status=$?
	stderr=$(cat "$BATS_TEST_TMPDIR/stderr")
}

@test "the bare command is status" {
	sy
	fails 4 "the module switchyard is not loaded; run 'modprobe switchyard'"
	bare=$stderr
	sy status
	[ "$stderr" = "$bare" ]
	sy --json
	[ "$stderr" = "$bare" ]
}

@test "commands that read say that the engine is not loaded" {
	for command in status list blocked watch; do
		sy "$command"
		fails 4 "modprobe switchyard"
	done
	sy blocked some-patch
	fails 4 "modprobe switchyard"
	sy watch some-patch --until-settled --json
	fails 4 "modprobe switchyard"
}

@test "commands that change say that the engine is not loaded" {
	as_root
	for command in unload enable disable reverse; do
		sy "$command" some-patch
		fails 4 "modprobe switchyard"
	done
}

@test "every spelling of model, preset and deadline is taken" {
	as_root
	for model in patched_set/thread KERNEL/THREAD \
		LEAVE_FUNCTION/SWITCH_KERNEL leave_kernel/thread; do
		sy enable x --model "$model" --force --no-wait
		fails 4 "modprobe switchyard"
	done
	for preset in null kpatch kpatch-nocheck ksplice hybrid kgraft freeze; do
		sy enable "--preset=$preset" --json x
		fails 4 "modprobe switchyard"
	done
	for deadline in 0 0.5 .25 10 4294967; do
		sy disable x --deadline "$deadline" --wait
		fails 4 "modprobe switchyard"
	done
	sy enable --relaxed --preset kgraft -- x
	fails 4 "modprobe switchyard"
}

@test "commands that change say that they need privilege" {
	for command in unload enable disable reverse; do
		unprivileged "$command" some-patch
		fails 3 "CAP_SYS_MODULE"
	done
}

@test "load says that it needs privilege" {
	make_module "$BATS_TEST_TMPDIR/p.ko" switchyard=patch name=p \
		"vermagic=$(uname -r) SMP"
	chmod a+rx "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$BATS_FILE_TMPDIR" ||
		true
	[ "$(id -u)" -ne 0 ] ||
		setpriv --reuid 65534 --clear-groups cat \
			"$BATS_TEST_TMPDIR/p.ko" >/dev/null ||
		skip "the temporary folder is closed to nobody"
	unprivileged load "$BATS_TEST_TMPDIR/p.ko"
	fails 3 "run as root"
}
