// SPDX-License-Identifier: GPL-2.0
/*
 * switchyard-sim litmus: explores each test under every model, by the engine
 * where it serves the model and by the definition always, and compares with the
 * expectations in the file. A difference, a broken rule and an exploration over
 * its bound each fail the test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "explore.h"
#include "sim.h"
#include "table.h"

struct sy_options {
	int witness; /* tell the way to each "Sometimes" */
	int quick; /* one line a test */
	int tell_table; /* print the table and a witness for each yes */
	sy_u32 bound;
	const char *model; /* this one only, or NULL */
	struct sy_table table;
	int failed, passed;
	unsigned long long states;
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

/* Return: 1 if all is as it should be. */
static int sy_judge_model(struct sy_options *o, const struct sy_litmus *l,
			  sy_u32 m, int definition)
{
	struct sy_explored found;
	struct sy_explorer *x =
		sy_explore(l, &sy_models[m], definition, o->bound, &found);
	enum sy_expect is = sy_found(l, &found);
	const struct sy_witness *w = sy_witness_of(l, &found);
	/* Where the request is refused nothing runs and nothing is seen. */
	int fits = is == l->expect[m] || (found.refused && !found.seen);
	int ok = !found.over && !found.wrong && fits;

	o->states += found.states;
	sy_table_note(&o->table, l, m, definition, x, &found);
	if (!o->quick || !ok)
		printf("  %-22s %-10s %-19s %s  %8u states%s\n",
		       sy_model_words[m],
		       definition			? "definition" :
		       l->detector == SY_DETECTOR_COUNT ? "count" :
							  "engine",
		       found.over ? "unknown" : sy_expect_name(l->outcome, is),
		       found.over ? "OVER ITS BOUND" :
		       fits	  ? "as expected" :
				    "UNEXPECTED",
		       found.states, found.refused ? ", refused" : "");
	if (found.wrong) {
		printf("    RULE BROKEN: %s\n", found.wrong);
		sy_explorer_tell(x, &found.wrong_at, "      ", stdout);
	}
	if (w && (!fits || o->witness)) {
		printf("    shortest witness:\n");
		sy_explorer_tell(x, w, "      ", stdout);
	}
	sy_explorer_free(x);
	return ok;
}

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

static void sy_ask_detector(struct sy_litmus *l, sy_u8 detector)
{
	l->detector = detector;
	if (l->then)
		l->then->detector = detector;
}

/* Where calls can be counted, by counting, too. */
static int sy_judge_count(struct sy_options *o, struct sy_litmus *l, sy_u32 m)
{
	int ok;

	if (sy_model_detector(&sy_models[m], SY_DETECTOR_COUNT) !=
		    SY_DETECTOR_COUNT ||
	    !sy_countable(l) || (l->then && !sy_countable(l->then)))
		return 1;
	sy_ask_detector(l, SY_DETECTOR_COUNT);
	ok = sy_judge_model(o, l, m, 0);
	sy_ask_detector(l, SY_DETECTOR_NONE);
	return ok;
}

/*
 * The engine may be more careful than the definition: then a file that expects
 * convergence speaks of the engine where it serves the model.
 */

static int sy_judge_test(struct sy_options *o, struct sy_litmus *l)
{
	int ok = 1;
	sy_u32 m;

	for (m = 0; m < SY_MODELS; m++) {
		int served = sy_shell_served(l, &sy_models[m]);

		if (o->model && strcmp(o->model, sy_model_words[m]))
			continue;
		if (served)
			ok &= sy_judge_model(o, l, m, 0);
		if (served)
			ok &= sy_judge_count(o, l, m);
		if (!served || l->outcome != SY_OUTCOME_CONVERGES)
			ok &= sy_judge_model(o, l, m, 1);
	}
	return ok;
}

static void sy_run_file(struct sy_options *o, struct sy_litmus *l,
			const char *path)
{
	unsigned long long before = o->states;
	struct timespec a, b;
	char error[400], outcome[16];
	int ok;

	if (sy_litmus_read(path, l, error, sizeof(error))) {
		printf("%s\n", error);
		o->failed++;
		return;
	}
	sy_outcome_name(l, outcome, sizeof(outcome));
	if (!o->quick)
		printf("%s: %s\n", l->name, outcome);
	clock_gettime(CLOCK_MONOTONIC, &a);
	ok = sy_judge_test(o, l);
	clock_gettime(CLOCK_MONOTONIC, &b);
	printf("%s %s: %s, %llu states, %.2f s\n", ok ? "ok" : "FAILED",
	       l->name, outcome, o->states - before,
	       (double)(b.tv_sec - a.tv_sec) +
		       (double)(b.tv_nsec - a.tv_nsec) / 1e9);
	fflush(stdout);
	sy_litmus_free(l);
	if (ok)
		o->passed++;
	else
		o->failed++;
}

/* --table=FILE: derive the table too, and compare it with the one in there. */
static void sy_run_table(struct sy_options *o, const char *path, int witness)
{
	int differ = sy_table_check(&o->table, path);

	if (witness || differ)
		sy_table_print(&o->table, witness);
	printf("%s table: %d differences to %s and to the core\n",
	       differ ? "FAILED" : "ok", differ, path);
	if (differ)
		o->failed++;
	else
		o->passed++;
}

int sy_run_litmus(int argc, char **argv)
{
	const char *table = NULL;
	struct sy_options o = { .bound = SY_BOUND };
	struct sy_litmus *l = calloc(1, sizeof(*l));
	int i;

	for (i = 0; i < argc && l; i++) {
		if (!strcmp(argv[i], "--witness"))
			o.witness = 1;
		else if (!strcmp(argv[i], "--quick"))
			o.quick = 1;
		else if (!strcmp(argv[i], "--tell-table"))
			o.tell_table = 1;
		else if (!strncmp(argv[i], "--model=", 8))
			o.model = argv[i] + 8;
		else if (!strncmp(argv[i], "--table=", 8))
			table = argv[i] + 8;
		else if (!strncmp(argv[i], "--bound=", 8))
			o.bound = (sy_u32)strtoul(argv[i] + 8, NULL, 10);
		else
			sy_run_file(&o, l, argv[i]);
	}
	free(l);
	if (table)
		sy_run_table(&o, table, o.tell_table);
	sy_table_deinit(&o.table);
	printf("litmus: %d passed, %d failed (%llu states)\n", o.passed,
	       o.failed, o.states);
	return o.failed || !o.passed;
}
