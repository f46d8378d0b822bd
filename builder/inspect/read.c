// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the descriptor of a patch module. A module is not linked: each pointer
 * is a relocation whose field holds nothing yet. So a pointer is read as the
 * place that its relocation names, and a table is as long as its section lets it
 * be, whatever number the descriptor gives. The structures are those of
 * <switchyard/patch.h>, which is for kernel modules only; their offsets are here.
 */
#include <stdlib.h>
#include <string.h>

#include "read.h"

#define SY_FUNCS_MAX 127
#define SY_IMPORTS_MAX 16384
#define SY_OLDS_MAX 1024
#define SY_RELOCS_MAX 262144

enum { /* struct sy_patch */
       SY_AT_FORMAT = 0,
       SY_AT_FLAGS = 4,
       SY_AT_FORBID = 8,
       SY_AT_FUNCS = 24,
       SY_AT_NFUNCS = 32,
       SY_AT_NIMPORTS = 36,
       SY_AT_IMPORTS = 40,
       SY_SIZE_1 = 48,
       SY_AT_RELEASE = 48,
       SY_AT_VERSION = 56,
       SY_AT_OLDS = 64,
       SY_AT_RELOCS = 72,
       SY_AT_NOLDS = 80,
       SY_AT_NRELOCS = 84,
       SY_SIZE_2 = 88,
};

static struct sy_fault *sy_damaged(const struct sy_elf *elf, const char *what)
{
	return sy_fault_make(SY_FAULT_BAD_FILE,
			     "%s: a damaged patch: %s; build it again",
			     elf->path, what);
}

/* Bytes at a place; NULL when they are not all in its section. */
static const uint8_t *sy_bytes_at(const struct sy_elf *elf,
				  struct sy_place place, uint64_t len)
{
	const struct sy_section *s = &elf->sections[place.section];

	if (!place.section || !s->data ||
	    !sy_within(place.offset, len, s->size))
		return NULL;
	return s->data + place.offset;
}

/* Where the pointer at @place leads; section 0: to nothing. */
static struct sy_fault *sy_pointer(const struct sy_elf *elf,
				   struct sy_place place, struct sy_place *ret)
{
	const struct sy_section *s = &elf->sections[place.section];
	const struct sy_symbol *symbol;
	const struct sy_rela *rela;
	size_t n;

	*ret = (struct sy_place){ 0 };
	if (!sy_bytes_at(elf, place, 8))
		return sy_damaged(elf, "a table ends outside of the file");
	if (!s->nrelas)
		return NULL;
	rela = sy_section_relas(s, place.offset, place.offset + 8, &n);
	if (!n || rela->type == R_X86_64_NONE)
		return NULL;
	symbol = &elf->symbols[rela->symbol];
	if (n > 1 || rela->offset != place.offset ||
	    rela->type != R_X86_64_64 || !symbol->section)
		return sy_damaged(elf, "a pointer that is none");
	ret->section = symbol->section;
	ret->offset = symbol->value + (uint64_t)rela->addend;
	if (ret->offset > elf->sections[ret->section].size)
		return sy_damaged(elf, "a pointer out of its section");
	return NULL;
}

static struct sy_place sy_behind(struct sy_place place, uint64_t by)
{
	place.offset += by;
	return place;
}

/* A string that a pointer leads to; *ret is NULL without a pointer. */
static struct sy_fault *sy_name_at(const struct sy_elf *elf,
				   struct sy_place place, const char **ret)
{
	const struct sy_section *s;
	struct sy_place to;
	struct sy_fault *fault = sy_pointer(elf, place, &to);

	*ret = NULL;
	if (fault || !to.section)
		return fault;
	s = &elf->sections[to.section];
	if (!s->data || !memchr(s->data + to.offset, 0, s->size - to.offset))
		return sy_damaged(elf, "a name without an end");
	*ret = (const char *)s->data + to.offset;
	return NULL;
}

