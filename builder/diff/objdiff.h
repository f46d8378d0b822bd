/* SPDX-License-Identifier: GPL-2.0 */
/* What a change of the source did to a unit: functions and data. */
#ifndef SY_BUILDER_OBJDIFF_H
#define SY_BUILDER_OBJDIFF_H

#include "canon.h"

enum sy_change_kind {
	SY_CHANGED,
	SY_NEW,
	SY_GONE,
};

struct sy_objchange {
	enum sy_change_kind kind;
	bool data; /* a datum, not a function */
	const char *name; /* of a function or a datum's section */
	uint64_t old_size, new_size;
	const struct sy_symbol *before, *after; /* functions; NULL: none */
};

struct sy_objdiff {
	struct sy_objchange *changes;
	size_t n;
	size_t same; /* functions */
};

/* Both compiled with SY_COMPILE_SECTIONS and without objtool. They must outlive
 * @ret. */
struct sy_fault *sy_objdiff(const struct sy_elf *before,
			    const struct sy_elf *after, struct sy_objdiff *ret);
void sy_objdiff_deinit(struct sy_objdiff *diff);

/* A section with data of the unit's own, not a string nor a table. */
bool sy_is_datum(const struct sy_section *section);

const char *sy_change_kind_name(enum sy_change_kind kind);

#endif
