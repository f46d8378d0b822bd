// SPDX-License-Identifier: GPL-2.0
/*
 * Which section of the object before is the one of the object after. Functions
 * and data have their names. Static locals have gcc's number behind it, which
 * any change can shift: they are paired by use, through the functions that did
 * not change and therefore refer to the same things at the same places; what
 * only changed functions use is paired within these. Data that exist already
 * stay as they are: a changed initial value is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "../diff/special.h"
#include "extract.h"

static const struct sy_symbol *sy_first_function(const struct sy_elf *elf,
						 uint32_t section)
{
	size_t i;

	for (i = 1; i < elf->nsymbols; i++)
		if (elf->symbols[i].section == section &&
		    sy_symbol_is_function(elf, &elf->symbols[i]))
			return &elf->symbols[i];
	return NULL;
}

static uint32_t sy_section_of_function(const struct sy_elf *elf,
				       const char *name)
{
	size_t i;

	for (i = 1; i < elf->nsymbols; i++)
		if (sy_symbol_is_function(elf, &elf->symbols[i]) &&
		    !strcmp(elf->symbols[i].name, name))
			return elf->symbols[i].section;
	return 0;
}

static void sy_pair_functions(struct sy_extract_unit *u)
{
	const struct sy_symbol *f;
	uint32_t i;

	for (i = 1; i < u->after->nsections; i++) {
		if (!(u->after->sections[i].flags & SHF_EXECINSTR))
			continue;
		f = sy_first_function(u->after, i);
		if (f)
			u->pair[i] = sy_section_of_function(u->before, f->name);
	}
}

/* "x.12" */
static bool sy_is_numbered(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot[1] && !dot[1 + strspn(dot + 1, "0123456789")];
}

static void sy_pair_named(struct sy_extract_unit *u)
{
	const struct sy_section *s;
	uint32_t i, j;

	for (i = 1; i < u->after->nsections; i++) {
		s = &u->after->sections[i];
		if (!sy_is_datum(s) || sy_is_numbered(s->name))
			continue;
		for (j = 1; j < u->before->nsections && !u->pair[i]; j++)
			if (sy_is_datum(&u->before->sections[j]) &&
			    !strcmp(u->before->sections[j].name, s->name))
				u->pair[i] = j;
	}
}

static bool sy_is_paired(const struct sy_extract_unit *u, uint32_t before)
{
	uint32_t i;

	for (i = 1; i < u->after->nsections; i++)
		if (u->pair[i] == before)
			return true;
	return false;
}

/* Two sections that refer to the same things in the same order. */
static void sy_pair_targets(struct sy_extract_unit *u, uint32_t after)
{
	const struct sy_section *a = &u->after->sections[after];
	const struct sy_section *b = &u->before->sections[u->pair[after]];
	uint32_t s, t;
	size_t k;

	if (a->nrelas != b->nrelas)
		return;
	for (k = 0; k < a->nrelas; k++) {
		s = u->after->symbols[a->relas[k].symbol].section;
		t = u->before->symbols[b->relas[k].symbol].section;
		if (s && t && !u->pair[s] &&
		    sy_is_datum(&u->after->sections[s]) &&
		    sy_is_datum(&u->before->sections[t]) &&
		    sy_same_name(u->after->sections[s].name,
				 u->before->sections[t].name) &&
		    !sy_is_paired(u, t))
			u->pair[s] = t;
	}
}

/* Is it referred to by that section of code? 0: by any section. */
static bool sy_is_used(const struct sy_elf *elf, uint32_t by, uint32_t datum)
{
	const struct sy_section *s = &elf->sections[by];
	size_t k;

	if (!by)
		return true;
	for (k = 0; k < s->nrelas; k++)
		if (elf->symbols[s->relas[k].symbol].section == datum)
			return true;
	return false;
}

/* Pairs the static locals of one stem that a function uses (0: all), if there
 * are as many before as after. */
