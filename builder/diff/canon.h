/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two objects of one unit, before and after a change: are these bytes, with
 * what their relocations refer to, the same? Made for objects compiled with
 * SY_COMPILE_SECTIONS, in which each function and datum has its own section.
 */
#ifndef SY_BUILDER_CANON_H
#define SY_BUILDER_CANON_H

#include "../elf/object.h"

/* A piece of a section. */
struct sy_piece {
	const struct sy_elf *elf;
	const struct sy_section *section;
	uint64_t offset, size;
};

/* Equal but for the numbers that gcc appends to static locals ("key.12"). */
bool sy_same_name(const char *a, const char *b);

bool sy_same_piece(const struct sy_piece *a, const struct sy_piece *b);

/* What two relocations refer to, wherever the linker puts it. */
bool sy_same_reference(const struct sy_elf *a, const struct sy_rela *x,
		       const struct sy_elf *b, const struct sy_rela *y);

#endif
