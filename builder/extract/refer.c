// SPDX-License-Identifier: GPL-2.0
/*
 * References to what the kernel has. What vmlinux exports to everybody stays an
 * undefined symbol, which modpost gives its CRC and the module loader its
 * address. Everything else is an import: the name, the object that has it, and
 * which of its name it is, as the match with the image has found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../match/decode.h"
#include "extract.h"

/* objtool would make a call site of it, which only exported keys can be. */
#define SY_TRAMPOLINE "__SCT__"

/* The name of an import while it is a symbol: its own, which objtool knows some
 * functions by, unless two would have the same. */
static void sy_link_name(const struct sy_extract *x, size_t import, char *ret,
			 size_t size)
{
	const size_t len = sizeof(SY_TRAMPOLINE) - 1;
	const char *name = x->imports[import].name;
	size_t k;

	for (k = 1; k < import; k++)
		if (!strcmp(x->imports[k].name, name))
			break;
	if (!strncmp(name, SY_TRAMPOLINE, len))
		snprintf(ret, size, "sct.%zu.%s", import, name + len);
	else if (k < import)
		snprintf(ret, size, "import.%zu.%s", import, name);
	else
		snprintf(ret, size, "%s", name);
}

static struct sy_fault *sy_import(struct sy_extract *x, const char *name,
				  const char *object, uint32_t position,
				  uint32_t *symbol)
{
	struct sy_import *i, *grown;
	char plain[600];
	size_t k;

	for (k = 1; k < x->nimports; k++) {
		i = &x->imports[k];
		if (i->position == position && !strcmp(i->object, object) &&
		    !strcmp(i->name, name))
			break;
	}
	if (k >= x->nimports) {
		k = x->nimports ? x->nimports : 1;
		grown = reallocarray(x->imports, k + 1, sizeof(*grown));
		if (!grown)
			return sy_fault_no_memory();
		x->imports = grown;
		grown[k] = (struct sy_import){ .name = strdup(name),
					       .position = position };
		if (!grown[k].name)
			return sy_fault_no_memory();
		snprintf(grown[k].object, sizeof(grown[k].object), "%s",
			 object);
		x->nimports = k + 1;
	}
	sy_link_name(x, k, plain, sizeof(plain));
	return sy_out_undefined(&x->out, plain, (uint32_t)k, symbol);
}

/* Does the module loader find it for a patch, whatever it patches? */
static bool sy_is_plain(const struct sy_extract *x, const char *name)
{
	const struct sy_export *e = sy_exports_find(&x->exports, name);

	return e && !e->spaced && !strcmp(e->object, "vmlinux");
}

/* A name for the module loader. A static call's key goes along: without its name
 * objtool takes the trampoline for it, which the kernel refuses when the key is
 * exported, too. */
static struct sy_fault *sy_refer_plain(struct sy_extract *x, const char *name,
				       uint32_t *symbol)
{
	const size_t len = sizeof(SY_TRAMPOLINE) - 1;
	struct sy_fault *fault = NULL;
	char key[512];

	snprintf(key, sizeof(key), "__SCK__%s",
		 strncmp(name, SY_TRAMPOLINE, len) ? "" : name + len);
	if (key[len] && sy_is_plain(x, key))
		fault = sy_out_undefined(&x->out, key, 0, symbol);
	return fault ? fault : sy_out_undefined(&x->out, name, 0, symbol);
}

/* The position of the symbol of that name at that address; 0: none. */
static uint32_t sy_position_at(const struct sy_image *image, const char *name,
			       uint64_t address)
{
	const uint32_t *named;
	size_t i, n;

	named = sy_kallsyms_named(&image->symbols, name, &n);
	for (i = 0; i < n; i++)
		if (image->symbols.syms[named[i]].address == address &&
		    image->symbols.syms[named[i]].type != 'U')
			return image->symbols.syms[named[i]].position;
	return 0;
}

/* The position of a name that is the only one, or the only global one. */
static uint32_t sy_position_named(const struct sy_image *image,
				  const char *name)
{
	const struct sy_ksym *s;
	const uint32_t *named;
	uint32_t global = 0, any = 0, nglobal = 0, nany = 0;
	size_t i, n;

	named = sy_kallsyms_named(&image->symbols, name, &n);
	for (i = 0; i < n; i++) {
		s = &image->symbols.syms[named[i]];
		if (s->type == 'U')
			continue;
		nany++;
		any = s->position;
		if (s->type >= 'A' && s->type <= 'Z') {
			nglobal++;
			global = s->position;
		}
	}
	return nany == 1 ? any : nglobal == 1 ? global : 0;
}

