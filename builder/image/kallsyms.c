// SPDX-License-Identifier: GPL-2.0
/*
 * Decodes the kallsyms tables of 6.1 (scripts/kallsyms.c of that version):
 *
 *	offsets[n], 4 bytes each; relative base; n; names; markers, one for 256
 *	names; a table by name that is not needed here; tokens; token index
 *
 * each aligned to 8 bytes and without a symbol that says where. The base, a
 * kernel address followed by a small number, is searched for, and every guess
 * is proven: the names must end where the markers begin, and each marker must
 * be the position of its name. So what is accepted is the table or nothing.
 */
#include <stdlib.h>

#include "kallsyms.h"

#define SY_NAME_MAX 511 /* KSYM_NAME_LEN - 1 */
#define SY_MARKED 256 /* names between two markers */
#define SY_SYMBOLS_MIN 256
#define SY_SYMBOLS_MAX (1u << 22)
#define SY_NAMES_MAX (1ul << 28) /* bytes of all names */
#define SY_STEPS_MAX (1u << 26) /* names passed by all guesses together */
#define SY_TOKEN_MAX 512
#define SY_KERNEL_BASE 0xffffffff80000000ull

struct sy_tables {
	const uint8_t *offsets, *names, *tokens, *token_index;
	const uint8_t *names_end, *end; /* end: of all bytes */
	uint64_t base;
	uint32_t n;
};

static size_t sy_align8(size_t at)
{
	return (at + 7) & ~(size_t)7;
}

/* The next name: its first byte and its length; NULL: not a name. */
static const uint8_t *sy_next_name(const uint8_t *at, const uint8_t *end,
				   size_t *ret)
{
	size_t len;

	if (at >= end)
		return NULL;
	len = *at++;
	if (len & 0x80) {
		if (at >= end)
			return NULL;
		len = (len & 0x7f) | (size_t)*at++ << 7;
	}
	if (!len || len > SY_NAME_MAX || len > (size_t)(end - at))
		return NULL;
	*ret = len;
	return at;
}

/* Where the names end, when there are n of them; NULL: there are not. */
static const uint8_t *sy_skip_names(const uint8_t *at, const uint8_t *end,
				    uint32_t n, uint32_t *steps)
{
	size_t len;

	while (n--) {
		at = *steps ? sy_next_name(at, end, &len) : NULL;
		if (!at)
			return NULL;
		--*steps;
		at += len;
	}
	return at;
}

/* Are these the markers of these names? */
static int sy_markers_fit(const struct sy_tables *t, const uint8_t *markers)
{
	const uint8_t *at = t->names;
	size_t len = 0;
	uint32_t i;

	for (i = 0; i < t->n; i++) {
		if (i % SY_MARKED == 0 &&
		    sy_get32(markers + i / SY_MARKED * 4) !=
			    (uint32_t)(at - t->names))
			return 0;
		at = sy_next_name(at, t->end, &len);
		at += len;
	}
	return 1;
}

/* Is a relative base at @at, and all that has to be around it? */
static int sy_guess(const uint8_t *bytes, size_t size, size_t at,
		    uint32_t *steps, struct sy_tables *ret)
{
	uint64_t n = sy_get64(bytes + at + 8);
	size_t offsets = sy_align8(n * 4), markers;

	if (sy_get64(bytes + at) < SY_KERNEL_BASE || n < SY_SYMBOLS_MIN ||
	    n > SY_SYMBOLS_MAX || offsets > at)
		return 0;
	ret->base = sy_get64(bytes + at);
	ret->n = (uint32_t)n;
	ret->offsets = bytes + at - offsets;
	ret->names = bytes + at + 16;
	ret->end = bytes + size;
	ret->names_end = sy_skip_names(ret->names, ret->end, ret->n, steps);
	if (!ret->names_end)
		return 0;
	markers = sy_align8((size_t)(ret->names_end - bytes));
	if (!sy_within(markers, (n + SY_MARKED - 1) / SY_MARKED * 4, size))
		return 0;
	return sy_markers_fit(ret, bytes + markers);
}

