#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# FUNCTION/FUNCTION in and out under the full load: it waits for nobody, so
# it settles with sleepers inside.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --preset null