/* The table of a number and a pointer of the descriptor. */
static struct sy_fault *sy_table_at(const struct sy_elf *elf,
				    struct sy_place patch, unsigned int number,
				    unsigned int pointer, size_t entry,
				    size_t max, struct sy_place *ret, size_t *n)
{
	struct sy_fault *fault;

	*n = sy_get32(sy_bytes_at(elf, sy_behind(patch, number), 4));
	fault = sy_pointer(elf, sy_behind(patch, pointer), ret);
	if (fault)
		return fault;
	if (*n > max)
		return sy_damaged(elf, "a table longer than any may be");
	if (*n && !sy_bytes_at(elf, *ret, *n * entry))
		return sy_damaged(elf, "a table longer than its section");
	return NULL;
}

static const struct sy_symbol *sy_function_at(const struct sy_elf *elf,
					      struct sy_place place)
{
	const struct sy_symbol *s;
	size_t i;

	for (i = 1; i < elf->nsymbols; i++) {
		s = &elf->symbols[i];
		if (s->section == place.section && s->value == place.offset &&
		    sy_symbol_is_function(elf, s))
			return s;
	}
	return NULL;
}

#define SY_FUNC_SIZE 40

static struct sy_fault *sy_read_func(const struct sy_elf *elf,
				     struct sy_place at,
				     struct sy_patch_func *ret)
{
	struct sy_fault *fault = sy_name_at(elf, at, &ret->name);

	if (!fault)
		fault = sy_name_at(elf, sy_behind(at, 8), &ret->object);
	if (!fault)
		fault = sy_pointer(elf, sy_behind(at, 32), &ret->code);
	if (fault)
		return fault;
	ret->position = sy_get64(sy_bytes_at(elf, at, 40) + 16);
	ret->flags = sy_get32(sy_bytes_at(elf, at, 40) + 24);
	ret->symbol = sy_function_at(elf, ret->code);
	if (!ret->name || !ret->name[0])
		return sy_damaged(elf, "a function without a name");
	if (!ret->symbol)
		return sy_damaged(elf, "a new function that is none");
	return NULL;
}

static struct sy_fault *sy_read_funcs(struct sy_patch_file *p,
				      struct sy_place patch)
{
	struct sy_place table;
	struct sy_fault *fault;
	size_t i, n;

	fault = sy_table_at(p->elf, patch, SY_AT_NFUNCS, SY_AT_FUNCS,
			    SY_FUNC_SIZE, SY_FUNCS_MAX, &table, &n);
	if (fault)
		return fault;
	if (!n)
		return sy_damaged(p->elf, "no functions");
	p->funcs = calloc(n, sizeof(*p->funcs));
	if (!p->funcs)
		return sy_fault_no_memory();
	p->nfuncs = n;
	for (i = 0; !fault && i < n; i++)
		fault = sy_read_func(p->elf, sy_behind(table, i * SY_FUNC_SIZE),
				     &p->funcs[i]);
	return fault;
}

#define SY_IMPORT_SIZE 32

static struct sy_fault *sy_read_imports(struct sy_patch_file *p,
					struct sy_place patch)
{
	struct sy_place table, at;
	struct sy_fault *fault;
	size_t i, n;

	fault = sy_table_at(p->elf, patch, SY_AT_NIMPORTS, SY_AT_IMPORTS,
			    SY_IMPORT_SIZE, SY_IMPORTS_MAX, &table, &n);
	if (fault)
		return fault;
	p->imports = calloc(n + 1, sizeof(*p->imports));
	if (!p->imports)
		return sy_fault_no_memory();
	p->nimports = n;
	for (i = 0; !fault && i < n; i++) {
		at = sy_behind(table, i * SY_IMPORT_SIZE);
		fault = sy_name_at(p->elf, at, &p->imports[i].name);
		if (!fault)
			fault = sy_name_at(p->elf, sy_behind(at, 8),
					   &p->imports[i].object);
		if (!fault && !p->imports[i].name)
			fault = sy_damaged(p->elf, "an import without a name");
		p->imports[i].position =
			sy_get64(sy_bytes_at(p->elf, at, 32) + 16);
	}
	return fault;
}

