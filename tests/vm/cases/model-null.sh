#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# FUNCTION/FUNCTION in and out under the full load: it waits for nobody, so
# it settles with sleepers inside.
. guest.sh
. cases.sh
. model.sh
model_case --preset null
