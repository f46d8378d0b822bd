// SPDX-License-Identifier: GPL-2.0
/*
 * Two listings side by side, matched by their longest common subsequence. Jumps
 * within a function are compared by what they are, not by how far they lead: an
 * instruction more in the middle would make all of them differ.
 */
#include <stdio.h>
#include <stdlib.h>

#include "inspect.h"

#define SY_LINES_MAX 6000 /* of both: 4 bytes for each pair of them */

static bool sy_same_line(const struct sy_code_line *a,
			 const struct sy_code_line *b)
{
	size_t n = strcspn(a->text, "+"), m = strcspn(b->text, "+");

	if (!strcmp(a->text, b->text))
		return true;
	return n == m && a->text[n] && b->text[m] && n &&
	       a->text[n - 1] == ' ' && !memcmp(a->text, b->text, n);
}

static void sy_print_pair(const struct sy_code_line *old,
			  const struct sy_code_line *new)
{
	if (old)
		printf("%5llx  %-52.52s", (unsigned long long)old->offset,
		       old->text);
	else
		printf("%5s  %-52s", "", "");
	printf(" %c", old && new ? ' ' : old ? '<' : '>');
	if (new)
		printf(" %5llx  %s", (unsigned long long)new->offset,
		       new->text);
	putchar('\n');
}

/* best[i][j]: of the lines from i and from j on, how many can be matched. */
static void sy_fill(const struct sy_code *a, const struct sy_code *b,
		    uint32_t *best)
{
	size_t i, j, width = b->n + 1;
	uint32_t down, right;

	for (i = a->n; i-- > 0;)
		for (j = b->n; j-- > 0;) {
			down = best[(i + 1) * width + j];
			right = best[i * width + j + 1];
			best[i * width + j] =
				sy_same_line(&a->lines[i], &b->lines[j]) ?
					best[(i + 1) * width + j + 1] + 1 :
				down > right ? down :
					       right;
		}
}

struct sy_fault *sy_code_print(const struct sy_code *old,
			       const struct sy_code *new)
{
	size_t i = 0, j = 0, width = new->n + 1;
	uint32_t *best;

	if (old->n > SY_LINES_MAX || new->n > SY_LINES_MAX)
		return sy_fault_make(SY_FAULT_UNSUPPORTED,
				     "--diff: a function of more than %d "
				     "instructions; leave --diff out",
				     SY_LINES_MAX);
	best = calloc((old->n + 1) * width, sizeof(*best));
	if (!best)
		return sy_fault_no_memory();
	sy_fill(old, new, best);
	while (i < old->n || j < new->n) {
		if (i < old->n &&
		    j < new->n &&sy_same_line(&old->lines[i], &new->lines[j]))
			sy_print_pair(&old->lines[i++], &new->lines[j++]);
		else if (j == new->n ||
			 (i < old->n &&
			  best[(i + 1) * width + j] >= best[i * width + j + 1]))
			sy_print_pair(&old->lines[i++], NULL);
		else
			sy_print_pair(NULL, &new->lines[j++]);
	}
	free(best);
	return NULL;
}
