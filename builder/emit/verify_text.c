// SPDX-License-Identifier: GPL-2.0
/*
 * The code of the finished module against the objects that the compiler made of
 * the changed source: nothing that came between (extraction, objtool, the tables
 * of the engine, the linker) is believed. Only what is known to change is left
 * out: relocation fields, whose relocations are compared instead, and the five
 * bytes of a jump label, which verify_jumps.c looks at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

struct sy_fault *sy_verify_bad(const struct sy_copied *c, uint64_t at,
			       const char *what)
{
	char place[400];

	snprintf(place, sizeof(place), "%s+%#llx", c->name,
		 (unsigned long long)at);
	return sy_verify_wrong(c->v->ko, what, place);
}

/* Is the byte one of a jump label's site? *begin: where that begins. */
static bool sy_in_site(const struct sy_copied *c, uint64_t offset,
		       uint64_t *begin)
{
	const struct sy_elf *elf = c->u->after;
	const struct sy_section *t = sy_elf_section(elf, "__jump_table");
	const struct sy_symbol *s;
	size_t i;

	for (i = 0; t && i < t->nrelas; i++) {
		if (t->relas[i].offset % 16)
			continue;
		s = &elf->symbols[t->relas[i].symbol];
		*begin = s->value + (uint64_t)t->relas[i].addend;
		if (s->section == c->section && offset >= *begin &&
		    offset < *begin + SY_SITE_SIZE)
			return true;
	}
	return false;
}

static bool sy_in_field(const struct sy_section *s, uint64_t offset)
{
	const struct sy_rela *r;
	size_t n, i;

	r = sy_section_relas(s, offset < 8 ? 0 : offset - 7, offset + 1, &n);
	for (i = 0; i < n; i++)
		if (r[i].type != R_X86_64_NONE &&
		    offset < r[i].offset + sy_rela_width(r[i].type))
			return true;
	return false;
}

const struct sy_out_section *sy_verify_extracted(const struct sy_copied *c)
{
	const struct sy_extract *x = c->v->e->extract;

	return &x->out.sections[c->u->taken[c->section]];
}

/* A field has to hold zeroes: the loader refuses to write over anything else. */
static struct sy_fault *sy_verify_bytes(const struct sy_copied *c)
{
	const uint8_t *new = c->to->data + c->base;
	uint64_t i, begin;

	for (i = 0; i < c->from->size; i++) {
		if (sy_in_site(c, i, &begin))
			continue;
		if (new[i] != (sy_in_field(c->from, i) ? 0 : c->from->data[i]))
			return sy_verify_bad(c, i,
					     "is not the byte that the compiler made");
	}
	return NULL;
}

unsigned int sy_verify_lead(const struct sy_verify *v,
			    const struct sy_section *s, uint64_t at,
			    struct sy_led *ret)
{
	const struct sy_symbol *t;
	const struct sy_rela *r;
	unsigned int count = 0;
	size_t i, n;

	r = sy_section_relas(s, at, at + 1, &n);
	for (i = 0; i < n; i++) {
		if (r[i].type == R_X86_64_NONE)
			continue;
		t = &v->ko->symbols[r[i].symbol];
		*ret = (struct sy_led){ .type = r[i].type,
					.addend = r[i].addend,
					.name = t->section ? NULL : t->name,
					.section = &v->ko->sections[t->section],
					.value = t->value };
		count++;
	}
	return count;
}

unsigned int sy_verify_lead_any(const struct sy_verify *v,
				const struct sy_section *s, uint64_t at,
				struct sy_led *ret)
{
	unsigned int count = sy_verify_lead(v, s, at, ret);
	const struct sy_patch_reloc *e;
	size_t i;

	for (i = 0; i < v->patch->nrelocs; i++) {
		e = &v->patch->relocs[i];
		if (&v->ko->sections[e->where.section] != s ||
		    e->where.offset != at)
			continue;
		*ret = (struct sy_led){
			.type = e->type,
			.addend = e->addend,
			.name = v->patch->imports[e->symbol].name,
			.engine = true
		};
		count++;
	}
	return count;
}

