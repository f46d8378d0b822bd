#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# PATCHED_SET/THREAD with the detector count in and out under the full load:
# sleepers inside the set are nudged and the transition settles.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset hybrid --detector count
