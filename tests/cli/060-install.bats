#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Installing, removing, and the unit test of the library.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

@test "install puts program, pages and completion in place; uninstall removes" {
	root=$BATS_TEST_TMPDIR/root
	make -s -C "$TOP/cli" install DESTDIR="$root" PREFIX=/usr
	[ -x "$root/usr/bin/switchyard" ]
	[ -f "$root/usr/share/bash-completion/completions/switchyard" ]
	[ "$(find "$root/usr/share/man/man1" -name '*.1' | wc -l)" -eq 16 ]
	"$root/usr/bin/switchyard" version
	make -s -C "$TOP/cli" uninstall DESTDIR="$root" PREFIX=/usr
	[ -z "$(find "$root" -type f)" ]
}

@test "the library's parsers bear malformed messages" {
	run make -s -C "$TOP/cli" check
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *" 0 failed"* ]]
}

@test "the library never prints and never exits" {
	run nm -u "$TOP/build/lib/libswitchyard.a"
	[ "$status" -eq 0 ]
	calls='exit|_exit|abort|err|errx|printf|puts|fprintf|perror'
	if grep -wE "U ($calls)" <<<"$output"; then
		return 1
	fi
}