/* A string or constant: the same bytes. */
static bool sy_same_content(const struct sy_copied *c, bool code,
			    const struct sy_rela *rela,
			    const struct sy_led *led)
{
	const struct sy_symbol *t = &c->u->after->symbols[rela->symbol];
	const struct sy_section *home = &c->u->after->sections[t->section];
	struct sy_rela plain = { .type = R_X86_64_64 };
	const uint8_t *bytes;
	uint64_t at;
	size_t len;

	plain.addend = (int64_t)t->value;
	if (t->type == STT_SECTION)
		plain.addend =
			rela->addend + (code ? (int64_t)sy_rela_bias(rela) : 0);
	bytes = sy_rela_content(home, &plain, &len);
	at = led->value + (uint64_t)(led->addend + plain.addend -
				     (int64_t)t->value - rela->addend);
	return bytes && !led->name && led->section->data &&
	       sy_within(at, len, led->section->size) &&
	       !memcmp(led->section->data + at, bytes, len);
}

/* Two names of one thing; gcc numbers static locals anew. */
static bool sy_same_stem(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);

	while (m && a[m - 1] >= '0' && a[m - 1] <= '9')
		m--;
	while (n && b[n - 1] >= '0' && b[n - 1] <= '9')
		n--;
	return !strcmp(a, b) ||
	       (m > 1 && m == n && a[m - 1] == '.' && !memcmp(a, b, m));
}

bool sy_verify_inside(const struct sy_copied *c, const struct sy_led *led,
		      const char *name, int64_t offset)
{
	const struct sy_elf *ko = c->v->ko;
	const struct sy_symbol *s;
	size_t i;

	for (i = 1; i < ko->nsymbols; i++) {
		s = &ko->symbols[i];
		if (s->section && &ko->sections[s->section] == led->section &&
		    (int64_t)led->value + led->addend ==
			    (int64_t)s->value + offset &&
		    !strcmp(s->name, name))
			return true;
	}
	return false;
}

/* What the unit itself defines: by a symbol of it, here or in the kernel. */
static bool sy_same_own(const struct sy_copied *c, const struct sy_rela *rela,
			const struct sy_led *led)
{
	const struct sy_elf *elf = c->u->after;
	const struct sy_symbol *t = &elf->symbols[rela->symbol], *s;
	const struct sy_section *home = &elf->sections[t->section];
	int64_t at = (int64_t)t->value + rela->addend;
	bool named = false;
	size_t i;

	for (i = 1; i < elf->nsymbols; i++) {
		s = &elf->symbols[i];
		if (s->section != t->section || s->type == STT_SECTION ||
		    !s->name[0])
			continue;
		named = true;
		if (led->name ? sy_same_stem(led->name, s->name) &&
					led->addend == at - (int64_t)s->value :
				sy_verify_inside(c, led, s->name,
						 at - (int64_t)s->value))
			return true;
	}
	/* Without a name: the copy of that section, and all of it. */
	return !named && !led->name &&
	       !strcmp(led->section->name, home->name) &&
	       (led->section->size != home->size ||
		(int64_t)led->value + led->addend == at);
}

/* Snippets are put together anew, one behind the other. */
static bool sy_is_snippet(const struct sy_section *s)
{
	return !strcmp(s->name, ".altinstr_aux") ||
	       !strcmp(s->name, "__dyndbg");
}

bool sy_verify_target(const struct sy_copied *c, bool code,
		      const struct sy_rela *rela, const struct sy_led *led)
{
	const struct sy_symbol *t = &c->u->after->symbols[rela->symbol];
	const struct sy_section *home = &c->u->after->sections[t->section];

	if (!t->section)
		return led->name ?
			       !strcmp(led->name, t->name) &&
				       led->addend == rela->addend :
			       sy_verify_inside(c, led, t->name, rela->addend);
	if (home->flags & SHF_MERGE && !(home->flags & SHF_WRITE))
		return sy_same_content(c, code, rela, led);
	if (sy_is_snippet(home))
		return !led->name && !strcmp(led->section->name, home->name);
	return sy_same_own(c, rela, led);
}

static struct sy_fault *sy_verify_relas(const struct sy_copied *c)
{
	const struct sy_rela *r;
	struct sy_led led;
	uint64_t begin, at;
	size_t i, n;

	for (i = 0; i < c->from->nrelas; i++) {
		r = &c->from->relas[i];
		if (r->type == R_X86_64_NONE ||
		    sy_in_site(c, r->offset, &begin))
			continue;
		if (sy_verify_lead_any(c->v, c->to, c->base + r->offset,
				       &led) != 1)
			return sy_verify_bad(c, r->offset,
					     "not one relocation, as it should be");
		if (led.type != r->type)
			return sy_verify_bad(c, r->offset,
					     "a relocation of another type");
		if (!sy_verify_target(c, true, r, &led))
			return sy_verify_bad(c, r->offset,
					     "a relocation to somewhere else");
	}
	for (at = 0; at < c->from->size; at++) {
		sy_section_relas(c->from, at, at + 1, &n);
		if (!n && !sy_in_site(c, at, &begin) &&
		    sy_verify_lead_any(c->v, c->to, c->base + at, &led))
			return sy_verify_bad(c, at,
					     "a relocation that nobody meant");
	}
	return NULL;
}

