#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A changed calling convention under PATCHED_SET/KERNEL: no mix in 10,000
# calls across 50 transitions, and no crash.
. guest.sh
. cases.sh
. pair.sh
pair_case --preset kpatch