static void sy_pair_stem(struct sy_extract_unit *u, uint32_t after,
			 uint32_t first)
{
	const char *name = u->after->sections[first].name;
	uint32_t i, j, n = 0, from = 1;
	uint32_t before = after ? u->pair[after] : 0;

	for (i = 1; i < u->after->nsections; i++)
		n += sy_is_datum(&u->after->sections[i]) && !u->pair[i] &&
		     sy_same_name(u->after->sections[i].name, name) &&
		     sy_is_used(u->after, after, i);
	for (j = 1; j < u->before->nsections; j++)
		n -= sy_is_datum(&u->before->sections[j]) &&
		     !sy_is_paired(u, j) &&
		     sy_same_name(u->before->sections[j].name, name) &&
		     sy_is_used(u->before, before, j);
	if (n)
		return;
	for (i = first; i < u->after->nsections; i++) {
		if (!sy_is_datum(&u->after->sections[i]) || u->pair[i] ||
		    !sy_same_name(u->after->sections[i].name, name) ||
		    !sy_is_used(u->after, after, i))
			continue;
		for (j = from; j < u->before->nsections; j++)
			if (sy_is_datum(&u->before->sections[j]) &&
			    !sy_is_paired(u, j) &&
			    sy_same_name(u->before->sections[j].name, name) &&
			    sy_is_used(u->before, before, j))
				break;
		if (j == u->before->nsections)
			return;
		u->pair[i] = j;
		from = j + 1;
	}
}

static void sy_pair_numbered(struct sy_extract_unit *u)
{
	const struct sy_section *s;
	uint32_t i, k, target;

	for (i = 1; i < u->after->nsections; i++)
		if (u->pair[i] && !u->changed[i])
			sy_pair_targets(u, i);
	for (i = 1; i < u->after->nsections; i++) {
		s = &u->after->sections[i];
		if (!u->changed[i] || !u->pair[i])
			continue;
		for (k = 0; k < s->nrelas; k++) {
			target = u->after->symbols[s->relas[k].symbol].section;
			if (target && !u->pair[target] &&
			    sy_is_datum(&u->after->sections[target]))
				sy_pair_stem(u, i, target);
		}
	}
	for (i = 1; i < u->after->nsections; i++)
		if (!u->pair[i] && sy_is_datum(&u->after->sections[i]))
			sy_pair_stem(u, 0, i);
}

/* Does anything refer to it but code that changed? */
static bool sy_is_shared(const struct sy_extract_unit *u, uint32_t datum)
{
	uint32_t i;

	for (i = 1; i < u->after->nsections; i++)
		if (u->after->sections[i].flags & SHF_ALLOC && !u->changed[i] &&
		    u->pair[i] && i != datum && sy_is_used(u->after, i, datum))
			return true;
	return false;
}

static const struct sy_forbidden {
	const char *prefix, *code, *what;
} sy_forbidden[] = {
	{ ".init", "init-code",
	  "used at boot only; a patch comes too late for it" },
	{ "__param", "parameter",
	  "a module parameter; add a function instead" },
	{ "__tracepoint", "tracepoint",
	  "a tracepoint cannot be added or moved" },
	{ "_ftrace_events", "tracepoint",
	  "a trace event cannot be added or moved" },
	{ ".data..percpu", "percpu-data",
	  "per-CPU data that are in use; keep them and add others" },
	{ "", "data-changed",
	  "the initial value of data that are in use changes; change it from "
	  "a function instead" },
};

static struct sy_fault *sy_refuse_data(const struct sy_extract_unit *u,
				       const char *section)
{
	const struct sy_forbidden *f = sy_forbidden;

	while (strncmp(section, f->prefix, strlen(f->prefix)))
		f++;
	return sy_fault_refuse(f->code, "%s: %s: %s", u->unit->path.text,
			       section, f->what);
}

/* Are there places within changed functions in it, of a computed goto? */
static bool sy_has_labels(const struct sy_extract_unit *u,
			  const struct sy_section *s)
{
	const struct sy_symbol *t, *f;
	size_t i;

	for (i = 0; i < s->nrelas; i++) {
		t = &u->after->symbols[s->relas[i].symbol];
		f = u->changed[t->section] ?
			    sy_first_function(u->after, t->section) :
			    NULL;
		if (f && t->value + (uint64_t)s->relas[i].addend != f->value)
			return true;
	}
	return false;
}

/* Data that changed: copied when only changed code reads them, else refused. */
static struct sy_fault *sy_check_data(struct sy_extract_unit *u)
{
	const struct sy_section *s;
	struct sy_piece a, b;
	uint32_t i;

