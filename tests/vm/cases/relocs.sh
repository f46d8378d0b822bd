#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Relocations that the engine applies: every type, against vmlinux and against a
# module, in text and in data; the new code works only if all are right. Tables
# that lie are refused with one line, and nothing of the patch stays.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# unwanted STATUS WORD MODULE: the command does not load it, says why, and it is
# gone.
unwanted() {
	switchyard load "$modules/$3.ko" >/tmp/out 2>/tmp/error
	same "exit code for $3" "$1" $?
	sed "s/^/    /" /tmp/error
	check "one line with $2" test "$(grep -c "$2" /tmp/error)" = 1 -a \
		"$(wc -l </tmp/error)" = 1
	check "$3 is not loaded" test ! -e "/sys/module/$3"
	check "$3 is not known" test ! -e "$sysfs/patches/$3"
}

# spoiled STATUS WRONG: refused when loaded or when enabled.
spoiled() {
	if insmod "$modules/p_built.ko" wrong="$2" 2>/tmp/error; then
		switchyard enable p_built >/tmp/out 2>/tmp/error
		same "wrong=$2, exit code" "$1" $?
		sed "s/^/    /" /tmp/error
		check "wrong=$2 changes nothing" is_state p_built disabled
		rmmod p_built || fail "p_built stays"
	else
		same "wrong=$2, verdict" "$1" $(($(cat "$sysfs/verdict") + 20))
		echo "    $(cat "$sysfs/refusal")"
	fi
	same "wrong=$2: t_hot answers" 1 "$(version hot)"
}

engine_up
target_up
step "right relocations"
patch_up p_built
transition 0 enable p_built --preset hybrid
same "t_hot answers" 2 "$(version hot)"
transition 0 disable p_built
disabled p_built
same "t_hot answers" 1 "$(version hot)"
step "again: what is written already is kept"
transition 0 enable p_built --preset kpatch
same "t_hot answers" 2 "$(version hot)"
transition 0 unload p_built
step "the target comes back at another address"
patch_up p_built
transition 0 enable p_built
transition 0 disable p_built
disabled p_built
rmmod sy_target
insmod "$modules/p_hot1.ko" || fail "p_hot1 does not load"
target_up
transition 0 enable p_built
same "t_hot answers" 2 "$(version hot)"
transition 0 unload p_built
rmmod p_hot1

step "symbols that are not there, another kernel"
unwanted 33 sy_no_such_symbol p_unresolved
unwanted 5 6.1.0-0-amd64 p_elsewhere

step "tables that lie"
for wrong in 12 13 14 15 16 18 19 20; do
	spoiled 25 $wrong
done
step "out of reach"
spoiled 43 17
engine_down
