/* SPDX-License-Identifier: GPL-2.0 */
/* The builder's stages as data: a name, a function, what it works on. */
#ifndef SY_BUILDER_STAGES_H
#define SY_BUILDER_STAGES_H

#include "../compile/kernel.h"

struct sy_stage_options {
	const char *release, *source;
	char **operands;
	size_t noperands;
	bool verbose;
};

struct sy_stage {
	const char *name;
	/* *status: 3 when the code is not the kernel's, else untouched */
	struct sy_fault *(*run)(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt,
				int *status);
	const char *operands; /* for the usage; "" takes none */
};

#define SY_STATUS_MISMATCH 3

struct sy_fault *sy_stage_kernel(const struct sy_kernel *kernel,
				 const struct sy_stage_options *opt,
				 int *status);
struct sy_fault *sy_stage_match(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt,
				int *status);
struct sy_fault *sy_stage_diff(const struct sy_kernel *kernel,
			       const struct sy_stage_options *opt, int *status);

struct sy_fault *sy_stage_units(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt,
				int *status);

/*
 * What a unit is part of: the kernel's image, or a module's, which is opened
 * into @module and has to be closed (closing is harmless for the other).
 */
struct sy_unit;
struct sy_fault *sy_stage_target(const struct sy_kernel *kernel,
				 const struct sy_unit *unit,
				 struct sy_image *module, struct sy_path *path,
				 const struct sy_image **ret);

#endif
