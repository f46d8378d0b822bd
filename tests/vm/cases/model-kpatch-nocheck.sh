#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# FUNCTION/KERNEL in and out under the full load: one store for everybody,
# nobody is looked at.
. guest.sh
. cases.sh
. model.sh
model_case --preset kpatch-nocheck
