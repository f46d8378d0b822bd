#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A changed calling convention under PATCHED_SET/THREAD with the detector count:
# no mix in 10,000 calls across 50 transitions, and no crash.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/pair.sh
. pair.sh
pair_case --preset hybrid --detector count
