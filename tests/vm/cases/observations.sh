#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every model that is served, and the same program: what it lets be observed is
# observed, what it forbids never. A row of `models` holds a letter for each
# count: y it must be seen, n it must not.
#
# Where functions switch one after another the time between two of them is made
# long, by the engine's fault "between": under FUNCTION/FUNCTION two stores follow
# one another, and under KERNEL/FUNCTION one hold mostly serves all functions, and
# nobody who is held runs between them.
#
# vm: --timeout 900
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

# The counts, in the order of the letters. m2 is that of threads that the relaxed
# rule never excuses, m2_uninterruptible that of those it does.
counts="m1_other m1_same m2 m2_uninterruptible m3_other m3_same m4_other m4_same \
m4_thread"

# MODEL LETTERS: docs/models.md, "The nine models"
models="\
function/function          y y y y y y y n y
function/thread            y y y y y y y y n
function/kernel            y y y y y y n n n
patched_set/function       y n y y y n y n y
patched_set/thread         n n y y y y y y n
patched_set/kernel         n n y y n n n n n
kernel/function            y n y y y n y n y
kernel/function relaxed    y n y y y n y n y
kernel/thread              n n n n y y y y n
kernel/thread relaxed      n n n y y y y y n
kernel/kernel              n n n n n n n n n
kernel/kernel relaxed      n n n y n n n n n"

transitions=${VM_OBSERVED:-3} # each way, and again while something was not seen,
rounds=20 # so often at most
asked=200 # at most, for a model that may give up
table=/tmp/table

# turn VERSION COMMAND OPTION...: one transition, asked for until it settles.
turn() {
	drive epoch "$1" || die "no epoch"
	shift
	echo "$between" >/sys/module/switchyard/parameters/fail
	while [ "$tries" -lt "$asked" ]; do
		tries=$((tries + 1))
		switchyard "$@" --json >/tmp/result 2>/tmp/error && return
		# Given up: nothing was switched.
		[ "$(json result /tmp/result)" = gave_up ] && continue
		cat /tmp/error
		die "switchyard $*: not settled"
	done
	die "switchyard $*: given up $asked times"
}

# total COUNT: over all rounds of this model.
total() {
	tr ' ' '\n' </tmp/rounds | sed -n "s/^$1=//p" |
		awk '{ n += $1 } END { print NR ? n + 0 : "missing" }'
}

# letter COUNT: of this model.
letter() {
	echo "$letters" | tr ' ' '\n' | sed -n "$(echo "$counts" | tr ' ' '\n' |
		sed -n "/^$1\$/=")p"
}

# unseen: is there a count that must be seen and was not?
unseen() {
	for count in $counts; do
		[ "$(letter "$count")" != y ] || [ "$(total "$count")" != 0 ] ||
			return 0
	done
	return 1
}

# round OPTION...: the program, and transitions back and forth. Under
# FUNCTION/THREAD both sides exist for as long as one scan takes: there is a crowd
# to be scanned, and the program calls without a rest. Where only sleepers are
# excused, they sleep for long: one of them has to be the last who is inside.
round() {
	case $* in
	*function/thread)
		start load load --sleepers 400 --kinds nanosleep
		start seen drive seen 16 16 40 0
		;;
	*kernel/thread*--relaxed | *kernel/kernel*--relaxed)
		start seen drive seen 8 4 5000 3000
		;;
	*) start seen drive seen 8 4 300 3000 ;;
	esac
	n=0
	while [ "$n" -lt "$transitions" ]; do
		n=$((n + 1))
		turn 2 enable p_seen --deadline 60 "$@"
		turn 1 disable p_seen --deadline 60
		wait_until 20 is_state p_seen disabled ||
			die "p_seen is $(state p_seen), not disabled"
	done
	stop seen || fail "drive seen saw trouble"
	case $* in
	*function/thread) stop load || fail "the load saw trouble" ;;
	esac
	tail -n 1 /tmp/seen.out >>/tmp/rounds
}

# judge COUNT
judge() {
	case $(letter "$1") in
	y) check "$1 is seen: $(total "$1")" test "$(total "$1")" -gt 0 ;;
	n) check "$1 is never seen: $(total "$1")" test "$(total "$1")" -eq 0 ;;
	esac
}

# observe MODEL: with its letters in $letters.
observe() {
	step "$1"
	line=$(printf '%-24s' "$1")
	case $1 in
	*relaxed) set -- --model "${1% relaxed}" --relaxed ;;
	*) set -- --model "$1" ;;
	esac
	tries=0
	between=
	case $2 in */function) between=between:1+ ;; esac
	: >/tmp/rounds
	while [ "$(wc -l </tmp/rounds)" -lt "$rounds" ]; do
		round "$@"
		unseen || break
	done
	for count in $counts; do
		judge "$count"
		line="$line $(printf '%10s' "$(total "$count")")"
	done
	echo "$line" >>"$table"
	check "both versions ran" test "$(total old)" -gt 0 -a "$(total new)" -gt 0
}

engine_up
target_up
patch_up p_seen
printf '%-24s %s\n' model "$counts" >"$table"
while read -r model; do
	echo "$models" | grep -q "^$model  " ||
		fail "$model is served, and this case knows nothing of it"
done <"$sysfs/models"
echo "$models" >/tmp/models
while read -r row <&3; do
	name=$(echo "$row" | sed 's/  .*//')
	letters=$(echo "$row" | sed 's/.*  //')
	if grep -qx "$name" "$sysfs/models"; then
		observe "$name"
	else
		echo "    not served: $name"
	fi
done 3</tmp/models
step "what was observed"
cat "$table"
rmmod p_seen || fail "p_seen does not unload"
engine_down
