// SPDX-License-Identifier: GPL-2.0
/*
 * objtool has to see all references, or it takes a call without relocation for
 * a jump into the middle of its own function. So it works on the object as it
 * was extracted, and only then are the references that the engine will fill in
 * taken out: their fields become zeroes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tool/command.h"
#include "link.h"

static struct sy_fault *sy_add(struct sy_words *words, const char *word)
{
	return sy_words_add(words, word, strlen(word));
}

struct sy_fault *sy_run_objtool_module(const struct sy_emit *e,
				       const char *object)
{
	const struct sy_unit *unit = e->extract->units[0].unit;
	struct sy_words words = { 0 };
	struct sy_fault *fault = NULL;
	struct sy_path log;
	bool module = false;
	size_t i;

	for (i = 0; !fault && i < unit->objtool.n; i++) {
		module |= !strcmp(unit->objtool.at[i], "--module");
		fault = sy_add(&words, unit->objtool.at[i]);
	}
	if (!fault && !module)
		fault = sy_add(&words, "--module");
	if (!fault)
		fault = sy_add(&words, object);
	if (!fault)
		fault = sy_path_make(&log, "%s.log", object);
	if (!fault && unit->objtool.n)
		fault = sy_command_run(&(struct sy_command_run){
			.argv = (const char *const *)words.at,
			.dir = e->kernel->overlay.text,
			.log = log.text,
			.out_size_max = SY_FILE_SIZE_MAX });
	sy_words_deinit(&words);
	return fault;
}

/* The import that a symbol of the object stands for, or 0. */
static uint32_t sy_import_of(const struct sy_extract *x,
			     const struct sy_symbol *symbol)
{
	size_t i;

	if (symbol->section || symbol->bind == STB_LOCAL)
		return 0;
	for (i = 1; i < x->out.nsymbols; i++)
		if (x->out.symbols[i].import &&
		    !strcmp(x->out.symbols[i].name, symbol->name))
			return x->out.symbols[i].import;
	return 0;
}

static bool sy_is_kept(const struct sy_section *s)
{
	return s->type != SHT_NULL && s->type != SHT_SYMTAB &&
	       s->type != SHT_STRTAB && s->type != SHT_RELA &&
	       s->type != SHT_SYMTAB_SHNDX;
}

