// SPDX-License-Identifier: GPL-2.0
/*
 * Tables of the finished module against those of the objects that the compiler
 * made. Of each function that was taken, the table has the entries that the
 * compiler's has, in that order and no more: bytes, and where each relocation
 * leads. What objtool makes is held against the relocations of the code: a site
 * for each return thunk, retpoline and static call. Its unwind information is
 * compared with what it wrote, for the compiler says nothing of it.
 */
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "verify.h"

static const struct sy_table {
	const char *name;
	uint64_t size; /* of an entry */
	bool made_by_objtool;
} sy_tables[] = {
	{ "__bug_table", 12, false },	   { "__ex_table", 12, false },
	{ ".altinstructions", 12, false }, { ".parainstructions", 16, false },
	{ ".smp_locks", 4, false },	   { "__mcount_loc", 8, false },
	{ "__jump_table", 16, false }, /* verify_jumps.c */
	{ ".return_sites", 4, true },	   { ".retpoline_sites", 4, true },
	{ ".static_call_sites", 8, true }, { ".orc_unwind_ip", 4, true },
};

#define SY_TABLES (sizeof(sy_tables) / sizeof(sy_tables[0]))
#define SY_ORC_SIZE 6 /* of struct orc_entry */

bool sy_verify_next(const struct sy_copied *c, const struct sy_section *table,
		    uint64_t size, uint64_t *at, uint64_t *place)
{
	const uint64_t room = sy_verify_extracted(c)->size;
	struct sy_led led;

	for (; table && table->data && sy_within(*at, size, table->size);
	     *at += size) {
		if (!sy_verify_lead(c->v, table, *at, &led) || led.name ||
		    led.section != c->to)
			continue;
		*place = led.value + (uint64_t)led.addend - c->base;
		if (*place < room)
			return true;
	}
	return false;
}

/* The entry of the compiler's table, from *at on, that belongs to the code. */
static bool sy_next_meant(const struct sy_copied *c,
			  const struct sy_section *table, uint64_t size,
			  uint64_t *at, uint64_t *place)
{
	const struct sy_symbol *t;
	const struct sy_rela *r;
	size_t n;

	for (; table && table->data && sy_within(*at, size, table->size);
	     *at += size) {
		r = sy_section_relas(table, *at, *at + 1, &n);
		if (!n)
			continue;
		t = &c->u->after->symbols[r->symbol];
		*place = t->value + (uint64_t)r->addend;
		if (t->section == c->section)
			return true;
	}
	return false;
}

/* The fault of an entry: it has no name but its table's and its function's. */
static struct sy_fault *sy_bad_entry(const struct sy_copied *c,
				     const char *table, uint64_t place,
				     const char *what)
{
	char text[200];

	snprintf(text, sizeof(text), "%s: %s", table, what);
	return sy_verify_bad(c, place, text);
}

/* A reference of a table: into the function itself, or elsewhere. */
static bool sy_same_field(const struct sy_copied *c, const struct sy_rela *r,
			  bool code, const struct sy_led *led)
{
	const struct sy_symbol *t = &c->u->after->symbols[r->symbol];

	if (led->type != r->type)
		return false;
	if (t->section != c->section)
		return sy_verify_target(c, code, r, led);
	return !led->name && led->section == c->to &&
	       led->value + (uint64_t)led->addend ==
		       c->base + t->value + (uint64_t)r->addend;
}

/* Is the byte part of a relocation's field? */
static bool sy_is_field(const struct sy_section *s, uint64_t offset)
{
	const struct sy_rela *r;
	size_t i, n;

	r = sy_section_relas(s, offset < 7 ? 0 : offset - 7, offset + 1, &n);
	for (i = 0; i < n; i++)
		if (offset < r[i].offset + sy_rela_width(r[i].type))
			return true;
	return false;
}

/* Bytes and relocations of a stretch of @from and of one of the file. @skip: a
 * place in it whose relocation is compared elsewhere. */
static const char *sy_compare(const struct sy_copied *c, bool code,
			      const struct sy_section *from, uint64_t x,
			      const struct sy_section *in, uint64_t y,
			      uint64_t size, uint64_t skip)
{
	const struct sy_rela *r;
	struct sy_led led;
	unsigned int count;
	uint64_t i;
	size_t n;

	for (i = 0; i < size; i++) {
		if (in->data[y + i] !=
		    (sy_is_field(from, x + i) ? 0 : from->data[x + i]))
			return "another byte than the compiler's";
		r = sy_section_relas(from, x + i, x + i + 1, &n);
		count = sy_verify_lead(c->v, in, y + i, &led);
		if (count != n)
			return "not the relocations that were meant";
		if (n && i != skip && !sy_same_field(c, r, code, &led))
			return "a relocation to somewhere else";
	}
	return NULL;
}

