// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the definition of a function in C text without parsing C: its name at
 * the level of the file, before a parenthesis, with a brace behind the closing
 * one. Comments and strings are skipped. What macros define is not found, and
 * then nothing is said.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"

/* Blanks out what is no code, keeping all offsets. */
static void sy_blank(char *t, size_t size)
{
	size_t i = 0, end;
	bool bol = true;

	while (i < size) {
		end = i + 1;
		if (t[i] == '/' && i + 1 < size && t[i + 1] == '*') {
			end = i + 2;
			while (end + 1 < size &&
			       !(t[end] == '*' && t[end + 1] == '/'))
				end++;
			end = end + 2 < size ? end + 2 : size;
		} else if (t[i] == '/' && i + 1 < size && t[i + 1] == '/') {
			while (end < size && t[end] != '\n')
				end++;
		} else if (t[i] == '"' || t[i] == '\'') {
			while (end < size && t[end] != t[i] && t[end] != '\n')
				end += t[end] == '\\' ? 2 : 1;
			end = end < size ? end + 1 : size;
		} else if (t[i] == '#' && bol) {
			while (end < size &&
			       (t[end] != '\n' || t[end - 1] == '\\'))
				end++;
		} else {
			bol = t[i] == '\n' ||
			      (bol && isspace((unsigned char)t[i]));
			i++;
			continue;
		}
		memset(t + i, ' ', end - i);
		i = end;
	}
}

static bool sy_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Behind the parenthesis that closes the one at @at; 0: none does. */
static size_t sy_close(const char *t, size_t size, size_t at)
{
	int depth = 0;

	for (; at < size; at++) {
		depth += (t[at] == '(') - (t[at] == ')');
		if (!depth)
			return at + 1;
	}
	return 0;
}

/* From @begin to @end with single blanks, and none beside punctuation. */
static char *sy_normal(const char *t, size_t begin, size_t end)
{
	char *out = malloc(end - begin + 1);
	size_t i, n = 0;

	for (i = begin; out && i < end; i++) {
		if (!isspace((unsigned char)t[i])) {
			out[n++] = t[i];
			continue;
		}
		while (i + 1 < end && isspace((unsigned char)t[i + 1]))
			i++;
		if (n && i + 1 < end && sy_is_word(out[n - 1]) &&
		    sy_is_word(t[i + 1]))
			out[n++] = ' ';
	}
	if (out)
		out[n] = '\0';
	return out;
}

static char *sy_find_head(const char *t, size_t size, const char *name)
{
	size_t i, k, len = strlen(name), begin = 0, end;
	int depth = 0;

	for (i = 0; i + len < size; i++) {
		depth += (t[i] == '{') - (t[i] == '}');
		if (!depth && (t[i] == ';' || t[i] == '}'))
			begin = i + 1;
		if (depth || strncmp(t + i, name, len) ||
		    (i && sy_is_word(t[i - 1])) || sy_is_word(t[i + len]))
			continue;
		for (k = i + len; k < size && isspace((unsigned char)t[k]); k++)
			;
		if (k == size || t[k] != '(')
			continue;
		end = sy_close(t, size, k);
		for (k = end;
		     end && k < size &&
		     (isspace((unsigned char)t[k]) || sy_is_word(t[k]));
		     k++)
			;
		if (end && k < size && t[k] == '{')
			return sy_normal(t, begin, end);
	}
	return NULL;
}

char *sy_code_only(const char *text, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return NULL;
	if (size)
		memcpy(copy, text, size);
	copy[size] = '\0';
	sy_blank(copy, size);
	return copy;
}

char *sy_struct_body(const char *code, size_t size, size_t *at, char *name,
		     size_t room)
{
	size_t i, from, len, end;
	int depth = 0;

	for (i = *at; i + 6 < size; i++) {
		if ((strncmp(code + i, "struct", 6) ||
		     sy_is_word(code[i + 6])) &&
		    (strncmp(code + i, "union", 5) || sy_is_word(code[i + 5])))
			continue;
		if (i && sy_is_word(code[i - 1]))
			continue;
		from = i + (code[i] == 's' ? 6 : 5);
		from += strspn(code + from, " \t\n");
		for (len = 0; sy_is_word(code[from + len]); len++)
			;
		end = from + len + strspn(code + from + len, " \t\n");
		if (!len || len >= room || code[end] != '{')
			continue;
		memcpy(name, code + from, len);
		name[len] = '\0';
		*at = end + 1;
		for (i = end; i < size; i++) {
			depth += (code[i] == '{') - (code[i] == '}');
			if (!depth)
				return sy_normal(code, end, i + 1);
		}
		return NULL;
	}
	return NULL;
}

char *sy_definition_head(const char *text, size_t size, const char *name)
{
	char *copy = sy_code_only(text, size), *head;

	if (!copy)
		return NULL;
	head = sy_find_head(copy, size, name);
	free(copy);
	return head;
}
