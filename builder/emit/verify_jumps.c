// SPDX-License-Identifier: GPL-2.0
/*
 * Jump labels of the finished module against the compiler's. A label whose key
 * the module loader finds has its entry in __jump_table and its site, a nop or a
 * jump, as it was. One whose key the engine finds has no entry: its site jumps to
 * a stub behind its function, which tests the key and goes where the label went.
 */
#include <stdio.h>
#include <string.h>

#include "verify.h"

#define SY_ENTRY_SIZE 16
#define SY_STUB_SIZE 18

static const uint8_t sy_nop[SY_SITE_SIZE] = { 0x0f, 0x1f, 0x44, 0, 0 };

/* What an entry says: where its site is, and whether it jumps when false. */
struct sy_label {
	uint64_t site;
	const struct sy_rela *target, *key;
};

static struct sy_fault *sy_bad(const struct sy_copied *c, uint64_t at,
			       const char *what)
{
	char text[200];

	snprintf(text, sizeof(text), "__jump_table: %s", what);
	return sy_verify_bad(c, at, text);
}

static int32_t sy_distance(const uint8_t *field)
{
	int32_t v;

	memcpy(&v, field, sizeof(v));
	return v;
}

/* @rela, @shift further, or what it leads to within the function. */
static bool sy_leads(const struct sy_copied *c, const struct sy_rela *rela,
		     int64_t shift, const struct sy_led *led)
{
	const struct sy_symbol *t = &c->u->after->symbols[rela->symbol];
	struct sy_rela moved = *rela;

	moved.addend += shift;
	if (t->section != c->section)
		return sy_verify_target(c, false, &moved, led);
	return !led->name && led->section == c->to &&
	       led->value + (uint64_t)led->addend ==
		       c->base + t->value + (uint64_t)moved.addend;
}

/* The one relocation at a place of the copy, of this type. */
static bool sy_one_lead(const struct sy_copied *c, uint64_t at, uint32_t type,
			struct sy_led *led)
{
	return sy_verify_lead_any(c->v, c->to, c->base + at, led) == 1 &&
	       led->type == type;
}

/* Five bytes as the compiler made them; objtool makes nops of some jumps. */
static bool sy_same_site(const struct sy_copied *c, const struct sy_label *l)
{
	const uint8_t *new = c->to->data + c->base + l->site;
	const uint8_t *old = c->from->data + l->site;
	const struct sy_rela *r;
	struct sy_led led;
	uint64_t i;
	size_t n;

	r = sy_section_relas(c->from, l->site, l->site + SY_SITE_SIZE, &n);
	for (i = 0; i < SY_SITE_SIZE; i++) {
		if (!n || r->offset != l->site + i) {
			if (sy_verify_lead_any(c->v, c->to,
					       c->base + l->site + i, &led))
				return false;
			continue;
		}
		if (l->key->addend & 2)
			continue;
		if (!sy_one_lead(c, r->offset, r->type, &led) ||
		    !sy_leads(c, r, 0, &led))
			return false;
	}
	if (l->key->addend & 2 && !memcmp(new, sy_nop, sizeof(sy_nop)))
		return true;
	if (n == 1 && r->offset == l->site + 1)
		return new[0] == old[0] && !sy_distance(new + 1);
	return !n && !memcmp(new, old, SY_SITE_SIZE);
}