/* Tables that are read before the engine can write to them. */
static bool sy_is_early(const char *name)
{
	static const char *const names[] = {
		".altinstructions",   ".altinstr_replacement",
		".altinstr_aux",      "__ex_table",
		".parainstructions",  ".smp_locks",
		"__bug_table",	      "__jump_table",
		".static_call_sites", "__mcount_loc",
		".return_sites",      ".retpoline_sites",
		".orc_unwind",	      ".orc_unwind_ip",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* Does the kernel replace the instruction there when it loads the module? The
 * length of an instruction is the @len-th byte of an entry. */
static bool sy_is_replaced(const struct sy_elf *elf, const char *table,
			   uint64_t size, uint64_t len, uint32_t section,
			   const struct sy_rela *rela)
{
	const struct sy_section *s = sy_elf_section(elf, table);
	const struct sy_symbol *t;
	const struct sy_rela *r;
	uint64_t at, begin;
	size_t n;

	for (at = 0; s && s->data && sy_within(at, size, s->size); at += size) {
		r = sy_section_relas(s, at, at + 1, &n);
		t = n ? &elf->symbols[r->symbol] : elf->symbols;
		if (!n || t->section != section)
			continue;
		begin = t->value + (uint64_t)r->addend;
		if (rela->offset < begin + s->data[at + len] &&
		    rela->offset + sy_rela_width(rela->type) > begin)
			return true;
	}
	return false;
}

/* Such instructions have been replaced when the engine has its turn: it would
 * write over the replacement. */
bool sy_is_rewritten(const struct sy_elf *elf, uint32_t section,
		     const struct sy_rela *rela)
{
	return sy_is_replaced(elf, ".altinstructions", 12, 10, section, rela) ||
	       sy_is_replaced(elf, ".parainstructions", 16, 9, section, rela);
}

static bool sy_engine_can(uint32_t type)
{
	return type == R_X86_64_64 || type == R_X86_64_PC32 ||
	       type == R_X86_64_PLT32 || type == R_X86_64_32 ||
	       type == R_X86_64_32S;
}

static struct sy_fault *sy_move_rela(struct sy_emit *e,
				     const struct sy_elf *from,
				     const struct sy_section *s, uint32_t made,
				     const struct sy_rela *rela,
				     uint32_t import, struct sy_out *out)
{
	struct sy_engine_reloc *grown, *r;

	if (sy_is_rewritten(from, (uint32_t)(s - from->sections), rela))
		return sy_fault_refuse("alternative",
				       "%s+%#llx: an instruction that the "
				       "kernel replaces at load refers to %s, "
				       "which is not exported, so it is not "
				       "there in time",
				       s->name,
				       (unsigned long long)rela->offset,
				       e->extract->imports[import].name);
	if (sy_is_early(s->name) || !sy_engine_can(rela->type))
		return sy_fault_refuse("relocation",
				       "%s+%#llx: a relocation of type %u against %s, which is "
				       "not exported; it cannot be applied in time",
				       s->name,
				       (unsigned long long)rela->offset,
				       rela->type,
				       e->extract->imports[import].name);
	grown = reallocarray(e->relocs, e->nrelocs + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	e->relocs = grown;
	r = &grown[e->nrelocs++];
	*r = (struct sy_engine_reloc){ .anchor = made,
				       .offset = rela->offset,
				       .type = rela->type,
				       .import = import,
				       .addend = rela->addend };
	snprintf(r->section, sizeof(r->section), "%s", s->name);
	memset(out->sections[made].data + rela->offset, 0,
	       sy_rela_width(rela->type));
	return NULL;
}

struct sy_copy {
	struct sy_emit *e;
	const struct sy_elf *from;
	struct sy_out out;
	uint32_t *section, *symbol; /* of each of @from: that of @out */
};

static struct sy_fault *sy_copy_sections(struct sy_copy *c)
{
	const struct sy_section *s;
	struct sy_fault *fault = NULL;
	char anchor[32];
	uint32_t made;
	uint64_t at;
	size_t i;

	for (i = 1; !fault && i < c->from->nsections; i++) {
		s = &c->from->sections[i];
		if (!sy_is_kept(s))
			continue;
		fault = sy_out_section(&c->out, s->name, s->type, s->flags,
				       s->align, &c->section[i]);
		if (fault)
			break;
		c->out.sections[c->section[i]].entsize = s->entsize;
		fault = sy_out_append(&c->out, c->section[i], s->data, s->size,
				      1, &at);
		if (fault || !(s->flags & SHF_ALLOC))
			continue;
		snprintf(anchor, sizeof(anchor), "sy_at_%u", c->section[i]);
		fault = sy_out_symbol(&c->out,
				      (struct sy_out_symbol){
					      .name = anchor,
					      .section = c->section[i],
					      .type = STT_NOTYPE,
					      .bind = STB_GLOBAL },
				      &made);
	}
	return fault;
}

static struct sy_fault *sy_copy_symbols(struct sy_copy *c)
{
	const struct sy_symbol *s;
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 1; !fault && i < c->from->nsymbols; i++) {
		s = &c->from->symbols[i];
		if (s->type == STT_FILE || sy_import_of(c->e->extract, s))
			continue;
		if (s->type == STT_SECTION) {
			c->symbol[i] =
				c->section[s->section] ?
					c->out.sections[c->section[s->section]]
						.symbol :
					0;
			continue;
		}
		fault = sy_out_symbol(&c->out,
				      (struct sy_out_symbol){
					      .name = (char *)s->name,
					      .section = c->section[s->section],
					      .value = s->value,
					      .size = s->size,
					      .type = s->type,
					      .bind = s->bind },
				      &c->symbol[i]);
	}
	return fault;
}

static struct sy_fault *sy_copy_relas(struct sy_copy *c, size_t i)
{
	const struct sy_section *s = &c->from->sections[i];
	struct sy_fault *fault = NULL;
	const struct sy_rela *r;
	uint32_t import;
	size_t k;

	for (k = 0; !fault && k < s->nrelas; k++) {
		r = &s->relas[k];
		if (r->type == R_X86_64_NONE)
			continue;
		import = sy_import_of(c->e->extract,
				      &c->from->symbols[r->symbol]);
		if (import && s->flags & SHF_ALLOC)
			fault = sy_move_rela(c->e, c->from, s, c->section[i], r,
					     import, &c->out);
		else if (!import)
			fault = sy_out_rela(&c->out, c->section[i],
					    (struct sy_out_rela){
						    r->offset, r->type,
						    c->symbol[r->symbol],
						    r->addend });
	}
	return fault;
}

/* Names for the tables: where each new function begins. objtool keeps sections
 * in order and appends its own. */
static struct sy_fault *sy_name_functions(struct sy_copy *c)
{
	const struct sy_extract *x = c->e->extract;
	struct sy_fault *fault = NULL;
	uint32_t made;
	char name[32];
	size_t i;

	for (i = 0; !fault && i < x->nreplaced; i++) {
		if (x->replaced[i].section >= c->from->nsections ||
		    strcmp(c->from->sections[x->replaced[i].section].name,
			   x->out.sections[x->replaced[i].section].name))
			return sy_fault_make(SY_FAULT_UNSUPPORTED,
					     "%s: objtool has moved sections",
					     c->from->path);
		snprintf(name, sizeof(name), "sy_new_%zu", i);
		fault = sy_out_symbol(&c->out,
				      (struct sy_out_symbol){
					      .name = name,
					      .section =
						      c->section[x->replaced[i]
									 .section],
					      .value = x->replaced[i].value,
					      .type = STT_NOTYPE,
					      .bind = STB_GLOBAL },
				      &made);
	}
	return fault;
}

/* An object of its own, which only the last link adds: modpost warns of sections
 * that are not loaded. */
static struct sy_fault *sy_write_info(const struct sy_emit *e)
{
	struct sy_out out = { 0 };
	struct sy_path path;
	struct sy_fault *fault;
	uint32_t section;
	uint64_t at;

	fault = sy_path_make(&path, "%s/info.o", e->dir.text);
	if (!fault)
		fault = sy_out_section(&out, ".switchyard.info", SHT_PROGBITS,
				       0, 1, &section);
	if (!fault)
		fault = sy_out_append(&out, section, e->info, strlen(e->info),
				      1, &at);
	if (!fault)
		fault = sy_out_write(&out, path.text);
	sy_out_deinit(&out);
	return fault;
}

static struct sy_fault *sy_copy_all(struct sy_copy *c)
{
	struct sy_path path;
	struct sy_fault *fault;
	size_t i;

	c->section = calloc(c->from->nsections + 1, sizeof(*c->section));
	c->symbol = calloc(c->from->nsymbols + 1, sizeof(*c->symbol));
	if (!c->section || !c->symbol)
		return sy_fault_no_memory();
	fault = sy_copy_sections(c);
	if (!fault)
		fault = sy_copy_symbols(c);
	for (i = 1; !fault && i < c->from->nsections; i++)
		if (c->section[i])
			fault = sy_copy_relas(c, i);
	if (!fault)
		fault = sy_name_functions(c);
	if (!fault)
		fault = sy_path_make(&path, "%s/patch.o", c->e->dir.text);
	if (fault || !c->e->write)
		return fault;
	fault = sy_write_info(c->e);
	return fault ? fault : sy_out_write(&c->out, path.text);
}

struct sy_fault *sy_emit_finish(struct sy_emit *e)
{
	struct sy_file file = { 0 };
	struct sy_elf elf = { 0 };
	struct sy_copy copy = { .e = e, .from = &elf };
	struct sy_path path, made;
	struct sy_fault *fault;

	fault = sy_path_make(&made, "%s/extract.o", e->dir.text);
	if (!fault)
		fault = sy_path_make(&path, "%s/objtool.o", e->dir.text);
	if (!fault)
		fault = sy_command_run(&(struct sy_command_run){
			.argv = (const char *const[]){ "cp", "--", made.text,
						       path.text, NULL } });
	if (!fault)
		fault = sy_run_objtool_module(e, path.text);
	if (!fault)
		fault = sy_file_open(path.text, &file);
	if (!fault)
		fault = sy_elf_parse(file.bytes, file.size, path.text, &elf);
	if (!fault)
		fault = sy_copy_all(&copy);
	free(copy.section);
	free(copy.symbol);
	sy_out_deinit(&copy.out);
	sy_elf_deinit(&elf);
	sy_file_close(&file);
	return fault;
}

static struct sy_fault *sy_add_old(struct sy_emit *e,
				   const struct sy_replaced *r,
				   const struct sy_match_func *func, size_t i)
{
	struct sy_old_text *grown;
	uint32_t *funcs;
	struct sy_fault *fault;

	grown = reallocarray(e->olds, e->nolds + 1, sizeof(*grown));
	if (grown)
		e->olds = grown;
	funcs = reallocarray(e->old_func, e->nolds + 1, sizeof(*funcs));
	if (funcs)
		e->old_func = funcs;
	if (!grown || !funcs)
		return sy_fault_no_memory();
	fault = sy_old_digest(r->unit->match, func, r->unit->unit->module,
			      &grown[e->nolds]);
	funcs[e->nolds++] = (uint32_t)i;
	return fault;
}

/* Is it the cold part of that function? */
static bool sy_is_cold(const char *name, const char *of)
{
	size_t len = strlen(of);

	return !strncmp(name, of, len) && !strcmp(name + len, ".cold");
}

struct sy_fault *sy_emit_digests(struct sy_emit *e)
{
	const struct sy_replaced *r;
	const struct sy_match *m;
	struct sy_fault *fault = NULL;
	size_t i, k;

	for (i = 0; !fault && i < e->extract->nreplaced; i++) {
		r = &e->extract->replaced[i];
		m = r->unit->match;
		fault = sy_add_old(e, r, r->old, i);
		for (k = 0; !fault && k < m->nfuncs; k++)
			if (sy_is_cold(m->funcs[k].symbol->name, r->name) &&
			    m->funcs[k].state == SY_MATCH_EQUAL)
				fault = sy_add_old(e, r, &m->funcs[k], i);
	}
	return fault;
}

void sy_emit_deinit(struct sy_emit *e)
{
	size_t i;

	for (i = 0; i < e->nolds; i++)
		sy_old_deinit(&e->olds[i]);
	free(e->olds);
	free(e->old_func);
	free(e->relocs);
}
