// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a reference. New code and data come along; changed functions
 * and all that exists already are referred to where the kernel has them, so that
 * a call of a changed function passes the redirect like everybody's, and a
 * pointer to it stays the one that the kernel compares with. Strings and
 * constants have no identity and are copied one by one.
 */
#include <stdio.h>
#include <string.h>

#include "../diff/special.h"
#include "extract.h"

const struct sy_symbol *sy_function_at(const struct sy_elf *elf,
				       uint32_t section, uint64_t offset)
{
	const struct sy_symbol *s, *found = NULL;
	size_t i;

	for (i = 1; i < elf->nsymbols; i++) {
		s = &elf->symbols[i];
		if (s->section != section || !sy_symbol_is_function(elf, s) ||
		    offset < s->value || offset >= s->value + s->size)
			continue;
		if (!found || s->bind != STB_LOCAL)
			found = s;
	}
	return found;
}

/* Bytes between a field and what its value counts from. */
static int64_t sy_bias(const struct sy_section *from,
		       const struct sy_rela *rela)
{
	return from->flags & SHF_EXECINSTR ? (int64_t)sy_rela_bias(rela) : 0;
}

static bool sy_is_call(const struct sy_section *from,
		       const struct sy_rela *rela)
{
	uint64_t at = rela->offset;

	if (!(from->flags & SHF_EXECINSTR) || !sy_rela_bias(rela) || !at)
		return false;
	if (from->data[at - 1] == 0xe8 || from->data[at - 1] == 0xe9)
		return true;
	return at > 1 && from->data[at - 2] == 0x0f &&
	       (from->data[at - 1] & 0xf0) == 0x80;
}

/* The length of a function's name without what marks its cold part. */
static size_t sy_group(const char *name)
{
	size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".cold") ? len - 5 : len;
}

static bool sy_same_group(const struct sy_elf *elf,
			  const struct sy_section *from,
			  const struct sy_symbol *to)
{
	const struct sy_symbol *f =
		sy_function_at(elf, (uint32_t)(from - elf->sections), 0);
	size_t len = sy_group(to->name);

	return f && sy_group(f->name) == len && !memcmp(f->name, to->name, len);
}

static void sy_note_escape(struct sy_extract *x, const struct sy_section *from,
			   const struct sy_rela *rela,
			   const struct sy_symbol *to)
{
	if (sy_is_special(from->name) || sy_is_call(from, rela))
		return;
	if (!x->escapes)
		x->escapes_by = to->name;
	x->escapes = true;
}

static struct sy_fault *sy_map_taken(struct sy_extract *x,
				     struct sy_extract_unit *u,
				     uint32_t section, uint32_t *symbol)
{
	struct sy_fault *fault = sy_take(x, u, section);

	if (!fault)
		*symbol = x->out.sections[u->taken[section]].symbol;
	return fault;
}

static struct sy_fault *sy_map_text(struct sy_extract *x,
				    struct sy_extract_unit *u,
				    const struct sy_section *from,
				    const struct sy_rela *rela,
				    uint32_t *symbol, int64_t *addend)
{
	const struct sy_symbol *t = &u->after->symbols[rela->symbol];
	const struct sy_symbol *f;

	*addend = rela->addend + (int64_t)t->value;
	if (sy_is_special(from->name) && u->taken[t->section])
		return sy_map_taken(x, u, t->section, symbol);
	f = t->type == STT_FUNC ?
		    t :
		    sy_function_at(u->after, t->section,
				   (uint64_t)(*addend + sy_bias(from, rela)));
	if (!f)
		return sy_fault_refuse("odd-reference",
				       "%s: %s+%#llx: refers to code of no function; report "
				       "it with the diff",
				       u->unit->path.text, from->name,
				       (unsigned long long)rela->offset);
	if (sy_same_group(u->after, from, f))
		return sy_map_taken(x, u, t->section, symbol);
	/* a label, in the table of a computed goto */
	if (u->changed[t->section] && !(from->flags & SHF_EXECINSTR) &&
	    *addend != (int64_t)f->value)
		return sy_map_taken(x, u, t->section, symbol);
	if (!u->pair[t->section]) {
		sy_note_escape(x, from, rela, f);
		return sy_map_taken(x, u, t->section, symbol);
	}
	*addend -= (int64_t)f->value;
	return sy_refer_function(x, u, f, symbol);
}

