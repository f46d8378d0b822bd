#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Wrong usage: one line, exit status 2, nothing on stdout.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

@test "an unknown command" {
	sy frobnicate
	fails 2 "frobnicate: no such command"
}

@test "an abbreviated command" {
	sy stat
	fails 2 "stat: no such command"
}

@test "an empty command" {
	sy ""
	fails 2 "no such command"
}

@test "a command of another case" {
	sy Status
	fails 2 "no such command"
}

@test "control characters do not reach the terminal" {
	sy "$(printf 'a\033[2J\nb')"
	fails 2 "a?[2J?b: no such command"
}

@test "an unknown option" {
	sy status --frobnicate
	fails 2 "--frobnicate: no such option"
}

@test "an abbreviated option" {
	sy enable x --dead 1
	fails 2 "--dead: no such option"
}

@test "an option that the command does not take" {
	sy status --force
	fails 2 "--force: not an option of status"
}

@test "an option before the command means status" {
	sy --force load x
	fails 2 "--force: not an option of status"
}

@test "--json where there is no table" {
	sy help --json
	fails 2 "--json: not an option of help"
}

@test "--json=yes" {
	sy models --json=yes
	fails 2 "--json takes no value"
}

@test "an operand that is missing" {
	for command in load unload enable disable reverse; do
		sy "$command"
		fails 2 "is missing"
	done
}

@test "kernel takes one of its verbs, and what belongs to it" {
	sy kernel
	fails 2 "kernel: its VERB [RELEASE] is missing"
	sy kernel get 6.1.0-47-amd64
	fails 2 "get: not a verb of kernel"
	sy kernel add
	fails 2 "its RELEASE is missing"
	sy kernel list 6.1.0-47-amd64
	fails 2 "takes no RELEASE"
	sy kernel remove a b
	fails 2 "takes one RELEASE"
	sy kernel add --json 6.1.0-47-amd64
	fails 2 "--json: not an option of kernel add"
	sy kernel remove --debs . 6.1.0-47-amd64
	fails 2 "--debs=.: not an option of kernel remove"
}

@test "releases that are none" {
	for release in ../x . -- "" 'a b' 'a;b' "$(printf 'a\nb')"; do
		sy kernel remove -- "$release"
		[ "$status" -eq 2 ]
		[ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 1 ]
	done
}

@test "an empty operand" {
	sy enable ""
	fails 2 "is empty"
}

@test "an operand too many" {
	sy enable a b
	fails 2 "takes one operand"
	sy status a
	fails 2 "takes no operand"
}

@test "the value of an option is missing" {
	sy enable x --model
	fails 2 "--model: its LEAVE/SWITCH is missing"
}

@test "models that are none" {
	for model in "" / kernel kernel/ /thread patched/thread \
		kernel/thread/kernel LEAVE_/SWITCH_ thread/kernel; do
		sy enable x --model "$model"
		fails 2 "not LEAVE/SWITCH"
	done
}

@test "presets that are none" {
	for preset in "" kpat Hybrid kpatch-; do
		sy enable x --preset "$preset"
		fails 2 "no preset of that name"
	done
}

@test "detectors that are none" {
	for detector in "" stacks boundary none 1; do
		sy enable x --detector "$detector"
		fails 2 "neither stack nor count"
	done
	sy enable x --detector stack --detector count
	fails 2 "a detector is given already"
	sy status --detector count
	fails 2 "not an option of status"
}

@test "deadlines that are none" {
	for deadline in "" . -1 1e3 0x1 1s 1.2.3 4294968 1,5 nan inf; do
		sy enable x --deadline "$deadline"
		fails 2 "not a number of seconds"
	done
}

@test "a model and a preset" {
	sy enable x --model kernel/thread --preset kgraft
	fails 2 "a model is given already"
	sy enable x --preset=kgraft --model=kernel/thread
	fails 2 "a model is given already"
}

@test "--relaxed with a model that does not leave the kernel" {
	sy enable x --relaxed --preset hybrid
	fails 2 "--relaxed"
	sy enable x --relaxed
	fails 2 "--relaxed"
}

@test "unload always waits" {
	sy unload x --no-wait
	fails 2 "--no-wait: not an option of unload"
}

@test "help of an unknown command" {
	sy help frobnicate
	fails 2 "no such command"
}