static struct sy_fault *sy_verify_copy(struct sy_copied *c,
				       const struct sy_symbol *s)
{
	const uint64_t flags = SHF_ALLOC | SHF_EXECINSTR | SHF_WRITE;
	struct sy_fault *fault;

	c->to = &c->v->ko->sections[s->section];
	c->base = s->value;
	if ((c->to->flags & flags) != (c->from->flags & flags) ||
	    c->to->type != c->from->type)
		return sy_verify_bad(c, 0, "its section is of another kind");
	if (!c->to->data || !sy_within(c->base, c->from->size, c->to->size))
		return sy_verify_bad(c, 0, "is cut off");
	fault = sy_verify_bytes(c);
	if (!fault)
		fault = sy_verify_relas(c);
	if (!fault)
		fault = sy_verify_tables(c);
	if (!fault)
		fault = sy_verify_jumps(c);
	return fault ? fault : sy_verify_sites(c);
}

/* Which replaced function it is, as a name of a symbol; else its own name. */
static void sy_name_copy(const struct sy_copied *c, const char *own, char *ret,
			 size_t size)
{
	const struct sy_extract *x = c->v->e->extract;
	size_t i;

	snprintf(ret, size, "%s", own);
	for (i = 0; i < x->nreplaced; i++)
		if (x->replaced[i].section == c->u->taken[c->section])
			snprintf(ret, size, "sy_new_%zu", i);
}

/* The copy is right: what it has in tables is what was meant. */
static void sy_count_seen(struct sy_verify *v)
{
	size_t i;

	for (i = 0; i < v->ko->nsections; i++)
		v->seen[i] += v->trial[i];
}

/* Functions of one name can be of two units: one has to be this. */
static struct sy_fault *sy_verify_section(struct sy_copied *c, const char *own,
					  uint64_t value)
{
	const struct sy_elf *ko = c->v->ko;
	struct sy_fault *fault, *first = NULL;
	struct sy_symbol at;
	char name[600];
	size_t i;

	sy_name_copy(c, own, name, sizeof(name));
	for (i = 1; i < ko->nsymbols; i++) {
		at = ko->symbols[i];
		if (!at.section || strcmp(at.name, name) || at.value < value)
			continue;
		at.value -= value;
		memset(c->v->trial, 0, ko->nsections * sizeof(*c->v->trial));
		fault = sy_verify_copy(c, &at);
		if (!fault) {
			sy_count_seen(c->v);
			sy_fault_free(first);
			return NULL;
		}
		if (first)
			sy_fault_free(fault);
		else
			first = fault;
	}
	return first ? first : sy_verify_bad(c, 0, "is missing");
}

static struct sy_fault *sy_verify_unit(struct sy_verify *v,
				       const struct sy_extract_unit *u)
{
	struct sy_copied c = { .v = v, .u = u };
	struct sy_fault *fault = NULL;
	const struct sy_symbol *f;
	uint32_t i;

	for (i = 1; !fault && i < u->after->nsections; i++) {
		c.section = i;
		c.from = &u->after->sections[i];
		if (!u->taken[i] || !(c.from->flags & SHF_EXECINSTR) ||
		    !c.from->data)
			continue;
		f = sy_function_at(u->after, i, 0);
		if (!f)
			continue;
		c.name = f->name;
		fault = sy_verify_section(&c, f->name, f->value);
	}
	return fault;
}

struct sy_fault *sy_verify_text(struct sy_verify *v)
{
	const struct sy_extract *x = v->e->extract;
	struct sy_fault *fault = NULL;
	size_t i;

	v->seen = calloc(v->ko->nsections, sizeof(*v->seen));
	v->trial = calloc(v->ko->nsections, sizeof(*v->trial));
	if (!v->seen || !v->trial)
		fault = sy_fault_no_memory();
	for (i = 0; !fault && i < x->nunits; i++)
		fault = sy_verify_unit(v, &x->units[i]);
	if (!fault)
		fault = sy_verify_rest(v);
	free(v->seen);
	free(v->trial);
	v->seen = v->trial = NULL;
	return fault;
}