/* Do these 256 numbers index 256 strings, one behind the other, at @table? */
static int sy_tokens_fit(const uint8_t *table, const uint8_t *index)
{
	const uint8_t *at = table;
	size_t i, len, room;

	for (i = 0; i < 256; i++) {
		if (sy_get16(index + i * 2) != at - table || at >= index)
			return 0;
		room = (size_t)(index - at);
		len = strnlen((const char *)at,
			      room < SY_TOKEN_MAX ? room : SY_TOKEN_MAX);
		if (len == SY_TOKEN_MAX)
			return 0;
		at += len + 1;
	}
	return at <= index && index - at < 8;
}

/* The tokens follow the markers; between may be the table by name, of at most
 * four bytes a symbol. They are 64 KiB at most. */
static int sy_find_tokens(const uint8_t *bytes, size_t size,
			  struct sy_tables *t)
{
	size_t first = sy_align8((size_t)(t->names_end - bytes)), at, table;
	size_t length, last = first + t->n * 5ul + 2 * 65536;

	for (at = first; at <= last && sy_within(at, 512, size); at += 8) {
		length = sy_get16(bytes + at + 510);
		if (sy_get16(bytes + at) || length < 255 || length > at - first)
			continue;
		table = sy_align8(at - length - 1) - 8;
		for (; table >= first && at - length - table < 72; table -= 8)
			if (sy_tokens_fit(bytes + table, bytes + at)) {
				t->tokens = bytes + table;
				t->token_index = bytes + at;
				return 1;
			}
	}
	return 0;
}

static struct sy_fault *sy_find_tables(const uint8_t *bytes, size_t size,
				       const char *path, struct sy_tables *ret)
{
	uint32_t steps = SY_STEPS_MAX;
	size_t at;

	for (at = 0; sy_within(at, 24, size); at += 8)
		if (sy_guess(bytes, size, at, &steps, ret)) {
			if (sy_find_tokens(bytes, size, ret))
				return NULL;
			return sy_fault_make(SY_FAULT_BAD_FILE,
					     "%s: kallsyms without tokens",
					     path);
		}
	return sy_fault_make(SY_FAULT_UNSUPPORTED,
			     "%s: no kallsyms tables in the layout of 6.1",
			     path);
}

/* Expands one name behind its type; 0: it has no character or too many. */
static size_t sy_expand(const struct sy_tables *t, const uint8_t *at,
			size_t len, char *ret)
{
	const char *token;
	size_t used = 0, part;

	while (len--) {
		token = (const char *)t->tokens +
			sy_get16(t->token_index + *at++ * 2);
		part = strlen(token);
		if (part > SY_NAME_MAX + 1 - used)
			return 0;
		memcpy(ret + used, token, part);
		used += part;
	}
	ret[used] = '\0';
	return used > 1 ? used : 0;
}

/* KALLSYMS_ABSOLUTE_PERCPU: negative ones count from the base. */
static uint64_t sy_address(const struct sy_tables *t, uint32_t i)
{
	int32_t offset = (int32_t)sy_get32(t->offsets + i * 4ul);

	return offset >= 0 ? (uint64_t)offset :
			     t->base + (uint64_t)(-1 - (int64_t)offset);
}

struct sy_pool {
	char *bytes;
	size_t used, room;
};

static int sy_pool_add(struct sy_pool *pool, const char *text, size_t size)
{
	size_t room = pool->room ? pool->room : 1 << 14;
	char *grown;

	while (room - pool->used < size)
		room *= 2;
	if (room > SY_NAMES_MAX)
		return -1;
	if (room != pool->room) {
		grown = realloc(pool->bytes, room);
		if (!grown)
			return -1;
		pool->bytes = grown;
		pool->room = room;
	}
	memcpy(pool->bytes + pool->used, text, size);
	pool->used += size;
	return 0;
}

static struct sy_fault *sy_decode_all(const struct sy_tables *t,
				      const char *path, struct sy_kallsyms *k)
{
	const uint8_t *at = t->names;
	char name[SY_NAME_MAX + 2];
	struct sy_pool pool = { 0 };
	size_t len = 0, used, where = 0;
	uint32_t i;

	for (i = 0; i < t->n; i++) {
		at = sy_next_name(at, t->end, &len);
		used = sy_expand(t, at, len, name);
		at += len;
		if (!used || sy_pool_add(&pool, name + 1, used)) {
			free(pool.bytes);
			return sy_fault_make(SY_FAULT_BAD_FILE,
					     "%s: damaged name of symbol %u",
					     path, i);
		}
		k->syms[i].type = name[0];
		k->syms[i].address = sy_address(t, i);
	}
	k->names = pool.bytes;
	for (i = 0; i < t->n; i++) {
		k->syms[i].name = k->names + where;
		where += strlen(k->names + where) + 1;
	}
	return NULL;
}

