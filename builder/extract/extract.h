/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the objects of changed units to one object that holds what a patch has
 * to bring along: changed and new functions, new data, strings, and the entries
 * of tables that belong to that code. All else stays where the kernel has it
 * and is referred to: by name where it is exported, else by an import, which
 * the engine resolves.
 */
#ifndef SY_BUILDER_EXTRACT_H
#define SY_BUILDER_EXTRACT_H

#include "../compile/unit.h"
#include "../diff/objdiff.h"
#include "../emit/out.h"
#include "../match/match.h"
#include "exports.h"

/* A symbol of the kernel or of a module that no linker can find. */
struct sy_import {
	char *name;
	char object[64]; /* "vmlinux" or a module */
	uint32_t position; /* 1 for the first of its name in the object */
};

/* One function of the kernel and what replaces it. */
struct sy_replaced {
	const struct sy_extract_unit *unit;
	const struct sy_match_func *old;
	const char *name; /* as the kernel has it */
	uint32_t section; /* of the new one, in the output; it begins there */
	uint64_t value, new_size;
};

/* A unit, compiled three times; see SY_COMPILE_*. All is the caller's but for
 * the last three. */
struct sy_extract_unit {
	const struct sy_unit *unit;
	const struct sy_elf *shipped; /* as the kernel's build makes it */
	const struct sy_elf *before, *after; /* in sections */
	const struct sy_match *match; /* of @shipped */
	const struct sy_objdiff *diff; /* of @before and @after */
	uint32_t *pair; /* of each section of @after: that of @before, or 0 */
	uint32_t *taken; /* of each section of @after: the output's, or 0 */
	bool *changed; /* each section of @after: a function that changed */
};

struct sy_extract {
	const struct sy_kernel *kernel;
	struct sy_exports exports;
	struct sy_extract_unit *units;
	size_t nunits;
	struct sy_out out;
	struct sy_import *imports; /* [0] unused */
	size_t nimports;
	struct sy_replaced *replaced;
	size_t nreplaced;
	struct sy_replaced *added; /* new functions; @old is NULL */
	size_t nadded;
	bool escapes; /* the address of new text is stored or passed */
	const char *escapes_by; /* the first function whose address it is */
};

/* @units are filled in by the caller, who keeps what they point to. */
struct sy_fault *sy_extract_run(struct sy_extract *x);
void sy_extract_deinit(struct sy_extract *x);

/* Inside of extract/ only. */

/* Fills pair[]; refuses changed data. */
struct sy_fault *sy_correlate(struct sy_extract_unit *u);

/* What a relocation of @from becomes: a symbol of the output and an addend.
 * Takes along what is new. */
struct sy_fault *sy_map_rela(struct sy_extract *x, struct sy_extract_unit *u,
			     const struct sy_section *from,
			     const struct sy_rela *rela, uint32_t *symbol,
			     int64_t *addend);

/* Takes a section of @after with all that it refers to. */
struct sy_fault *sy_take(struct sy_extract *x, struct sy_extract_unit *u,
			 uint32_t section);

/* Entries of tables for all code that was taken. */
struct sy_fault *sy_take_tables(struct sy_extract *x,
				struct sy_extract_unit *u);

/* A reference to the kernel's own: a symbol of the output. */
struct sy_fault *sy_refer_function(struct sy_extract *x,
				   struct sy_extract_unit *u,
				   const struct sy_symbol *function,
				   uint32_t *symbol);
struct sy_fault *sy_refer_datum(struct sy_extract *x, struct sy_extract_unit *u,
				uint32_t before, int64_t *shift,
				uint32_t *symbol, bool *found);
struct sy_fault *sy_refer_name(struct sy_extract *x, struct sy_extract_unit *u,
			       const char *name, uint32_t *symbol);

/* The function of a section at an offset, or NULL. */
const struct sy_symbol *sy_function_at(const struct sy_elf *elf,
				       uint32_t section, uint64_t offset);

#endif
