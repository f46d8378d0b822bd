/* SPDX-License-Identifier: GPL-2.0 */
/* Where tokens of C end: what the readers of plain and preprocessed text share. */
#ifndef SY_BUILDER_TOKEN_H
#define SY_BUILDER_TOKEN_H

#include <ctype.h>
#include <stdbool.h>

static inline bool sy_is_part_of_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* Behind the word that begins at @at; @at where none does. */
static inline const char *sy_word_end(const char *at, const char *end)
{
	while (at < end && sy_is_part_of_word(*at))
		at++;
	return at;
}

/* Behind the string or character constant whose quote is at @at. */
static inline const char *sy_skip_quoted(const char *at, const char *end)
{
	char quote = *at++;

	while (at < end && *at != quote && *at != '\n')
		at += 1 + (*at == '\\' && at + 1 < end);
	return at < end ? at + 1 : end;
}

#endif
