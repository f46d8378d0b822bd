// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard-sim litmus: explores each test under every model, by the engine
 * where it serves the model and by the definition always, and compares with the
 * expectations in the file. A difference, a broken rule and an exploration over
 * its bound each fail the test. Rows may be explored several at a time, each by
 * one thread: they share nothing but the test, which is read, and the table, and
 * are printed in their order.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "sim.h"
#include "store.h"
#include "table.h"

struct sy_results {
	const struct sy_litmus_options *o;
	struct sy_table table;
	int failed, passed;
	unsigned long long states;
};

/* One test under one model, in one way. */
struct sy_row {
	sy_u32 model;
	int definition;
	sy_u8 detector;
	int ok, done;
	sy_u32 states;
	char *words; /* what is to be printed */
	size_t nwords;
};

#define SY_ROWS (3 * SY_MODELS)

struct sy_rows {
	struct sy_results *results;
	const struct sy_litmus *l;
	pthread_mutex_t lock; /* of what follows, and the results */
	sy_u32 n, next, printed;
	time_t told; /* when progress was, and whether its line stands there */
	int standing;
	struct sy_row row[SY_ROWS];
};

static enum sy_expect sy_found(const struct sy_litmus *l,
			       const struct sy_explored *x)
{
	sy_u32 seen = l->outcome == SY_OUTCOME_BROKEN ? 1u << SY_SIGHT_BROKEN :
							l->observation;

	if (l->outcome != SY_OUTCOME_CONVERGES)
		return x->seen & seen ? SY_EXPECT_SOMETIMES : SY_EXPECT_NEVER;
	if (!x->can_settle)
		return SY_EXPECT_NEVER;
	return x->must_settle ? SY_EXPECT_ALWAYS : SY_EXPECT_SOMETIMES;
}

static const struct sy_witness *sy_witness_of(const struct sy_litmus *l,
					      const struct sy_explored *x)
{
	sy_u32 k = 0;

	if (l->outcome == SY_OUTCOME_CONVERGES)
		return NULL;
	if (l->outcome == SY_OUTCOME_BROKEN)
		k = SY_SIGHT_BROKEN;
	else
		while (!(l->observation >> k & 1))
			k++;
	return x->seen >> k & 1 ? &x->witness[k] : NULL;
}

static void sy_print_row(const struct sy_litmus_options *o,
			 const struct sy_litmus *l, const struct sy_row *row,
			 const struct sy_explored *found, int fits, FILE *out)
{
	enum sy_expect is = sy_found(l, found);

	if (o->quick && row->ok)
		return;
	fprintf(out, "  %-22s %-10s %-19s %s  %8u states%s\n",
		sy_model_words[row->model],
		row->definition			 ? "definition" :
		l->detector == SY_DETECTOR_COUNT ? "count" :
						   "engine",
		found->over ? "unknown" : sy_expect_name(l->outcome, is),
		found->over ? "OVER ITS BOUND" :
		fits	    ? "as expected" :
			      "UNEXPECTED",
		found->states, found->refused ? ", refused" : "");
}

/* The test of its own that a row is explored with: it has a detector. */
static struct sy_litmus *sy_test_of(const struct sy_rows *rows,
				    const struct sy_row *row)
{
	struct sy_litmus *l = malloc(2 * sizeof(*l));

	if (!l)
		exit(3);
	l[0] = *rows->l;
	l[0].detector = row->detector;
	if (!l[0].then)
		return l;
	l[1] = *l[0].then;
	l[1].detector = row->detector;
	l[0].then = &l[1];
	return l;
}

struct sy_watch {
	struct sy_rows *rows;
	const struct sy_row *row;
};

