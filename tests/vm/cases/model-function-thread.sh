#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# FUNCTION/THREAD in and out under the full load: every thread switches at the
# first look at it, sleepers inside the set included, and nobody is nudged.
# shellcheck source=tests/vm/lib/guest.sh
. guest.sh
# shellcheck source=tests/guest/cases.sh
. cases.sh
# shellcheck source=tests/guest/model.sh
. model.sh
model_case --model function/thread
