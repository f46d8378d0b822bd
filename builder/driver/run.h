/* SPDX-License-Identifier: GPL-2.0 */
/* One run over diffs: a folder of its own, the diffs as one, the changed tree. */
#ifndef SY_BUILDER_RUN_H
#define SY_BUILDER_RUN_H

#include "../graph/find.h"
#include "../source/series.h"

struct sy_run {
	const struct sy_kernel *kernel;
	struct sy_path dir; /* all files in between; removed at the end */
	struct sy_path tree; /* the source with the diffs applied */
	struct sy_path combined; /* what they do together, strip 1 */
	struct sy_series series;
	struct sy_file text; /* of combined */
	struct sy_patchfile patch; /* of combined */
	struct sy_find find;
	const char *stage; /* that runs now */
	double begun; /* this stage; seconds */
	bool terminal; /* progress in place */
	bool quiet; /* no progress at all */
};

/* Makes the folder below the kernel's and reads the diffs. */
struct sy_fault *sy_run_open(const struct sy_kernel *kernel, char *const *names,
			     size_t n, unsigned int strip, bool quiet,
			     struct sy_run *ret);

/* Fills run->find. */
struct sy_fault *sy_run_units(struct sy_run *run);
void sy_run_close(struct sy_run *run);

/* Progress on stderr: a stage begins, goes on, has ended with a summary. */
void sy_run_begin(struct sy_run *run, const char *stage);
void sy_run_step(struct sy_run *run, const char *what, size_t done,
		 size_t total);
void sy_run_end(struct sy_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
