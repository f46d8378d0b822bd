#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a call of a patched function costs when everything is settled, in
# instructions, for a patch of 1 function and one of 64, beside upstream
# livepatch for the same functions.
# vm: --icount
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# cost FUNCTIONS: ticks of one call, times 1000; the least of five runs.
cost() {
	for _ in 1 2 3 4 5; do
		drive cost "$1" 1000 | sed -n "s/.*per_call=//p" | tr -d .
	done | sort -n | sed -n 1p
}

# row WAY FUNCTIONS COST BASE: one line of JSON, in thousandths exact.
row() {
	cost_extra=$(($3 - $4))
	cost_text=$(printf "%d.%03d" $((cost_extra / 1000)) $((cost_extra % 1000)))
	printf "{\"way\": \"%s\", \"functions\": %d, \"extra\": %s}\n" \
		"$1" "$2" "$cost_text" | tee -a /tmp/rows
}

engine_up
target_up
step "not patched"
base1=$(cost 1)
base64=$(cost 64)
step "switchyard, 1 function"
transition 0 load "$modules/p_hot1.ko"
same "version that answers" 2 "$(version hot)"
ours1=$(cost 1)
transition 0 unload p_hot1
step "switchyard, 64 functions"
transition 0 load "$modules/p_hot64.ko"
same "old functions left" 0 "$(version hot64_old)"
ours64=$(cost 64)
transition 0 unload p_hot64
step "not patched any more"
same "cost of a call, in thousandths" "$base1" "$(cost 1)"
step "upstream livepatch, 1 function"
klp_up klp_hot1
same "version that answers" 3 "$(version hot)"
klp1=$(cost 1)
step "upstream livepatch, 64 functions"
klp_up klp_hot64
klp64=$(cost 64)
klp_down klp_hot64
klp_down klp_hot1

step "instructions a call beyond an unpatched one"
row switchyard 1 "$ours1" "$base1"
row switchyard 64 "$ours64" "$base64"
row livepatch 1 "$klp1" "$base1"
row livepatch 64 "$klp64" "$base64"
[ ! -d /mnt/share ] || cp /tmp/rows /mnt/share/cost.jsonl
check "1 function costs a tenth of livepatch or less" \
	test $(((ours1 - base1) * 10)) -le $((klp1 - base1))
check "64 functions cost a quarter of livepatch or less" \
	test $(((ours64 - base64) * 4)) -le $((klp64 - base64))
engine_down
