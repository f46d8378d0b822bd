#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KERNEL/THREAD, strict, in and out under the full load: every sleeper in the
# kernel is nudged, kthreads must be in their main loops.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset kgraft