/* Where these bytes are already, or are now. */
static struct sy_fault *sy_put_content(struct sy_extract *x,
				       const struct sy_section *home,
				       const uint8_t *bytes, size_t len,
				       uint32_t *section, uint64_t *at)
{
	bool text = home->flags & SHF_STRINGS;
	const struct sy_out_section *s;
	struct sy_fault *fault;
	char name[64];

	if (text)
		snprintf(name, sizeof(name), ".rodata.sy.str");
	else
		snprintf(name, sizeof(name), ".rodata.sy.cst%zu", len);
	fault = sy_out_section_named(&x->out, name, SHT_PROGBITS, SHF_ALLOC,
				     text ? 1 : home->align, section);
	if (fault)
		return fault;
	s = &x->out.sections[*section];
	for (*at = 0; *at + len <= s->size; *at += text ? 1 : len)
		if (!memcmp(s->data + *at, bytes, len))
			return NULL;
	return sy_out_append(&x->out, *section, bytes, len, 1, at);
}

static struct sy_fault *sy_map_content(struct sy_extract *x,
				       struct sy_extract_unit *u,
				       const struct sy_section *from,
				       const struct sy_rela *rela,
				       uint32_t *symbol, int64_t *addend)
{
	const struct sy_symbol *t = &u->after->symbols[rela->symbol];
	const struct sy_section *home = &u->after->sections[t->section];
	struct sy_rela plain = { .type = R_X86_64_64 };
	struct sy_fault *fault;
	const uint8_t *bytes;
	uint32_t section;
	uint64_t at;
	size_t len;

	/* A named constant is meant as a whole, whatever follows the field. */
	plain.addend = t->type == STT_SECTION ?
			       rela->addend + sy_bias(from, rela) :
			       (int64_t)t->value;
	bytes = sy_rela_content(home, &plain, &len);
	if (!bytes ||
	    (!(home->flags & SHF_STRINGS) && (uint64_t)plain.addend % len))
		return sy_fault_refuse("odd-reference",
				       "%s: %s+%#llx: refers to no whole constant; report it "
				       "with the diff",
				       u->unit->path.text, from->name,
				       (unsigned long long)rela->offset);
	fault = sy_put_content(x, home, bytes, len, &section, &at);
	if (fault)
		return fault;
	*symbol = x->out.sections[section].symbol;
	*addend = rela->addend + (int64_t)t->value - plain.addend + (int64_t)at;
	return NULL;
}

/* A part of a section in which many things lie: from @offset to @end. */
static struct sy_fault *sy_map_part(struct sy_extract *x,
				    struct sy_extract_unit *u, uint32_t home,
				    uint64_t offset, uint64_t end,
				    uint32_t *symbol, uint64_t *at)
{
	const struct sy_section *s = &u->after->sections[home];
	const struct sy_rela *relas;
	struct sy_fault *fault;
	struct sy_out_rela r;
	uint32_t section;
	size_t i, n;

	fault = sy_out_section_named(&x->out, s->name, s->type, s->flags,
				     s->align, &section);
	if (!fault)
		fault = sy_out_append(&x->out, section, s->data + offset,
				      end - offset, 1, at);
	if (fault)
		return fault;
	*symbol = x->out.sections[section].symbol;
	relas = sy_section_relas(s, offset, end, &n);
	for (i = 0; !fault && i < n; i++) {
		r = (struct sy_out_rela){ relas[i].offset - offset + *at,
					  relas[i].type, 0, 0 };
		fault = sy_map_rela(x, u, s, &relas[i], &r.symbol, &r.addend);
		if (!fault)
			fault = sy_out_rela(&x->out, section, r);
	}
	return fault;
}

/* The next place in .altinstr_aux that code refers to: there a snippet ends. */
static uint64_t sy_aux_end(const struct sy_elf *elf, uint32_t aux,
			   uint64_t begin)
{
	uint64_t end = elf->sections[aux].size, at;
	const struct sy_section *s;
	size_t i, k;

	for (i = 1; i < elf->nsections; i++) {
		s = &elf->sections[i];
		for (k = 0; k < s->nrelas && s->flags & SHF_ALLOC; k++) {
			if (elf->symbols[s->relas[k].symbol].section != aux)
				continue;
			at = elf->symbols[s->relas[k].symbol].value +
			     (uint64_t)(s->relas[k].addend +
					sy_bias(s, &s->relas[k]));
			if (at > begin && at < end)
				end = at;
		}
	}
	return end;
}

#define SY_DYNDBG_SIZE 56 /* of struct _ddebug */