#define SY_OLD_SIZE 64

static struct sy_fault *sy_read_old(struct sy_patch_file *p, struct sy_place at,
				    struct sy_patch_old *ret)
{
	const uint8_t *bytes = sy_bytes_at(p->elf, at, SY_OLD_SIZE);
	struct sy_place masks;
	struct sy_fault *fault;

	ret->func = sy_get32(bytes);
	ret->size = sy_get32(bytes + 4);
	ret->position = sy_get32(bytes + 16);
	ret->nmasks = sy_get32(bytes + 20);
	ret->sha256 = bytes + 32;
	fault = sy_name_at(p->elf, sy_behind(at, 8), &ret->name);
	if (!fault)
		fault = sy_pointer(p->elf, sy_behind(at, 24), &masks);
	if (fault)
		return fault;
	if (ret->func >= p->nfuncs || !ret->size || ret->size > 1u << 20)
		return sy_damaged(p->elf, "a digest of no function");
	if (ret->nmasks &&
	    !sy_bytes_at(p->elf, masks, (uint64_t)ret->nmasks * 8))
		return sy_damaged(p->elf, "masks longer than their section");
	return NULL;
}

static struct sy_fault *sy_read_olds(struct sy_patch_file *p,
				     struct sy_place patch)
{
	struct sy_place table;
	struct sy_fault *fault;
	size_t i, n;

	fault = sy_table_at(p->elf, patch, SY_AT_NOLDS, SY_AT_OLDS, SY_OLD_SIZE,
			    SY_OLDS_MAX, &table, &n);
	if (fault)
		return fault;
	p->olds = calloc(n + 1, sizeof(*p->olds));
	if (!p->olds)
		return sy_fault_no_memory();
	p->nolds = n;
	for (i = 0; !fault && i < n; i++)
		fault = sy_read_old(p, sy_behind(table, i * SY_OLD_SIZE),
				    &p->olds[i]);
	return fault;
}

#define SY_RELOC_SIZE 24

static struct sy_fault *sy_read_relocs(struct sy_patch_file *p,
				       struct sy_place patch)
{
	struct sy_patch_reloc *r;
	struct sy_place table, at;
	struct sy_fault *fault;
	const uint8_t *bytes;
	size_t i, n;

	fault = sy_table_at(p->elf, patch, SY_AT_NRELOCS, SY_AT_RELOCS,
			    SY_RELOC_SIZE, SY_RELOCS_MAX, &table, &n);
	if (fault)
		return fault;
	p->relocs = calloc(n + 1, sizeof(*p->relocs));
	if (!p->relocs)
		return sy_fault_no_memory();
	p->nrelocs = n;
	for (i = 0; !fault && i < n; i++) {
		at = sy_behind(table, i * SY_RELOC_SIZE);
		bytes = sy_bytes_at(p->elf, at, SY_RELOC_SIZE);
		r = &p->relocs[i];
		r->symbol = sy_get32(bytes + 8);
		r->type = sy_get32(bytes + 12);
		r->addend = (int64_t)sy_get64(bytes + 16);
		fault = sy_pointer(p->elf, at, &r->where);
		if (!fault && r->symbol >= p->nimports)
			fault = sy_damaged(p->elf, "a relocation against no "
						   "import");
		if (!fault &&
		    (!sy_rela_width(r->type) ||
		     !sy_bytes_at(p->elf, r->where, sy_rela_width(r->type))))
			fault = sy_damaged(p->elf, "a relocation of nothing");
	}
	return fault;
}

/* The value of a key of .modinfo, or NULL. */
static const char *sy_modinfo(const struct sy_elf *elf, const char *key)
{
	const struct sy_section *s = sy_elf_section(elf, ".modinfo");
	const char *at, *end, *stop;
	size_t len = strlen(key);

	if (!s || !s->data)
		return NULL;
	at = (const char *)s->data;
	end = at + s->size;
	for (; at < end; at = stop + 1) {
		stop = memchr(at, 0, (size_t)(end - at));
		if (!stop)
			return NULL;
		if ((size_t)(stop - at) > len && at[len] == '=' &&
		    !memcmp(at, key, len))
			return at + len + 1;
	}
	return NULL;
}

