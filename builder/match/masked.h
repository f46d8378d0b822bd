/* SPDX-License-Identifier: GPL-2.0 */
/* Code compared but for the fields that a linker writes. */
#ifndef SY_BUILDER_MASKED_H
#define SY_BUILDER_MASKED_H

#include "../elf/object.h"

/*
 * Compares @size bytes at @offset of @section with those at @other, without the
 * fields of the section's relocations. Returns the offset, from @offset, of
 * the first byte that differs, or @size.
 */
uint64_t sy_masked_compare(const struct sy_section *section, uint64_t offset,
			   uint64_t size, const uint8_t *other);

#endif
