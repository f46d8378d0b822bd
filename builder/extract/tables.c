// SPDX-License-Identifier: GPL-2.0
/*
 * Entries of tables whose first field leads to code that was taken. Sizes are
 * those of 6.1. A jump label whose key only the engine can find cannot stand in
 * __jump_table, which the kernel reads before the engine has its turn: such a
 * site gets a test of the key instead, in a stub behind its function. An asm
 * goto may change the flags, so the test may.
 */
#include <string.h>

#include "extract.h"

#define SY_SITE_SIZE 5 /* see compile/jump_label.h */

static uint64_t sy_entry_size(const struct sy_section *s)
{
	static const struct {
		const char *name;
		uint64_t size;
	} sizes[] = {
		{ "__jump_table", 16 },	    { "__ex_table", 12 },
		{ ".altinstructions", 12 }, { "__bug_table", 12 },
		{ ".smp_locks", 4 },	    { ".parainstructions", 16 },
		{ "__mcount_loc", 8 },
	};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (!strcmp(s->name, sizes[i].name))
			return sizes[i].size;
	if (strncmp(s->name, ".discard.", 9) || !s->nrelas ||
	    !strcmp(s->name, ".discard.addressable") || s->size % s->nrelas)
		return 0;
	return s->size / s->nrelas;
}

/* Writes the stub and the jump to it; the site's old jump is gone. */
static struct sy_fault *sy_put_stub(struct sy_extract *x, uint32_t section,
				    uint64_t site, bool branch,
				    struct sy_out_rela key,
				    struct sy_out_rela target)
{
	uint8_t stub[] = { 0x83, 0x3d, 0, 0, 0, 0, 0, /* cmpl $0,key(%rip) */
			   0x0f, 0x85, 0, 0, 0, 0, /* jne target */
			   0xe9, 0,    0, 0, 0 }; /* jmp behind the site */
	struct sy_out_section *s = &x->out.sections[section];
	uint64_t end = s->size, at;
	struct sy_fault *fault;
	int32_t jump;
	size_t i;

	stub[8] = branch ? 0x84 : 0x85;
	jump = (int32_t)(site + SY_SITE_SIZE - (end + sizeof(stub)));
	memcpy(stub + 14, &jump, sizeof(jump));
	fault = sy_out_append(&x->out, section, stub, sizeof(stub), 1, &at);
	if (fault)
		return fault;
	s = &x->out.sections[section];
	s->data[site] = 0xe9;
	jump = (int32_t)(at - (site + SY_SITE_SIZE));
	memcpy(s->data + site + 1, &jump, sizeof(jump));
	for (i = 0; i < s->nrelas; i++)
		if (s->relas[i].offset > site &&
		    s->relas[i].offset < site + SY_SITE_SIZE)
			s->relas[i--] = s->relas[--s->nrelas];
	for (i = 1; i < x->out.nsymbols; i++)
		if (x->out.symbols[i].section == section &&
		    x->out.symbols[i].type == STT_FUNC &&
		    x->out.symbols[i].value + x->out.symbols[i].size == end)
			x->out.symbols[i].size += sizeof(stub);
	key.offset = at + 2;
	key.type = R_X86_64_PC32;
	key.addend -= 5; /* the field and the byte behind it */
	target.offset = at + 9;
	target.type = R_X86_64_PC32;
	target.addend -= 4;
	fault = sy_out_rela(&x->out, section, key);
	return fault ? fault : sy_out_rela(&x->out, section, target);
}

/* The relocation of a field of an entry, as the output has it. */
static struct sy_fault *sy_map_field(struct sy_extract *x,
				     struct sy_extract_unit *u,
				     const struct sy_section *table,
				     uint64_t at, struct sy_out_rela *ret)
{
	const struct sy_rela *rela;
	size_t n;

	rela = sy_section_relas(table, at, at + 1, &n);
	if (!n)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: %s+%#llx: no relocation",
				     u->unit->path.text, table->name,
				     (unsigned long long)at);
	*ret = (struct sy_out_rela){ .offset = at, .type = rela->type };
	return sy_map_rela(x, u, table, rela, &ret->symbol, &ret->addend);
}

static struct sy_fault *sy_take_jump(struct sy_extract *x,
				     struct sy_extract_unit *u,
				     const struct sy_section *table,
				     uint64_t at, bool *done)
{
	struct sy_out_rela site, target, key;
	const struct sy_out_section *s;
	struct sy_fault *fault;
	uint32_t section;
	bool branch;

	*done = false;
	fault = sy_map_field(x, u, table, at, &site);
	if (!fault)
		fault = sy_map_field(x, u, table, at + 4, &target);
	if (!fault)
		fault = sy_map_field(x, u, table, at + 8, &key);
	if (fault || !x->out.symbols[key.symbol].import)
		return fault;
	*done = true;
	section = x->out.symbols[site.symbol].section;
	s = &x->out.sections[section];
	if (!sy_within((uint64_t)site.addend, SY_SITE_SIZE, s->size) ||
	    (s->data[site.addend] != 0xe9 && s->data[site.addend] != 0x0f))
		return sy_fault_refuse("jump-label",
				       "%s: %s: a jump label without room for a "
				       "jump; report it with the diff",
				       u->unit->path.text, s->name);
	branch = key.addend & 1;
	key.addend &= ~3ll;
	return sy_put_stub(x, section, (uint64_t)site.addend, branch, key,
			   target);
}

