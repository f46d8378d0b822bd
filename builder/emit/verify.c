// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the finished module as a stranger would and holds it against what it was
 * made of: tools that ran between could have dropped or moved anything. Tables
 * are read by the reader that inspects foreign patches; digests are made anew of
 * the kernel's image; code is compared with the compiler's in verify_text.c, the
 * tables that belong to it in verify_tables.c and verify_jumps.c.
 */
#include <stdio.h>
#include <string.h>

#include "verify.h"

struct sy_fault *sy_verify_wrong(const struct sy_elf *ko, const char *what,
				 const char *name)
{
	return sy_fault_make(SY_FAULT_BAD_FILE, "%s: verify: %s: %s", ko->path,
			     name, what);
}

const struct sy_symbol *sy_verify_named(const struct sy_elf *ko,
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
		return sy_verify_wrong(ko, "not for this kernel", line);
	if (!sy_has_info(ko, "switchyard=patch"))
		return sy_verify_wrong(ko, "is missing", "switchyard=patch");
	if (!sy_has_info(ko, "depends=switchyard"))
		return sy_verify_wrong(ko,
				       "other modules than the engine are needed",
				       "depends");
	if (!s || !s->data || s->size != strlen(e->info) ||
	    memcmp(s->data, e->info, s->size))
		return sy_verify_wrong(ko, "is not what was written",
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
			return sy_verify_wrong(ko,
					       "the kernel does not export it",
					       s->name);
	}
	return NULL;
}

static bool sy_same_object(const char *read, const char *meant)
{
	return read ? !strcmp(read, meant) : !strcmp(meant, "vmlinux");
}

static struct sy_fault *sy_verify_funcs(const struct sy_verify *v)
{
	const struct sy_extract *x = v->e->extract;
	const struct sy_patch_func *f;
	const struct sy_replaced *r;
	const struct sy_symbol *s;
	char name[32];
	size_t i;

	if (v->patch->nfuncs != x->nreplaced)
		return sy_verify_wrong(v->ko, "not as many as there should be",
				       "functions");
	for (i = 0; i < x->nreplaced; i++) {
		f = &v->patch->funcs[i];
		r = &x->replaced[i];
		snprintf(name, sizeof(name), "sy_new_%zu", i);
		s = sy_verify_named(v->ko, name);
		if (strcmp(f->name, r->name) ||
		    !sy_same_object(f->object, r->unit->unit->object) ||
		    f->position != r->old->position || f->flags)
			return sy_verify_wrong(v->ko, "the table names another",
					       r->name);
		if (!s || !s->section || f->code.section != s->section ||
		    f->code.offset != s->value)
			return sy_verify_wrong(v->ko,
					       "its new code is elsewhere",
					       r->name);
	}
	return NULL;
}

/* The place of a relocation for the engine is zero and free of others. */
static struct sy_fault *sy_verify_place(const struct sy_verify *v,
					const struct sy_engine_reloc *r,
					const struct sy_patch_reloc *read)
{
	static const uint8_t zeroes[8];
	const char *import = v->e->extract->imports[r->import].name;
	const struct sy_section *home = &v->ko->sections[read->where.section];
	unsigned int width = sy_rela_width(r->type);
	const struct sy_symbol *s;
	char name[32];
	size_t n;

	snprintf(name, sizeof(name), "sy_at_%u", r->anchor);
	s = sy_verify_named(v->ko, name);
	if (!s || s->section != read->where.section ||
	    s->value + r->offset != read->where.offset || !home->data ||
	    strcmp(home->name, r->section) || !(home->flags & SHF_ALLOC) ||
	    !sy_within(read->where.offset, width, home->size))
		return sy_verify_wrong(v->ko, "its relocation leads elsewhere",
				       import);
	sy_section_relas(home, read->where.offset, read->where.offset + width,
			 &n);
	if (n || memcmp(home->data + read->where.offset, zeroes, width))
		return sy_verify_wrong(v->ko,
				       "the place of its relocation is in use",
				       import);
	return NULL;
}

static struct sy_fault *sy_verify_relocs(const struct sy_verify *v)
{
	const struct sy_extract *x = v->e->extract;
	const struct sy_engine_reloc *r;
	const struct sy_patch_reloc *read;
	const struct sy_patch_import *i;
	const struct sy_import *meant;
	struct sy_fault *fault = NULL;
	size_t k;

