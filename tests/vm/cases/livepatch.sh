#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Upstream livepatch and switchyard on the same function, in both orders: the
# second is refused with a reason, the first goes on working, and when it has
# gone the other may come.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
engine_up
target_up
step "upstream first"
klp_up klp_hot1
same "version that answers" 3 "$(version hot)"
transition 31 load "$modules/p_hot1.ko"
same "one line" 1 "$(wc -l </tmp/error)"
check "the line names the function and the owner" \
	grep -q "t_hot.*livepatch" /tmp/error
same "version that answers" 3 "$(version hot)"
check "p_hot1 is not left behind" test ! -d /sys/module/p_hot1
klp_down klp_hot1
same "version that answers when upstream has gone" 1 "$(version hot)"

step "switchyard first"
transition 0 load "$modules/p_hot1.ko"
same "version that answers" 2 "$(version hot)"
if insmod "$modules/klp_hot1.ko" 2>/tmp/error; then
	fail "upstream took a function that switchyard has"
else
	pass "upstream is refused: $(cat /tmp/error)"
fi
same "version that answers" 2 "$(version hot)"

step "both, on different functions"
klp_up klp_pair
same "version that answers" 2 "$(version hot)"
transition 0 unload p_hot1
same "version that answers" 1 "$(version hot)"
klp_down klp_pair
engine_down
