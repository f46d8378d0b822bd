// SPDX-License-Identifier: GPL-2.0
/*
 * Compares pieces of two objects by meaning: bytes outside of relocation fields,
 * and for each relocation its type and what it refers to. A string is its
 * characters, a section of its own is the name of its function or datum.
 * Whether that datum changed is asked elsewhere.
 */
#include "canon.h"
#include "../match/masked.h"

/* The length of a name without ".12" at its end. */
static size_t sy_stem(const char *name)
{
	size_t len = strlen(name), at = len;

	while (at && name[at - 1] >= '0' && name[at - 1] <= '9')
		at--;
	return at > 1 && at < len && name[at - 1] == '.' ? at - 1 : len;
}

bool sy_same_name(const char *a, const char *b)
{
	size_t len = sy_stem(a);

	return len == sy_stem(b) && !a[len] == !b[len] && !memcmp(a, b, len);
}

/* A reference to a section of one function or datum is one to its symbol. */
static const char *sy_target_name(const struct sy_elf *elf,
				  const struct sy_symbol *symbol)
{
	return symbol->type == STT_SECTION ?
		       elf->sections[symbol->section].name :
		       symbol->name;
}

#define SY_DYNDBG_SIZE 56 /* of struct _ddebug */
#define SY_DYNDBG_POINTERS 32 /* module, function, file and format */

/*
 * pr_debug() and its kind: a reference into a table with an entry for each of
 * them, so that one more shifts all behind it. Entries are the same when they
 * say the same, whatever their line and place.
 */
static bool sy_same_debug(const struct sy_elf *a, const struct sy_rela *x,
			  const struct sy_elf *b, const struct sy_rela *y)
{
	uint64_t at = (uint64_t)x->addend + sy_rela_bias(x);
	uint64_t other = (uint64_t)y->addend + sy_rela_bias(y);
	struct sy_piece mine = { a, &a->sections[a->symbols[x->symbol].section],
				 at - at % SY_DYNDBG_SIZE, SY_DYNDBG_POINTERS };
	struct sy_piece its = { b, &b->sections[b->symbols[y->symbol].section],
				other - other % SY_DYNDBG_SIZE,
				SY_DYNDBG_POINTERS };

	return at % SY_DYNDBG_SIZE == other % SY_DYNDBG_SIZE &&
	       sy_within(mine.offset, mine.size, mine.section->size) &&
	       sy_within(its.offset, its.size, its.section->size) &&
	       sy_same_piece(&mine, &its);
}

bool sy_same_reference(const struct sy_elf *a, const struct sy_rela *x,
		       const struct sy_elf *b, const struct sy_rela *y)
{
	const struct sy_symbol *s = &a->symbols[x->symbol];
	const struct sy_symbol *t = &b->symbols[y->symbol];
	const struct sy_section *home = &a->sections[s->section];
	const struct sy_section *other = &b->sections[t->section];
	const uint8_t *mine, *its;
	size_t m = 0, n = 0;

	if (x->type != y->type || s->type != t->type)
		return false;
	if (s->type == STT_SECTION && home->flags & other->flags & SHF_MERGE) {
		mine = sy_rela_content(home, x, &m);
		its = sy_rela_content(other, y, &n);
		return mine && its && m == n && !memcmp(mine, its, m);
	}
	if (s->type == STT_SECTION && !strcmp(home->name, "__dyndbg") &&
	    !strcmp(other->name, "__dyndbg"))
		return sy_same_debug(a, x, b, y);
	return x->addend == y->addend &&
	       sy_same_name(sy_target_name(a, s), sy_target_name(b, t));
}

bool sy_same_piece(const struct sy_piece *a, const struct sy_piece *b)
{
	const struct sy_rela *x, *y;
	size_t i, m, n;

	if (a->size != b->size || !a->section->data != !b->section->data)
		return false;
	if (!a->section->data)
		return true; /* zeroes of equal size */
	x = sy_section_relas(a->section, a->offset, a->offset + a->size, &m);
	y = sy_section_relas(b->section, b->offset, b->offset + b->size, &n);
	if (m != n)
		return false;
	for (i = 0; i < m; i++)
		if (x[i].offset - a->offset != y[i].offset - b->offset ||
		    !sy_same_reference(a->elf, &x[i], b->elf, &y[i]))
			return false;
	return sy_masked_compare(a->section, a->offset, a->size,
				 b->section->data + b->offset) == a->size;
}
