/* SPDX-License-Identifier: GPL-2.0 */
/* One run of "build": what its stages hand on. */
#ifndef SY_BUILDER_BUILD_H
#define SY_BUILDER_BUILD_H

#include "../advise/advise.h"
#include "../compile/unit.h"
#include "../driver/run.h"
#include "../diff/objdiff.h"
#include "../emit/emit.h"
#include "../match/match.h"
#include "stages.h"

enum sy_build_object {
	SY_BUILD_SHIPPED,
	SY_BUILD_BEFORE,
	SY_BUILD_AFTER,
	SY_BUILD_TYPES_BEFORE, /* these two: only for their types */
	SY_BUILD_TYPES_AFTER,
	SY_BUILD_OBJECTS
};

struct sy_build_unit {
	struct sy_unit unit;
	struct sy_path path
		[SY_BUILD_OBJECTS]; /* of the objects, by enum sy_build_object */
	struct sy_file file[3];
	struct sy_elf elf[3];
	struct sy_fault *fault[SY_BUILD_OBJECTS]; /* of compiling */
	struct sy_image module;
	struct sy_path module_path;
	const struct sy_image *target;
	struct sy_match match;
	struct sy_objdiff diff;
	bool left_out; /* by this kernel's configuration */
	bool used; /* it has a changed function that this kernel runs */
};

struct sy_build {
	const struct sy_kernel *kernel;
	const struct sy_stage_options *opt;
	unsigned int from; /* the first stage that is not taken from --keep */
	struct sy_run run; /* the diffs, the tree with them applied */
	struct sy_path dir; /* --keep, or the run's */
	char name[56]; /* of the module */
	bool types; /* what the diff changes can change types */
	struct sy_build_unit *units;
	size_t nunits;
	struct sy_extract extract;
	struct sy_advice advice;
	struct sy_emit emit;
	char *info;
	char done[200]; /* what a stage has to say when it has ended */
};

/* The stages, in this order; each finds what the one before has made. */
struct sy_fault *sy_build_units(struct sy_build *b);
struct sy_fault *sy_build_compile(struct sy_build *b);
struct sy_fault *sy_build_extract(struct sy_build *b);
struct sy_fault *sy_build_emit(struct sy_build *b);
struct sy_fault *sy_build_link(struct sy_build *b);
struct sy_fault *sy_build_verify(struct sy_build *b);

/* Can the layout of a type be another, for all that the text of structs says? */
bool sy_types_can_change(const struct sy_patchfile *patch);

/* Refuses a unit in which a type is laid out otherwise after the diff. */
struct sy_fault *sy_build_types(const struct sy_build_unit *u);

enum sy_build_stage {
	SY_BUILD_UNITS,
	SY_BUILD_COMPILE,
	SY_BUILD_EXTRACT,
	SY_BUILD_EMIT,
	SY_BUILD_LINK,
	SY_BUILD_VERIFY,
	SY_BUILD_STAGES
};

/* The engine's headers and the versions of its symbols, and that the kernel's are
 * there: into b->emit. Asked for before anything is compiled. */
struct sy_fault *sy_engine_find(struct sy_build *b);

extern const char *const sy_build_stage_names[SY_BUILD_STAGES];

#endif
