// SPDX-License-Identifier: GPL-2.0
/*
 * Finds each code section of an object in the image. A linker moves sections
 * as a whole, so one base serves all functions of a section: each function's
 * name proposes the addresses that the image's symbols have, and the base under
 * which the most functions are equal wins. That is what tells many static
 * functions of one name apart. A tie is settled by what the relocations of
 * other sections, already placed, say of this one.
 */
#include <stdlib.h>

#include "decode.h"
#include "masked.h"
#include "match.h"

#define SY_CANDIDATES_MAX 4096

struct sy_candidate {
	uint64_t base;
	size_t equal, named; /* functions */
	uint64_t prefix; /* bytes before the first difference, of all */
};

static bool sy_is_code(char type)
{
	return strchr("tTwW", type) != NULL;
}

static uint64_t sy_compare_at(const struct sy_match *m,
			      const struct sy_symbol *symbol, uint64_t address)
{
	const uint8_t *bytes = sy_elf_at(&m->image->elf, address, symbol->size);

	if (!bytes)
		return 0;
	return sy_masked_compare(&m->object->sections[symbol->section],
				 symbol->value, symbol->size, bytes);
}

/* The image's symbol of that name at that address: its position, or 0. */
static uint32_t sy_position(const struct sy_image *image, const char *name,
			    uint64_t address, uint32_t *namesakes)
{
	const struct sy_kallsyms *k = &image->symbols;
	const uint32_t *named;
	uint32_t position = 0;
	size_t i, n;

	named = sy_kallsyms_named(k, name, &n);
	for (i = 0; i < n; i++)
		if (k->syms[named[i]].address == address)
			position = k->syms[named[i]].position;
	*namesakes = (uint32_t)n;
	return position;
}

static void sy_propose(const struct sy_match *m, const struct sy_symbol *symbol,
		       struct sy_candidate *list, size_t *count)
{
	const struct sy_kallsyms *k = &m->image->symbols;
	const uint32_t *named;
	uint64_t base;
	size_t i, j, n;

	named = sy_kallsyms_named(k, symbol->name, &n);
	for (i = 0; i < n && *count < SY_CANDIDATES_MAX; i++) {
		if (!sy_is_code(k->syms[named[i]].type))
			continue;
		base = k->syms[named[i]].address - symbol->value;
		for (j = 0; j < *count; j++)
			if (list[j].base == base)
				break;
		if (j == *count)
			list[(*count)++] =
				(struct sy_candidate){ .base = base };
	}
}

static void sy_score(const struct sy_match *m, uint32_t section,
		     struct sy_candidate *c)
{
	const struct sy_symbol *symbol;
	uint32_t namesakes;
	uint64_t same;
	size_t i;

	for (i = 0; i < m->nfuncs; i++) {
		symbol = m->funcs[i].symbol;
		if (symbol->section != section)
			continue;
		same = sy_compare_at(m, symbol, c->base + symbol->value);
		c->equal += same == symbol->size;
		c->prefix += same;
		if (sy_position(m->image, symbol->name, c->base + symbol->value,
				&namesakes))
			c->named++;
	}
}

static int sy_better(const struct sy_candidate *a, const struct sy_candidate *b)
{
	if (a->equal != b->equal)
		return a->equal > b->equal ? 1 : -1;
	if (a->named != b->named)
		return a->named > b->named ? 1 : -1;
	return (a->prefix > b->prefix) - (a->prefix < b->prefix);
}

/* The best base; *ties: how many others are as good. */
static size_t sy_choose(const struct sy_candidate *list, size_t count,
			uint64_t known, size_t *ties)
{
	size_t i, best = 0;
	int order;

	*ties = 0;
	for (i = 1; i < count; i++) {
		order = sy_better(&list[i], &list[best]);
		if (order > 0) {
			best = i;
			*ties = 0;
		} else if (order == 0) {
			++*ties;
		}
	}
	for (i = 0; *ties && known && i < count; i++)
		if (list[i].base == known &&
		    !sy_better(&list[i], &list[best])) {
			*ties = 0;
			return i;
		}
	return best;
}

static void sy_settle(struct sy_match *m, struct sy_match_func *f,
		      uint64_t base, size_t ties)
{
	f->address = base + f->symbol->value;
	f->differs_at = sy_compare_at(m, f->symbol, f->address);
	f->position = sy_position(m->image, f->symbol->name, f->address,
				  &f->namesakes);
	if (f->differs_at < f->symbol->size)
		f->state = SY_MATCH_DIFFERS;
	else if (ties)
		f->state = SY_MATCH_AMBIGUOUS;
	else if (f->position)
		f->state = SY_MATCH_EQUAL;
	else
		f->state = SY_MATCH_REPLACED;
	if (f->state == SY_MATCH_EQUAL || f->state == SY_MATCH_REPLACED)
		sy_decode_relas(m, f);
}

