// SPDX-License-Identifier: GPL-2.0
/*
 * Writes tables as scripts/kallsyms.c of 6.1 does: every token is the character
 * of its own number, but for one of two characters that is used.
 */
#include <stdio.h>
#include <string.h>

#include "make_kallsyms.h"

#define SY_TOKEN_TF 1 /* "Tf" */

static void sy_put32(struct sy_made_tables *t, uint32_t value)
{
	memcpy(t->bytes + t->size, &value, sizeof(value));
	t->size += sizeof(value);
}

static void sy_align(struct sy_made_tables *t)
{
	t->size = (t->size + 7) & ~(size_t)7;
}

static void sy_put_name(struct sy_made_tables *t, uint32_t i)
{
	char name[16];
	size_t n;

	if (i < 2)
		n = (size_t)snprintf(name, sizeof(name), "Ap%u", i);
	else if (i >= SY_MADE_SYMBOLS - 2)
		n = (size_t)snprintf(name, sizeof(name), "ttwin");
	else
		n = (size_t)snprintf(name, sizeof(name), "%c%u", SY_TOKEN_TF,
				     i);
	t->bytes[t->size++] = (uint8_t)n;
	memcpy(t->bytes + t->size, name, n);
	t->size += n;
}

static void sy_put_tokens(struct sy_made_tables *t)
{
	uint16_t index[256];
	uint32_t i;

	t->tokens = t->size;
	for (i = 0; i < 256; i++) {
		index[i] = (uint16_t)(t->size - t->tokens);
		if (i == SY_TOKEN_TF) {
			memcpy(t->bytes + t->size, "Tf", 3);
			t->size += 3;
		} else {
			t->bytes[t->size++] = (uint8_t)(i ? i : '?');
			t->bytes[t->size++] = 0;
		}
	}
	sy_align(t);
	t->index = t->size;
	memcpy(t->bytes + t->size, index, sizeof(index));
	t->size += sizeof(index);
}

void sy_make_kallsyms(struct sy_made_tables *ret)
{
	uint32_t i, markers[3] = { 0 };
	const uint64_t base = SY_MADE_BASE;

	memset(ret, 0, sizeof(*ret));
	ret->size = 40; /* something else before */
	for (i = 0; i < SY_MADE_SYMBOLS; i++)
		sy_put32(ret, i < 2 ? 8 * (i + 1) : (uint32_t)-1 - 16 * i);
	sy_align(ret);
	ret->base = ret->size;
	memcpy(ret->bytes + ret->size, &base, sizeof(base));
	ret->size += sizeof(base);
	sy_put32(ret, SY_MADE_SYMBOLS);
	sy_align(ret);
	ret->names = ret->size;
	for (i = 0; i < SY_MADE_SYMBOLS; i++) {
		if (i % 256 == 0)
			markers[i / 256] = (uint32_t)(ret->size - ret->names);
		sy_put_name(ret, i);
	}
	sy_align(ret);
	ret->markers = ret->size;
	for (i = 0; i < 3; i++)
		sy_put32(ret, markers[i]);
	sy_align(ret);
	sy_put_tokens(ret);
	ret->size += 40; /* something else behind */
}