/* Where the kernel has what the shipped object calls so; 0: unknown. */
static uint64_t sy_shipped_address(const struct sy_extract_unit *u,
				   const char *name)
{
	const struct sy_elf *elf = u->shipped;
	uint64_t base;
	size_t i;

	for (i = 0; i < u->match->nfuncs; i++)
		if (!strcmp(u->match->funcs[i].symbol->name, name) &&
		    u->match->funcs[i].state == SY_MATCH_EQUAL)
			return u->match->funcs[i].address;
	for (i = 1; i < elf->nsymbols; i++) {
		if (elf->symbols[i].type == STT_SECTION ||
		    strcmp(elf->symbols[i].name, name))
			continue;
		if (u->match->found[i] || !elf->symbols[i].section)
			return u->match->found[i];
		base = sy_decoded_base(u->match, elf->symbols[i].section);
		return base ? base + elf->symbols[i].value : 0;
	}
	return 0;
}

/* The unit's own function or datum; *position 0: it cannot be told. */
static uint32_t sy_own_position(const struct sy_extract_unit *u,
				const char *name)
{
	uint64_t address = sy_shipped_address(u, name);
	uint32_t position = 0;

	if (address)
		position = sy_position_at(u->match->image, name, address);
	return position ? position : sy_position_named(u->match->image, name);
}

struct sy_fault *sy_refer_function(struct sy_extract *x,
				   struct sy_extract_unit *u,
				   const struct sy_symbol *function,
				   uint32_t *symbol)
{
	uint32_t position;

	if (!u->unit->module && function->bind != STB_LOCAL &&
	    sy_is_plain(x, function->name))
		return sy_refer_plain(x, function->name, symbol);
	position = sy_own_position(u, function->name);
	if (!position)
		return sy_fault_refuse("no-symbol",
				       "%s: %s: referred to, but the kernel has no symbol "
				       "that is surely this function",
				       u->unit->path.text, function->name);
	return sy_import(x, function->name, u->unit->object, position, symbol);
}

struct sy_fault *sy_refer_datum(struct sy_extract *x, struct sy_extract_unit *u,
				uint32_t before, int64_t *shift,
				uint32_t *symbol, bool *found)
{
	const struct sy_symbol *s;
	uint32_t position;
	size_t i;

	*found = false;
	for (i = 1; i < u->before->nsymbols; i++) {
		s = &u->before->symbols[i];
		if (s->section != before || s->type == STT_SECTION)
			continue;
		*shift = -(int64_t)s->value;
		*found = true;
		if (!u->unit->module && s->bind != STB_LOCAL &&
		    sy_is_plain(x, s->name))
			return sy_out_undefined(&x->out, s->name, 0, symbol);
		position = sy_own_position(u, s->name);
		if (position)
			return sy_import(x, s->name, u->unit->object, position,
					 symbol);
		*found = false;
	}
	return NULL;
}

/* A name that the unit does not define. */
struct sy_fault *sy_refer_name(struct sy_extract *x, struct sy_extract_unit *u,
			       const char *name, uint32_t *symbol)
{
	const struct sy_export *e = sy_exports_find(&x->exports, name);
	const struct sy_image *image = u->match->image;
	const char *object = "vmlinux";
	uint32_t position = 0;
	uint64_t address;

	if (sy_is_plain(x, name))
		return sy_refer_plain(x, name, symbol);
	if (u->unit->module)
		position = sy_position_named(image, name);
	if (position)
		return sy_import(x, name, u->unit->object, position, symbol);
	if (e && strcmp(e->object, "vmlinux"))
		return sy_import(x, name, e->object, 1, symbol);
	if (!u->unit->module) {
		address = sy_shipped_address(u, name);
		position = address ? sy_position_at(image, name, address) : 0;
	}
	if (!position)
		position = sy_position_named(&x->kernel->image, name);
	if (!position)
		return sy_fault_refuse("no-symbol",
				       "%s: %s: the new code refers to it, but the kernel has "
				       "no such symbol",
				       u->unit->path.text, name);
	return sy_import(x, name, object, position, symbol);
}
