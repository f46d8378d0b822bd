#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The two fixes do what they promise and nothing else: refused is only what
# must be, and what programs may do with IP options and unix sockets is the
# same before and after.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
witness --same >/tmp/same.before
for fix in ip_options:2 unix_siocatmark:1; do
	name=${fix%:*}
	step "$name"
	saw "before" 3
	transition 0 load "$modules/$name.ko"
	saw "patched" "${fix#*:}"
	witness --same >/tmp/same.after
	check "all else is the same" cmp /tmp/same.before /tmp/same.after
	diff /tmp/same.before /tmp/same.after
	transition 0 unload "$name"
	saw "unpatched" 3
done
step "both at once"
transition 0 load "$modules/ip_options.ko"
transition 0 load "$modules/unix_siocatmark.ko"
saw "patched" 0
transition 0 unload ip_options
transition 0 unload unix_siocatmark
cat /tmp/same.before
engine_down