/* On a terminal, every second: one line that the next one replaces. */
static void sy_progress(void *arg, sy_u32 states, sy_u32 open, size_t bytes)
{
	const struct sy_watch *watch = arg;
	struct sy_rows *rows = watch->rows;
	time_t now = time(NULL);

	pthread_mutex_lock(&rows->lock);
	if (!rows->told)
		rows->told = now;
	if (now != rows->told) {
		fprintf(stderr,
			"\r\033[K%s %s: %.1f million states, %.1f to go on from, %.1f GB",
			rows->l->name, sy_model_words[watch->row->model],
			states / 1e6, open / 1e6, (double)bytes / 1e9);
		rows->standing = 1;
		rows->told = now;
	}
	pthread_mutex_unlock(&rows->lock);
}

static void sy_progress_clear(struct sy_rows *rows)
{
	if (rows->standing)
		fputs("\r\033[K", stderr);
	rows->standing = 0;
}

static void sy_judge_row(struct sy_rows *rows, struct sy_row *row, FILE *out)
{
	const struct sy_litmus_options *o = rows->results->o;
	struct sy_litmus *l = sy_test_of(rows, row);
	struct sy_watch watch = { .rows = rows, .row = row };
	struct sy_extent extent = o->extent;
	struct sy_explored found;
	struct sy_explorer *x;
	const struct sy_witness *w;
	int fits;

	extent.progress = o->terminal ? sy_progress : NULL;
	extent.arg = &watch;
	x = sy_explore(l, &sy_models[row->model], row->definition, &extent,
		       &found);
	w = sy_witness_of(l, &found);
	/* Where the request is refused nothing runs and nothing is seen. */
	fits = sy_found(l, &found) == l->expect[row->model] ||
	       (found.refused && !found.seen);
	row->ok = !found.over && !found.wrong && fits;
	row->states = found.states;
	pthread_mutex_lock(&rows->lock);
	sy_table_note(&rows->results->table, l, row->model, row->definition, x,
		      &found);
	pthread_mutex_unlock(&rows->lock);
	sy_print_row(o, l, row, &found, fits, out);
	if (found.wrong) {
		fprintf(out, "    RULE BROKEN: %s\n", found.wrong);
		sy_explorer_tell(x, &found.wrong_at, "      ", out);
	}
	if (w && (!fits || o->witness)) {
		fprintf(out, "    shortest witness:\n");
		sy_explorer_tell(x, w, "      ", out);
	}
	sy_explorer_free(x);
	free(l);
}

/* Rows are printed in their order, each as soon as those before it are. */
static void sy_row_done(struct sy_rows *rows, struct sy_row *row)
{
	pthread_mutex_lock(&rows->lock);
	row->done = 1;
	sy_progress_clear(rows);
	for (; rows->printed < rows->n; rows->printed++) {
		row = &rows->row[rows->printed];
		if (!row->done)
			break;
		fputs(row->words, stdout);
		free(row->words);
	}
	fflush(stdout);
	pthread_mutex_unlock(&rows->lock);
}

static void *sy_judge_rows(void *arg)
{
	struct sy_rows *rows = arg;
	struct sy_row *row;
	FILE *out;

	for (;;) {
		pthread_mutex_lock(&rows->lock);
		row = rows->next < rows->n ? &rows->row[rows->next++] : NULL;
		pthread_mutex_unlock(&rows->lock);
		if (!row)
			return NULL;
		out = open_memstream(&row->words, &row->nwords);
		if (!out)
			exit(3);
		sy_judge_row(rows, row, out);
		fclose(out);
		sy_row_done(rows, row);
	}
}

/* Can calls be counted, and does the file speak of counting? */
static int sy_countable(const struct sy_litmus *l)
{
	sy_u32 i;

	/* Who counts does not hold anybody: the file speaks of who does. */
	if (l->herd && l->outcome == SY_OUTCOME_CONVERGES)
		return 0;
	for (i = 0; i < l->npatched; i++)
		if (l->func[l->order[i]].flags & SY_FUNC_UNCHECKED)
			return 0;
	return 1;
}

static int sy_counts(const struct sy_litmus *l, sy_u32 m)
{
	return sy_model_detector(&sy_models[m], SY_DETECTOR_COUNT) ==
		       SY_DETECTOR_COUNT &&
	       sy_countable(l) && (!l->then || sy_countable(l->then));
}

