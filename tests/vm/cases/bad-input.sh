#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every kind of request that must be refused: each gets one line that names
# the object and the way out, an exit code of its own, and changes nothing.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# refused STATUS WORD COMMAND...: the exit code, one line on stderr with WORD in
# it, and nothing changed.
refused() {
	refused_status=$1
	refused_word=$2
	shift 2
	before=$(everything)
	"$@" >/tmp/out 2>/tmp/error
	refused_got=$?
	after=$(everything)
	sed "s/^/    /" /tmp/error
	refused_bad=
	[ "$refused_got" = "$refused_status" ] ||
		refused_bad="exit code $refused_got, not $refused_status;"
	[ "$(wc -l </tmp/error)" = 1 ] ||
		refused_bad="$refused_bad not one line;"
	grep -q "$refused_word" /tmp/error ||
		refused_bad="$refused_bad does not name $refused_word;"
	[ "$before" = "$after" ] ||
		refused_bad="$refused_bad changed: $before / $after"
	if [ -z "$refused_bad" ]; then
		pass "refused with $refused_status: $*"
	else
		fail "$*: $refused_bad"
	fi
}

# What a refusal must not change.
everything() {
	cut -d" " -f1,3 /proc/modules | sort | tr "\n" " "
	for file in "$sysfs"/patches/*/state; do
		[ -e "$file" ] && echo "$file $(cat "$file")"
	done
	drive version | sed "s/ live=.*//"
	cat /proc/sys/kernel/tainted
	redirects
}

try() {
	try_name=$1
	shift
	switchyard load "$modules/$try_name.ko" "$@"
}

step "without the engine"
check "exit code 4" sh -c "switchyard status 2>/tmp/error; test \$? = 4"
cat /tmp/error
engine_up
target_up
# The first patch taints the kernel as out of tree and is not a change here.
patch_up p_hot_again

step "patches that name what cannot be patched"
refused 26 t_no_such_function try p_missing
refused 27 t_dup try p_dup
refused 28 t_notrace try p_notrace
refused 29 start_kernel try p_init
refused 30 nmi_cpu_backtrace_handler try p_nmi --preset kpatch
refused 32 sy_no_such_module try p_noobject
refused 33 sy_no_such_symbol try p_nosymbol
step "with a position the same name is accepted"
insmod "$modules/p_dup.ko" sympos=2 || fail "p_dup.ko does not load"
transition 0 enable p_dup
same "versions that answer" 1,2 "$(version dup)"
transition 0 unload p_dup

step "models"
refused 7 m1 try p_pair --preset null
refused 7 m1 try p_pair --preset kpatch-nocheck
refused 7 p_forbid_all try p_forbid_all --preset kpatch
refused 7 p_forbid_all try p_forbid_all --preset kgraft
refused 7 p_forbid_all try p_forbid_all --preset hybrid
refused 2 relaxed try p_hot1 --model patched_set/function --relaxed
refused 2 no-herd try p_hot1 --model kernel/function --no-herd
refused 45 function/kernel try p_hot1 --preset kpatch-nocheck --detector count
refused 2 nonsense try p_hot1 --preset nonsense
refused 2 sideways try p_hot1 --model sideways
refused 2 never try p_hot1 --deadline never

step "twice, and not there"
transition 0 load "$modules/p_hot1.ko"
refused 24 p_hot1 try p_hot1
refused 36 p_hot1 switchyard enable p_hot1
refused 31 t_hot switchyard enable p_hot_again
transition 0 unload p_hot1
refused 36 p_hot_again switchyard disable p_hot_again
refused 23 p_nobody switchyard enable p_nobody
refused 23 p_nobody switchyard unload p_nobody

step "files that are no patch for this kernel"
refused 6 sy_target try sy_target
refused 6 nothing_here try nothing_here
head -c 3000 "$modules/p_hot1.ko" >/tmp/cut.ko
refused 6 cut.ko switchyard load /tmp/cut.ko
echo "not a module" >/tmp/text.ko
refused 6 text.ko switchyard load /tmp/text.ko
sed "s/vermagic=6\.1\.0-/vermagic=9.1.0-/" "$modules/p_hot1.ko" >/tmp/p_hot1.ko
refused 5 9.1.0 switchyard load /tmp/p_hot1.ko

step "malformed descriptors"
for wrong in 1 2 3 4 5 6 7 8 9 10 11 12 14 15; do
	before=$(everything)
	if insmod "$modules/p_malformed.ko" wrong=$wrong 2>/tmp/error; then
		fail "descriptor $wrong was accepted"
		rmmod p_malformed
		continue
	fi
	same "descriptor $wrong changed nothing" "$before" "$(everything)" >/tmp/same
	if grep -q "$before" /tmp/same; then
		pass "descriptor $wrong: $(cat "$sysfs/refusal")"
	else
		cat /tmp/same
	fi
	check "a line says why" test "$(wc -l <"$sysfs/refusal")" = 1 -a \
		-n "$(cat "$sysfs/refusal")"
done
step "malformed, seen by the command or only when symbols are resolved"
insmod "$modules/p_malformed.ko" wrong=13 2>/tmp/error && {
	refused 25 t_hot switchyard enable p_malformed
	switchyard unload p_malformed >/tmp/out
}
refused 25 p_malformed try p_malformed
insmod "$modules/p_malformed.ko" wrong=0 || fail "a correct one is refused"
rmmod p_malformed

step "malformed messages"
before=$(everything)
badmessage malformed >/tmp/out
same "answers other than an error" 0 $?
sed "s/^/    /" /tmp/out
same "state" "$before" "$(everything)"

step "models that are none, past the command's own check"
before=$(everything)
badmessage unserved >/tmp/out
same "answers other than BAD_MODEL" 0 $?
sed "s/^/    /" /tmp/out
same "state" "$before" "$(everything)"

step "no privilege"
badmessage unprivileged >/tmp/out
same "answers other than an error" 0 $?
sed "s/^/    /" /tmp/out
refused 3 CAP_SYS_MODULE unprivileged switchyard load "$modules/p_hot1.ko"
refused 3 CAP_SYS_MODULE unprivileged switchyard enable p_hot_again
refused 3 CAP_SYS_MODULE unprivileged switchyard disable p_hot_again
refused 3 CAP_SYS_MODULE unprivileged switchyard reverse p_hot_again
same "anyone may ask for the status" p_hot_again \
	"$(unprivileged switchyard status --json >/tmp/out; json patch /tmp/out)"

step "two transitions at once"
patch_up p_sleep
patch_up p_hot1
start dsleep drive dsleep 1 4000
switchyard enable p_sleep --preset hybrid --no-wait
wait_until 5 is_state p_sleep patching
switchyard enable p_hot1 2>/tmp/error
same "exit code" 22 $?
cat /tmp/error
check "the line names who is busy" grep -q p_sleep /tmp/error
same "state of the second" disabled "$(state p_hot1)"
if rmmod p_sleep 2>/dev/null; then
	fail "a module in transition could be unloaded"
else
	pass "a module in transition cannot be unloaded"
fi
if rmmod switchyard 2>/dev/null; then
	fail "the engine could be unloaded"
else
	pass "the engine cannot be unloaded"
fi
transition 0 reverse p_sleep
stop dsleep
disabled p_sleep
rmmod p_sleep p_hot1 p_hot_again
engine_down
