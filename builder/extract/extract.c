// SPDX-License-Identifier: GPL-2.0
/*
 * What has to be taken: the functions that changed, once it is sure that each
 * is one the kernel runs and the engine can redirect; all else follows from what
 * they refer to.
 */
#include <stdlib.h>
#include <string.h>

#include "extract.h"

static const struct sy_bad_home {
	const char *prefix, *code, *what;
} sy_bad_homes[] = {
	{ ".init.text", "init-code",
	  "runs at boot or load only; a patch comes too late for it" },
	{ ".exit.text", "exit-code",
	  "runs when its module goes; unload the module and load a mended one" },
	{ ".noinstr.text", "noinstr",
	  "may not be redirected; patch what it calls or its callers instead" },
	{ ".entry", "entry-code",
	  "entry code may not be redirected; patch what it calls instead" },
	{ ".cpuidle", "noinstr",
	  "may not be redirected; patch what it calls or its callers instead" },
	{ ".kprobes.text", "noinstr",
	  "may not be redirected; patch what it calls or its callers instead" },
};

static struct sy_fault *sy_check_home(const struct sy_extract_unit *u,
				      const struct sy_symbol *f)
{
	const char *home = u->after->sections[f->section].name;
	const struct sy_symbol *other;
	size_t i;

	for (i = 0; i < sizeof(sy_bad_homes) / sizeof(sy_bad_homes[0]); i++)
		if (!strncmp(home, sy_bad_homes[i].prefix,
			     strlen(sy_bad_homes[i].prefix)))
			return sy_fault_refuse(sy_bad_homes[i].code,
					       "%s: %s: %s", u->unit->path.text,
					       f->name, sy_bad_homes[i].what);
	for (i = 1; i < u->after->nsymbols; i++) {
		other = &u->after->symbols[i];
		if (other->section == f->section &&
		    sy_symbol_is_function(u->after, other) &&
		    other->value != f->value)
			return sy_fault_refuse("shared-section",
					       "%s: %s: shares its section %s with %s and "
					       "cannot be taken out; patch its callers "
					       "instead",
					       u->unit->path.text, f->name,
					       home, other->name);
	}
	return NULL;
}

/* Does ftrace know this function of the shipped object? */
static bool sy_is_traced(const struct sy_extract_unit *u,
			 const struct sy_symbol *f)
{
	const struct sy_section *s = sy_elf_section(u->shipped, "__mcount_loc");
	const struct sy_symbol *t;
	uint64_t at;
	size_t i;

	for (i = 0; s && i < s->nrelas; i++) {
		t = &u->shipped->symbols[s->relas[i].symbol];
		at = t->value + (uint64_t)s->relas[i].addend;
		if (t->section == f->section && at >= f->value &&
		    at < f->value + f->size)
			return true;
	}
	return false;
}

static struct sy_fault *sy_check_match(const struct sy_extract_unit *u,
				       const char *name,
				       const struct sy_match_func *f)
{
	if (!f)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: %s: not in the object as shipped",
				     u->unit->path.text, name);
	if (f->state == SY_MATCH_AMBIGUOUS)
		return sy_fault_refuse("ambiguous",
				       "%s: %s: the kernel has several that are equal, and "
				       "nothing tells which is meant",
				       u->unit->path.text, name);
	if (!sy_is_traced(u, f->symbol))
		return sy_fault_refuse("no-ftrace-site",
				       "%s: %s: has no ftrace site (notrace); patch its "
				       "callers instead",
				       u->unit->path.text, name);
	return NULL;
}

static struct sy_fault *sy_record(struct sy_replaced **list, size_t *n,
				  struct sy_replaced one)
{
	struct sy_replaced *grown;

