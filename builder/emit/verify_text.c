// SPDX-License-Identifier: GPL-2.0
/*
 * The code of the finished module against the objects that the compiler made of
 * the changed source: nothing that came between (extraction, objtool, the tables
 * of the engine, the linker) is believed. Only what is known to change is left
 * out: relocation fields, whose relocations are compared instead, and the five
 * bytes of a jump label, which may be a jump or a nop.
 */
#include <stdio.h>
#include <string.h>

#include "verify.h"

#define SY_SITE_SIZE 5 /* see compile/jump_label.c */

/* One section of a unit's object, and where its copy is. */
struct sy_copied {
	const struct sy_verify *v;
	const struct sy_extract_unit *u;
	uint32_t section; /* of u->after */
	const struct sy_section *from, *to;
	uint64_t base; /* in to */
	const char *name; /* of its function */
};

/* Where a relocation leads: to a name elsewhere, or to a place of the file. */
struct sy_led {
	uint32_t type;
	int64_t addend;
	const char *name; /* NULL: a place */
	const struct sy_section *section;
	uint64_t value; /* of the symbol that the addend counts from */
};

static struct sy_fault *sy_bad(const struct sy_copied *c, uint64_t at,
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

/* What was extracted: the function, and stubs of jump labels behind it. */
static const struct sy_out_section *sy_extracted(const struct sy_copied *c)
{
	const struct sy_extract *x = c->v->e->extract;

	return &x->out.sections[c->u->taken[c->section]];
}

static bool sy_is_site(const struct sy_copied *c, uint64_t begin)
{
	static const uint8_t nop[SY_SITE_SIZE] = { 0x0f, 0x1f, 0x44, 0, 0 };
	const struct sy_out_section *made = sy_extracted(c);
	const uint8_t *new = c->to->data + c->base + begin;

	return sy_within(begin, SY_SITE_SIZE, c->from->size) &&
	       (!memcmp(new, nop, SY_SITE_SIZE) ||
		!memcmp(new, made->data + begin, SY_SITE_SIZE));
}

static struct sy_fault *sy_verify_stubs(const struct sy_copied *c)
{
	const struct sy_out_section *made = sy_extracted(c);
	const struct sy_out_rela *r;
	uint64_t i;
	size_t k;

	if (!sy_within(c->base, made->size, c->to->size))
		return sy_bad(c, c->from->size, "is cut off");
	for (i = c->from->size; i < made->size; i++) {
		for (k = 0; k < made->nrelas; k++) {
			r = &made->relas[k];
			if (i >= r->offset &&
			    i < r->offset + sy_rela_width(r->type))
				break;
		}
		if (c->to->data[c->base + i] !=
		    (k < made->nrelas ? 0 : made->data[i]))
			return sy_bad(c, i, "a jump label's stub is damaged");
	}
	return NULL;
}

/* A field has to hold zeroes: the loader refuses to write over anything else. */
static struct sy_fault *sy_verify_bytes(const struct sy_copied *c)
{
	const uint8_t *new = c->to->data + c->base;
	uint64_t i, begin;

	for (i = 0; i < c->from->size; i++) {
		if (sy_in_site(c, i, &begin)) {
			if (i == begin && !sy_is_site(c, i))
				return sy_bad(c, i,
					      "a jump label is neither its "
					      "jump nor a nop");
			continue;
		}
		if (new[i] != (sy_in_field(c->from, i) ? 0 : c->from->data[i]))
			return sy_bad(c, i,
				      "is not the byte that the compiler made");
	}
	return sy_verify_stubs(c);
}

/* How many relocations apply at a place of the file, and the last of them. */
static unsigned int sy_lead(const struct sy_copied *c, uint64_t at,
			    struct sy_led *ret)
{
	const struct sy_patch_file *p = c->v->patch;
	const struct sy_elf *ko = c->v->ko;
	const struct sy_patch_reloc *e;
	const struct sy_symbol *s;
	const struct sy_rela *r;
	unsigned int count = 0;
	size_t i, n;

	r = sy_section_relas(c->to, at, at + 1, &n);
	for (i = 0; i < n; i++) {
		if (r[i].type == R_X86_64_NONE)
			continue;
		s = &ko->symbols[r[i].symbol];
		*ret = (struct sy_led){ .type = r[i].type,
					.addend = r[i].addend,
					.name = s->section ? NULL : s->name,
					.section = &ko->sections[s->section],
					.value = s->value };
		count++;
	}
	for (i = 0; i < p->nrelocs; i++) {
		e = &p->relocs[i];
		if (&ko->sections[e->where.section] != c->to ||
		    e->where.offset != at)
			continue;
		*ret = (struct sy_led){ .type = e->type,
					.addend = e->addend,
					.name = p->imports[e->symbol].name };
		count++;
	}
	return count;
}

/* A string or constant: the same bytes. */
static bool sy_same_content(const struct sy_copied *c,
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
		plain.addend = rela->addend + (int64_t)sy_rela_bias(rela);
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

/* Does the file have @name so that @led goes as far behind it as @offset? */
static bool sy_is_inside(const struct sy_copied *c, const struct sy_led *led,
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
				sy_is_inside(c, led, s->name,
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

static bool sy_same_target(const struct sy_copied *c,
			   const struct sy_rela *rela, const struct sy_led *led)
{
	const struct sy_symbol *t = &c->u->after->symbols[rela->symbol];
	const struct sy_section *home = &c->u->after->sections[t->section];

	if (!t->section)
		return led->name ? !strcmp(led->name, t->name) &&
					   led->addend == rela->addend :
				   sy_is_inside(c, led, t->name, rela->addend);
	if (home->flags & SHF_MERGE && !(home->flags & SHF_WRITE))
		return sy_same_content(c, rela, led);
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
		if (sy_lead(c, c->base + r->offset, &led) != 1)
			return sy_bad(c, r->offset,
				      "not one relocation, as it should be");
		if (led.type != r->type)
			return sy_bad(c, r->offset,
				      "a relocation of another type");
		if (!sy_same_target(c, r, &led))
			return sy_bad(c, r->offset,
				      "a relocation to somewhere else");
	}
	for (at = 0; at < c->from->size; at++) {
		sy_section_relas(c->from, at, at + 1, &n);
		if (!n && !sy_in_site(c, at, &begin) &&
		    sy_lead(c, c->base + at, &led))
			return sy_bad(c, at, "a relocation that nobody meant");
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
		return sy_bad(c, 0, "its section is of another kind");
	if (!c->to->data || !sy_within(c->base, c->from->size, c->to->size))
		return sy_bad(c, 0, "is cut off");
	fault = sy_verify_bytes(c);
	return fault ? fault : sy_verify_relas(c);
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
		fault = sy_verify_copy(c, &at);
		if (!fault) {
			sy_fault_free(first);
			return NULL;
		}
		if (first)
			sy_fault_free(fault);
		else
			first = fault;
	}
	return first ? first : sy_bad(c, 0, "is missing");
}

static struct sy_fault *sy_verify_unit(const struct sy_verify *v,
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

struct sy_fault *sy_verify_text(const struct sy_verify *v)
{
	const struct sy_extract *x = v->e->extract;
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < x->nunits; i++)
		fault = sy_verify_unit(v, &x->units[i]);
	return fault;
}
