// SPDX-License-Identifier: GPL-2.0
/*
 * The stage "match": compiles units as the kernel's build did and compares them
 * with the image. One line for each unit, one for each function with --verbose
 * and one for each that differs.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "../compile/unit.h"
#include "../match/match.h"
#include "stages.h"

static double sy_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void sy_print_funcs(const struct sy_match *m, bool verbose)
{
	const struct sy_match_func *f;
	char line[512];
	size_t i;

	for (i = 0; i < m->nfuncs; i++) {
		f = &m->funcs[i];
		if (verbose)
			printf("  %016llx %6llu %u/%u %s %s",
			       (unsigned long long)f->address,
			       (unsigned long long)f->symbol->size, f->position,
			       f->namesakes, sy_match_state_name(f->state),
			       f->symbol->name);
		if (verbose && f->odd_relas)
			printf(" (%u of %u relocations odd, first at %#llx)",
			       f->odd_relas, f->relas,
			       (unsigned long long)f->odd_at);
		if (verbose)
			printf("\n");
		if (f->state != SY_MATCH_DIFFERS)
			continue;
		sy_match_explain(m, f, line, sizeof(line));
		printf("  %s\n", line);
	}
}

static struct sy_fault *sy_match_object(const struct sy_kernel *kernel,
					const struct sy_unit *unit,
					const char *out, bool verbose,
					double begin, int *status)
{
	struct sy_match m = { 0 };
	struct sy_elf object = { 0 };
	struct sy_file file = { 0 };
	const struct sy_image *target;
	struct sy_image module;
	struct sy_path path;
	struct sy_fault *fault;

	fault = sy_stage_target(kernel, unit, &module, &path, &target);
	if (!fault)
		fault = sy_file_open(out, &file);
	if (!fault)
		fault = sy_elf_parse(file.bytes, file.size, out, &object);
	if (!fault)
		fault = sy_match_image(&object, target, &m);
	if (!fault && m.absent == m.nfuncs) {
		printf("%s: %s has none of its %zu functions\n",
		       unit->path.text, unit->object, m.nfuncs);
		*status = SY_STATUS_MISMATCH;
	} else if (!fault) {
		printf("%s: %zu of %zu functions equal, %zu replaced, %zu "
		       "differ, %zu absent, %zu ambiguous, %zu odd "
		       "relocations, %.1f s\n",
		       unit->path.text, m.equal, m.nfuncs, m.replaced,
		       m.differing, m.absent, m.ambiguous, m.odd,
		       sy_seconds() - begin);
		sy_print_funcs(&m, verbose);
		if (m.equal + m.replaced != m.nfuncs)
			*status = SY_STATUS_MISMATCH;
	}
	sy_match_deinit(&m);
	sy_elf_deinit(&object);
	sy_file_close(&file);
	sy_image_close(&module);
	return fault;
}

static struct sy_fault *sy_match_unit(const struct sy_kernel *kernel,
				      const char *name, bool verbose,
				      int *status)
{
	double begin = sy_seconds();
	struct sy_unit unit;
	struct sy_path out, log;
	struct sy_fault *fault;

	fault = sy_path_make(&out, "%s/match.%d.o", kernel->home.text,
			     (int)getpid());
	if (!fault)
		fault = sy_path_make(&log, "%s.log", out.text);
	if (!fault)
		fault = sy_unit_find(kernel, name, &unit);
	if (fault)
		return fault;
	fault = sy_unit_compile(kernel, &unit, NULL, SY_COMPILE_OBJTOOL,
				out.text);
	if (!fault)
		fault = sy_match_object(kernel, &unit, out.text, verbose, begin,
					status);
	unlink(out.text);
	unlink(log.text);
	sy_unit_deinit(&unit);
	return fault;
}

struct sy_fault *sy_stage_match(const struct sy_kernel *kernel,
				const struct sy_stage_options *opt, int *status)
{
	struct sy_fault *fault = NULL;
	size_t i;

	for (i = 0; !fault && i < opt->noperands; i++)
		fault = sy_match_unit(kernel, opt->operands[i], opt->verbose,
				      status);
	return fault;
}