	grown = reallocarray(*list, *n + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	*list = grown;
	grown[(*n)++] = one;
	return NULL;
}

/* The function that a cold part belongs to, or the function itself. */
static const struct sy_symbol *sy_whole(const struct sy_elf *elf,
					const struct sy_symbol *f)
{
	size_t i, len = strlen(f->name);

	if (len <= 5 || strcmp(f->name + len - 5, ".cold"))
		return f;
	for (i = 1; i < elf->nsymbols; i++)
		if (sy_symbol_is_function(elf, &elf->symbols[i]) &&
		    strlen(elf->symbols[i].name) == len - 5 &&
		    !memcmp(elf->symbols[i].name, f->name, len - 5))
			return &elf->symbols[i];
	return f;
}

static bool sy_is_recorded(const struct sy_extract *x,
			   const struct sy_extract_unit *u, const char *name)
{
	size_t i;

	for (i = 0; i < x->nreplaced; i++)
		if (x->replaced[i].unit == u &&
		    !strcmp(x->replaced[i].name, name))
			return true;
	return false;
}

static struct sy_fault *sy_replace(struct sy_extract *x,
				   struct sy_extract_unit *u,
				   const struct sy_symbol *f)
{
	const struct sy_match_func *old;
	struct sy_fault *fault;

	f = sy_whole(u->after, f);
	if (!u->pair[f->section] || sy_is_recorded(x, u, f->name))
		return NULL; /* new, or done */
	old = sy_match_find(u->match, f->name);
	if (old &&
	    (old->state == SY_MATCH_ABSENT || old->state == SY_MATCH_REPLACED))
		return NULL; /* the kernel does not run it */
	fault = sy_check_home(u, f);
	if (!fault)
		fault = sy_check_match(u, f->name, old);
	if (!fault)
		fault = sy_take(x, u, f->section);
	return fault ? fault :
		       sy_record(&x->replaced, &x->nreplaced,
				 (struct sy_replaced){
					 .unit = u,
					 .old = old,
					 .name = f->name,
					 .section = u->taken[f->section],
					 .value = f->value,
					 .new_size = f->size });
}

static struct sy_fault *sy_replace_all(struct sy_extract *x,
				       struct sy_extract_unit *u)
{
	const struct sy_objchange *c;
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < u->diff->n; i++) {
		c = &u->diff->changes[i];
		if (!c->data && c->after)
			fault = sy_replace(x, u, c->after);
	}
	return fault;
}

static struct sy_fault *sy_note_added(struct sy_extract *x,
				      struct sy_extract_unit *u)
{
	const struct sy_objchange *c;
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < u->diff->n; i++) {
		c = &u->diff->changes[i];
		if (!c->data && c->kind == SY_NEW &&
		    u->taken[c->after->section])
			fault = sy_record(&x->added, &x->nadded,
					  (struct sy_replaced){
						  .unit = u,
						  .name = c->name,
						  .section =
							  u->taken[c->after->section],
						  .value = c->after->value,
						  .new_size = c->after->size });
	}
	return fault;
}

struct sy_fault *sy_extract_run(struct sy_extract *x)
{
	struct sy_path symvers;
	struct sy_fault *fault;
	size_t i;

	fault = sy_path_make(&symvers, "%s/Module.symvers",
			     x->kernel->overlay.text);
	if (!fault)
		fault = sy_exports_read(symvers.text, &x->exports);
	for (i = 0; !fault && i < x->nunits; i++)
		fault = sy_correlate(&x->units[i]);
	for (i = 0; !fault && i < x->nunits; i++)
		fault = sy_replace_all(x, &x->units[i]);
	for (i = 0; !fault && i < x->nunits; i++)
		fault = sy_take_tables(x, &x->units[i]);
	for (i = 0; !fault && i < x->nunits; i++)
		fault = sy_note_added(x, &x->units[i]);
	return fault;
}

void sy_extract_deinit(struct sy_extract *x)
{
	size_t i;

	for (i = 0; i < x->nunits; i++) {
		free(x->units[i].pair);
		free(x->units[i].taken);
		free(x->units[i].changed);
	}
	for (i = 1; i < x->nimports; i++)
		free(x->imports[i].name);
	free(x->imports);
	free(x->replaced);
	free(x->added);
	sy_out_deinit(&x->out);
	sy_exports_deinit(&x->exports);
}
