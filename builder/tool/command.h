/* SPDX-License-Identifier: GPL-2.0 */
/* Runs a program, waits for it, and makes a fault of its failure. */
#ifndef SY_BUILDER_COMMAND_H
#define SY_BUILDER_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include "../elf/fault.h"

struct sy_command_run {
	const char *const *argv; /* ends with NULL; looked up in PATH */
	const char *dir; /* where it runs, or NULL */
	const char *in, *out; /* files, or NULL: /dev/null */
	const char *log; /* file for stderr, or NULL: /dev/null */
	uint64_t out_size_max; /* of any file it writes; 0: no limit */
	unsigned int seconds_max; /* then it is killed; 0: 600 */
};

/*
 * A failure quotes the first line with "error" of the log, or its first one.
 * The program runs with LC_ALL=C and in a process group of its own, which is
 * killed when the time is over.
 */
struct sy_fault *sy_command_run(const struct sy_command_run *run);

#endif