	for (i = 1; i < u->after->nsections; i++) {
		s = &u->after->sections[i];
		if (!u->pair[i] || !sy_is_datum(s))
			continue;
		a = (struct sy_piece){ u->before,
				       &u->before->sections[u->pair[i]], 0,
				       u->before->sections[u->pair[i]].size };
		b = (struct sy_piece){ u->after, s, 0, s->size };
		if (sy_same_piece(&a, &b) && !sy_has_labels(u, s))
			continue;
		if (s->flags & SHF_WRITE || sy_is_shared(u, i))
			return sy_refuse_data(u, s->name);
		u->pair[i] = 0;
	}
	return NULL;
}

/* New entries of tables that only mean something at boot or at load. */
static struct sy_fault *sy_check_new(struct sy_extract_unit *u)
{
	const char *name;
	uint32_t i, j;

	for (i = 1; i < u->after->nsections; i++) {
		name = u->after->sections[i].name;
		if (!strncmp(name, "___ksymtab", 10)) {
			for (j = 1; j < u->before->nsections; j++)
				if (!strcmp(u->before->sections[j].name, name))
					break;
			if (j == u->before->nsections)
				return sy_fault_refuse(
					"new-export",
					"%s: %s: a new export; nobody could be "
					"linked to it, drop EXPORT_SYMBOL",
					u->unit->path.text,
					strchr(name, '+') ?
						strchr(name, '+') + 1 :
						name);
		}
		if (!u->pair[i] && sy_is_datum(&u->after->sections[i]) &&
		    (!strncmp(name, ".init", 5) ||
		     !strncmp(name, "__param", 7) ||
		     !strncmp(name, "__tracepoint", 12) ||
		     !strncmp(name, "_ftrace_events", 14)))
			return sy_refuse_data(u, name);
	}
	return NULL;
}

/* Constants that boot writes into instructions (runtime_ptr_X and its kind, from
 * 6.11 on): the module loader does not, so the new code would keep their
 * placeholders. */
static struct sy_fault *sy_check_runtime(const struct sy_extract_unit *u,
					 const struct sy_elf *elf,
					 const struct sy_elf *other)
{
	const struct sy_section *s, *t;
	struct sy_piece a, b;
	bool changed;
	size_t i, k;

	for (i = 1; i < elf->nsections; i++) {
		s = &elf->sections[i];
		if (strncmp(s->name, "runtime_", 8))
			continue;
		t = sy_elf_section(other, s->name);
		a = (struct sy_piece){ elf, s, 0, s->size };
		b = (struct sy_piece){ other, t, 0, t ? t->size : 0 };
		changed = !t || !sy_same_piece(&a, &b);
		for (k = 0; elf == u->after && k < s->nrelas; k++)
			changed |= u->changed[elf->symbols[s->relas[k].symbol]
						      .section];
		if (changed)
			return sy_fault_refuse("runtime-constant",
					       "%s: %s: boot writes this constant into the "
					       "code, but nothing writes it into a module; "
					       "patch the callers instead",
					       u->unit->path.text, s->name);
	}
	return NULL;
}

static void sy_mark_changed(struct sy_extract_unit *u)
{
	const struct sy_objchange *c;
	uint32_t parent;
	size_t i, len;
	char name[512];

	for (i = 0; i < u->diff->n; i++) {
		c = &u->diff->changes[i];
		if (c->data || !c->after)
			continue;
		u->changed[c->after->section] = true;
		len = strlen(c->name);
		if (len <= 5 || len >= sizeof(name) ||
		    strcmp(c->name + len - 5, ".cold"))
			continue;
		memcpy(name, c->name, len - 5);
		name[len - 5] = '\0';
		parent = sy_section_of_function(u->after, name);
		u->changed[parent] = parent != 0;
	}
}

struct sy_fault *sy_correlate(struct sy_extract_unit *u)
{
	struct sy_fault *fault;

	u->pair = calloc(u->after->nsections, sizeof(*u->pair));
	u->taken = calloc(u->after->nsections, sizeof(*u->taken));
	u->changed = calloc(u->after->nsections, sizeof(*u->changed));
	if (!u->pair || !u->taken || !u->changed)
		return sy_fault_no_memory();
	sy_mark_changed(u);
	fault = sy_check_runtime(u, u->after, u->before);
	if (!fault)
		fault = sy_check_runtime(u, u->before, u->after);
	if (fault)
		return fault;
	sy_pair_functions(u);
	sy_pair_named(u);
	sy_pair_numbered(u);
	fault = sy_check_data(u);
	return fault ? fault : sy_check_new(u);
}
