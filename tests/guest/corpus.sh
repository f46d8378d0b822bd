#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Loads each patch of /mnt/share/list with its targets, beside a load, and takes
# it away again. Run by tests/vm/corpus, which says what its lines mean.
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh

share=/mnt/share

# verdict WORD TEXT: of the patch $name, which took $began till now.
verdict() {
	echo "$1 $name $(($(now) - began)) ms $2"
}

now() {
	awk '{ printf "%d", $1 * 1000 }' /proc/uptime
}

# The stock modules of the patch, with what they would like to have; the first
# target that cannot be loaded is in $missing.
targets_up() {
	missing=''
	: >/tmp/stock
	: >/tmp/errors
	while read -r file; do
		insmod "$share/stock/$file" 2>/tmp/error && {
			echo "${file%.ko*}" >>/tmp/stock
			continue
		}
		grep -qi 'file exists' /tmp/error ||
			echo "${file%.ko*}: $(sed 's/.*: //' /tmp/error)" >>/tmp/errors
	done <"$share/$name.needs"
	while read -r target; do
		[ -d "/sys/module/$target" ] || {
			missing="$target: $(tail -n 1 /tmp/errors)"
			return
		}
	done <"$share/$name.targets"
}

# Away again, the last first; one in use by itself stays.
targets_down() {
	tac /tmp/stock | while read -r file; do
		rmmod "$file" 2>/dev/null
	done
}

# It is in force, and waits for no module that is here.
in_force() {
	switchyard status --json >/tmp/status
	[ "$(cat "$sysfs/patches/$name/state")" = enabled ] || {
		reason="it is $(cat "$sysfs/patches/$name/state")"
		return 1
	}
	pending=$(cat "$sysfs/patches/$name/pending")
	[ -z "$missing" ] && [ -n "$pending" ] && {
		reason="it waits for $pending"
		return 1
	}
	return 0
}

# A permanent patch is disabled and stays loaded.
take_away() {
	if [ -e "$share/$name.permanent" ]; then
		switchyard disable "$name" --preset "$preset" --deadline 60
	else
		switchyard unload "$name" --preset "$preset" --deadline 60
	fi >/tmp/out 2>&1
}

load_one() {
	began=$(now)
	read -r preset <"$share/$name.preset"
	targets_up
	if ! switchyard load "$share/$name.ko" --preset "$preset" --deadline 60 \
		>/tmp/out 2>&1; then
		verdict failed "load: $(tail -n 1 /tmp/out)"
		rmmod "$name" 2>/dev/null
		targets_down
		return
	fi
	if in_force; then
		word=loaded text=$(grep -m 1 . /tmp/out)
		[ -z "$missing" ] || word=pending text=$missing
	else
		word=failed text=$reason
	fi
	take_away || word=failed text="away: $(tail -n 1 /tmp/out)"
	verdict "$word" "$text"
	targets_down
}

engine_up
load_up --sleepers 40
while read -r name; do
	load_one
done <"$share/list"
load_down
# What is permanent holds the engine.
ls "$share"/*.permanent >/dev/null 2>&1 || engine_down
