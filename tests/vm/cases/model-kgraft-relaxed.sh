#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# KERNEL/THREAD, relaxed, in and out under the full load: as strict, but
# kthreads and others that no signal reaches are excused by their stacks.
. guest.sh
. cases.sh
. model.sh
model_case --preset kgraft --relaxed
