# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
#
# The models that the engine serves, as options of the command. Sourced by the
# cases that go through several of them.

models="null kpatch-nocheck kpatch ksplice hybrid kgraft kgraft:--relaxed"

# Those that take part where VM_FAULTS asks for all.
more_models="hybrid:--detector:count masami function/thread \
patched_set/function kernel/function kernel/function:--relaxed freeze \
freeze:--relaxed"

# among LIST: those of it that are in $models.
among() {
	for among_one in $1; do
		for among_model in $models; do
			[ "$among_one" != "$among_model" ] || echo "$among_one"
		done
	done | tr '\n' ' '
}

# each_model COMMAND...: COMMAND with the options of each model in turn.
each_model() {
	for each_one in $models; do
		each_option=--preset
		case $each_one in */*) each_option=--model ;; esac
		# shellcheck disable=SC2046 # an option may follow the model
		"$@" $each_option $(echo "$each_one" | tr : ' ')
	done
}
