// SPDX-License-Identifier: GPL-2.0
/*
 * Masked comparison. A relocation of a type that is unknown here has no width
 * and masks nothing: its field then differs, which is the safe side.
 */
#include "masked.h"

static uint64_t sy_first_difference(const uint8_t *a, const uint8_t *b,
				    uint64_t from, uint64_t to)
{
	if (!memcmp(a + from, b + from, to - from))
		return to;
	while (a[from] == b[from])
		from++;
	return from;
}

uint64_t sy_masked_compare(const struct sy_section *section, uint64_t offset,
			   uint64_t size, const uint8_t *other)
{
	const uint8_t *mine = section->data + offset;
	const struct sy_rela *rela;
	uint64_t at = 0, field, width, differs;
	size_t i, n;

	rela = sy_section_relas(section, offset, offset + size, &n);
	for (i = 0; i < n; i++) {
		field = rela[i].offset - offset;
		if (field < at)
			continue; /* a second one for the same field */
		differs = sy_first_difference(mine, other, at, field);
		if (differs < field)
			return differs;
		width = sy_rela_width(rela[i].type);
		at = field + width < size ? field + width : size;
	}
	return sy_first_difference(mine, other, at, size);
}
