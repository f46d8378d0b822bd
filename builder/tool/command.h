/* SPDX-License-Identifier: GPL-2.0 */
/* Runs a program, waits for it, and makes a fault of its failure. */
#ifndef SY_BUILDER_COMMAND_H
#define SY_BUILDER_COMMAND_H

#include <stdbool.h>
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
	int fine_status; /* an exit status that is no failure either; or 0 */
	bool cleanup; /* runs even after an interrupt, to its end */
};

/*
 * A failure quotes the first line with "error" of the log, or its first one.
 * The program runs with LC_ALL=C and in a process group of its own, which is
 * killed when the time is over; it is killed, too, when this process dies. Its
 * temporary files are beside its log, or its output.
 */
struct sy_fault *sy_command_run(const struct sy_command_run *run);

/* From now on SIGINT, SIGTERM and SIGHUP stop the program that runs, and let no
 * other begin: what waits for it gets a fault and can tidy up. */
void sy_command_catch_signals(void);

/* Has such a signal come? */
bool sy_command_interrupted(void);

/* rm -rf, for what the builder has made; a failure is of no use to anyone. */
void sy_command_remove(const char *path);

#endif
