#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# FUNCTION/KERNEL in and out under the full load: one store for everybody,
# nobody is looked at.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset kpatch-nocheck