struct sy_fault *sy_verify_entry(const struct sy_copied *c,
				 const struct sy_section *table, uint64_t x,
				 const struct sy_section *in, uint64_t y,
				 uint64_t size)
{
	const char *what = sy_compare(c, false, table, x, in, y, size, size);

	return what ? sy_bad_entry(c, table->name, 0, what) : NULL;
}

/* An alternative: its second field leads to a copy of the replacement. */
static const char *sy_compare_alternative(const struct sy_copied *c,
					  const struct sy_section *table,
					  uint64_t x,
					  const struct sy_section *in,
					  uint64_t y)
{
	const uint8_t len = table->data[x + 11];
	const struct sy_section *home;
	const struct sy_symbol *t;
	const struct sy_rela *r;
	struct sy_led led;
	const char *what;
	uint64_t from, to;
	size_t n;

	what = sy_compare(c, false, table, x, in, y, 12, 4);
	r = sy_section_relas(table, x + 4, x + 5, &n);
	if (what || n != 1 || sy_verify_lead(c->v, in, y + 4, &led) != 1)
		return what ? what : "no replacement";
	t = &c->u->after->symbols[r->symbol];
	home = &c->u->after->sections[t->section];
	from = t->value + (uint64_t)r->addend;
	to = led.value + (uint64_t)led.addend;
	if (led.name || led.type != r->type || !home->data ||
	    !led.section->data || strcmp(home->name, led.section->name) ||
	    !sy_within(from, len, home->size) ||
	    !sy_within(to, len, led.section->size))
		return "its replacement is elsewhere";
	what = sy_compare(c, true, home, from, led.section, to, len, len);
	return what ? "another replacement" : NULL;
}

/* All entries of one of the compiler's tables for the function. */
static struct sy_fault *sy_verify_table(const struct sy_copied *c,
					const struct sy_table *t)
{
	const struct sy_section *meant = sy_elf_section(c->u->after, t->name);
	const struct sy_section *in = sy_elf_section(c->v->ko, t->name);
	uint64_t x = 0, y = 0, place = 0, its = 0;
	const char *what;

	for (; sy_next_meant(c, meant, t->size, &x, &place);
	     x += t->size, y += t->size) {
		if (!sy_verify_next(c, in, t->size, &y, &its))
			return sy_bad_entry(c, t->name, place,
					    "an entry is missing");
		if (its != place)
			return sy_bad_entry(c, t->name, place,
					    "leads elsewhere");
		what = strcmp(t->name, ".altinstructions") ?
			       sy_compare(c, false, meant, x, in, y, t->size,
					  t->size) :
			       sy_compare_alternative(c, meant, x, in, y);
		if (what)
			return sy_bad_entry(c, t->name, place, what);
		c->v->trial[in - c->v->ko->sections]++;
	}
	return sy_verify_next(c, in, t->size, &y, &its) ?
		       sy_bad_entry(c, t->name, its,
				    "an entry that nobody meant") :
		       NULL;
}

struct sy_fault *sy_verify_tables(const struct sy_copied *c)
{
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < SY_TABLES; i++)
		if (!sy_tables[i].made_by_objtool &&
		    strcmp(sy_tables[i].name, "__jump_table"))
			fault = sy_verify_table(c, &sy_tables[i]);
	return fault;
}

/* Where the instruction with this relocation begins, if it is a jump or call. */
static bool sy_begins(const struct sy_copied *c, const struct sy_rela *r,
		      uint64_t *ret, bool *jump)
{
	const uint8_t *d = c->from->data;
	uint64_t at = r->offset;

	if (!sy_rela_bias(r) || !at)
		return false;
	*jump = d[at - 1] != 0xe8;
	*ret = at - 1;
	if (d[at - 1] == 0xe8 || d[at - 1] == 0xe9)
		return true;
	*ret = at - 2;
	return at > 1 && d[at - 2] == 0x0f && (d[at - 1] & 0xf0) == 0x80;
}

/* gcc puts a prefix before a call of the thunk of r8 to r15, so that all are
 * equally long (-mindirect-branch-cs-prefix): the instruction begins with it. */
static bool sy_has_prefix(const struct sy_copied *c, const struct sy_rela *r,
			  uint64_t begin)
{
	const char *name = c->u->after->symbols[r->symbol].name;

	return begin && c->from->data[begin - 1] == 0x2e &&
	       !strncmp(name, "__x86_indirect_thunk_r", 22) &&
	       name[22] >= '0' && name[22] <= '9';
}