static int sy_name_compare(const void *a, const void *b, void *arg)
{
	const struct sy_ksym *syms = arg;
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = strcmp(syms[x].name, syms[y].name);

	return order ? order : (x > y) - (x < y);
}

static int sy_address_compare(const void *a, const void *b, void *arg)
{
	const struct sy_ksym *syms = arg;
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (syms[x].address != syms[y].address)
		return syms[x].address < syms[y].address ? -1 : 1;
	return (x > y) - (x < y);
}

struct sy_fault *sy_kallsyms_index(struct sy_kallsyms *k)
{
	struct sy_ksym *sym, *before = NULL;
	uint32_t i;

	k->by_name = calloc(k->n + 1, sizeof(*k->by_name));
	k->by_address = calloc(k->n + 1, sizeof(*k->by_address));
	if (!k->by_name || !k->by_address)
		return sy_fault_no_memory();
	for (i = 0; i < k->n; i++)
		k->by_name[i] = k->by_address[i] = i;
	qsort_r(k->by_name, k->n, sizeof(*k->by_name), sy_name_compare,
		k->syms);
	qsort_r(k->by_address, k->n, sizeof(*k->by_address), sy_address_compare,
		k->syms);
	for (i = 0; i < k->n; i++, before = sym) {
		sym = &k->syms[k->by_name[i]];
		sym->position = before && !strcmp(before->name, sym->name) ?
					before->position + 1 :
					1;
	}
	return NULL;
}

struct sy_fault *sy_kallsyms_decode(const uint8_t *bytes, size_t size,
				    const char *path, struct sy_kallsyms *ret)
{
	struct sy_tables t = { 0 };
	struct sy_fault *fault;

	*ret = (struct sy_kallsyms){ 0 };
	fault = sy_find_tables(bytes, size, path, &t);
	if (fault)
		return fault;
	ret->n = t.n;
	ret->base = t.base;
	ret->syms = calloc(t.n, sizeof(*ret->syms));
	if (!ret->syms)
		fault = sy_fault_no_memory();
	if (!fault)
		fault = sy_decode_all(&t, path, ret);
	if (!fault)
		fault = sy_kallsyms_index(ret);
	if (fault)
		sy_kallsyms_deinit(ret);
	return fault;
}

void sy_kallsyms_deinit(struct sy_kallsyms *k)
{
	free(k->syms);
	free(k->by_name);
	free(k->by_address);
	free(k->names);
	*k = (struct sy_kallsyms){ 0 };
}

const uint32_t *sy_kallsyms_named(const struct sy_kallsyms *k, const char *name,
				  size_t *ret)
{
	size_t low = 0, high = k->n, mid, end;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (strcmp(k->syms[k->by_name[mid]].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (end = low; end < k->n; end++)
		if (strcmp(k->syms[k->by_name[end]].name, name))
			break;
	*ret = end - low;
	return k->by_name + low;
}

/* The first symbol, by address, that is at or above this address. */
static size_t sy_from(const struct sy_kallsyms *k, uint64_t address)
{
	size_t low = 0, high = k->n, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (k->syms[k->by_address[mid]].address < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const uint32_t *sy_kallsyms_at(const struct sy_kallsyms *k, uint64_t address,
			       size_t *ret)
{
	size_t low = sy_from(k, address), end;

	for (end = low; end < k->n; end++)
		if (k->syms[k->by_address[end]].address != address)
			break;
	*ret = end - low;
	return k->by_address + low;
}

uint64_t sy_kallsyms_size(const struct sy_kallsyms *k, uint64_t address)
{
	size_t i = address == UINT64_MAX ? k->n : sy_from(k, address + 1);

	return i < k->n ? k->syms[k->by_address[i]].address - address : 0;
}
