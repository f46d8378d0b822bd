#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What litmus/vm/run says at its end, of rows made by hand: nothing that a row holds
# against the goals may be lost on the way.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

ALL="FUNCTION/FUNCTION FUNCTION/THREAD FUNCTION/KERNEL
	PATCHED_SET/FUNCTION PATCHED_SET/THREAD PATCHED_SET/KERNEL
	KERNEL/FUNCTION KERNEL/THREAD KERNEL/KERNEL
	KERNEL/FUNCTION/relaxed KERNEL/THREAD/relaxed KERNEL/KERNEL/relaxed
	livepatch"

setup() {
	rows=$BATS_TEST_TMPDIR/rows.jsonl
	: >"$rows"
}

# row TEST MODEL [JQ]: one that ran for 600 s, saw nothing and may see nothing; JQ
# says what is different.
row() {
	jq -nc --arg test "$1" --arg model "$2" '{test: $test, model: $model,
		engine: "1 x", outcome: "M1", expected: "Never",
		verdict: "not seen", count: 0, rounds: 10, settled: 10,
		reverted: 0, unsettled: 0, refused: 0, failed: 0, slow: 0,
		slowest: 1, faults: 0, stretched: 0, unherded: 0, incomplete: 0,
		seen: {M1: 0, M2: 0, M3: 0, M4: 0, broken: 0}, qualifiers: 0,
		allows: 0, unchecked: 0, forbidden: 0, violated: 0,
		old_calls: 3000, new_calls: 3000, events: 100, seconds: 600}
		| '"${3:-.}" >>"$rows"
}

# all_models: what meets every goal: the first allows all, and shows it.
all_models() {
	local model
	for model in $ALL; do
		row a "$model"
	done
	row b FUNCTION/FUNCTION '.allows = 15 | .seen = {M1: 1, M2: 2, M3: 3, M4: 4, broken: 0}
		| .verdict = "allowed" | .count = 1 | .expected = "Sometimes"'
	jq -c 'if .model == "FUNCTION/FUNCTION" then .allows = 15 else . end' \
		"$rows" >"$rows.new"
	mv "$rows.new" "$rows"
}

summary() {
	output=$(jq -rs -f "$TOP/litmus/vm/summary.jq" "$rows")
	echo "$output"
}

# says TEXT: a line of it is this.
says() {
	grep -qxF -e "$1" <<<"$output" || { echo "missing: $1"; return 1; }
}

# cells MODEL TEXT: its line of the table, single spaces.
cells() {
	local line
	line=$(awk -v m="$1" '$1 == m' <<<"$output" | tr -s ' ' | sed 's/ $//')
	echo "want: $2"
	[ "$line" = "$2" ]
}

@test "all goals met" {
	all_models
	summary
	says "goal litmus-vm-time: met 10 min under the model with least (goal 10 min)"
	says "goal litmus-vm-forbidden: met 0 (goal 0)"
	says "goal litmus-vm-witnessed: met 4 of 4 cells that allow an observation, of 13 of 13 models (goal all)"
	says "forbidden: 0"
	says "could not be run to their end: 0"
	says "suspect lines in the kernel's log: 0"
	cells FUNCTION/FUNCTION "FUNCTION/FUNCTION 20 10 20 yes: 1 rounds, 1 tests yes: 2 rounds, 1 tests yes: 3 rounds, 1 tests yes: 4 rounds, 1 tests"
	cells KERNEL/KERNEL "KERNEL/KERNEL 10 10 10 no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could"
	[ "$(awk '/^model/ { on = 1; next } on && !NF { exit } on' <<<"$output" | wc -l)" -eq 13 ]
}

@test "a forbidden row fails its goal, is named and stands in the table" {
	all_models
	row c KERNEL/KERNEL '.verdict = "forbidden" | .seen.M1 = 2 | .forbidden = 2 | .count = 2'
	summary
	says "goal litmus-vm-forbidden: missed 1 (goal 0)"
	says "forbidden: 1"
	says "  c KERNEL/KERNEL"
	cells KERNEL/KERNEL "KERNEL/KERNEL 20 10 20 no: SEEN in 2 rounds no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could"
}

@test "a row that is not in the table of models counts, too" {
	all_models
	row c PATCHED_SET/THREAD/count '.verdict = "forbidden"'
	summary
	says "goal litmus-vm-forbidden: missed 1 (goal 0)"
	says "  c PATCHED_SET/THREAD/count"
	says "goal litmus-vm-witnessed: met 4 of 4 cells that allow an observation, of 13 of 13 models (goal all)"
}

