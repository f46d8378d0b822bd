#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Three of the litmus tests with one patch and one with two, each under two models and
# upstream livepatch: nothing that a model forbids is seen, and no history has a gap.
# Under a model that allows it the same threads show what was looked for. `make
# litmus-vm` runs all tests under all models.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

dir=/usr/lib/litmus

# seen TEST OBSERVATION: in how many rounds of FUNCTION/THREAD it was, in all.
seen() {
	sed -n "s|.*\"test\": \"$1\", \"model\": \"FUNCTION/THREAD\".*\"$2\": \([0-9]*\).*|\1|p" \
		"$dir/rows.jsonl" | awk '{ n += $1 } END { print n + 0 }'
}

# witness TEST OBSERVATION: runs the test until it is seen, ten times at most.
witness() {
	tried=0
	while [ "$(seen "$1" "$2")" = 0 ] && [ "$tried" -lt 10 ]; do
		tried=$((tried + 1))
		"$dir/litmus-vm" --seconds 3 --models FUNCTION/THREAD "$dir" "$1"
	done
	check "$1: $2 is seen" test "$(seen "$1" "$2")" -gt 0
}

# unseen ROWS MODELS TEST...: so many rows, nothing forbidden, no gap.
unseen() {
	rows=$1 models=$2
	shift 2
	rm -f "$dir/rows.jsonl"
	"$dir/litmus-vm" --seconds 4 --models "$models" "$dir" "$@"
	same "exit code" 0 $?
	same "rows" "$rows" "$(grep -c '"rounds"' "$dir/rows.jsonl")"
	same "rows without a gap" "$rows" \
		"$(grep -c '"incomplete": 0,' "$dir/rows.jsonl")"
}

engine_up
step "what is forbidden is not seen"
unseen 9 PATCHED_SET/THREAD,KERNEL/KERNEL,livepatch \
	mixed-stack mixed-stay interrupt-inside-the-set
step "what was looked for can be seen"
witness mixed-stack M1
witness mixed-stay M2
engine_down

# The two patches are permanent: they stay, and so does the engine.
engine_up
step "one patch in the place of another"
unseen 3 PATCHED_SET/KERNEL,KERNEL/KERNEL,livepatch replace-beside-the-original
witness replace-beside-the-original broken
