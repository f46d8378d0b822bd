#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# help, version and models: what needs no engine.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

@test "help lists the commands" {
	sy help
	works
	[ "$(commands | xargs)" = "load unload enable disable reverse status list\
 blocked watch models kernel build inspect help version" ]
}

@test "--help is help, --version is version" {
	sy help
	want=$output
	sy --help
	works
	[ "$output" = "$want" ]
	sy --version
	works
	[[ $output == "switchyard "* ]]
}

@test "help of each command shows its usage and options" {
	for command in $(commands); do
		sy help "$command"
		works
		[[ $output == "usage: switchyard $command"* ]]
		awk 'length > 80 { exit 1 }' <<<"$output"
	done
	sy help load
	[[ $output == *"--deadline SECONDS"* ]]
	[[ $output == *"--json"* ]]
}

@test "the version is that of module/VERSION" {
	sy version
	works
	[[ $output == "switchyard $(cat "$TOP/module/VERSION"), engine "* ]]
	sy version --json
	works
	[ "$(jq -r .command <<<"$output")" = "$(cat "$TOP/module/VERSION")" ]
}

@test "models as text" {
	sy models
	works
	[[ ${output%%$'\n'*} == MODEL*PRESETS*M1*M2*M3*M4*SERVED ]]
	grep -qE '^patched_set/thread +hybrid +no +yes +yes +yes ' <<<"$output"
	grep -qE '^function/kernel +kpatch-nocheck +yes +yes +yes +no ' \
		<<<"$output"
	grep -qE '^kernel/thread +kgraft +no +no +yes +yes ' <<<"$output"
	awk 'length > 80 { exit 1 }' <<<"$output"
}

@test "models as JSON" {
	sy models --json
	works
	[ "$(jq length <<<"$output")" -eq 12 ]
	[ "$(jq -r '.[] | select(.model == "patched_set/kernel") |
		.m1 + .m2 + .m3 + .m4' <<<"$output")" = noyesnono ]
	[ "$(jq -r '[.[] | select(.relaxed and .switch != "function") |
		.m2] | unique | .[]' <<<"$output")" = excused ]
}

@test "text and JSON of models have the same rows" {
	sy models
	text=$(sed -n '2,/^$/p' <<<"$output" | sed '/^$/d; s/  .*//')
	sy models --json
	[ "$(jq -r '.[].model' <<<"$output")" = "$text" ]
}

@test "without the engine SERVED is unknown" {
	without_engine
	sy models --json
	[ "$(jq 'all(.served == null)' <<<"$output")" = true ]
	sy version
	[[ $output == *"engine not loaded" ]]
}

@test "output that cannot be written is an error" {
	[ -w /dev/full ] || skip "there is no /dev/full"
	status=0
	"$SWITCHYARD" models >/dev/full 2>"$BATS_TEST_TMPDIR/stderr" ||
		status=$?
	[ "$status" -eq 1 ]
	grep -q "output: cannot be written" "$BATS_TEST_TMPDIR/stderr"
}
