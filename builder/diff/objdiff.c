// SPDX-License-Identifier: GPL-2.0
/*
 * Pairs the functions and data of two objects by name, static locals by the name
 * without gcc's number and in their order, and lists what is not the same. A
 * function is the same when its bytes, what they refer to, and the tables that
 * belong to it are.
 */
#include <stdlib.h>

#include "objdiff.h"
#include "special.h"

bool sy_is_datum(const struct sy_section *s)
{
	return s->flags & SHF_ALLOC && !(s->flags & SHF_EXECINSTR) && s->size &&
	       !(s->flags & SHF_MERGE) &&
	       (s->type == SHT_PROGBITS || s->type == SHT_NOBITS) &&
	       !sy_is_special(s->name);
}

static struct sy_piece sy_piece_of(const struct sy_elf *elf,
				   const struct sy_symbol *symbol)
{
	return (struct sy_piece){ elf, &elf->sections[symbol->section],
				  symbol->value, symbol->size };
}

static struct sy_piece sy_piece_of_section(const struct sy_elf *elf,
					   const struct sy_section *s)
{
	return (struct sy_piece){ elf, s, 0, s->size };
}

/* The function of that name, of as many before it; NULL: none. */
static const struct sy_symbol *sy_find_function(const struct sy_elf *elf,
						const char *name, size_t before)
{
	size_t i;

	for (i = 0; i < elf->nsymbols; i++)
		if (sy_symbol_is_function(elf, &elf->symbols[i]) &&
		    !strcmp(elf->symbols[i].name, name) && !before--)
			return &elf->symbols[i];
	return NULL;
}

static size_t sy_functions_before(const struct sy_elf *elf,
				  const struct sy_symbol *symbol)
{
	const struct sy_symbol *s;
	size_t n = 0;

	for (s = elf->symbols; s < symbol; s++)
		n += sy_symbol_is_function(elf, s) &&
		     !strcmp(s->name, symbol->name);
	return n;
}

static const struct sy_section *sy_find_datum(const struct sy_elf *elf,
					      const char *name, size_t before)
{
	size_t i;

	for (i = 1; i < elf->nsections; i++)
		if (sy_is_datum(&elf->sections[i]) &&
		    sy_same_name(elf->sections[i].name, name) && !before--)
			return &elf->sections[i];
	return NULL;
}

static size_t sy_data_before(const struct sy_elf *elf,
			     const struct sy_section *section)
{
	const struct sy_section *s;
	size_t n = 0;

	for (s = elf->sections + 1; s < section; s++)
		n += sy_is_datum(s) && sy_same_name(s->name, section->name);
	return n;
}

static void sy_note(struct sy_objdiff *diff, struct sy_objchange change)
{
	diff->changes[diff->n++] = change;
}

static bool sy_same_place(const struct sy_symbol *a, const struct sy_symbol *b)
{
	return a->section == b->section && a->value == b->value;
}

/* A second name of a function that has been noted: it has one entry. */
static bool sy_is_second_name(const struct sy_objdiff *diff,
			      const struct sy_symbol *old,
			      const struct sy_symbol *new)
{
	const struct sy_objchange *c;
	size_t i;

	for (i = 0; i < diff->n; i++) {
		c = &diff->changes[i];
		if (c->kind == SY_CHANGED && !c->data &&
		    sy_same_place(c->before, old) &&
		    sy_same_place(c->after, new))
			return true;
	}
	return false;
}

static void sy_diff_function(struct sy_objdiff *diff,
			     const struct sy_elf *before,
			     const struct sy_elf *after,
			     const struct sy_symbol *new)
{
	const struct sy_symbol *old =
		sy_find_function(before, new->name,
				 sy_functions_before(after, new));
	struct sy_piece a, b = sy_piece_of(after, new);
	struct sy_objchange change = { .kind = old ? SY_CHANGED : SY_NEW,
				       .name = new->name,
				       .old_size = old ? old->size : 0,
				       .new_size = new->size,
				       .before = old,
				       .after = new };

	if (old) {
		a = sy_piece_of(before, old);
		if (sy_same_piece(&a, &b) && sy_same_special(&a, &b)) {
			diff->same++;
			return;
		}
		if (sy_is_second_name(diff, old, new))
			return;
	}
	sy_note(diff, change);
}

static void sy_diff_datum(struct sy_objdiff *diff, const struct sy_elf *before,
			  const struct sy_elf *after,
			  const struct sy_section *new)
{
	const struct sy_section *old =
		sy_find_datum(before, new->name, sy_data_before(after, new));
	struct sy_piece a, b = sy_piece_of_section(after, new);

	if (old) {
		a = sy_piece_of_section(before, old);
		if (sy_same_piece(&a, &b))
			return;
	}
	sy_note(diff, (struct sy_objchange){ .kind = old ? SY_CHANGED : SY_NEW,
					     .data = true,
					     .name = new->name,
					     .old_size = old ? old->size : 0,
					     .new_size = new->size });
}

/* What @before has and @after has not. */
static void sy_diff_gone(struct sy_objdiff *diff, const struct sy_elf *before,
			 const struct sy_elf *after)
{
	const struct sy_section *section;
	const struct sy_symbol *symbol;
	size_t i;

	for (i = 0; i < before->nsymbols; i++) {
		symbol = &before->symbols[i];
		if (sy_symbol_is_function(before, symbol) &&
		    !sy_find_function(after, symbol->name,
				      sy_functions_before(before, symbol)))
			sy_note(diff,
				(struct sy_objchange){ .kind = SY_GONE,
						       .name = symbol->name,
						       .old_size = symbol->size,
						       .before = symbol });
	}
	for (i = 1; i < before->nsections; i++) {
		section = &before->sections[i];
		if (sy_is_datum(section) &&
		    !sy_find_datum(after, section->name,
				   sy_data_before(before, section)))
			sy_note(diff, (struct sy_objchange){
					      .kind = SY_GONE,
					      .data = true,
					      .name = section->name,
					      .old_size = section->size });
	}
}

struct sy_fault *sy_objdiff(const struct sy_elf *before,
			    const struct sy_elf *after, struct sy_objdiff *ret)
{
	size_t i, room = before->nsymbols + before->nsections +
			 after->nsymbols + after->nsections;

	*ret = (struct sy_objdiff){ 0 };
	ret->changes = calloc(room + 1, sizeof(*ret->changes));
	if (!ret->changes)
		return sy_fault_no_memory();
	for (i = 0; i < after->nsymbols; i++)
		if (sy_symbol_is_function(after, &after->symbols[i]))
			sy_diff_function(ret, before, after,
					 &after->symbols[i]);
	for (i = 1; i < after->nsections; i++)
		if (sy_is_datum(&after->sections[i]))
			sy_diff_datum(ret, before, after, &after->sections[i]);
	sy_diff_gone(ret, before, after);
	return NULL;
}

void sy_objdiff_deinit(struct sy_objdiff *diff)
{
	free(diff->changes);
	*diff = (struct sy_objdiff){ 0 };
}

const char *sy_change_kind_name(enum sy_change_kind kind)
{
	switch (kind) {
	case SY_CHANGED:
		return "changed";
	case SY_NEW:
		return "new";
	case SY_GONE:
		return "gone";
	}
	return "?";
}