static void sy_add_row(struct sy_rows *rows, sy_u32 m, int definition,
		       enum sy_detector detector)
{
	struct sy_row *row = &rows->row[rows->n++];

	row->model = m;
	row->definition = definition;
	row->detector = (sy_u8)detector;
}

/*
 * The engine may be more careful than the definition: then a file that expects
 * convergence speaks of the engine where it serves the model.
 */
static void sy_add_rows(struct sy_rows *rows)
{
	const char *model = rows->results->o->model;
	const struct sy_litmus *l = rows->l;
	sy_u32 m;

	for (m = 0; m < SY_MODELS; m++) {
		int served = sy_shell_served(l, &sy_models[m]);

		if (model && strcmp(model, sy_model_words[m]))
			continue;
		if (served)
			sy_add_row(rows, m, 0, SY_DETECTOR_NONE);
		if (served && sy_counts(l, m))
			sy_add_row(rows, m, 0, SY_DETECTOR_COUNT);
		if (!served || l->outcome != SY_OUTCOME_CONVERGES)
			sy_add_row(rows, m, 1, SY_DETECTOR_NONE);
	}
}

/* Return: 1 if all is as it should be. */
static int sy_judge_test(struct sy_results *results, const struct sy_litmus *l)
{
	struct sy_rows rows = { .results = results, .l = l };
	pthread_t job[SY_JOBS];
	sy_u32 i, n = 0;
	int ok = 1;

	pthread_mutex_init(&rows.lock, NULL);
	sy_add_rows(&rows);
	while (n + 1 < results->o->jobs && n < SY_JOBS &&
	       !pthread_create(&job[n], NULL, sy_judge_rows, &rows))
		n++;
	sy_judge_rows(&rows);
	while (n)
		pthread_join(job[--n], NULL);
	for (i = 0; i < rows.n; i++) {
		results->states += rows.row[i].states;
		ok &= rows.row[i].ok;
	}
	pthread_mutex_destroy(&rows.lock);
	return ok;
}

static void sy_run_file(struct sy_results *results, struct sy_litmus *l,
			const char *path)
{
	unsigned long long before = results->states;
	struct timespec a, b;
	char error[400], outcome[16];
	int ok;

	if (sy_litmus_read(path, l, error, sizeof(error))) {
		printf("%s\n", error);
		results->failed++;
		return;
	}
	sy_outcome_name(l, outcome, sizeof(outcome));
	if (!results->o->quick)
		printf("%s: %s\n", l->name, outcome);
	clock_gettime(CLOCK_MONOTONIC, &a);
	ok = sy_judge_test(results, l);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%s %s: %s, %llu states, %.2f s\n", ok ? "ok" : "FAILED",
	       l->name, outcome, results->states - before,
	       (double)(b.tv_sec - a.tv_sec) +
		       (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	fflush(stdout);
	sy_litmus_free(l);
	if (ok)
		results->passed++;
	else
		results->failed++;
}

/* --table=FILE: derive the table too, and compare it with the one in there. */
static void sy_run_table(struct sy_results *results, const char *path,
			 int witness)
{
	int differ = sy_table_check(&results->table, path);

	if (witness || differ)
		sy_table_print(&results->table, witness);
	printf("%s table: %d differences to %s and to the core\n",
	       differ ? "FAILED" : "ok", differ, path);
	if (differ)
		results->failed++;
	else
		results->passed++;
}

int sy_run_litmus(const struct sy_litmus_options *options)
{
	struct sy_results results = { .o = options };
	struct sy_litmus *l = sy_grow(NULL, sizeof(*l));
	int i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < options->nfiles; i++)
		sy_run_file(&results, l, options->files[i]);
	free(l);
	if (options->table)
		sy_run_table(&results, options->table, options->tell_table);
	sy_table_deinit(&results.table);
	printf("litmus: %d passed, %d failed (%llu states)\n", results.passed,
	       results.failed, results.states);
	return results.failed || !results.passed;
}
