// SPDX-License-Identifier: GPL-2.0
/*
 * "build": runs the stages one after another in a folder of its own, and says
 * what came out. With --keep the folder stays, and --from begins again in the
 * middle: stages before it take what lies there instead of making it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/stat.h>

#include "build.h"

const char *const sy_build_stage_names[SY_BUILD_STAGES] = {
	"units", "compile", "extract", "emit", "link", "verify",
};

static struct sy_fault *(*const sy_stages[SY_BUILD_STAGES])(
	struct sy_build *) = {
	sy_build_units, sy_build_compile, sy_build_extract,
	sy_build_emit,	sy_build_link,	  sy_build_verify,
};

static double sy_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct sy_fault *sy_find_from(struct sy_build *b)
{
	size_t i;

	b->from = SY_BUILD_UNITS;
	if (!b->opt->from)
		return NULL;
	if (!b->opt->keep)
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "--from: needs --keep with the folder of "
				     "an earlier run");
	for (i = 0; i < SY_BUILD_STAGES; i++)
		if (!strcmp(b->opt->from, sy_build_stage_names[i])) {
			b->from = (unsigned int)i;
			return NULL;
		}
	return sy_fault_make(SY_FAULT_BAD_FILE,
			     "--from: %s: no stage; units, compile, extract, "
			     "emit, link or verify",
			     b->opt->from);
}

/* An operand: what is there and can be read, before anything is made. */
static struct sy_fault *sy_check_operand(const char *name)
{
	struct sy_path series;
	struct sy_fault *fault;
	struct stat st;

	if (stat(name, &st) || access(name, R_OK))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: %s; give a diff, a mail with one, or "
				     "a quilt series",
				     name, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return NULL;
	fault = sy_path_make(&series, "%s/series", name);
	if (!fault && !sy_path_exists(series.text))
		fault = sy_fault_make(SY_FAULT_BAD_FILE,
				      "%s: a folder without a file 'series'; "
				      "give a diff, a mail with one, or a "
				      "quilt series",
				      name);
	return fault;
}

static struct sy_fault *sy_check_out(const char *out)
{
	struct sy_path folder;
	struct sy_fault *fault;
	const char *slash = strrchr(out, '/');
	struct stat st;

	fault = !slash ? sy_path_make(&folder, ".") :
			 sy_path_make(&folder, "%.*s", (int)(slash + 1 - out),
				      out);
	if (fault)
		return fault;
	if (access(folder.text, W_OK | X_OK))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: cannot be written: %s; name another "
				     "with -o",
				     out, strerror(errno));
	if (!stat(out, &st) && S_ISDIR(st.st_mode))
		return sy_fault_make(SY_FAULT_BAD_FILE,
				     "%s: a folder; name a file with -o", out);
	return NULL;
}

static struct sy_fault *sy_check_arguments(const struct sy_stage_options *opt)
{
	struct sy_fault *fault = sy_check_out(opt->out ? opt->out : "OUT.ko");
	size_t i;

	for (i = 0; !fault && i < opt->noperands; i++)
		fault = sy_check_operand(opt->operands[i]);
	return fault;
}

static struct sy_fault *sy_make_folder(struct sy_build *b)
{
	struct sy_fault *fault;
	char *real;

	b->dir = b->run.dir;
	if (!b->opt->keep)
		return NULL;
	fault = sy_path_mkdir(b->opt->keep, false);
	if (fault)
		return fault;
	real = realpath(b->opt->keep, NULL);
	fault = real ? sy_path_make(&b->dir, "%s", real) :
		       sy_fault_system(b->opt->keep);
	free(real);
	if (!fault && !sy_path_is_inner(b->dir.text + 1))
		fault = sy_fault_make(SY_FAULT_UNSUPPORTED,
				      "%s: a compiler cannot be given this "
				      "name",
				      b->dir.text);
	return fault;
}

/* The module's name out of a file's: what C and modprobe allow. */
static void sy_name_module(struct sy_build *b)
{
	const char *path = b->opt->out ? b->opt->out :
					 b->run.series.diffs[0].path.text;
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t len = strcspn(base, ""), i;
	const char *dot = strrchr(base, '.');

	if (dot && dot != base)
		len = (size_t)(dot - base);
	if (len >= sizeof(b->name))
		len = sizeof(b->name) - 1;
	for (i = 0; i < len; i++)
		b->name[i] =
			(base[i] >= 'a' && base[i] <= 'z') ||
					(base[i] >= 'A' && base[i] <= 'Z') ||
					(base[i] >= '0' && base[i] <= '9') ?
				base[i] :
				'_';
	b->name[len] = '\0';
}

static struct sy_fault *sy_copy_out(const struct sy_build *b,
				    struct sy_path *out)
{
	struct sy_file file = { 0 };
	struct sy_path made;
	struct sy_fault *fault;