@test "an incomplete history fails the goal" {
	all_models
	row c KERNEL/THREAD '.verdict = "incomplete" | .incomplete = 3'
	summary
	says "goal litmus-vm-forbidden: missed 1 (goal 0)"
	says "forbidden: 0"
	grep -q ', incomplete: 3, ' <<<"$output"
}

@test "a test that could not be run to its end fails the goal" {
	all_models
	echo '{"test": "c", "model": "KERNEL/KERNEL", "verdict": "skipped", "why": "failed: it could not be run to its end"}' >>"$rows"
	summary
	says "goal litmus-vm-forbidden: missed 1 (goal 0)"
	says "could not be run to their end: 1"
	says "  c KERNEL/KERNEL"
}

@test "suspect lines of the kernel's log fail the goal" {
	all_models
	echo '{"verdict": "log", "model": "KERNEL/KERNEL", "lines": 7}' >>"$rows"
	summary
	says "goal litmus-vm-forbidden: missed 1 (goal 0)"
	says "suspect lines in the kernel's log: 7"
	says "  KERNEL/KERNEL"
}

@test "a cell that allows an observation and never showed it fails its goal" {
	all_models
	row c KERNEL/THREAD '.allows = 4'
	jq -c 'if .model == "KERNEL/THREAD" then .allows = 4 else . end' "$rows" >"$rows.new"
	mv "$rows.new" "$rows"
	summary
	says "goal litmus-vm-witnessed: missed 4 of 5 cells that allow an observation, of 13 of 13 models (goal all)"
	says "goal litmus-vm-forbidden: met 0 (goal 0)"
	cells KERNEL/THREAD "KERNEL/THREAD 20 10 20 no: 0, 0 tests could no: 0, 0 tests could yes: NOT SEEN no: 0, 0 tests could"
}

@test "two models only: the goals that speak of all are missed" {
	row a FUNCTION/THREAD '.allows = 15 | .seen = {M1: 1, M2: 1, M3: 1, M4: 1, broken: 0} | .count = 1'
	row a PATCHED_SET/THREAD '.allows = 14 | .seen.M2 = 1 | .seen.M3 = 1 | .seen.M4 = 1'
	summary
	says "goal litmus-vm-time: missed 0 min under the model with least (goal 10 min)"
	says "goal litmus-vm-witnessed: missed 7 of 7 cells that allow an observation, of 2 of 13 models (goal all)"
	cells PATCHED_SET/THREAD "PATCHED_SET/THREAD 10 10 10 no: 0, 1 tests could yes: 1 rounds, 1 tests yes: 1 rounds, 1 tests yes: 1 rounds, 1 tests"
	says "expected never, not seen: 1 of tests and models; tested (another model shows it): 1"
}

@test "what a function exempt from the check shows is no witness against a model" {
	all_models
	row c PATCHED_SET/KERNEL '.unchecked = 1 | .seen.M1 = 5'
	summary
	cells PATCHED_SET/KERNEL "PATCHED_SET/KERNEL 20 10 20 no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could"
}

@test "too little time, more time to settle, refusals and skips are told" {
	row a KERNEL/KERNEL '.seconds = 594 | .slow = 2 | .slowest = 31.5'
	row b KERNEL/KERNEL '.verdict = "refused" | .refused = 10 | .seconds = 0'
	echo '{"test": "c", "model": "every model", "verdict": "skipped", "why": "more than 8 threads"}' >>"$rows"
	summary
	says "given more time to settle: 2 rounds; the slowest settled within 31.5 s"
	says "tests with no counterpart: 1"
	says "  c: more than 8 threads"
	cells KERNEL/KERNEL "KERNEL/KERNEL 9.9 20 20 no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could no: 0, 0 tests could"
	grep -q '^rows: 2, rounds: 20, calls: 12000, injected faults: 0, incomplete: 0, minutes: 9.9, engines: 1 x$' <<<"$output"
}

@test "no rows: no goal is met" {
	summary
	says "goal litmus-vm-forbidden: missed 0 (goal 0)"
	says "goal litmus-vm-time: missed 0 min under the model with least (goal 10 min)"
	says "goal litmus-vm-witnessed: missed 0 of 0 cells that allow an observation, of 0 of 13 models (goal all)"
}
