// SPDX-License-Identifier: GPL-2.0
/*
 * litmus-vm --seconds S --models M,... DIR [NAME...]: runs the litmus tests of
 * DIR in this guest, each under each model, for that many seconds, and prints one
 * line and appends one JSON object to DIR/rows.jsonl for each. "livepatch" as a
 * model is upstream's, judged as PATCHED_SET/THREAD.
 *
 * A row is "forbidden" when a history showed what the model forbids, when the
 * outcome came that the file expects never, or when what always settles did not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "vm.h"

#define LIT_HYBRID 4 /* PATCHED_SET/THREAD in sy_models */

struct lit_options {
	const char *dir, *models;
	double seconds;
	FILE *rows;
	int failed, run;
};

static const char *lit_verdict(const struct lit_vm *vm,
			       const struct lit_seen *s, sy_u32 outcome)
{
	const struct sy_litmus *l = vm->l;
	enum sy_expect expect = l->expect[vm->model];

	if (s->forbidden || s->violated)
		return "forbidden";
	if (s->refused == s->rounds)
		return "refused";
	if (expect == SY_EXPECT_ALWAYS && s->unsettled)
		return "forbidden";
	if (expect == SY_EXPECT_NEVER && outcome)
		return "forbidden";
	if (s->incomplete)
		return "incomplete";
	return outcome ? "allowed" : "not seen";
}

/* In how many rounds the outcome of the file came. */
static sy_u32 lit_outcome(const struct sy_litmus *l, const struct lit_seen *s)
{
	sy_u32 k = 0;

	if (l->outcome == SY_OUTCOME_BROKEN)
		return s->broken;
	if (l->outcome == SY_OUTCOME_CONVERGES)
		return s->settled;
	while (!(l->observation >> k & 1))
		k++;
	return s->m[k];
}

static int lit_is_unchecked(const struct sy_litmus *l)
{
	sy_u32 i;

	for (i = 0; i < l->nfuncs; i++)
		if (l->func[i].flags & SY_FUNC_UNCHECKED)
			return 1;
	return 0;
}

static void lit_row(struct lit_options *o, const struct lit_vm *vm,
		    const struct lit_seen *s, double took)
{
	const char *model = vm->upstream ? "livepatch" :
					   sy_model_words[vm->model];
	sy_u32 n = lit_outcome(vm->l, s);
	const char *verdict = lit_verdict(vm, s, n);
	const char *expect =
		sy_expect_name(vm->l->outcome, vm->l->expect[vm->model]);
	char outcome[16];

	sy_outcome_name(vm->l, outcome, sizeof(outcome));
	printf("%-10s %-26s %-22s %-9s %u of %u rounds, expected %s; settled %u, M1-M4 %u %u %u %u, calls %u+%u\n",
	       verdict, vm->l->name, model, outcome, n, s->rounds, expect,
	       s->settled, s->m[0], s->m[1], s->m[2], s->m[3], s->entered[0],
	       s->entered[1]);
	if (s->clause)
		printf("    %s\n", s->clause);
	fflush(stdout);
	fprintf(o->rows,
		"{\"test\": \"%s\", \"model\": \"%s\", \"outcome\": \"%s\", \"expected\": \"%s\", \"verdict\": \"%s\", \"count\": %u, \"rounds\": %u, \"settled\": %u, \"reverted\": %u, \"unsettled\": %u, \"refused\": %u, \"incomplete\": %u, \"seen\": {\"M1\": %u, \"M2\": %u, \"M3\": %u, \"M4\": %u, \"broken\": %u}, \"qualifiers\": %u, \"allows\": %u, \"unchecked\": %u, \"forbidden\": %u, \"violated\": %u, \"old_calls\": %u, \"new_calls\": %u, \"events\": %llu, \"seconds\": %.1f}\n",
		vm->l->name, model, outcome, expect, verdict, n, s->rounds,
		s->settled, s->reverted, s->unsettled, s->refused,
		s->incomplete, s->m[0], s->m[1], s->m[2], s->m[3], s->broken,
		s->qualifiers, sy_model_allows(&sy_models[vm->model]),
		lit_is_unchecked(vm->l), s->forbidden, s->violated,
		s->entered[0], s->entered[1], s->events, took);
	fflush(o->rows);
	o->run++;
	o->failed += !strcmp(verdict, "forbidden");
}

static void lit_skip(struct lit_options *o, const char *name, const char *model,
		     const char *why)
{
	printf("%-10s %-26s %-22s %s\n", "skipped", name, model, why);
	fprintf(o->rows,
		"{\"test\": \"%s\", \"model\": \"%s\", \"verdict\": \"skipped\", \"why\": \"%s\"}\n",
		name, model, why);
	fflush(o->rows);
}