/* Which of objtool's tables has to have the instruction; NULL: none. */
static const char *sy_site_table(const struct sy_copied *c,
				 const struct sy_rela *r)
{
	const char *name = c->u->after->symbols[r->symbol].name;
	struct sy_led led;

	if (!strcmp(name, "__x86_return_thunk"))
		return ".return_sites";
	if (!strncmp(name, "__x86_indirect_thunk_", 21))
		return ".retpoline_sites";
	/* One that the engine resolves is a call of the trampoline. */
	if (!strncmp(name, "__SCT__", 7) &&
	    sy_verify_lead_any(c->v, c->to, c->base + r->offset, &led) == 1 &&
	    !led.engine)
		return ".static_call_sites";
	return NULL;
}

/* The key of a static call: the trampoline stands for one that is not exported.
 * The lowest bit: a tail call. */
static bool sy_same_key(const struct sy_copied *c, const char *trampoline,
			bool tail, uint64_t place, const struct sy_section *in,
			uint64_t at)
{
	char key[512];
	struct sy_led led;

	snprintf(key, sizeof(key), "__SCK__%s", trampoline + 7);
	if (sy_verify_lead(c->v, in, at, &led) != 1 ||
	    led.type != R_X86_64_PC32 || place > c->from->size)
		return false;
	if (!led.name)
		return sy_verify_inside(c, &led, key, tail);
	if (led.addend != tail)
		return false;
	return !strcmp(led.name, key) ||
	       (!strcmp(led.name, trampoline) &&
		!sy_exports_find(&c->v->e->extract->exports, key));
}

/* Exactly one entry at the place. */
static struct sy_fault *sy_verify_site(const struct sy_copied *c,
				       const struct sy_table *t,
				       const struct sy_rela *r, uint64_t place,
				       bool tail)
{
	const struct sy_section *in = sy_elf_section(c->v->ko, t->name);
	uint64_t y = 0, its = 0, found = 0, n = 0;

	for (; sy_verify_next(c, in, t->size, &y, &its); y += t->size)
		if (its == place) {
			n++;
			found = y;
		}
	if (n != 1)
		return sy_bad_entry(c, t->name, place,
				    "not one entry, as it should be");
	if (t->size == 8 &&
	    !sy_same_key(c, c->u->after->symbols[r->symbol].name, tail, place,
			 in, found + 4))
		return sy_bad_entry(c, t->name, place, "another key");
	c->v->trial[in - c->v->ko->sections]++;
	return NULL;
}

/* Has the file this entry of unwind information for that place of the copy? */
static bool sy_has_orc(const struct sy_copied *c, uint64_t place,
		       const uint8_t *entry)
{
	const struct sy_section *in =
		sy_elf_section(c->v->ko, ".orc_unwind_ip");
	const struct sy_section *its = sy_elf_section(c->v->ko, ".orc_unwind");
	struct sy_led led;
	uint64_t k;

	for (k = 0; in && its && its->data && sy_within(k * 4, 4, in->size) &&
		    sy_within(k * SY_ORC_SIZE, SY_ORC_SIZE, its->size);
	     k++)
		if (sy_verify_lead(c->v, in, k * 4, &led) == 1 && !led.name &&
		    led.type == R_X86_64_PC32 && led.section == c->to &&
		    led.value + (uint64_t)led.addend == c->base + place &&
		    !memcmp(its->data + k * SY_ORC_SIZE, entry, SY_ORC_SIZE)) {
			c->v->trial[in - c->v->ko->sections]++;
			return true;
		}
	return false;
}

/* Each entry that objtool made for the function; one is at its begin. */
static struct sy_fault *sy_verify_orc(const struct sy_copied *c)
{
	const struct sy_elf *tooled = c->v->tooled;
	const struct sy_section *ip = sy_elf_section(tooled, ".orc_unwind_ip");
	const struct sy_section *orc = sy_elf_section(tooled, ".orc_unwind");
	const struct sy_symbol *s;
	const struct sy_rela *r;
	uint64_t k, place;
	bool begins = false;
	size_t n;