/* Places one section; false: a tie that others may settle later. */
static bool sy_place(struct sy_match *m, uint32_t section, bool last,
		     struct sy_candidate *list)
{
	uint64_t known = sy_decoded_base(m, section);
	size_t i, count = 0, ties, best;

	for (i = 0; i < m->nfuncs; i++)
		if (m->funcs[i].symbol->section == section)
			sy_propose(m, m->funcs[i].symbol, list, &count);
	for (i = 0; i < count; i++)
		sy_score(m, section, &list[i]);
	best = sy_choose(list, count, known, &ties);
	if (ties && !last)
		return false;
	for (i = 0; i < m->nfuncs; i++) {
		if (m->funcs[i].symbol->section != section)
			continue;
		if (count)
			sy_settle(m, &m->funcs[i], list[best].base, ties);
		else
			m->funcs[i].state = SY_MATCH_ABSENT;
	}
	return true;
}

/* Rounds, as long as one settles something for the next. */
static struct sy_fault *sy_place_all(struct sy_match *m)
{
	size_t i, n = m->object->nsections;
	struct sy_candidate *list = calloc(SY_CANDIDATES_MAX, sizeof(*list));
	bool *done = calloc(n, sizeof(*done));
	bool moved = true, last = false;

	if (!list || !done) {
		free(list);
		free(done);
		return sy_fault_no_memory();
	}
	while (moved || !last) {
		last = !moved;
		moved = false;
		for (i = 0; i < m->nfuncs; i++) {
			uint32_t section = m->funcs[i].symbol->section;

			if (done[section] || !sy_place(m, section, last, list))
				continue;
			done[section] = moved = true;
		}
	}
	free(list);
	free(done);
	return NULL;
}

static void sy_count(struct sy_match *m)
{
	size_t i;

	for (i = 0; i < m->nfuncs; i++) {
		m->equal += m->funcs[i].state == SY_MATCH_EQUAL;
		m->replaced += m->funcs[i].state == SY_MATCH_REPLACED;
		m->differing += m->funcs[i].state == SY_MATCH_DIFFERS;
		m->absent += m->funcs[i].state == SY_MATCH_ABSENT;
		m->ambiguous += m->funcs[i].state == SY_MATCH_AMBIGUOUS;
		m->odd += m->funcs[i].odd_relas;
	}
}

struct sy_fault *sy_match_image(const struct sy_elf *object,
				const struct sy_image *image,
				struct sy_match *ret)
{
	struct sy_fault *fault;
	size_t i;

	*ret = (struct sy_match){ .object = object, .image = image };
	if (object->type != ET_REL)
		return sy_fault_make(SY_FAULT_BAD_FILE, "%s: not an object",
				     object->path);
	ret->funcs = calloc(object->nsymbols + 1, sizeof(*ret->funcs));
	ret->found = calloc(object->nsymbols + 1, sizeof(*ret->found));
	if (!ret->funcs || !ret->found) {
		sy_match_deinit(ret);
		return sy_fault_no_memory();
	}
	for (i = 0; i < object->nsymbols; i++)
		if (sy_symbol_is_function(object, &object->symbols[i]))
			ret->funcs[ret->nfuncs++].symbol = &object->symbols[i];
	fault = sy_place_all(ret);
	if (fault)
		sy_match_deinit(ret);
	else
		sy_count(ret);
	return fault;
}

void sy_match_deinit(struct sy_match *match)
{
	free(match->funcs);
	free(match->found);
	*match = (struct sy_match){ 0 };
}

const struct sy_match_func *sy_match_find(const struct sy_match *match,
					  const char *name)
{
	size_t i;

	for (i = 0; i < match->nfuncs; i++)
		if (!strcmp(match->funcs[i].symbol->name, name))
			return &match->funcs[i];
	return NULL;
}

const char *sy_match_state_name(enum sy_match_state state)
{
	switch (state) {
	case SY_MATCH_EQUAL:
		return "equal";
	case SY_MATCH_REPLACED:
		return "replaced";
	case SY_MATCH_DIFFERS:
		return "differs";
	case SY_MATCH_ABSENT:
		return "absent";
	case SY_MATCH_AMBIGUOUS:
		return "ambiguous";
	}
	return "?";
}
