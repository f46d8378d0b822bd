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
	/* of "build" alone */
	const char *out; /* the module's file; NULL: named after the first diff */
	unsigned int strip; /* leading parts of names in diffs to drop */
	unsigned int forbid, allow; /* SY_FORBID_* bits */
	const char *keep, *from; /* a folder and a stage's name, or NULL */
	bool json;
	const char *engine; /* the folder with the engine's headers, or NULL */
	const char *symvers; /* the engine's Module.symvers, or NULL */
};

struct sy_stage {
	const char *name;
	/* *status: another exit status than 0; else untouched */
	struct sy_fault *(*run)(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt,
				int *status);
	const char *operands; /* for the usage; "" takes none */
	bool command; /* exit codes are the command's, see below */
};

#define SY_STATUS_MISMATCH 3

/* Exit codes of "build": those of the command, in cli/exit.h. */
enum sy_build_status {
	SY_BUILD_OK = 0,
	SY_BUILD_INTERNAL = 1,
	SY_BUILD_BAD_FILE = 6,
	SY_BUILD_UNAFFECTED = 13,
	SY_BUILD_NO_KERNEL = 14,
	SY_BUILD_REFUSED = 15,
	SY_BUILD_MISMATCH = 16,
	SY_BUILD_TOOL = 17,
	SY_BUILD_NO_MEMORY = 21,
};

struct sy_fault *sy_stage_kernel(const struct sy_kernel *kernel,
				 const struct sy_stage_options *opt,
				 int *status);
struct sy_fault *sy_stage_list(const struct sy_kernel *kernel,
			       const struct sy_stage_options *opt, int *status);
struct sy_fault *sy_stage_compile(const struct sy_kernel *kernel,
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

/* From diffs to a module file; prints what it made, or why there is nothing to
 * make. Nothing is written but below the cache, to --keep and to the output. */
struct sy_fault *sy_stage_build(const struct sy_kernel *kernel,
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
