// SPDX-License-Identifier: GPL-2.0
/*
 * Derives the table of ten models by four observations: a cell is "yes" when
 * some exploration saw the observation, and its qualifier says who never took
 * part. It compares the result with the core's sy_model_allows() and
 * sy_model_served() and, word for word, with the table in docs/models.md. It
 * never corrects either.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

static void sy_table_witness(struct sy_cell *cell, const struct sy_litmus *l,
			     struct sy_explorer *x, const struct sy_witness *at)
{
	char *words = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&words, &size);
	sy_u32 steps;

	if (!out)
		return;
	steps = sy_explorer_tell(x, at, "    ", out);
	fclose(out);
	if (cell->words && cell->steps <= steps) {
		free(words);
		return;
	}
	free(cell->words);
	cell->words = words;
	cell->steps = steps;
	strcpy(cell->test, l->name);
}

void sy_table_note(struct sy_table *t, const struct sy_litmus *l, sy_u32 model,
		   int definition, struct sy_explorer *x,
		   const struct sy_explored *found)
{
	sy_u32 i, k;

	/* A function that is not checked is not what the table speaks of. */
	for (i = 0; i < l->nfuncs; i++)
		if (l->func[i].flags & SY_FUNC_UNCHECKED)
			return;
	t->seen[definition][model] |= found->seen;
	for (k = 0; k < 4; k++)
		if (definition && found->seen >> k & 1)
			sy_table_witness(&t->cell[model][k], l, x,
					 &found->witness[k]);
}

static const char *sy_cell_words(sy_u32 seen, sy_u32 k)
{
	if (!(seen >> k & 1))
		return "no";
	switch (1u << k) {
	case SY_M1:
		return seen & SY_M1_SAME_FUNC ? "yes" : "yes (other function)";
	case SY_M2:
		return seen & SY_M2_UNEXCUSED ? "yes" :
						"yes (the excused only)";
	case SY_M3:
		return seen & SY_M3_SAME_FUNC ? "yes" : "yes (other function)";
	default:
		if (!(seen & SY_M4_SAME_FUNC))
			return "yes (other function)";
		return seen & SY_M4_SAME_THREAD ? "yes" : "yes (other thread)";
	}
}

void sy_table_print(const struct sy_table *t, int witness)
{
	sy_u32 m, k;

	printf("| model | M1 | M2 | M3 | M4 |\n|---|---|---|---|---|\n");
	for (m = 0; m < SY_MODELS; m++) {
		printf("| %s |", sy_model_words[m]);
		for (k = 0; k < 4; k++)
			printf(" %s |", sy_cell_words(t->seen[1][m], k));
		printf("\n");
	}
	for (m = 0; witness && m < SY_MODELS; m++)
		for (k = 0; k < 4; k++)
			if (t->cell[m][k].words)
				printf("\n%s, M%u (%s):\n%s", sy_model_words[m],
				       k + 1, t->cell[m][k].test,
				       t->cell[m][k].words);
}

/* Core's own table, and that the engine shows what the definition allows. */
static int sy_check_core(const struct sy_table *t)
{
	sy_u32 m, defined, core, engine;
	int differ = 0;

	for (m = 0; m < SY_MODELS; m++) {
		defined = t->seen[1][m] & SY_SEEN_M;
		engine = t->seen[0][m] & SY_SEEN_M;
		core = sy_model_allows(&sy_models[m]);
		if (core != defined) {
			printf("%s: sy_model_allows() says 0x%x, exploration 0x%x (bit k-1 is Mk)\n",
			       sy_model_words[m], core, defined);
			differ++;
		}
		if (sy_model_served(&sy_models[m]) && engine != defined) {
			printf("%s: the engine shows 0x%x, the definition 0x%x\n",
			       sy_model_words[m], engine, defined);
			differ++;
		}
	}
	return differ;
}

/* A cell between bars, without blanks around it. Return: what follows. */
static char *sy_cell_read(char *line, char *ret, size_t size)
{
	char *end = strchr(line, '|');
	size_t n = end ? (size_t)(end - line) : strlen(line);

	while (n && *line == ' ') {
		line++;
		n--;
	}
	while (n && line[n - 1] == ' ')
		n--;
	snprintf(ret, size, "%.*s", (int)n, line);
	return end ? end + 1 : line + n;
}

static int sy_check_row(const struct sy_table *t, char *row, sy_u32 *rows)
{
	char cell[64], model[64];
	const char *is;
	sy_u32 m, k;
	int served, differ = 0;

	row = sy_cell_read(row, model, sizeof(model));
	if (strchr(model, ' '))
		*strchr(model, ' ') = '/';
	for (m = 0; m < SY_MODELS; m++)
		if (!strcmp(model, sy_model_words[m]))
			break;
	if (m == SY_MODELS)
		return 0;
	*rows |= 1u << m;
	for (k = 0; k < 4; k++) {
		row = sy_cell_read(row, cell, sizeof(cell));
		is = sy_cell_words(t->seen[1][m], k);
		if (strcmp(cell, is)) {
			printf("%s, M%u: docs/models.md says \"%s\", exploration \"%s\"\n",
			       model, k + 1, cell, is);
			differ++;
		}
	}
	row = sy_cell_read(row, cell, sizeof(cell)); /* known as */
	sy_cell_read(row, cell, sizeof(cell));
	served = sy_model_served(&sy_models[m]);
	if (served != !strncmp(cell, "yes", 3)) {
		printf("%s: docs/models.md says served: \"%s\", core %d\n",
		       model, cell, served);
		differ++;
	}
	return differ;
}

/* Return: how many cells of the table below "## The nine models" differ. */
static int sy_check_docs(const struct sy_table *t, const char *path)
{
	char line[512];
	FILE *file = fopen(path, "r");
	sy_u32 rows = 0;
	int inside = 0, differ = 0;

	if (!file) {
		printf("%s: cannot be opened\n", path);
		return 1;
	}
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "## ", 3))
			inside = !strcmp(line, "## The nine models");
		else if (inside && *line == '|')
			differ += sy_check_row(t, line + 1, &rows);
	}
	fclose(file);
	if (rows == (1u << SY_MODELS) - 1)
		return differ;
	printf("%s: the table has not all %u models\n", path, SY_MODELS);
	return differ + 1;
}

int sy_table_check(const struct sy_table *t, const char *path)
{
	return sy_check_core(t) + sy_check_docs(t, path);
}

void sy_table_deinit(struct sy_table *t)
{
	sy_u32 m, k;

	for (m = 0; m < SY_MODELS; m++)
		for (k = 0; k < 4; k++)
			free(t->cell[m][k].words);
}