static void lit_count_end(struct lit_seen *s, enum lit_end end, int turned)
{
	s->rounds++;
	s->settled += end == LIT_SETTLED && !turned;
	s->reverted += end == LIT_REVERTED || (end == LIT_SETTLED && turned);
	s->refused += end == LIT_REFUSED;
	s->unsettled += end == LIT_UNSETTLED ||
			(end == LIT_REVERTED && !turned);
}

/* Return: 0, or -1 when the test could not be run to its end. */
static int lit_run_model(struct lit_options *o, struct lit_vm *vm)
{
	struct lit_seen seen = { 0 };
	struct timespec a, b;
	enum lit_end end = LIT_SETTLED;
	double took = 0;
	sy_u32 length;
	int turned;

	if (lit_vm_up(vm))
		return -1;
	clock_gettime(CLOCK_MONOTONIC, &a);
	while (took < o->seconds && end != LIT_REFUSED) {
		end = LIT_ERROR;
		if (lit_vm_quiet(vm))
			break;
		end = lit_vm_round(vm, &turned, &length);
		if (end == LIT_ERROR)
			break;
		lit_count_end(&seen, end, turned);
		lit_judge(vm, length, &seen);
		clock_gettime(CLOCK_MONOTONIC, &b);
		took = (double)(b.tv_sec - a.tv_sec) +
		       (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	}
	lit_vm_down(vm);
	if (end == LIT_ERROR)
		return -1;
	lit_row(o, vm, &seen, took);
	return 0;
}

static void lit_run_test(struct lit_options *o, struct sy_litmus *l,
			 const char *id, const char *model)
{
	struct lit_vm vm = { .l = l, .dir = o->dir };

	vm.upstream = !strcmp(model, "livepatch");
	vm.deadline = l->outcome == SY_OUTCOME_CONVERGES ? 5 : 3;
	snprintf(vm.patch, sizeof(vm.patch), "%s", id);
	if (vm.upstream) {
		vm.model = LIT_HYBRID;
		if (lit_is_unchecked(l))
			return lit_skip(o, l->name, model,
					"livepatch checks every function");
	} else {
		while (strcmp(sy_model_words[vm.model], model))
			vm.model++;
		if (vm.model == SY_MODELS)
			return;
	}
	if (lit_run_model(o, &vm)) {
		o->failed++;
		lit_skip(o, l->name, model,
			 "failed: it could not be run to its end");
	}
}

static void lit_each_model(struct lit_options *o, const char *name,
			   const char *id, const char *why)
{
	struct sy_litmus *l = calloc(1, sizeof(*l));
	char path[512], error[400], models[512], *model, *rest = models;

	snprintf(path, sizeof(path), "%s/tests/%s.litmus", o->dir, name);
	snprintf(models, sizeof(models), "%s", o->models);
	if (!l || sy_litmus_read(path, l, error, sizeof(error))) {
		printf("%s\n", l ? error : "no memory");
		o->failed++;
	} else if (why) {
		lit_skip(o, name, "every model", why);
	} else {
		while ((model = strsep(&rest, ",")))
			lit_run_test(o, l, id, model);
	}
	free(l);
}

static int lit_wanted(const char *name, char **names)
{
	if (!*names)
		return 1;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return 1;
	return 0;
}

static int lit_run_list(struct lit_options *o, char **names)
{
	char path[512], line[512], *name, *id, *rest;
	FILE *list;

	snprintf(path, sizeof(path), "%s/list", o->dir);
	list = fopen(path, "r");
	if (!list) {
		perror(path);
		return 2;
	}
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = 0;
		rest = line;
		name = strsep(&rest, " ");
		id = strsep(&rest, " ");
		if (!id || !lit_wanted(name, names))
			continue;
		lit_each_model(o, name, id, strcmp(id, "skip") ? NULL : rest);
	}
	fclose(list);
	return 0;
}

static int lit_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 || syscall(SYS_finit_module, fd, "", 0);

	if (err)
		perror(path);
	if (fd >= 0)
		close(fd);
	return err;
}

int main(int argc, char **argv)
{
	struct lit_options o = { .seconds = 5 };
	char path[512];
	int i;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--seconds"))
			o.seconds = atof(argv[i + 1]);
		else if (!strcmp(argv[i], "--models"))
			o.models = argv[i + 1];
		else
			break;
	}
	if (i >= argc || argv[i][0] == '-' || !o.models) {
		fprintf(stderr,
			"usage: litmus-vm --seconds S --models M,... DIR [NAME...]\n");
		return 2;
	}
	o.dir = argv[i++];
	srand((unsigned int)time(NULL));
	snprintf(path, sizeof(path), "%s/rows.jsonl", o.dir);
	o.rows = fopen(path, "a");
	snprintf(path, sizeof(path), "%s/sy_litmus.ko", o.dir);
	if (!o.rows || lit_load(path))
		return 2;
	i = lit_run_list(&o, argv + i);
	syscall(SYS_delete_module, "sy_litmus", O_NONBLOCK);
	printf("litmus-vm: %d rows, %d failed\n", o.run, o.failed);
	return i ? i : o.failed || !o.run;
}