/* cmpl $0,key(%rip); jne target; jmp behind the site. */
static struct sy_fault *sy_verify_stub(const struct sy_copied *c,
				       const struct sy_label *l, uint64_t at)
{
	const uint8_t shape[SY_STUB_SIZE] = {
		0x83, 0x3d, 0,
		0,    0,    0,
		0,    0x0f, l->key->addend & 1 ? 0x84 : 0x85,
		0,    0,    0,
		0,    0xe9
	};
	const struct sy_rela key = { .type = R_X86_64_PC32,
				     .symbol = l->key->symbol,
				     .addend = l->key->addend & ~3ll };
	const uint8_t *site = c->to->data + c->base + l->site;
	const uint8_t *stub = c->to->data + c->base + at;
	struct sy_led led;
	uint64_t i;

	if (site[0] != 0xe9 ||
	    l->site + SY_SITE_SIZE + (uint64_t)(int64_t)sy_distance(site + 1) !=
		    at)
		return sy_bad(c, l->site, "the site does not go to its stub");
	if (memcmp(stub, shape, SY_STUB_SIZE - 4) ||
	    at + SY_STUB_SIZE + (uint64_t)(int64_t)sy_distance(stub + 14) !=
		    l->site + SY_SITE_SIZE)
		return sy_bad(c, l->site, "its stub is damaged");
	for (i = 0; i < SY_SITE_SIZE; i++)
		if (sy_verify_lead_any(c->v, c->to, c->base + l->site + i,
				       &led))
			return sy_bad(c, l->site + i,
				      "a relocation that nobody meant");
	for (i = 0; i < SY_STUB_SIZE; i++)
		if (i != 2 && i != 9 &&
		    sy_verify_lead_any(c->v, c->to, c->base + at + i, &led))
			return sy_bad(c, at + i,
				      "a relocation that nobody meant");
	if (!sy_one_lead(c, at + 2, R_X86_64_PC32, &led) ||
	    !sy_leads(c, &key, -5, &led))
		return sy_bad(c, l->site, "its stub tests another key");
	if (!sy_one_lead(c, at + 9, R_X86_64_PC32, &led) ||
	    !sy_leads(c, l->target, -4, &led))
		return sy_bad(c, l->site, "its stub goes elsewhere");
	return NULL;
}

/* The next entry of the compiler's table for the function. */
static bool sy_next_label(const struct sy_copied *c,
			  const struct sy_section *table, uint64_t *at,
			  struct sy_label *ret)
{
	const struct sy_rela *site;
	const struct sy_symbol *t;
	size_t n;

	for (;
	     table && table->data && sy_within(*at, SY_ENTRY_SIZE, table->size);
	     *at += SY_ENTRY_SIZE) {
		site = sy_section_relas(table, *at, *at + 1, &n);
		t = n ? &c->u->after->symbols[site->symbol] : NULL;
		if (!t || t->section != c->section)
			continue;
		ret->site = t->value + (uint64_t)site->addend;
		ret->target = sy_section_relas(table, *at + 4, *at + 5, &n);
		ret->target = n ? ret->target : NULL;
		ret->key = sy_section_relas(table, *at + 8, *at + 9, &n);
		ret->key = n ? ret->key : NULL;
		return true;
	}
	return false;
}

struct sy_fault *sy_verify_jumps(const struct sy_copied *c)
{
	const struct sy_section *table =
		sy_elf_section(c->u->after, "__jump_table");
	const struct sy_section *in = sy_elf_section(c->v->ko, "__jump_table");
	const uint64_t room = sy_verify_extracted(c)->size;
	uint64_t x = 0, y = 0, its = 0, stub = c->from->size;
	struct sy_fault *fault = NULL;
	struct sy_label l;

	if (!sy_within(c->base, room, c->to->size))
		return sy_verify_bad(c, c->from->size, "is cut off");
	for (; !fault && sy_next_label(c, table, &x, &l); x += SY_ENTRY_SIZE) {
		if (!l.target || !l.key ||
		    !sy_within(l.site, SY_SITE_SIZE, c->from->size))
			return sy_bad(c, 0, "an entry without key or room");
		if (!sy_verify_next(c, in, SY_ENTRY_SIZE, &y, &its) ||
		    its != l.site) {
			if (!sy_within(stub, SY_STUB_SIZE, room))
				return sy_bad(c, l.site, "no entry, no stub");
			fault = sy_verify_stub(c, &l, stub);
			stub += SY_STUB_SIZE;
			continue;
		}
		fault = sy_same_site(c, &l) ?
				sy_verify_entry(c, table, x, in, y,
						SY_ENTRY_SIZE) :
				sy_bad(c, l.site,
				       "its site is not what was meant");
		c->v->trial[in - c->v->ko->sections]++;
		y += SY_ENTRY_SIZE;
	}
	if (!fault && sy_verify_next(c, in, SY_ENTRY_SIZE, &y, &its))
		fault = sy_bad(c, its, "an entry that nobody meant");
	return fault || stub == room ?
		       fault :
		       sy_bad(c, stub, "more code than was meant");
}
