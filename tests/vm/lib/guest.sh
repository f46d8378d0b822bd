# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# What every case starts with: `. guest.sh`. A case is a list of checks; each
# says pass or fail and the case goes on, and its end sums up: exit 1 when a
# check failed or none was made, 77 after skip, else 0. Variables VM_... of the
# environment of tests/vm/run are the case's, too.

# shellcheck source=/dev/null
. /vm/variables

guest_dir=$(mktemp -d /run/case.XXXXXX)
: >"$guest_dir/failed"
: >"$guest_dir/passed"

guest_end() {
	guest_status=$1
	[ "$guest_status" != 77 ] || exit 77
	if [ -s "$guest_dir/failed" ]; then
		echo "failed checks:"
		sed 's/^/    /' "$guest_dir/failed"
		exit 1
	fi
	[ "$guest_status" = 0 ] || exit "$guest_status"
	[ -s "$guest_dir/passed" ] || { echo "the case checked nothing"; exit 1; }
	exit 0
}
trap 'guest_end $?' EXIT

# step TEXT: what comes next.
step() {
	echo "== $*"
}

# Verdicts are counted in files, so that they may be given in a subshell.
pass() {
	echo "  ok: $*"
	echo "$*" >>"$guest_dir/passed"
}

fail() {
	echo "  NOT OK: $*"
	echo "$*" >>"$guest_dir/failed"
}

# skip REASON: ends the case.
skip() {
	echo "skip: $*"
	exit 77
}

# need PROGRAM_OR_FILE...: skips the case when one is missing.
need() {
	for guest_need; do
		[ -e "$guest_need" ] || command -v "$guest_need" >/dev/null ||
			skip "needs $guest_need"
	done
}

# wait_until SECONDS COMMAND...: tries COMMAND every 50 ms until it succeeds.
wait_until() {
	guest_tries=$(($1 * 20))
	shift
	until "$@"; do
		[ "$guest_tries" -gt 0 ] || return 1
		guest_tries=$((guest_tries - 1))
		usleep 50000
	done
}

# as_user COMMAND...: as uid 1000, without a privilege.
as_user() {
	/usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups --inh-caps=-all \
		--bounding-set=-all "$@"
}

# dmesg_allow PATTERN...: these lines of the kernel log are meant to come.
dmesg_allow() {
	printf '%s\n' "$@" >>/run/dmesg-allow
}
