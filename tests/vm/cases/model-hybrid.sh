#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/THREAD in and out under the full load: sleepers inside the set
# are nudged and the transition settles.
. guest.sh
. cases.sh
. model.sh
model_case --preset hybrid