	for (k = 0; ip && orc && orc->data &&
		    sy_within(k * SY_ORC_SIZE, SY_ORC_SIZE, orc->size);
	     k++) {
		r = sy_section_relas(ip, k * 4, k * 4 + 1, &n);
		s = n ? &tooled->symbols[r->symbol] : tooled->symbols;
		if (s->section != c->u->taken[c->section])
			continue;
		place = s->value + (uint64_t)r->addend;
		begins |= !place;
		if (!sy_has_orc(c, place, orc->data + k * SY_ORC_SIZE))
			return sy_bad_entry(c, ".orc_unwind", place,
					    "is not what objtool wrote");
	}
	return begins ? NULL :
			sy_bad_entry(c, ".orc_unwind", 0,
				     "nothing for this function");
}

static const struct sy_table *sy_table_named(const char *name)
{
	size_t i;

	for (i = 0; i < SY_TABLES - 1; i++)
		if (!strcmp(sy_tables[i].name, name))
			break;
	return &sy_tables[i];
}

struct sy_fault *sy_verify_sites(const struct sy_copied *c)
{
	const struct sy_rela *r;
	struct sy_fault *fault = NULL;
	uint64_t place;
	const char *name;
	bool jump;
	size_t i;

	if (!c->v->tooled)
		return NULL;
	for (i = 0; !fault && i < c->from->nrelas; i++) {
		r = &c->from->relas[i];
		if (sy_begins(c, r, &place, &jump) &&
		    (name = sy_site_table(c, r)))
			fault = sy_verify_site(c, sy_table_named(name), r,
					       place - sy_has_prefix(c, r,
								     place),
					       jump);
	}
	return fault ? fault : sy_verify_orc(c);
}

/* An entry of the module's own init and exit, which are compiled with the tables:
 * it has to be at a call or return that these have. */
static bool sy_is_own(const struct sy_verify *v, const struct sy_table *t,
		      const struct sy_led *led)
{
	const uint64_t place = led->value + (uint64_t)led->addend;
	const char *of =
		!strcmp(t->name, "__mcount_loc")  ? "__fentry__" :
		!strcmp(t->name, ".return_sites") ? "__x86_return_thunk" :
						    NULL;
	struct sy_led own;

	if (strncmp(led->section->name, ".init.text", 10) &&
	    strncmp(led->section->name, ".exit.text", 10))
		return false;
	if (!strcmp(t->name, ".orc_unwind_ip"))
		return place <= led->section->size;
	return of && sy_verify_lead(v, led->section, place + 1, &own) == 1 &&
	       own.name && !strcmp(own.name, of);
}

static struct sy_fault *sy_verify_count(const struct sy_verify *v,
					const struct sy_table *t)
{
	const struct sy_section *in = sy_elf_section(v->ko, t->name);
	struct sy_led led;
	size_t n = 0;
	uint64_t at;

	if (!in)
		return NULL;
	if (in->size % t->size)
		return sy_verify_wrong(v->ko, "no whole entries", t->name);
	for (at = 0; in->data && at < in->size; at += t->size)
		n += sy_verify_lead(v, in, at, &led) != 1 || led.name ||
		     !sy_is_own(v, t, &led);
	if (n != v->seen[in - v->ko->sections])
		return sy_verify_wrong(v->ko, "entries that nobody meant",
				       t->name);
	return NULL;
}

/* A place that the loader rewrites or reads before the engine could write. */
static struct sy_fault *sy_verify_early(const struct sy_verify *v,
					const struct sy_patch_reloc *r)
{
	const char *home = v->ko->sections[r->where.section].name;
	const struct sy_rela field = { .offset = r->where.offset,
				       .type = r->type };
	bool late = sy_is_rewritten(v->ko, r->where.section, &field);
	size_t i;

	for (i = 0; i < SY_TABLES; i++)
		late |= !strcmp(home, sy_tables[i].name);
	return late ? sy_verify_wrong(v->ko,
				      "a relocation for the engine, which "
				      "comes too late for it",
				      home) :
		      NULL;
}

struct sy_fault *sy_verify_rest(const struct sy_verify *v)
{
	const struct sy_section *ip = sy_elf_section(v->ko, ".orc_unwind_ip");
	const struct sy_section *orc = sy_elf_section(v->ko, ".orc_unwind");
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < SY_TABLES; i++)
		if (v->tooled || !sy_tables[i].made_by_objtool)
			fault = sy_verify_count(v, &sy_tables[i]);
	for (i = 0; !fault && i < v->patch->nrelocs; i++)
		fault = sy_verify_early(v, &v->patch->relocs[i]);
	if (!fault && v->tooled && ip && orc &&
	    ip->size / 4 != orc->size / SY_ORC_SIZE)
		fault = sy_verify_wrong(v->ko, "not as many as addresses",
					".orc_unwind");
	return fault;
}
