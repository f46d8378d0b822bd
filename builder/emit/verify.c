// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the finished module as a stranger would and holds it against what it was
 * made of: tools that ran between could have dropped or moved anything. Layouts
 * of the engine's structures are not repeated here: entries are found by their
 * relocations, which name what they lead to.
 */
#include <stdio.h>
#include <string.h>

#include "emit.h"

static struct sy_fault *sy_wrong(const struct sy_elf *ko, const char *what,
				 const char *name)
{
	return sy_fault_make(SY_FAULT_BAD_FILE, "%s: verify: %s: %s", ko->path,
			     name, what);
}

static const struct sy_symbol *sy_named(const struct sy_elf *ko,
					const char *name)
{
	size_t i;

	for (i = 1; i < ko->nsymbols; i++)
		if (!strcmp(ko->symbols[i].name, name))
			return &ko->symbols[i];
	return NULL;
}

/* Is "key=value" in .modinfo? A value that ends with ' ' need only begin so. */
static bool sy_has_info(const struct sy_elf *ko, const char *line)
{
	const struct sy_section *s = sy_elf_section(ko, ".modinfo");
	size_t at = 0, len, n = strlen(line);

	while (s && s->data && at < s->size) {
		len = strnlen((const char *)s->data + at, s->size - at);
		if (len >= n && !memcmp(s->data + at, line, n) &&
		    (len == n || line[n - 1] == ' '))
			return true;
		at += len + 1;
	}
	return false;
}

static struct sy_fault *sy_verify_info(const struct sy_emit *e,
				       const struct sy_elf *ko)
{
	const struct sy_section *s = sy_elf_section(ko, ".switchyard.info");
	char line[128];

	snprintf(line, sizeof(line), "vermagic=%s ", e->kernel->release);
	if (!sy_has_info(ko, line))
		return sy_wrong(ko, "not for this kernel", line);
	if (!sy_has_info(ko, "switchyard=patch"))
		return sy_wrong(ko, "is missing", "switchyard=patch");
	if (!sy_has_info(ko, "depends=switchyard"))
		return sy_wrong(ko, "other modules than the engine are needed",
				"depends");
	if (!s || !s->data || s->size != strlen(e->info) ||
	    memcmp(s->data, e->info, s->size))
		return sy_wrong(ko, "is not what was written",
				s ? s->name : "");
	return NULL;
}

/* Every name that the loader has to find is one that vmlinux exports, or the
 * engine's; every import is gone. */
static struct sy_fault *sy_verify_names(const struct sy_emit *e,
					const struct sy_elf *ko)
{
	const struct sy_export *export;
	const struct sy_symbol *s;
	size_t i;

	for (i = 1; i < ko->nsymbols; i++) {
		s = &ko->symbols[i];
		if (s->index != SHN_UNDEF || !s->name[0] ||
		    !strncmp(s->name, "sy_patch_", 9))
			continue;
		export = sy_exports_find(&e->extract->exports, s->name);
		if (!export || strcmp(export->object, "vmlinux"))
			return sy_wrong(ko, "the kernel does not export it",
					s->name);
	}
	return NULL;
}

/* The text of a new function: its bytes but for relocation fields. */
static struct sy_fault *sy_verify_function(const struct sy_emit *e,
					   const struct sy_elf *ko, size_t i)
{
	const struct sy_replaced *r = &e->extract->replaced[i];
	const struct sy_out_section *made =
		&e->extract->out.sections[r->section];
	const struct sy_symbol *s;
	const struct sy_section *home;
	char name[32];

	snprintf(name, sizeof(name), "sy_new_%zu", i);
	s = sy_named(ko, name);
	home = s ? &ko->sections[s->section] : NULL;
	if (!home || !(home->flags & SHF_EXECINSTR) || !home->data)
		return sy_wrong(ko, "the new function is missing", r->name);
	if (strcmp(home->name, made->name) || home->size != made->size)
		return sy_wrong(ko, "the new function has another size",
				r->name);
	return NULL;
}

/* The place of a relocation for the engine: there, zero, and free of others. */
static struct sy_fault *sy_verify_reloc(const struct sy_emit *e,
					const struct sy_elf *ko,
					const struct sy_engine_reloc *r,
					size_t *listed)
{
	static const uint8_t zeroes[8];
	const struct sy_section *home, *t;
	const struct sy_symbol *s;
	unsigned int width = sy_rela_width(r->type);
	char name[32];
	size_t i, k, n;
	uint64_t at;

	snprintf(name, sizeof(name), "sy_at_%u", r->anchor);
	s = sy_named(ko, name);
	home = s ? &ko->sections[s->section] : NULL;
	at = s ? s->value + r->offset : 0;
	if (!home || !home->data || strcmp(home->name, r->section) ||
	    !sy_within(at, width, home->size))
		return sy_wrong(ko, "a relocation leads nowhere",
				e->extract->imports[r->import].name);
	sy_section_relas(home, at, at + width, &n);
	if (n || memcmp(home->data + at, zeroes, width))
		return sy_wrong(ko, "the place of its relocation is in use",
				e->extract->imports[r->import].name);
	*listed = 0;
	for (i = 1; i < ko->nsections; i++) {
		t = &ko->sections[i];
		for (k = 0; k < t->nrelas; k++)
			*listed +=
				t->relas[k].type == R_X86_64_64 &&
				ko->symbols[t->relas[k].symbol].section ==
					s->section &&
				ko->symbols[t->relas[k].symbol].value +
						(uint64_t)t->relas[k].addend ==
					at &&
				!strncmp(t->name, ".rodata", 7);
	}
	return NULL;
}

static struct sy_fault *sy_verify_all(const struct sy_emit *e,
				      const struct sy_elf *ko)
{
	struct sy_fault *fault = sy_verify_info(e, ko);
	size_t i, listed = 0;

	if (!fault)
		fault = sy_verify_names(e, ko);
	for (i = 0; !fault && i < e->extract->nreplaced; i++)
		fault = sy_verify_function(e, ko, i);
	for (i = 0; !fault && i < e->nrelocs; i++) {
		fault = sy_verify_reloc(e, ko, &e->relocs[i], &listed);
		if (!fault && listed != 1)
			fault = sy_wrong(ko,
					 "its relocation is not in the "
					 "table",
					 e->extract
						 ->imports[e->relocs[i].import]
						 .name);
	}
	return fault;
}

struct sy_fault *sy_emit_verify(const struct sy_emit *e)
{
	struct sy_file file = { 0 };
	struct sy_elf ko = { 0 };
	struct sy_path path;
	struct sy_fault *fault;

	fault = sy_path_make(&path, "%s/%s.ko", e->dir.text, e->name);
	if (!fault)
		fault = sy_file_open(path.text, &file);
	if (!fault)
		fault = sy_elf_parse(file.bytes, file.size, path.text, &ko);
	if (!fault)
		fault = sy_verify_all(e, &ko);
	sy_elf_deinit(&ko);
	sy_file_close(&file);
	return fault;
}
