// SPDX-License-Identifier: GPL-2.0
/*
 * Splits a command line that kbuild printed. It is never given to a shell;
 * what only a shell could understand is an error.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

struct sy_fault *sy_words_add(struct sy_words *words, const char *word,
			      size_t len)
{
	char **grown;

	grown = reallocarray(words->at, words->n + 2, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	words->at = grown;
	grown[words->n] = strndup(word, len);
	grown[words->n + 1] = NULL;
	if (!grown[words->n])
		return sy_fault_no_memory();
	words->n++;
	return NULL;
}

/* Does a shell do more with this character than copy it? */
static bool sy_is_special(char c, char quote)
{
	if (quote == '\'')
		return false;
	return strchr("$`", c) || (!quote && strchr(";|&<>()\n", c));
}

/* Copies one word to @word, which has room for it; returns its end. */
static const char *sy_one_word(const char *at, const char *end, char *word,
			       size_t *len)
{
	char quote = 0;

	for (*len = 0; at < end; at++) {
		if (!quote && (*at == ' ' || *at == '\t'))
			return at;
		if (*at == quote) {
			quote = 0;
			continue;
		}
		if (!quote && (*at == '\'' || *at == '"')) {
			quote = *at;
			continue;
		}
		if (*at == '\\' && quote != '\'') {
			if (++at == end)
				return NULL;
		} else if (sy_is_special(*at, quote)) {
			return NULL;
		}
		word[(*len)++] = *at;
	}
	return quote ? NULL : at;
}

struct sy_fault *sy_words_split(struct sy_words *words, const char *line,
				size_t len)
{
	const char *at = line, *end = line + len;
	char *word = malloc(len + 1);
	struct sy_fault *fault = NULL;
	size_t n;

	if (!word)
		return sy_fault_no_memory();
	while (!fault) {
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (at == end)
			break;
		at = sy_one_word(at, end, word, &n);
		if (!at)
			fault = sy_fault_make(SY_FAULT_BAD_FILE,
					      "kbuild: a command that needs a "
					      "shell: %.*s",
					      (int)(len < 200 ? len : 200),
					      line);
		else
			fault = sy_words_add(words, word, n);
	}
	free(word);
	return fault;
}

static char *sy_replaced(const char *word, const char *from, const char *to)
{
	size_t flen = strlen(from), tlen = strlen(to), n = 0;
	const char *at;
	char *out, *end;

	for (at = word; (at = strstr(at, from)); at += flen)
		n++;
	out = malloc(strlen(word) + n * tlen + 1);
	if (!out)
		return NULL;
	for (end = out; (at = strstr(word, from)); word = at + flen) {
		end = mempcpy(end, word, (size_t)(at - word));
		end = mempcpy(end, to, tlen);
	}
	strcpy(end, word);
	return out;
}

struct sy_fault *sy_words_replace(struct sy_words *words, const char *from,
				  const char *to)
{
	char *word;
	size_t i;

	for (i = 0; i < words->n; i++) {
		if (!strstr(words->at[i], from))
			continue;
		word = sy_replaced(words->at[i], from, to);
		if (!word)
			return sy_fault_no_memory();
		free(words->at[i]);
		words->at[i] = word;
	}
	return NULL;
}

void sy_words_deinit(struct sy_words *words)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		free(words->at[i]);
	free(words->at);
	*words = (struct sy_words){ 0 };
}
