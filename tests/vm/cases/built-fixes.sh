#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fixes built from source diffs change what programs see, and undo it.
# vm: --with-module qrtr --with-module act_pedit
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# sees NAME WANTED WHAT: the exit status of observed.
sees() {
	observed "$3"
	same "$1: $3" "$2" "$?"
}

[ -e "$modules/built_pedit.ko" ] ||
	skip "no built fixes: CORPUS=DIR tests/vm/built makes them"
engine_up
step "two in the kernel's image"
saw "before" 3
transition 0 load "$modules/built_source_route.ko"
transition 0 load "$modules/built_at_mark.ko"
saw "patched" 0
transition 0 unload built_at_mark
transition 0 unload built_source_route
saw "unpatched" 3
step "one in a module"
sees "before" 0 qrtr
transition 0 load "$modules/built_qrtr.ko"
sees "patched" 1 qrtr
transition 0 unload built_qrtr
sees "unpatched" 0 qrtr
step "one that needs that no stack holds both versions"
sees "before" 0 pedit
switchyard load "$modules/built_pedit.ko" --preset null >/tmp/out 2>&1
same "a model that allows it is refused, status" 7 "$?"
cat /tmp/out
rmmod built_pedit 2>/dev/null
transition 0 load "$modules/built_pedit.ko"
sees "patched" 1 pedit
transition 0 unload built_pedit
sees "unpatched" 0 pedit
step "functions in which tasks sleep"
sees "before" 1 freeze
transition 0 load "$modules/built_do_wait.ko"
sees "patched" 0 freeze
transition 0 unload built_do_wait
sees "unpatched" 1 freeze
engine_down
