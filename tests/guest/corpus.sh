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

# The stock modules of the patch; the first that cannot be loaded is in $missing.
targets_up() {
	missing=''
	: >/tmp/stock
	while read -r file; do
		insmod "$share/stock/$file" 2>/tmp/error && {
			echo "${file%.ko*}" >>/tmp/stock
			continue
		}
		grep -qi 'file exists' /tmp/error && continue
		missing="${file%.ko*}: $(sed 's/.*: //' /tmp/error)"
		return
	done <"$share/$name.needs"
}

# Away again, the last first; one in use by itself stays.
targets_down() {
	tac /tmp/stock | while read -r file; do
		rmmod "$file" 2>/dev/null
	done
}

# Every function that the patch's objects have now is redirected.
redirected() {
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

load_one() {
	began=$(now)
	targets_up
	if ! switchyard load "$share/$name.ko" --deadline 60 >/tmp/out 2>&1; then
		verdict failed "load: $(tail -n 1 /tmp/out)"
		rmmod "$name" 2>/dev/null
		targets_down
		return
	fi
	if redirected; then
		word=loaded text=$(grep -m 1 . /tmp/out)
		[ -z "$missing" ] || word=pending text=$missing
	else
		word=failed text=$reason
	fi
	if ! switchyard unload "$name" --deadline 60 >/tmp/out 2>&1; then
		word=failed text="unload: $(tail -n 1 /tmp/out)"
	fi
	verdict "$word" "$text"
	targets_down
}

engine_up
load_up --sleepers 40
while read -r name; do
	load_one
done <"$share/list"
load_down
engine_down
