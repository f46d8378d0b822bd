# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What the cases in tests/vm/cases share, sourced by name from the guest's PATH:
# the engine and its target, the load, the programs that call the target, and
# transitions with their results. Every helper ends the case when what it needs
# does not work. Verdicts on models are the cases' own.

modules=/lib/switchyard
sysfs=/sys/kernel/switchyard
livepatch=/sys/kernel/livepatch

engine_up() {
	insmod "$modules/switchyard.ko" || die "switchyard.ko does not load"
}

target_up() {
	insmod "$modules/sy_target.ko" || die "sy_target.ko does not load"
	wait_until 5 test -c /dev/sy_target || die "no /dev/sy_target"
}

patch_up() {
	insmod "$modules/$1.ko" || die "$1.ko does not load"
}

# Upstream livepatches: in and settled; disabled, settled and unloaded.
klp_up() {
	insmod "$modules/$1.ko" || die "$1.ko does not load"
	wait_until 60 grep -q 0 "$livepatch/$1/transition" ||
		die "the upstream livepatch $1 does not settle"
}

klp_down() {
	echo 0 >"$livepatch/$1/enabled"
	klp_name=$1
	wait_until 60 klp_gone || fail "the upstream livepatch $1 does not go"
}

klp_gone() {
	rmmod "$klp_name" 2>/dev/null
}

# Everything away again, the engine too: the last step of a case.
engine_down() {
	[ -z "$(ls "$sysfs/patches")" ] || fail "patches are left: $(ls "$sysfs/patches")"
	[ ! -d /sys/module/sy_target ] || rmmod sy_target || fail "sy_target stays"
	if rmmod switchyard; then
		pass "the engine unloads"
	else
		fail "the engine does not unload"
	fi
}

die() {
	fail "$*"
	exit 1
}

# check NAME COMMAND...: pass or fail by the command's status.
check() {
	check_name=$1
	shift
	if "$@"; then
		pass "$check_name"
	else
		fail "$check_name"
	fi
}

# same NAME WANTED GOT
same() {
	if [ "$2" = "$3" ]; then
		pass "$1: $3"
	else
		fail "$1: $3, not $2"
	fi
}

# json KEY FILE: the first value of that key in indented JSON, without quotes.
json() {
	sed -n "s/^ *\"$1\": *\"\{0,1\}\(.*[^,\"]\)\"\{0,1\},\{0,1\}\$/\1/p" "$2" |
		sed -n 1p
}

# start NAME COMMAND...: runs it in the background until it has said "ready".
start() {
	start_name=$1
	shift
	: >"/tmp/$start_name.out"
	"$@" >"/tmp/$start_name.out" 2>&1 &
	echo $! >"/tmp/$start_name.pid"
	wait_until 60 grep -q '^ready' "/tmp/$start_name.out" || {
		cat "/tmp/$start_name.out"
		die "$start_name does not get ready"
	}
}

# stop NAME: ends it and returns its status; its output stays in a file.
stop() {
	kill -TERM "$(cat "/tmp/$1.pid")"
	wait "$(cat "/tmp/$1.pid")"
}

# told KEY NAME: the number after KEY= in the last line that a program printed.
told() {
	sed -n '$p' "/tmp/$2.out" | tr ' ' '\n' | sed -n "s/^$1=//p"
}

load_up() {
	step "a load: $*"
	start load load "$@"
}

load_down() {
	stop load
	load_status=$?
	sed -n '/^load: [sae]/p' "/tmp/load.out"
	same "the load saw nothing wrong, its status" 0 "$load_status"
}

# transition WANTED_STATUS ARGUMENT...: runs switchyard with --json, shows how it
# ended and checks its exit code; the object stays in /tmp/result.
transition() {
	transition_wanted=$1
	shift
	switchyard "$@" --json >/tmp/result 2>/tmp/error
	transition_status=$?
	echo "    switchyard $*: $(json result /tmp/result)," \
		"$(us whole_ns) us in all, $(us elapsed_ns) us from redirects on," \
		"$(json tasks /tmp/result) tasks, pause $(us pause_ns) us," \
		"$(json nudged /tmp/result) nudged," \
		"$(json excused /tmp/result) excused"
	sed 's/^/    /' /tmp/error
	[ "$transition_status" = "$transition_wanted" ] && return
	fail "switchyard $*: exit code $transition_status, not $transition_wanted"
	cat /tmp/result
	return 1
}

# us KEY: nanoseconds of the last result in microseconds.
us() {
	us_ns=$(json "$1" /tmp/result)
	echo $((${us_ns:-0} / 1000))
}

# unprivileged COMMAND...: the shell's own setpriv knows no --reuid.
unprivileged() {
	/usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups \
		--inh-caps=-all --bounding-set=-all "$@"
}

state() {
	cat "$sysfs/patches/$1/state"
}

# How many functions of the kernel have an entry that ftrace has changed. The
# engine's own, which keeps a slow step of ftrace's out of every patch, is none.
redirects() {
	grep "^[^[:space:]]" /sys/kernel/tracing/enabled_functions |
		grep -vc "^sy_anchor "
}

is_state() {
	[ "$(state "$1" 2>/dev/null)" = "$2" ]
}

# Until nothing of the patch's new code can be on a stack any more.
disabled() {
	wait_until 20 is_state "$1" disabled || fail "$1 is $(state "$1"), not disabled"
}

# What sy_target's functions answer now: "version KEY".
version() {
	drive version | tr ' ' '\n' | sed -n "s/^$1=//p"
}

# Bits of what the unprivileged user was allowed: 1 source route, 2 mark.
witnessed() {
	witness >/tmp/witness
	witness_bits=$?
	sed 's/^/    /' /tmp/witness
	echo "$witness_bits" >/tmp/witness.bits
}

saw() {
	witnessed
	same "$1: holes open (1 source route, 2 mark)" "$2" "$(cat /tmp/witness.bits)"
}