	fault = b->opt->out ? sy_path_make(out, "%s", b->opt->out) :
			      sy_path_make(out, "%s.ko", b->name);
	if (!fault)
		fault = sy_path_make(&made, "%s/%s.ko", b->dir.text, b->name);
	if (!fault)
		fault = sy_file_open(made.text, &file);
	if (!fault)
		fault = sy_path_write(out->text, file.bytes, file.size);
	sy_file_close(&file);
	return fault;
}

static void sy_print(const struct sy_build *b, const struct sy_path *out,
		     double seconds)
{
	const struct sy_replaced *r;
	size_t i;

	if (b->opt->json) {
		printf("{\"out\": \"%s\", \"seconds\": %.2f, \"info\": %s}\n",
		       out->text, seconds, b->info);
		return;
	}
	for (i = 0; i < b->extract.nreplaced; i++) {
		r = &b->extract.replaced[i];
		printf("%s: %s of %s, %llu to %llu bytes\n",
		       r->unit->unit->path.text, r->name, r->unit->unit->object,
		       (unsigned long long)r->old->symbol->size,
		       (unsigned long long)r->new_size);
	}
	sy_advice_print(&b->advice);
	printf("%s: %zu functions, %zu relocations, %.1f s\n", out->text,
	       b->extract.nreplaced, b->emit.nrelocs, seconds);
}

static int sy_status_of(const struct sy_fault *fault)
{
	switch (fault->kind) {
	case SY_FAULT_NO_MEMORY:
		return SY_BUILD_NO_MEMORY;
	case SY_FAULT_BAD_FILE:
	case SY_FAULT_UNSUPPORTED:
		return SY_BUILD_BAD_FILE;
	case SY_FAULT_COMMAND:
		return SY_BUILD_TOOL;
	case SY_FAULT_REFUSED:
		if (fault->code && !strcmp(fault->code, "mismatch"))
			return SY_BUILD_MISMATCH;
		return SY_BUILD_REFUSED;
	case SY_FAULT_SYSTEM:
		break;
	}
	return SY_BUILD_INTERNAL;
}

static struct sy_fault *sy_run_stages(struct sy_build *b, bool *unaffected)
{
	struct sy_fault *fault = NULL;
	size_t i;

	*unaffected = false;
	for (i = 0; !fault && !*unaffected && i < SY_BUILD_STAGES; i++) {
		if (i)
			sy_run_begin(&b->run, sy_build_stage_names[i]);
		fault = sy_stages[i](b);
		if (i && !fault)
			sy_run_end(&b->run, "%s", b->done);
		*unaffected = !fault && i == SY_BUILD_EXTRACT &&
			      !b->extract.nreplaced;
	}
	return fault;
}

static struct sy_fault *sy_build_all(struct sy_build *b, int *status)
{
	double begin = sy_seconds();
	struct sy_path out;
	struct sy_fault *fault;
	bool unaffected;

	fault = sy_find_from(b);
	if (!fault)
		fault = sy_check_arguments(b->opt);
	if (!fault)
		fault = sy_engine_find(b);
	if (!fault)
		fault = sy_run_open(b->kernel, b->opt->operands,
				    b->opt->noperands, b->opt->strip,
				    b->opt->json, &b->run);
	if (!fault)
		fault = sy_make_folder(b);
	if (fault)
		return fault;
	sy_name_module(b);
	fault = sy_run_stages(b, &unaffected);
	if (!fault && unaffected) {
		printf(b->opt->json ?
			       "{\"unaffected\": \"%s\"}\n" :
			       "%s: nothing in this kernel is affected\n",
		       b->kernel->release);
		*status = SY_BUILD_UNAFFECTED;
		return NULL;
	}
	if (!fault)
		fault = sy_copy_out(b, &out);
	if (!fault)
		sy_print(b, &out, sy_seconds() - begin);
	return fault;
}

static void sy_unit_close(struct sy_build_unit *u)
{
	size_t k;

	sy_objdiff_deinit(&u->diff);
	sy_match_deinit(&u->match);
	sy_image_close(&u->module);
	for (k = 0; k < 3; k++) {
		sy_elf_deinit(&u->elf[k]);
		sy_file_close(&u->file[k]);
	}
	for (k = 0; k < SY_BUILD_OBJECTS; k++)
		sy_fault_free(u->fault[k]);
	sy_unit_deinit(&u->unit);
}

static void sy_build_deinit(struct sy_build *b)
{
	size_t i;

	sy_emit_deinit(&b->emit);
	sy_advice_deinit(&b->advice);
	free(b->info);
	sy_extract_deinit(&b->extract);
	free(b->extract.units);
	for (i = 0; i < b->nunits; i++)
		sy_unit_close(&b->units[i]);
	free(b->units);
	sy_run_close(&b->run);
}

struct sy_fault *sy_stage_build(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt, int *status)
{
	struct sy_build *b = calloc(1, sizeof(*b));
	struct sy_fault *fault;

	if (!b)
		return sy_fault_no_memory();
	b->kernel = kernel;
	b->opt = opt;
	fault = sy_build_all(b, status);
	if (fault)
		*status = sy_status_of(fault);
	sy_build_deinit(b);
	free(b);
	return fault;
}
