#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KERNEL/THREAD, relaxed, in and out under the full load: as strict, but
# kthreads and others that no signal reaches are excused by their stacks.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset kgraft --relaxed
