// SPDX-License-Identifier: GPL-2.0
/*
 * The tables as C text, compiled against the engine's own header: no second
 * place knows the layout of its structures.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"

/* A C string; names come from symbol tables. */
static void sy_put_string(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(f, "\\%c", *text);
		else
			fputc(*text, f);
	fputc('"', f);
}

static void sy_put_object(FILE *f, const char *object)
{
	if (!strcmp(object, "vmlinux"))
		fputs("NULL", f);
	else
		sy_put_string(f, object);
}

static void sy_put_funcs(FILE *f, const struct sy_emit *e)
{
	const struct sy_replaced *r;
	size_t i;

	for (i = 0; i < e->extract->nreplaced; i++)
		fprintf(f, "extern char sy_new_%zu[];\n", i);
	fprintf(f, "\nstatic const struct sy_func sy_funcs[] = {\n");
	for (i = 0; i < e->extract->nreplaced; i++) {
		r = &e->extract->replaced[i];
		fprintf(f, "\t{ .old_name = ");
		sy_put_string(f, r->name);
		fprintf(f, ", .object = ");
		sy_put_object(f, r->unit->unit->object);
		fprintf(f, ", .sympos = %u, .new_func = sy_new_%zu },\n",
			r->old->position, i);
	}
	fprintf(f, "};\n\n");
}

static void sy_put_imports(FILE *f, const struct sy_emit *e)
{
	const struct sy_import *import;
	size_t i;

	fprintf(f, "static const struct sy_import sy_imports[] = {\n");
	for (i = 1; i < e->extract->nimports; i++) {
		import = &e->extract->imports[i];
		fprintf(f, "\t{ .name = ");
		sy_put_string(f, import->name);
		fprintf(f, ", .object = ");
		sy_put_object(f, import->object);
		fprintf(f, ", .sympos = %u },\n", import->position);
	}
	fprintf(f, "};\n\n");
}

static void sy_put_relocs(FILE *f, const struct sy_emit *e)
{
	const struct sy_engine_reloc *r;
	bool *declared;
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < e->nrelocs; i++)
		if (e->relocs[i].anchor > last)
			last = e->relocs[i].anchor;
	declared = calloc(last + 1ul, sizeof(*declared));
	for (i = 0; declared && i < e->nrelocs; i++) {
		if (!declared[e->relocs[i].anchor])
			fprintf(f, "extern char sy_at_%u[];\n",
				e->relocs[i].anchor);
		declared[e->relocs[i].anchor] = true;
	}
	free(declared);
	fprintf(f, "static const struct sy_reloc sy_relocs[] = {\n");
	for (i = 0; i < e->nrelocs; i++) {
		r = &e->relocs[i];
		fprintf(f, "\t{ sy_at_%u + %#llx, %u, %u, %lld },\n", r->anchor,
			(unsigned long long)r->offset, r->import - 1, r->type,
			(long long)r->addend);
	}
	fprintf(f, "};\n\n");
}

static void sy_put_masks(FILE *f, const struct sy_emit *e)
{
	const struct sy_old_text *old;
	size_t i, k;

	for (i = 0; i < e->nolds; i++) {
		old = &e->olds[i];
		fprintf(f, "static const struct sy_mask sy_masks_%zu[] = {\n",
			i);
		for (k = 0; k < old->nmasks; k++)
			fprintf(f, "\t{ %u, %u },\n", old->masks[k].offset,
				old->masks[k].len);
		fprintf(f, "};\n");
	}
}

static void sy_put_olds(FILE *f, const struct sy_emit *e)
{
	const struct sy_old_text *old;
	const char *name;
	size_t i, k;

	sy_put_masks(f, e);
	fprintf(f, "static const struct sy_old sy_olds[] = {\n");
	for (i = 0; i < e->nolds; i++) {
		old = &e->olds[i];
		name = old->func->symbol->name;
		fprintf(f,
			"\t{ .func = %u, .size = %llu, .nmasks = %zu, "
			".masks = sy_masks_%zu,",
			e->old_func[i],
			(unsigned long long)old->func->symbol->size,
			old->nmasks, i);
		if (strcmp(name, e->extract->replaced[e->old_func[i]].name)) {
			fprintf(f, " .name = ");
			sy_put_string(f, name);
			fprintf(f, ", .sympos = %u,", old->func->position);
		}
		fprintf(f, "\n\t  .sha256 = {");
		for (k = 0; k < SY_SHA256_SIZE; k++)
			fprintf(f, " %u,", old->digest[k]);
		fprintf(f, " } },\n");
	}
	fprintf(f, "};\n\n");
}

static void sy_put_patch(FILE *f, const struct sy_emit *e)
{
	const char *version = strchr(e->kernel->image.banner, '#');

	fprintf(f,
		"MODULE_DESCRIPTION(\"Switchyard patch, made by switchyard "
		"build\");\n"
		"SY_PATCH(sy_funcs,\n"
		"\t.flags = %s,\n"
		"\t.forbid = %#x,\n"
		"\t.imports = %s, .nimports = %zu,\n"
		"\t.release = \"%s\",\n"
		"\t.version = \"%.*s\",\n"
		"\t.olds = sy_olds, .nolds = %zu,\n"
		"\t.relocs = %s, .nrelocs = %zu);\n",
		e->unloadable ? "SY_PATCH_UNLOADABLE" : "0", e->forbid,
		e->extract->nimports ? "sy_imports" : "NULL",
		e->extract->nimports ? e->extract->nimports - 1 : 0,
		e->kernel->release, (int)strcspn(version ? version : "", "\n"),
		version ? version : "", e->nolds,
		e->nrelocs ? "sy_relocs" : "NULL", e->nrelocs);
}

struct sy_fault *sy_emit_glue(struct sy_emit *e)
{
	struct sy_path path;
	struct sy_fault *fault;
	char *text = NULL;
	size_t size = 0;
	FILE *f;

	fault = sy_path_make(&path, "%s/glue.c", e->dir.text);
	f = fault ? NULL : open_memstream(&text, &size);
	if (!f)
		return fault ? fault : sy_fault_no_memory();
	fprintf(f, "// SPDX-License-Identifier: GPL-2.0\n"
		   "#include <switchyard/patch.h>\n\n");
	sy_put_funcs(f, e);
	sy_put_imports(f, e);
	sy_put_relocs(f, e);
	sy_put_olds(f, e);
	sy_put_patch(f, e);
	fault = fclose(f) ? sy_fault_no_memory() :
			    sy_path_write(path.text, text, size);
	free(text);
	return fault;
}
