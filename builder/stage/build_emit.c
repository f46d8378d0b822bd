// SPDX-License-Identifier: GPL-2.0
/*
 * The stages "extract", "emit", "link" and "verify", each over the part of the
 * builder that does it, and the module's ".switchyard.info".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"

struct sy_fault *sy_build_extract(struct sy_build *b)
{
	struct sy_extract_unit *x;
	struct sy_build_unit *u;
	struct sy_path path;
	struct sy_fault *fault;
	size_t i;

	b->extract.kernel = b->kernel;
	b->extract.units = calloc(b->nunits + 1, sizeof(*b->extract.units));
	if (!b->extract.units)
		return sy_fault_no_memory();
	for (i = 0; i < b->nunits; i++) {
		u = &b->units[i];
		if (!u->used)
			continue;
		x = &b->extract.units[b->extract.nunits++];
		x->unit = &u->unit;
		x->shipped = &u->elf[SY_BUILD_SHIPPED];
		x->before = &u->elf[SY_BUILD_BEFORE];
		x->after = &u->elf[SY_BUILD_AFTER];
		x->match = &u->match;
		x->diff = &u->diff;
	}
	if (!b->extract.nunits)
		return NULL;
	fault = sy_extract_run(&b->extract);
	if (!fault && b->extract.nreplaced)
		fault = sy_advise(&b->extract, b->run.tree.text, &b->run.patch,
				  b->opt->forbid, b->opt->allow, &b->advice);
	if (!fault)
		fault = sy_path_make(&path, "%s/extract.o", b->dir.text);
	if (!fault && b->from <= SY_BUILD_EXTRACT && b->extract.nreplaced)
		fault = sy_out_write(&b->extract.out, path.text);
	snprintf(b->done, sizeof(b->done),
		 "%zu functions replaced, %zu new, %zu symbols to find",
		 b->extract.nreplaced, b->extract.nadded,
		 b->extract.nimports ? b->extract.nimports - 1 : 0);
	return fault;
}

/* A JSON string. */
static void sy_put(FILE *f, const char *text)
{
	fputc('"', f);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(f, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(f, "\\u%04x", *text);
		else
			fputc(*text, f);
	fputc('"', f);
}

static void sy_put_set(FILE *f, const char *key, unsigned int set)
{
	const char *comma = "";
	unsigned int i;

	fprintf(f, "\"%s\": [", key);
	for (i = 0; i < 4; i++)
		if (set & 1u << i) {
			fprintf(f, "%s\"m%u\"", comma, i + 1);
			comma = ", ";
		}
	fprintf(f, "]");
}

static void sy_put_object(FILE *f, const struct sy_unit *unit)
{
	if (unit->module)
		sy_put(f, unit->object);
	else
		fputs("null", f);
}

static void sy_put_kernel(FILE *f, const struct sy_build *b)
{
	const char *version = strchr(b->kernel->image.banner, '#');
	char line[256];

	fprintf(f, "\"format\": 1, \"builder\": \"switchyard-build\", "
		   "\"kernel\": {\"release\": ");
	sy_put(f, b->kernel->release);
	snprintf(line, sizeof(line), "%.*s",
		 (int)strcspn(version ? version : "", "\n"),
		 version ? version : "");
	fprintf(f, ", \"version\": ");
	sy_put(f, line);
	fprintf(f, ", \"compiler\": ");
	sy_put(f, b->kernel->compiler);
	fprintf(f, "}, ");
}

static struct sy_fault *sy_put_inputs(FILE *f, const struct sy_build *b)
{
	struct sy_file file = { 0 };
	struct sy_fault *fault = NULL;
	uint8_t digest[SY_SHA256_SIZE];
	char hex[2 * SY_SHA256_SIZE + 1];
	const char *name;
	size_t i;

	fprintf(f, "\"diffs\": [");
	for (i = 0; !fault && i < b->run.series.n; i++) {
		name = b->run.series.diffs[i].path.text;
		fault = sy_file_open(name, &file);
		if (fault)
			break;
		sy_sha256(file.bytes, file.size, digest);
		sy_file_close(&file);
		sy_sha256_hex(digest, hex);
		name = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
		fprintf(f, "%s{\"name\": ", i ? ", " : "");
		sy_put(f, name);
		fprintf(f, ", \"sha256\": \"%s\"}", hex);
	}
	fprintf(f, "], \"units\": [");
	for (i = 0; i < b->extract.nunits; i++) {
		fprintf(f, "%s{\"path\": ", i ? ", " : "");
		sy_put(f, b->extract.units[i].unit->path.text);
		fprintf(f, ", \"object\": ");
		sy_put_object(f, b->extract.units[i].unit);
		fprintf(f, "}");
	}
	fprintf(f, "], ");
	return fault;
}

/* Can code of this unit stem from the diff: does it change its file or a header? */
static bool sy_stems_from(const struct sy_patchfile *patch, const char *unit)
{
	const char *path;
	size_t i, len;

	for (i = 0; i < patch->n; i++) {
		path = patch->changes[i].path.text;
		len = strlen(path);
		if (!strcmp(path, unit) ||
		    (len > 2 && !strcmp(path + len - 2, ".h")))
			return true;
	}
	return false;
}

/* Of each unit: the diffs, by number, that its functions can stem from. */
static struct sy_fault *sy_find_origins(const struct sy_build *b, bool *origins)
{
	const struct sy_diff_file *diff;
	struct sy_patchfile patch = { 0 };
	struct sy_file file = { 0 };
	struct sy_fault *fault = NULL;
	size_t i, k;

	for (i = 0; !fault && i < b->run.series.n; i++) {
		diff = &b->run.series.diffs[i];
		fault = sy_file_open(diff->path.text, &file);
		if (!fault)
			fault = sy_patchfile_parse(file.bytes, file.size,
						   diff->path.text, diff->strip,
						   &patch);
		for (k = 0; !fault && k < b->extract.nunits; k++)
			origins[k * b->run.series.n + i] =
				sy_stems_from(&patch, b->extract.units[k]
							      .unit->path.text);
		sy_patchfile_deinit(&patch);
		sy_file_close(&file);
	}
	return fault;
}

static void sy_put_origins(FILE *f, const struct sy_build *b,
			   const struct sy_replaced *r, const bool *origins)
{
	const size_t n = b->run.series.n;
	const char *comma = "";
	size_t i;

	fprintf(f, ", \"diffs\": [");
	for (i = 0; i < n; i++)
		if (origins[(size_t)(r->unit - b->extract.units) * n + i]) {
			fprintf(f, "%s%zu", comma, i);
			comma = ", ";
		}
	fprintf(f, "]");
}

static void sy_put_functions(FILE *f, const struct sy_build *b,
			     const bool *origins)
{
	const struct sy_replaced *r;
	size_t i;

	fprintf(f, "\"functions\": [");
	for (i = 0; i < b->extract.nreplaced; i++) {
		r = &b->extract.replaced[i];
		fprintf(f, "%s{\"name\": ", i ? ", " : "");
		sy_put(f, r->name);
		fprintf(f, ", \"object\": ");
		sy_put_object(f, r->unit->unit);
		fprintf(f,
			", \"sympos\": %u, \"old_size\": %llu, "
			"\"new_size\": %llu, \"unit\": ",
			r->old->position,
			(unsigned long long)r->old->symbol->size,
			(unsigned long long)r->new_size);
		sy_put(f, r->unit->unit->path.text);
		sy_put_origins(f, b, r, origins);
		fprintf(f, "}");
	}
	fprintf(f, "], ");
}

static void sy_put_advice(FILE *f, const struct sy_advice *a)
{
	const struct sy_reason *r;
	size_t i;

	fprintf(f, "\"requirement\": {");
	sy_put_set(f, "found", a->found);
	fprintf(f, ", ");
	sy_put_set(f, "forbidden", a->forbidden);
	fprintf(f, ", \"reasons\": [");
	for (i = 0; i < a->n; i++) {
		r = &a->reasons[i];
		fprintf(f, "%s{\"code\": \"%s\", ", i ? ", " : "", r->code);
		sy_put_set(f, "observations", r->forbids);
		fprintf(f, ", \"function\": ");
		sy_put(f, r->function);
		fprintf(f, ", \"text\": ");
		sy_put(f, r->text);
		fprintf(f, "}");
	}
	fprintf(f, "], \"satisfied_by\": [");
	for (i = 0; sy_advice_model(a, i); i++) {
		fprintf(f, "%s", i ? ", " : "");
		sy_put(f, sy_advice_model(a, i));
	}
	fprintf(f, "], \"recommended\": ");
	sy_put(f, a->recommended);
	fprintf(f, ", \"why\": ");
	sy_put(f, a->why);
	fprintf(f, "}, ");
	sy_put_set(f, "unsafe_allow", a->allowed);
	fprintf(f, ", \"unloadable\": {\"declared\": %s, \"why\": ",
		a->unloadable ? "true" : "false");
	sy_put(f, a->unloadable_why);
	fprintf(f, "}");
}

static struct sy_fault *sy_make_info(struct sy_build *b)
{
	size_t size = 0;
	FILE *f = open_memstream(&b->info, &size);
	bool *origins = calloc(b->extract.nunits * b->run.series.n + 1,
			       sizeof(*origins));
	struct sy_fault *fault;

	if (!f || !origins) {
		free(origins);
		if (f)
			fclose(f);
		return sy_fault_no_memory();
	}
	fprintf(f, "{");
	sy_put_kernel(f, b);
	fault = sy_put_inputs(f, b);
	if (!fault)
		fault = sy_find_origins(b, origins);
	sy_put_functions(f, b, origins);
	free(origins);
	sy_put_advice(f, &b->advice);
	fprintf(f, "}");
	if (fclose(f) && !fault)
		fault = sy_fault_no_memory();
	return fault;
}

struct sy_fault *sy_build_emit(struct sy_build *b)
{
	struct sy_fault *fault;

	b->emit.kernel = b->kernel;
	b->emit.extract = &b->extract;
	b->emit.name = b->name;
	b->emit.dir = b->dir;
	b->emit.forbid = b->advice.forbidden;
	b->emit.unloadable = b->advice.unloadable;
	b->emit.write = b->from <= SY_BUILD_EMIT;
	fault = sy_make_info(b);
	b->emit.info = b->info;
	if (!fault)
		fault = sy_emit_finish(&b->emit);
	if (!fault)
		fault = sy_emit_digests(&b->emit);
	if (!fault && b->emit.write)
		fault = sy_emit_glue(&b->emit);
	snprintf(b->done, sizeof(b->done), "%zu relocations, %zu digests",
		 b->emit.nrelocs, b->emit.nolds);
	return fault;
}

struct sy_fault *sy_build_link(struct sy_build *b)
{
	snprintf(b->done, sizeof(b->done), "%s.ko", b->name);
	return b->from <= SY_BUILD_LINK ? sy_emit_link(&b->emit) : NULL;
}

struct sy_fault *sy_build_verify(struct sy_build *b)
{
	snprintf(b->done, sizeof(b->done), "all tables are as they should be");
	return sy_emit_verify(&b->emit);
}
