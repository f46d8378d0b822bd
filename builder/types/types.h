/* SPDX-License-Identifier: GPL-2.0 */
/* Sizes and offsets of the named structs and unions of an object, as its
 * debugging information (DWARF 4, of gcc -g) tells. */
#ifndef SY_BUILDER_TYPES_H
#define SY_BUILDER_TYPES_H

#include "../elf/object.h"

struct sy_type {
	const char *name;
	bool is_union;
	uint64_t size;
	uint64_t digest; /* of where its members lie and how long they are */
	size_t nmembers;
};

struct sy_types {
	struct sy_type *types; /* by name */
	size_t n;
};

/* Names are those of @elf, which must outlive @ret. The object may be of any
 * content; what is damaged is a fault. */
struct sy_fault *sy_types_read(const struct sy_elf *elf, struct sy_types *ret);
void sy_types_deinit(struct sy_types *types);

/* The first type that both have and that is laid out differently, or NULL. What
 * is only named differently is laid out alike. */
const struct sy_type *sy_types_differ(const struct sy_types *before,
				      const struct sy_types *after);

#endif
