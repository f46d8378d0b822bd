#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KERNEL/KERNEL, relaxed, in and out under the full load.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset freeze --relaxed --deadline 30
