// SPDX-License-Identifier: GPL-2.0
/*
 * litmus-vm --seconds S --models M,... [--rows FILE] DIR [NAME...]: runs the
 * litmus tests of DIR in this guest, each under each model, for that many seconds,
 * and prints one line and appends one JSON object to FILE (DIR/rows.jsonl) for
 * each. A model with "/count" behind it has its threads counted instead of looked
 * at; "livepatch" is upstream's, judged as PATCHED_SET/THREAD.
 *
 * A row is "forbidden" when a history showed what the model forbids, when the
 * outcome came that the file expects never, or when what always settles did not,
 * although it was tried again and again with twice the time, up to LIT_PATIENCE.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/syscall.h>

#include "vm.h"

#define LIT_HYBRID 4 /* PATCHED_SET/THREAD in sy_models */

/* Seconds: the first deadline of what always settles, and the last. */
#define LIT_PATIENCE_FIRST 20
#define LIT_PATIENCE 320

struct lit_options {
	const char *dir, *models;
	const char *model; /* whose turn it is, as it was asked for */
	double seconds;
	char engine[80]; /* its version */
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

/* Is there a transition by a model that is not upstream's? */
static int lit_by_another(const struct sy_litmus *l)
{
	return (l->by && l->by != &sy_models[LIT_HYBRID]) ||
	       (l->then && lit_by_another(l->then));
}

static void lit_print(const struct lit_options *o, const struct lit_vm *vm,
		      const struct lit_seen *s, const char *verdict)
{
	const char *expect =
		sy_expect_name(vm->l->outcome, vm->l->expect[vm->model]);
	char outcome[16];

	sy_outcome_name(vm->l, outcome, sizeof(outcome));
	printf("%-10s %-26s %-22s %-9s %u of %u rounds, expected %s; settled %u, M1-M4 %u %u %u %u, calls %u+%u",
	       verdict, vm->l->name, o->model, outcome, lit_outcome(vm->l, s),
	       s->rounds, expect, s->settled, s->m[0], s->m[1], s->m[2],
	       s->m[3], s->entered[0], s->entered[1]);
	if (s->faults)
		printf(", faults %u", s->faults);
	if (vm->l->outcome == SY_OUTCOME_CONVERGES && s->settled)
		printf(", within %.1f s", s->slowest);
	if (s->slow)
		printf(", %u slow", s->slow);
	printf("\n");
	if (s->clause)
		printf("    %s\n", s->clause);
	fflush(stdout);
}

static void lit_row(struct lit_options *o, const struct lit_vm *vm,
		    const struct lit_seen *s, double took)
{
	sy_u32 n = lit_outcome(vm->l, s);
	const char *verdict = lit_verdict(vm, s, n);
	char outcome[16];

	lit_print(o, vm, s, verdict);
	sy_outcome_name(vm->l, outcome, sizeof(outcome));
	fprintf(o->rows,
		"{\"test\": \"%s\", \"model\": \"%s\", \"engine\": \"%s\", \"outcome\": \"%s\", \"expected\": \"%s\", \"verdict\": \"%s\", \"count\": %u, \"rounds\": %u, \"settled\": %u, \"reverted\": %u, \"unsettled\": %u, \"refused\": %u, \"failed\": %u, \"slow\": %u, \"slowest\": %.3f, \"faults\": %u, \"stretched\": %u, \"unherded\": %u, \"incomplete\": %u, ",
		vm->l->name, o->model, o->engine, outcome,
		sy_expect_name(vm->l->outcome, vm->l->expect[vm->model]),
		verdict, n, s->rounds, s->settled, s->reverted, s->unsettled,
		s->refused, s->failed, s->slow, s->slowest, s->faults,
		s->stretched, s->unherded, s->incomplete);
	fprintf(o->rows,
		"\"seen\": {\"M1\": %u, \"M2\": %u, \"M3\": %u, \"M4\": %u, \"broken\": %u}, \"qualifiers\": %u, \"allows\": %u, \"unchecked\": %u, \"forbidden\": %u, \"violated\": %u, \"old_calls\": %u, \"new_calls\": %u, \"events\": %llu, \"seconds\": %.1f}\n",
		s->m[0], s->m[1], s->m[2], s->m[3], s->broken, s->qualifiers,
		sy_model_allows(&sy_models[vm->model]), lit_is_unchecked(vm->l),
		s->forbidden, s->violated, s->entered[0], s->entered[1],
		s->events, took);
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

/*
 * A machine with other work may be too slow for a deadline: what always settles is
 * given twice the time before it is held against it.
 * Return: 1, if the round must be made up for.
 */
static int lit_patience(struct lit_vm *vm, const struct lit_round *r)
{
	int over = r->end == LIT_UNSETTLED ||
		   (r->end == LIT_REVERTED && !r->turned);

	if (!over || vm->l->expect[vm->model] != SY_EXPECT_ALWAYS ||
	    vm->deadline * 2 > LIT_PATIENCE)
		return 0;
	vm->deadline *= 2;
	return 1;
}

static void lit_count_end(const struct lit_round *r, struct lit_seen *s,
			  int slow)
{
	s->rounds++;
	s->slow += slow;
	s->faults += r->faults;
	s->stretched += !!r->stretched;
	s->unherded += !!r->unherded;
	s->settled += r->end == LIT_SETTLED && !r->turned;
	s->reverted += r->end == LIT_REVERTED ||
		       (r->end == LIT_SETTLED && r->turned);
	s->refused += r->end == LIT_REFUSED;
	s->failed += r->end == LIT_FAILED;
	if (r->end == LIT_UNSETTLED || (r->end == LIT_REVERTED && !r->turned))
		s->unsettled += !slow;
	if (r->end == LIT_SETTLED && !r->turned && s->slowest < r->took)
		s->slowest = r->took;
}

/* Return: 0, or -1 when the test could not be run to its end. */
static int lit_run_model(struct lit_options *o, struct lit_vm *vm)
{
	struct lit_seen seen = { 0 };
	struct lit_round round = { .end = LIT_SETTLED };
	double begin, took = 0;
	int slow = 0;

	if (lit_vm_up(vm))
		return -1;
	begin = lit_now();
	while ((took < o->seconds || slow) && round.end != LIT_REFUSED) {
		round.end = LIT_ERROR;
		if (lit_vm_quiet(vm, 0) ||
		    lit_vm_round(vm, &round) == LIT_ERROR) {
			round.end = LIT_ERROR;
			break;
		}
		slow = lit_patience(vm, &round);
		lit_count_end(&round, &seen, slow);
		lit_judge(vm, round.length, &seen);
		took = lit_now() - begin;
	}
	lit_vm_down(vm);
	if (round.end == LIT_ERROR)
		return -1;
	lit_row(o, vm, &seen, took);
	return 0;
}

static double lit_deadline(const struct lit_vm *vm)
{
	if (vm->l->outcome != SY_OUTCOME_CONVERGES)
		return 3;
	return vm->l->expect[vm->model] == SY_EXPECT_ALWAYS ?
		       LIT_PATIENCE_FIRST :
		       5;
}

/*
 * Return: why the test does not run under this model, or NULL. A name of a model
 * that there is not was refused before.
 */
static const char *lit_why_not(struct lit_vm *vm, const char *model)
{
	size_t length = strlen(model);
	const char *count = strstr(model, "/count");

	vm->upstream = !strcmp(model, "livepatch");
	vm->count = count != NULL;
	if (count)
		length = (size_t)(count - model);
	while (vm->model < SY_MODELS && !vm->upstream &&
	       (strncmp(sy_model_words[vm->model], model, length) ||
		sy_model_words[vm->model][length]))
		vm->model++;
	if (vm->model == SY_MODELS)
		return "there is no such model";
	if (vm->upstream)
		vm->model = LIT_HYBRID;
	if (vm->upstream && lit_is_unchecked(vm->l))
		return "livepatch checks every function";
	if (vm->upstream && lit_by_another(vm->l))
		return "livepatch has only its own model";
	if (!vm->count)
		return NULL;
	if (sy_model_detector(&sy_models[vm->model], SY_DETECTOR_COUNT) !=
	    SY_DETECTOR_COUNT)
		return "the model has no detector count";
	if (lit_is_unchecked(vm->l))
		return "a count would wait for a function that is exempt";
	if ((vm->l->herd || (vm->l->then && vm->l->then->herd)) &&
	    vm->l->outcome == SY_OUTCOME_CONVERGES)
		return "who counts holds nobody, and the file speaks of who does";
	return NULL;
}

static void lit_run_test(struct lit_options *o, struct sy_litmus *l,
			 const char *id)
{
	struct lit_vm vm = { .l = l, .dir = o->dir };
	const char *why = lit_why_not(&vm, o->model);

	if (why) {
		lit_skip(o, l->name, o->model, why);
		return;
	}
	vm.deadline = lit_deadline(&vm);
	snprintf(vm.patch, sizeof(vm.patch), "%s", id);
	if (lit_run_model(o, &vm)) {
		o->failed++;
		lit_skip(o, l->name, o->model,
			 "failed: it could not be run to its end");
	}
}

static void lit_each_model(struct lit_options *o, const char *name,
			   const char *id, const char *why)
{
	struct sy_litmus *l = calloc(1, sizeof(*l));
	char path[512], error[400], models[512], *rest = models;

	snprintf(path, sizeof(path), "%s/tests/%s.litmus", o->dir, name);
	snprintf(models, sizeof(models), "%s", o->models);
	if (!l || sy_litmus_read(path, l, error, sizeof(error))) {
		printf("%s\n", l ? error : "no memory");
		o->failed++;
	} else if (why) {
		lit_skip(o, name, "every model", why);
	} else {
		while ((o->model = strsep(&rest, ",")))
			lit_run_test(o, l, id);
		sy_litmus_free(l);
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

/* It is there already where a permanent patch has held it. */
static int lit_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ||
		  (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST);

	if (err)
		perror(path);
	if (fd >= 0)
		close(fd);
	return err;
}

/* Version and source of the module that is loaded. */
static void lit_engine(struct lit_options *o)
{
	char version[32], source[32];

	lit_first_line("/sys/module/%s/version", "switchyard", version,
		       sizeof(version));
	lit_first_line("/sys/module/%s/srcversion", "switchyard", source,
		       sizeof(source));
	snprintf(o->engine, sizeof(o->engine), "%s %s", version, source);
}

/* Return: where the operands begin, or 0. */
static int lit_parse(struct lit_options *o, int argc, char **argv,
		     const char **rows)
{
	int i;

	for (i = 1; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (!strcmp(argv[i], "--seconds"))
			o->seconds = atof(argv[i + 1]);
		else if (!strcmp(argv[i], "--models"))
			o->models = argv[i + 1];
		else if (!strcmp(argv[i], "--rows"))
			*rows = argv[i + 1];
		else
			break;
	}
	if (i >= argc || argv[i][0] == '-' || !o->models) {
		fprintf(stderr,
			"usage: litmus-vm --seconds S --models M,... [--rows FILE] DIR [NAME...]\n");
		return 0;
	}
	o->dir = argv[i];
	return i + 1;
}

int main(int argc, char **argv)
{
	struct lit_options o = { .seconds = 5 };
	const char *rows = NULL;
	char path[512];
	int i = lit_parse(&o, argc, argv, &rows);

	if (!i)
		return 2;
	srand((unsigned int)time(NULL));
	snprintf(path, sizeof(path), "%s/rows.jsonl", o.dir);
	o.rows = fopen(rows ? rows : path, "a");
	if (!o.rows)
		perror(rows ? rows : path);
	snprintf(path, sizeof(path), "%s/sy_litmus.ko", o.dir);
	if (!o.rows || lit_load(path))
		return 2;
	lit_engine(&o);
	i = lit_run_list(&o, argv + i);
	syscall(SYS_delete_module, "sy_litmus", O_NONBLOCK);
	printf("litmus-vm: %d rows, %d failed\n", o.run, o.failed);
	return i ? i : o.failed || !o.run;
}