/* Snippets of static_cpu_has(), descriptors of pr_debug(). */
static struct sy_fault *sy_map_snippet(struct sy_extract *x,
				       struct sy_extract_unit *u,
				       const struct sy_section *from,
				       const struct sy_rela *rela,
				       uint32_t *symbol, int64_t *addend)
{
	const struct sy_symbol *t = &u->after->symbols[rela->symbol];
	const struct sy_section *home = &u->after->sections[t->section];
	uint64_t offset, begin, end, at;
	struct sy_fault *fault;

	offset = t->value + (uint64_t)(rela->addend + sy_bias(from, rela));
	if (!strcmp(home->name, "__dyndbg")) {
		begin = offset - offset % SY_DYNDBG_SIZE;
		end = begin + SY_DYNDBG_SIZE;
	} else {
		begin = offset;
		end = sy_aux_end(u->after, t->section, begin);
	}
	if (!home->data || begin >= end || end > home->size)
		return sy_fault_refuse("odd-reference",
				       "%s: %s+%#llx: refers out of %s; report "
				       "it with the diff",
				       u->unit->path.text, from->name,
				       (unsigned long long)rela->offset,
				       home->name);
	fault = sy_map_part(x, u, t->section, begin, end, symbol, &at);
	*addend =
		rela->addend + (int64_t)t->value - (int64_t)begin + (int64_t)at;
	return fault;
}

static struct sy_fault *sy_map_data(struct sy_extract *x,
				    struct sy_extract_unit *u,
				    const struct sy_rela *rela,
				    uint32_t *symbol, int64_t *addend)
{
	const struct sy_symbol *t = &u->after->symbols[rela->symbol];
	const struct sy_section *home = &u->after->sections[t->section];
	uint32_t before = u->pair[t->section];
	struct sy_fault *fault;
	int64_t shift = 0;
	bool found;

	*addend = rela->addend + (int64_t)t->value;
	if (!before)
		return sy_map_taken(x, u, t->section, symbol);
	fault = sy_refer_datum(x, u, before, &shift, symbol, &found);
	*addend += shift;
	if (fault || found)
		return fault;
	if (home->flags & SHF_WRITE)
		return sy_fault_refuse("no-symbol",
				       "%s: %s: referred to, but the kernel has "
				       "no symbol that is surely this datum",
				       u->unit->path.text, home->name);
	*addend -= shift;
	return sy_map_taken(x, u, t->section, symbol);
}

/* A name defined elsewhere: in another unit of the diff and new, or old. */
static struct sy_fault *sy_map_name(struct sy_extract *x,
				    struct sy_extract_unit *u,
				    const struct sy_section *from,
				    const struct sy_rela *rela,
				    uint32_t *symbol, int64_t *addend)
{
	const char *name = u->after->symbols[rela->symbol].name;
	const struct sy_symbol *s;
	struct sy_extract_unit *v;
	size_t i, k;

	*addend = rela->addend;
	for (i = 0; i < x->nunits; i++) {
		v = &x->units[i];
		for (k = 1; v != u && k < v->after->nsymbols; k++) {
			s = &v->after->symbols[k];
			if (s->bind == STB_LOCAL || !s->section ||
			    strcmp(s->name, name) || v->pair[s->section])
				continue;
			if (s->type == STT_FUNC)
				sy_note_escape(x, from, rela, s);
			*addend += (int64_t)s->value;
			return sy_map_taken(x, v, s->section, symbol);
		}
	}
	return sy_refer_name(x, u, name, symbol);
}

struct sy_fault *sy_map_rela(struct sy_extract *x, struct sy_extract_unit *u,
			     const struct sy_section *from,
			     const struct sy_rela *rela, uint32_t *symbol,
			     int64_t *addend)
{
	const struct sy_symbol *t = &u->after->symbols[rela->symbol];
	const struct sy_section *home = &u->after->sections[t->section];

	if (!t->section)
		return sy_map_name(x, u, from, rela, symbol, addend);
	if (home->flags & SHF_MERGE && !(home->flags & SHF_WRITE))
		return sy_map_content(x, u, from, rela, symbol, addend);
	if (!strcmp(home->name, ".altinstr_aux") ||
	    !strcmp(home->name, "__dyndbg"))
		return sy_map_snippet(x, u, from, rela, symbol, addend);
	if (home->flags & SHF_EXECINSTR)
		return sy_map_text(x, u, from, rela, symbol, addend);
	return sy_map_data(x, u, rela, symbol, addend);
}
