#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KERNEL/KERNEL, strict, in and out under the full load: everyone is held at the
# border, kthreads must be in their main loops, and all switch at one instant.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset freeze --deadline 30