	if (v->patch->nrelocs != v->e->nrelocs)
		return sy_verify_wrong(v->ko, "not as many as there should be",
				       "relocations");
	for (k = 0; !fault && k < v->e->nrelocs; k++) {
		r = &v->e->relocs[k];
		read = &v->patch->relocs[k];
		i = &v->patch->imports[read->symbol];
		meant = &x->imports[r->import];
		if (strcmp(i->name, meant->name) ||
		    !sy_same_object(i->object, meant->object) ||
		    i->position != meant->position || read->type != r->type ||
		    read->addend != r->addend)
			return sy_verify_wrong(v->ko,
					       "its relocation is another",
					       meant->name);
		fault = sy_verify_place(v, r, read);
	}
	return fault;
}

/* The digest of the image's bytes, made anew, and the masks as they lie there. */
static struct sy_fault *sy_verify_old(const struct sy_verify *v, size_t k)
{
	const struct sy_old_text *old = &v->e->olds[k];
	const struct sy_patch_old *read = &v->patch->olds[k];
	const struct sy_replaced *r =
		&v->e->extract->replaced[v->e->old_func[k]];
	const char *own = old->func->symbol->name;
	const struct sy_section *home;
	const struct sy_symbol *masks;
	struct sy_old_text again;
	struct sy_fault *fault;
	char name[32];
	bool same;

	fault = sy_old_digest(r->unit->match, old->func, r->unit->unit->module,
			      &again);
	if (fault)
		return fault;
	snprintf(name, sizeof(name), "sy_masks_%zu", k);
	masks = sy_verify_named(v->ko, name);
	home = masks ? &v->ko->sections[masks->section] : NULL;
	same = read->func == v->e->old_func[k] &&
	       read->size == old->func->symbol->size &&
	       read->nmasks == again.nmasks &&
	       (read->name ? !strcmp(read->name, own) &&
				     read->position == old->func->position :
			     !strcmp(own, r->name)) &&
	       !memcmp(read->sha256, again.digest, SY_SHA256_SIZE) &&
	       (!again.nmasks ||
		(home && home->data &&
		 sy_within(masks->value, again.nmasks * sizeof(*again.masks),
			   home->size) &&
		 !memcmp(home->data + masks->value, again.masks,
			 again.nmasks * sizeof(*again.masks))));
	sy_old_deinit(&again);
	return same ? NULL :
		      sy_verify_wrong(v->ko, "its digest is not the image's",
				      own);
}

static struct sy_fault *sy_verify_all(struct sy_verify *v)
{
	struct sy_fault *fault = sy_verify_info(v->e, v->ko);
	size_t k;

	if (!fault)
		fault = sy_verify_names(v->e, v->ko);
	if (!fault)
		fault = sy_verify_funcs(v);
	if (!fault)
		fault = sy_verify_relocs(v);
	if (!fault && v->patch->nolds != v->e->nolds)
		fault = sy_verify_wrong(v->ko, "not as many as there should be",
					"digests");
	for (k = 0; !fault && k < v->e->nolds; k++)
		fault = sy_verify_old(v, k);
	return fault ? fault : sy_verify_text(v);
}

/* A file of the folder: dir/NAME with @suffix behind it. */
static struct sy_fault *sy_open(const struct sy_emit *e, const char *name,
				const char *suffix, struct sy_file *file,
				struct sy_path *path, struct sy_elf *ret)
{
	struct sy_fault *fault;

	fault = sy_path_make(path, "%s/%s%s", e->dir.text, name, suffix);
	if (!fault)
		fault = sy_file_open(path->text, file);
	return fault ? fault :
		       sy_elf_parse(file->bytes, file->size, path->text, ret);
}

struct sy_fault *sy_emit_verify(const struct sy_emit *e)
{
	struct sy_patch_file patch = { 0 };
	struct sy_file file = { 0 }, tooled_file = { 0 };
	struct sy_elf ko = { 0 }, tooled = { 0 };
	struct sy_verify v = { .e = e, .ko = &ko, .patch = &patch };
	struct sy_path path, other;
	struct sy_fault *fault;

	fault = sy_open(e, e->name, ".ko", &file, &path, &ko);
	if (!fault && e->extract->units[0].unit->objtool.n) {
		fault = sy_open(e, "objtool", ".o", &tooled_file, &other,
				&tooled);
		v.tooled = &tooled;
	}
	if (!fault)
		fault = sy_patch_read(&ko, &patch);
	if (!fault)
		fault = sy_verify_all(&v);
	sy_patch_deinit(&patch);
	sy_elf_deinit(&tooled);
	sy_elf_deinit(&ko);
	sy_file_close(&tooled_file);
	sy_file_close(&file);
	return fault;
}
