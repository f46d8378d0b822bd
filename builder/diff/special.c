// SPDX-License-Identifier: GPL-2.0
/*
 * A function can change without a byte of its text: a jump label's key, an
 * exception's handler and an alternative's replacement stand in tables of their
 * own. Entries have the sizes of 6.1; the first field of each refers to the code
 * it belongs to. Line numbers (in __bug_table) are no change.
 */
#include "special.h"

static const struct sy_special {
	const char *name;
	uint32_t size; /* of an entry */
	uint32_t compared; /* bytes of it that mean something */
} sy_specials[] = {
	{ "__jump_table", 16, 16 },    { "__ex_table", 12, 12 },
	{ ".altinstructions", 12, 4 }, { "__bug_table", 12, 4 },
	{ ".smp_locks", 4, 4 },	       { ".parainstructions", 16, 16 },
};

/* Not data that a change could have altered: helpers of the tables above. */
static const char *const sy_helpers[] = {
	".altinstr_replacement",
	".altinstr_aux",
	".discard",
	"__mcount_loc",
	".export_symbol",
	".modinfo",
	"__ksymtab",
	"___ksymtab",
	".comment",
	".note",
	".orc_unwind",
	".return_sites",
	".retpoline_sites",
	".call_sites",
	".static_call_sites",
	"__dyndbg",
};

bool sy_is_special(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(sy_specials) / sizeof(sy_specials[0]); i++)
		if (!strcmp(name, sy_specials[i].name))
			return true;
	for (i = 0; i < sizeof(sy_helpers) / sizeof(sy_helpers[0]); i++)
		if (!strncmp(name, sy_helpers[i], strlen(sy_helpers[i])))
			return true;
	return false;
}

/* The next entry, from *at on, whose first field lies in the piece. */
static bool sy_next_entry(const struct sy_piece *code,
			  const struct sy_section *table, uint32_t size,
			  uint64_t *at)
{
	const struct sy_symbol *symbol;
	const struct sy_rela *rela;
	uint64_t place;
	size_t n;

	for (; table && table->data && sy_within(*at, size, table->size);
	     *at += size) {
		rela = sy_section_relas(table, *at, *at + 1, &n);
		if (!n)
			continue;
		symbol = &code->elf->symbols[rela->symbol];
		if (&code->elf->sections[symbol->section] != code->section)
			continue;
		place = symbol->value + (uint64_t)rela->addend;
		if (place >= code->offset && place - code->offset <= code->size)
			return true;
	}
	return false;
}

/* The replacement of an alternative: offset by the second field, length last. */
static bool sy_replacement(const struct sy_elf *elf,
			   const struct sy_section *table, uint64_t at,
			   struct sy_piece *ret)
{
	const struct sy_symbol *symbol;
	const struct sy_rela *rela;
	size_t n;

	rela = sy_section_relas(table, at + 4, at + 5, &n);
	if (!n)
		return false;
	symbol = &elf->symbols[rela->symbol];
	ret->elf = elf;
	ret->section = &elf->sections[symbol->section];
	ret->offset = symbol->value + (uint64_t)rela->addend;
	ret->size = table->data[at + 11];
	return ret->section->data &&
	       sy_within(ret->offset, ret->size, ret->section->size);
}

static bool sy_same_alternative(const struct sy_elf *a,
				const struct sy_section *s, uint64_t x,
				const struct sy_elf *b,
				const struct sy_section *t, uint64_t y)
{
	struct sy_piece mine, its;

	return !memcmp(s->data + x + 8, t->data + y + 8, 4) &&
	       sy_replacement(a, s, x, &mine) &&
	       sy_replacement(b, t, y, &its) && sy_same_piece(&mine, &its);
}

static bool sy_same_table(const struct sy_piece *a, const struct sy_piece *b,
			  const struct sy_special *special)
{
	const struct sy_section *s = sy_elf_section(a->elf, special->name);
	const struct sy_section *t = sy_elf_section(b->elf, special->name);
	bool alternatives = !strcmp(special->name, ".altinstructions");
	uint64_t x = 0, y = 0;

	for (;; x += special->size, y += special->size) {
		bool more = sy_next_entry(a, s, special->size, &x);
		struct sy_piece mine, its;

		if (more != sy_next_entry(b, t, special->size, &y))
			return false;
		if (!more)
			return true;
		mine = (struct sy_piece){ a->elf, s, x, special->compared };
		its = (struct sy_piece){ b->elf, t, y, special->compared };
		if (!sy_same_piece(&mine, &its))
			return false;
		if (alternatives &&
		    !sy_same_alternative(a->elf, s, x, b->elf, t, y))
			return false;
	}
}

bool sy_same_special(const struct sy_piece *a, const struct sy_piece *b)
{
	size_t i;

	for (i = 0; i < sizeof(sy_specials) / sizeof(sy_specials[0]); i++)
		if (!sy_same_table(a, b, &sy_specials[i]))
			return false;
	return true;
}
