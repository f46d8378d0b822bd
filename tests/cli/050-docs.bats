#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Man pages, exit codes and completion agree with the command.
# shellcheck disable=SC2154 # bats and common.bash set status, output, stderr
load common

MAN=$TOP/cli/man

@test "each command has a man page, and no page is left over" {
	for command in $(commands); do
		[ -f "$MAN/switchyard-$command.1" ]
		grep -q "switchyard\\\\-$command" "$MAN/switchyard.1"
	done
	[ "$(find "$MAN" -name '*.1' | wc -l)" -eq \
		$(($(commands | wc -l) + 1)) ]
}

@test "groff is silent" {
	command -v groff >/dev/null || skip "groff is not installed"
	for page in "$MAN"/*.1; do
		[ -z "$(groff -t -man -Tutf8 -ww -z "$page" 2>&1)" ]
		[ -z "$(groff -man -Tutf8 -ww -z "$page" 2>&1)" ]
	done
}

@test "each option is in the command's man page, and the reverse" {
	for command in $(commands); do
		wanted=$("$SWITCHYARD" help "$command" |
			grep -oE '^  --[-a-z]+' | tr -d ' ' | sort)
		found=$(sed 's/\\-/-/g' "$MAN/switchyard-$command.1" |
			sed -n '/^.SH OPTIONS/,/^.SH EXIT/p' |
			grep -E '^\.(B|BI|BR) ' | grep -oE -- '--[-a-z]+' | sort)
		echo "$command: $wanted / $found"
		[ "$wanted" = "$found" ]
	done
}

@test "the table of exit codes is that of cli/exit.h" {
	header=$(sed -nE 's/^\tSY_EXIT_([A-Z_]+) = ([0-9]+),.*/\2 \1/p' \
		"$TOP/cli/exit.h" | grep -v ' VERDICT$')
	page=$(sed -nE 's/^([0-9]+)\t([A-Z_]+)\tT\{$/\1 \2/p' \
		"$MAN/switchyard.1")
	[ -n "$header" ]
	[ "$header" = "$page" ]
}

@test "exit codes are distinct" {
	codes=$(sed -nE 's/^\tSY_EXIT_[A-Z_]+ = ([0-9]+),.*/\1/p' \
		"$TOP/cli/exit.h")
	[ -z "$(uniq -d <<<"$(sort <<<"$codes")")" ]
}

@test "each verdict of the ABI has an exit code" {
	number=0
	while read -r verdict; do
		case $verdict in
		OK | REQUIREMENT | INTERNAL | OTHER_KERNEL) ;;
		*) grep -q "SY_EXIT_$verdict = $((20 + number))," \
			"$TOP/cli/exit.h" ;;
		esac
		number=$((number + 1))
	done < <(sed -n '/^enum sy_abi_verdict/,/^}/p' \
		"$TOP/module/uapi/switchyard/abi.h" |
		sed -nE 's/^\tSY_V_([A-Z_]+),.*/\1/p' | grep -v '^_')
	[ "$number" -ge 20 ]
}

# completes WORD...: prints what the last word can become.
completes() {
	PATH=$(dirname "$SWITCHYARD"):$PATH bash -c '
		. "$0/cli/completion/switchyard" || exit 1
		COMP_WORDS=(switchyard "$@")
		COMP_CWORD=$#
		_switchyard
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"
	' "$TOP" "$@" 2>&1 | sort | xargs
}

@test "completion of commands" {
	[ "$(completes "")" = "$(commands | sort | xargs)" ]
	[ "$(completes l)" = "list load" ]
	[ "$(completes help bl)" = blocked ]
}

@test "completion of options and their values" {
	[ "$(completes enable --de)" = "--deadline --detector" ]
	[ "$(completes enable --detector "")" = "count stack" ]
	[ "$(completes status -)" = --json ]
	[ "$(completes enable --preset kp)" = "kpatch kpatch-nocheck" ]
	[[ " $(completes load --model kern) " == *" kernel/thread "* ]]
	[ -z "$(completes load --deadline "")" ]
}

@test "completion of patch files" {
	cd "$BATS_TEST_TMPDIR"
	mkdir folder
	touch a.ko b.txt
	[ "$(completes load "")" = "a.ko folder/" ]
}
