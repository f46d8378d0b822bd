#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A changed calling convention under KERNEL/THREAD, relaxed: no mix in 10,000
# calls across 50 transitions, and no crash.
. guest.sh
. cases.sh
. pair.sh
pair_case --preset kgraft --relaxed
