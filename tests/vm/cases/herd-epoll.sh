#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/KERNEL with 500 threads asleep in do_epoll_wait(): all are held at the
# border for a moment, and notice what docs/models.md lists and nothing else.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/herd.sh
. herd.sh
herd_case epoll do_epoll_wait
