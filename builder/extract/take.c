// SPDX-License-Identifier: GPL-2.0
/*
 * Takes sections along as they are: one function or one datum each, with the
 * symbols in it, as local ones, and its relocations.
 */
#include <string.h>

#include "extract.h"

/* Of these the kernel keeps one list or one area; a second means nothing. */
static bool sy_cannot_be_taken(const char *name)
{
	static const char *const prefixes[] = {
		".init",
		".exit",
		"__param",
		"__tracepoint",
		"_ftrace_event",
		"__syscalls_metadata",
		".data..percpu",
		"__ksymtab",
		"___ksymtab",
		"__modver",
		".noinstr",
		".entry",
		".altinstr_replacement",
	};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

static struct sy_fault *sy_take_symbols(struct sy_extract *x,
					struct sy_extract_unit *u,
					uint32_t section)
{
	const struct sy_symbol *s;
	struct sy_fault *fault = NULL;
	uint32_t made;
	size_t i;

	for (i = 1; !fault && i < u->after->nsymbols; i++) {
		s = &u->after->symbols[i];
		if (s->section != section || s->type == STT_SECTION ||
		    !s->name[0])
			continue;
		fault = sy_out_symbol(&x->out,
				      (struct sy_out_symbol){
					      .name = (char *)s->name,
					      .section = u->taken[section],
					      .value = s->value,
					      .size = s->size,
					      .type = s->type,
					      .bind = STB_LOCAL },
				      &made);
	}
	return fault;
}

struct sy_fault *sy_take(struct sy_extract *x, struct sy_extract_unit *u,
			 uint32_t section)
{
	const struct sy_section *s = &u->after->sections[section];
	struct sy_fault *fault;
	struct sy_out_rela r;
	uint64_t at;
	size_t i;

	if (u->taken[section])
		return NULL;
	if (sy_cannot_be_taken(s->name))
		return sy_fault_refuse("init-code",
				       "%s: %s: the new code needs it, but it "
				       "cannot be added to a running kernel",
				       u->unit->path.text, s->name);
	fault = sy_out_section(&x->out, s->name, s->type,
			       s->flags & ~(uint64_t)SHF_GROUP, s->align,
			       &u->taken[section]);
	if (!fault)
		fault = sy_out_append(&x->out, u->taken[section], s->data,
				      s->size, 1, &at);
	if (!fault)
		fault = sy_take_symbols(x, u, section);
	for (i = 0; !fault && i < s->nrelas; i++) {
		if (s->relas[i].type == R_X86_64_NONE)
			continue;
		r = (struct sy_out_rela){ s->relas[i].offset, s->relas[i].type,
					  0, 0 };
		fault = sy_map_rela(x, u, s, &s->relas[i], &r.symbol,
				    &r.addend);
		if (!fault)
			fault = sy_out_rela(&x->out, u->taken[section], r);
	}
	return fault;
}