/* The replacement of an alternative, which the second field leads to. */
static struct sy_fault *sy_take_replacement(struct sy_extract *x,
					    struct sy_extract_unit *u,
					    const struct sy_section *table,
					    uint64_t at,
					    struct sy_out_rela *ret)
{
	const struct sy_section *home;
	const struct sy_symbol *t;
	const struct sy_rela *rela;
	struct sy_fault *fault;
	struct sy_out_rela r;
	uint64_t from, put;
	uint8_t len = table->data[at + 11];
	uint32_t section;
	size_t i, n;

	rela = sy_section_relas(table, at + 4, at + 5, &n);
	t = n ? &u->after->symbols[rela->symbol] : u->after->symbols;
	home = &u->after->sections[t->section];
	from = n ? t->value + (uint64_t)rela->addend : 0;
	if (!n || !home->data || !sy_within(from, len, home->size))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: an alternative without replacement",
				     u->unit->path.text);
	fault = sy_out_section_named(&x->out, home->name, home->type,
				     home->flags, home->align, &section);
	if (!fault)
		fault = sy_out_append(&x->out, section, home->data + from, len,
				      1, &put);
	if (fault)
		return fault;
	*ret = (struct sy_out_rela){ 4, rela->type,
				     x->out.sections[section].symbol,
				     (int64_t)put };
	rela = sy_section_relas(home, from, from + len, &n);
	for (i = 0; !fault && i < n; i++) {
		r = (struct sy_out_rela){ rela[i].offset - from + put,
					  rela[i].type, 0, 0 };
		fault = sy_map_rela(x, u, home, &rela[i], &r.symbol, &r.addend);
		if (!fault && x->out.symbols[r.symbol].import)
			fault = sy_fault_refuse(
				"alternative",
				"%s: %s: an alternative refers to it, which is "
				"not exported, so it is not there in time",
				u->unit->path.text,
				x->out.symbols[r.symbol].name);
		if (!fault)
			fault = sy_out_rela(&x->out, section, r);
	}
	return fault;
}

static struct sy_fault *sy_take_entry(struct sy_extract *x,
				      struct sy_extract_unit *u,
				      const struct sy_section *table,
				      uint64_t at, uint64_t size)
{
	bool alternative = !strcmp(table->name, ".altinstructions");
	const struct sy_rela *relas;
	struct sy_fault *fault = NULL;
	struct sy_out_rela r;
	uint32_t section;
	uint64_t put;
	size_t i, n;
	bool done;

	if (!strcmp(table->name, "__jump_table")) {
		fault = sy_take_jump(x, u, table, at, &done);
		if (fault || done)
			return fault;
	}
	fault = sy_out_section_named(&x->out, table->name, table->type,
				     table->flags, table->align, &section);
	if (!fault)
		fault = sy_out_append(&x->out, section, table->data + at, size,
				      1, &put);
	if (!fault)
		x->out.sections[section].entsize = table->entsize;
	relas = sy_section_relas(table, at, at + size, &n);
	for (i = 0; !fault && i < n; i++) {
		r = (struct sy_out_rela){ .type = relas[i].type };
		if (alternative && relas[i].offset == at + 4)
			fault = sy_take_replacement(x, u, table, at, &r);
		else
			fault = sy_map_rela(x, u, table, &relas[i], &r.symbol,
					    &r.addend);
		r.offset = relas[i].offset - at + put;
		if (!fault)
			fault = sy_out_rela(&x->out, section, r);
	}
	return fault;
}

struct sy_fault *sy_take_tables(struct sy_extract *x, struct sy_extract_unit *u)
{
	const struct sy_section *s;
	const struct sy_rela *rela;
	struct sy_fault *fault = NULL;
	uint64_t size, at;
	size_t i, n;

	for (i = 1; !fault && i < u->after->nsections; i++) {
		s = &u->after->sections[i];
		size = s->data ? sy_entry_size(s) : 0;
		for (at = 0; !fault && size && sy_within(at, size, s->size);
		     at += size) {
			rela = sy_section_relas(s, at, at + 1, &n);
			if (n &&
			    u->taken[u->after->symbols[rela->symbol].section] &&
			    u->after->sections[u->after->symbols[rela->symbol]
						       .section]
					    .flags &
				    SHF_EXECINSTR)
				fault = sy_take_entry(x, u, s, at, size);
		}
	}
	return fault;
}
