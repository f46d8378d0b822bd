/* SPDX-License-Identifier: GPL-2.0 */
/* A command line as a list of words. */
#ifndef SY_BUILDER_WORDS_H
#define SY_BUILDER_WORDS_H

#include <stddef.h>

#include "../elf/fault.h"

struct sy_words {
	char **at; /* n words, then NULL */
	size_t n;
};

struct sy_fault *sy_words_add(struct sy_words *words, const char *word,
			      size_t len);

/* Splits as a shell does, with quotes. What a shell would expand or run (a
 * dollar sign, a backtick, a redirection, ...) is refused. */
struct sy_fault *sy_words_split(struct sy_words *words, const char *line,
				size_t len);

/* Replaces @from by @to wherever it stands in a word. */
struct sy_fault *sy_words_replace(struct sy_words *words, const char *from,
				  const char *to);
void sy_words_deinit(struct sy_words *words);

#endif