static struct sy_fault *sy_find_patch(const struct sy_elf *elf,
				      struct sy_place *ret)
{
	const struct sy_symbol *s;
	size_t i;

	for (i = 1; i < elf->nsymbols; i++) {
		s = &elf->symbols[i];
		if (!s->section || strcmp(s->name, "sy_this_patch"))
			continue;
		*ret = (struct sy_place){ s->section, s->value };
		return NULL;
	}
	return sy_fault_make(SY_FAULT_BAD_FILE,
			     "%s: a patch without symbols; give the file as it "
			     "was built",
			     elf->path);
}

static struct sy_fault *sy_read_head(struct sy_patch_file *p,
				     struct sy_place patch)
{
	const uint8_t *bytes = sy_bytes_at(p->elf, patch, SY_SIZE_1);

	if (!bytes)
		return sy_damaged(p->elf, "its descriptor is cut off");
	p->format = sy_get32(bytes + SY_AT_FORMAT);
	p->flags = sy_get32(bytes + SY_AT_FLAGS);
	p->forbid = sy_get32(bytes + SY_AT_FORBID);
	if (p->format != 1 && p->format != 2)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: a patch of format %u, but this "
				     "command knows 1 and 2; use its own",
				     p->elf->path, p->format);
	if (p->format == 2 && !sy_bytes_at(p->elf, patch, SY_SIZE_2))
		return sy_damaged(p->elf, "its descriptor is cut off");
	return NULL;
}

static struct sy_fault *sy_read_all(struct sy_patch_file *p)
{
	const struct sy_section *info =
		sy_elf_section(p->elf, ".switchyard.info");
	struct sy_place patch = { 0 };
	struct sy_fault *fault = sy_find_patch(p->elf, &patch);

	if (!fault)
		fault = sy_read_head(p, patch);
	if (!fault)
		fault = sy_read_funcs(p, patch);
	if (!fault)
		fault = sy_read_imports(p, patch);
	if (fault || p->format == 1)
		return fault;
	fault = sy_name_at(p->elf, sy_behind(patch, SY_AT_RELEASE),
			   &p->release);
	if (!fault)
		fault = sy_name_at(p->elf, sy_behind(patch, SY_AT_VERSION),
				   &p->version);
	if (!fault)
		fault = sy_read_olds(p, patch);
	if (!fault)
		fault = sy_read_relocs(p, patch);
	if (!fault && info && info->data) {
		p->info = (const char *)info->data;
		p->info_size = info->size;
	}
	return fault;
}

struct sy_fault *sy_patch_read(const struct sy_elf *elf,
			       struct sy_patch_file *ret)
{
	const char *kind = sy_modinfo(elf, "switchyard");
	struct sy_fault *fault;

	*ret = (struct sy_patch_file){ .elf = elf };
	if (elf->type != ET_REL || !sy_elf_section(elf, ".modinfo"))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: not a kernel module; give a .ko",
				     elf->path);
	if (!kind || strcmp(kind, "patch"))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: a kernel module but not a patch; give "
				     "one that was built as such",
				     elf->path);
	ret->module = sy_modinfo(elf, "name");
	ret->vermagic = sy_modinfo(elf, "vermagic");
	fault = sy_read_all(ret);
	if (fault)
		sy_patch_deinit(ret);
	return fault;
}

void sy_patch_deinit(struct sy_patch_file *patch)
{
	free(patch->funcs);
	free(patch->imports);
	free(patch->olds);
	free(patch->relocs);
	*patch = (struct sy_patch_file){ 0 };
}

const struct sy_patch_old *sy_patch_old_of(const struct sy_patch_file *patch,
					   size_t func)
{
	size_t i;

	for (i = 0; i < patch->nolds; i++)
		if (patch->olds[i].func == func && !patch->olds[i].name)
			return &patch->olds[i];
	return NULL;
}
