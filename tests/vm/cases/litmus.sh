#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Three of the litmus tests under three models and upstream livepatch: nothing that
# a model forbids is seen, and where a model allows mixed stacks the same tests, with
# the same threads, do show them. `make litmus-vm` runs all tests under all models.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

dir=/usr/lib/litmus

# rounds TEST MODEL OBSERVATION: in how many it was seen.
rounds() {
	sed -n "s|.*\"test\": \"$1\", \"model\": \"$2\".*\"$3\": \([0-9]*\).*|\1|p" \
		"$dir/rows.jsonl"
}

engine_up
step "the tests"
"$dir/litmus-vm" --seconds 5 \
	--models FUNCTION/THREAD,PATCHED_SET/THREAD,KERNEL/KERNEL,livepatch "$dir"
same "nothing forbidden was seen, exit code" 0 $?
same "rows" 12 "$(grep -c '"verdict"' "$dir/rows.jsonl")"
same "incomplete histories" 12 "$(grep -c '"incomplete": 0,' "$dir/rows.jsonl")"
step "what was looked for can be seen"
for name in mixed-stack interrupt-inside-the-set; do
	n=$(rounds "$name" FUNCTION/THREAD M1)
	check "$name: old and new in one context, $n rounds" test "$n" -gt 0
done
n=$(rounds mixed-stay FUNCTION/THREAD M2)
check "mixed-stay: a stay that mixes versions, $n rounds" test "$n" -gt 0
engine_down
