#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The models that leave the patched set with 500 threads asleep in do_wait():
# each settles within a second, all leave, and are held at the border for a moment
# where one instant is needed; they notice what docs/models.md lists and nothing
# else.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/herd.sh
. herd.sh
herd_case wait do_wait
