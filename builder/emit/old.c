// SPDX-License-Identifier: GPL-2.0
/*
 * What of a function's bytes nobody rewrites, and its digest. The tables of the
 * shipped object, objtool's among them, tell the places that boot, the module
 * loader and the running kernel write to. In vmlinux the fields of absolute
 * relocations move with KASLR, and so do references to per-CPU data, which are
 * linked at 0 and do not move with the rest.
 */
#include <stdlib.h>
#include <string.h>

#include "old.h"

static const struct sy_site_table {
	const char *name;
	uint32_t entry; /* bytes of an entry */
	uint32_t width; /* bytes at the site; 0: the entry says */
} sy_site_tables[] = {
	{ "__mcount_loc", 8, 5 },      { ".static_call_sites", 8, 5 },
	{ ".return_sites", 4, 5 },     { ".retpoline_sites", 4, 6 },
	{ ".smp_locks", 4, 1 },	       { "__jump_table", 16, 5 },
	{ ".altinstructions", 12, 0 }, { ".parainstructions", 16, 0 },
	{ ".ibt_endbr_seal", 4, 4 },   { ".call_sites", 4, 5 },
};

static struct sy_fault *sy_add_mask(struct sy_old_text *old, uint64_t size,
				    uint64_t offset, uint64_t len)
{
	struct sy_old_mask *grown;

	if (offset >= size || !len)
		return NULL;
	if (len > size - offset)
		len = size - offset;
	grown = reallocarray(old->masks, old->nmasks + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	old->masks = grown;
	grown[old->nmasks++] =
		(struct sy_old_mask){ (uint32_t)offset, (uint32_t)len };
	return NULL;
}

static uint64_t sy_site_width(const struct sy_site_table *table,
			      const struct sy_section *s, uint64_t entry)
{
	if (table->width)
		return table->width;
	/* instrlen of struct alt_instr, len of struct paravirt_patch_site */
	return s->data[entry + (table->entry == 12 ? 10 : 9)];
}

static struct sy_fault *sy_mask_table(const struct sy_match *m,
				      const struct sy_symbol *f,
				      const struct sy_site_table *table,
				      struct sy_old_text *old)
{
	const struct sy_section *s = sy_elf_section(m->object, table->name);
	const struct sy_symbol *t;
	struct sy_fault *fault = NULL;
	const struct sy_rela *rela;
	uint64_t at, place;
	size_t n;

	for (at = 0;
	     !fault && s && s->data && sy_within(at, table->entry, s->size);
	     at += table->entry) {
		rela = sy_section_relas(s, at, at + 1, &n);
		if (!n)
			continue;
		t = &m->object->symbols[rela->symbol];
		place = t->value + (uint64_t)rela->addend;
		if (t->section == f->section && place >= f->value &&
		    place < f->value + f->size)
			fault = sy_add_mask(old, f->size, place - f->value,
					    sy_site_width(table, s, at));
	}
	return fault;
}

/* Linked low: a per-CPU symbol, or an absolute one. */
static bool sy_is_fixed(const struct sy_match *m, const struct sy_rela *rela)
{
	const uint64_t found = m->found[rela->symbol];

	return !found || found < m->image->symbols.base;
}

static struct sy_fault *sy_mask_relas(const struct sy_match *m,
				      const struct sy_symbol *f, bool module,
				      struct sy_old_text *old)
{
	const struct sy_section *s = &m->object->sections[f->section];
	const struct sy_symbol *t;
	struct sy_fault *fault = NULL;
	const struct sy_rela *rela;
	size_t i, n;

	rela = sy_section_relas(s, f->value, f->value + f->size, &n);
	for (i = 0; !fault && i < n; i++) {
		t = &m->object->symbols[rela[i].symbol];
		if (!module && sy_rela_bias(&rela[i]) &&
		    !(t->type != STT_SECTION && sy_is_fixed(m, &rela[i])) &&
		    strncmp(m->object->sections[t->section].name,
			    ".data..percpu", 13))
			continue;
		fault = sy_add_mask(old, f->size, rela[i].offset - f->value,
				    sy_rela_width(rela[i].type));
	}
	return fault;
}

static int sy_compare_masks(const void *a, const void *b)
{
	const struct sy_old_mask *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Ascending; what touches or overlaps becomes one. */
static void sy_merge_masks(struct sy_old_text *old)
{
	struct sy_old_mask *last = NULL, *m;
	size_t i, n = 0;

	if (old->nmasks)
		qsort(old->masks, old->nmasks, sizeof(*old->masks),
		      sy_compare_masks);
	for (i = 0; i < old->nmasks; i++) {
		m = &old->masks[i];
		if (last && m->offset <= last->offset + last->len) {
			if (m->offset + m->len > last->offset + last->len)
				last->len = m->offset + m->len - last->offset;
			continue;
		}
		last = &old->masks[n++];
		*last = *m;
	}
	old->nmasks = n;
}

struct sy_fault *sy_old_digest(const struct sy_match *match,
			       const struct sy_match_func *func, bool module,
			       struct sy_old_text *ret)
{
	const struct sy_symbol *f = func->symbol;
	struct sy_fault *fault = NULL;
	const uint8_t *bytes;
	uint8_t *copy;
	size_t i;

	*ret = (struct sy_old_text){ .func = func };
	for (i = 0;
	     !fault && i < sizeof(sy_site_tables) / sizeof(sy_site_tables[0]);
	     i++)
		fault = sy_mask_table(match, f, &sy_site_tables[i], ret);
	if (!fault)
		fault = sy_mask_relas(match, f, module, ret);
	if (fault)
		return fault;
	if (ret->nmasks)
		sy_merge_masks(ret);
	bytes = sy_elf_at(&match->image->elf, func->address, f->size);
	copy = bytes ? malloc(f->size) : NULL;
	if (!copy)
		return sy_fault_no_memory();
	memcpy(copy, bytes, f->size);
	for (i = 0; i < ret->nmasks; i++)
		memset(copy + ret->masks[i].offset, 0, ret->masks[i].len);
	sy_sha256(copy, f->size, ret->digest);
	free(copy);
	return NULL;
}

void sy_old_deinit(struct sy_old_text *old)
{
	free(old->masks);
	*old = (struct sy_old_text){ 0 };
}
