# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# Every model that the engine serves, as options of the command. Sourced by the
# cases that go through all of them.

models="null kpatch-nocheck kpatch ksplice hybrid kgraft kgraft:--relaxed"

# each_model COMMAND...: COMMAND with the options of each model in turn.
each_model() {
	for each_one in $models; do
		# shellcheck disable=SC2046 # an option may follow the preset
		"$@" --preset $(echo "$each_one" | tr : ' ')
	done
}
