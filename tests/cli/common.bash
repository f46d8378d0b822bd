# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What all files of tests here use. They run on the host: the module is not
# loaded. SWITCHYARD is the command under test.

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
SWITCHYARD=${SWITCHYARD:-$TOP/build/cli/switchyard}
export TOP SWITCHYARD

# sy ARGUMENT...: runs the command; sets status, output (stdout) and stderr.
sy() {
	status=0
	output=$("$SWITCHYARD" "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	stderr=$(cat "$BATS_TEST_TMPDIR/stderr")
}

# fails STATUS TEXT: the last command said nothing on stdout and exactly one line
# on stderr, of the form "switchyard: OBJECT: REASON; WAY OUT", with TEXT in it.
fails() {
	show_last
	[ "$status" -eq "$1" ]
	[ -z "$output" ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 1 ]
	[[ $stderr == "switchyard: "*": "*"; "* ]]
	[[ $stderr == *"$2"* ]]
}

# works: the last command ended with 0 and said nothing on stderr.
works() {
	show_last
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
}

# bats shows this only when the test fails.
show_last() {
	printf 'status %s\nstdout: %s\nstderr: %s\n' \
		"$status" "$output" "$stderr"
}

without_engine() {
	[ ! -d /sys/kernel/switchyard ] || skip "the engine is loaded"
}

# make_module FILE KEY=VALUE...: an ELF object with that .modinfo.
make_module() {
	local file=$1 text=''
	shift
	for pair; do
		text+="$pair\\0"
	done
	printf 'const char m[] __attribute__((section(".modinfo"), used)) = "%s";\n' \
		"$text" >"$BATS_TEST_TMPDIR/m.c"
	gcc -c -o "$file" "$BATS_TEST_TMPDIR/m.c"
}

commands() {
	"$SWITCHYARD" help | sed -n 's/^  \([a-z]*\) .*/\1/p'
}
