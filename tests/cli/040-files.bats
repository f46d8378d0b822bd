#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# load: what is inspected before the kernel sees the file.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

setup() {
	without_engine
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "no such file" {
	sy load nowhere.ko
	fails 6 "nowhere.ko: cannot be opened: No such file"
}

@test "a folder, a device, a pipe" {
	sy load .
	fails 6 "not a regular file"
	sy load /dev/null
	fails 6 "not a regular file"
	mkfifo pipe
	sy load pipe
	fails 6 "not a regular file"
}

@test "an empty file" {
	: >empty.ko
	sy load empty.ko
	fails 6 "not a kernel module"
}

@test "a text file" {
	sy load /etc/passwd
	fails 6 "not a kernel module"
}

@test "a program" {
	sy load "$SWITCHYARD"
	fails 6 "not a kernel module"
}

@test "an object without modinfo" {
	echo 'int x;' >x.c
	gcc -c x.c -o x.ko
	sy load x.ko
	fails 6 "no readable .modinfo"
}

@test "an object cut off" {
	make_module p.ko switchyard=patch name=p "vermagic=$(uname -r) SMP"
	for size in 63 64 100 300 500; do
		head -c "$size" p.ko >cut.ko
		sy load cut.ko
		fails 6 "cut.ko: "
	done
}

@test "section headers beyond the end, and absurd ones" {
	make_module p.ko switchyard=patch name=p "vermagic=$(uname -r) SMP"
	for where in 40 44 58 60 62; do
		cp p.ko bad.ko
		printf '\377\377' | dd of=bad.ko bs=1 seek="$where" \
			conv=notrunc status=none
		sy load bad.ko
		[ "$status" -lt 126 ]
		[ "$(wc -l <stderr)" -eq 1 ]
	done
}

@test "a module that is not a patch" {
	make_module m.ko name=m license=GPL "vermagic=$(uname -r) SMP"
	sy load m.ko
	fails 6 "a kernel module but not a patch"
	make_module m.ko name=m switchyard=engine "vermagic=$(uname -r) SMP"
	sy load m.ko
	fails 6 "a kernel module but not a patch"
}

@test "a patch for another kernel names both and says rebuild" {
	make_module p.ko switchyard=patch name=p \
		"vermagic=6.1.0-999-amd64 SMP preempt"
	sy load p.ko
	fails 5 "built for kernel 6.1.0-999-amd64 but $(uname -r) is running"
	[[ $stderr == *"; rebuild it"* ]]
}

@test "a release that only begins like the running one" {
	make_module p.ko switchyard=patch name=p "vermagic=$(uname -r)x SMP"
	sy load p.ko
	fails 5 "rebuild"
}

@test "control characters in modinfo" {
	make_module p.ko switchyard=patch name=p 'vermagic=\\033[2J\\nx SMP'
	sy load p.ko
	fails 5 "rebuild"
}

@test "a module's name that is too long" {
	make_module p.ko switchyard=patch "vermagic=$(uname -r) SMP" \
		"name=$(printf 'n%.0s' {1..63})"
	sy load p.ko
	[ "$status" -ne 6 ]
	make_module "$(printf 'n%.0s' {1..64}).ko" switchyard=patch \
		"vermagic=$(uname -r) SMP"
	sy load "$(printf 'n%.0s' {1..64}).ko"
	fails 6 "too long"
}

@test "a good file gets as far as the engine" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	make_module p.ko switchyard=patch name=p "vermagic=$(uname -r) SMP"
	sy load p.ko
	fails 4 "modprobe switchyard"
}
