// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of the one compile unit that gcc describes in an object: its tree is
 * walked once, forwards. Of each named struct or union the size is taken, and of
 * each member where it lies and how many bytes or bits it has; the names of
 * members mean nothing. Every length is checked against the section.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../tool/list.h"
#include "types.h"

enum { /* DWARF 4, 7.5: only what is looked at */
       DW_TAG_member = 0x0d,
       DW_TAG_structure_type = 0x13,
       DW_TAG_union_type = 0x17,
       DW_AT_name = 0x03,
       DW_AT_byte_size = 0x0b,
       DW_AT_bit_size = 0x0d,
       DW_AT_data_member_location = 0x38,
       DW_AT_type = 0x49,
       DW_AT_declaration = 0x3c,
       DW_AT_bit_offset = 0x0c,
       DW_AT_data_bit_offset = 0x6b,
       DW_AT_upper_bound = 0x2f,
       DW_AT_count = 0x37,
};

struct sy_abbrev {
	uint64_t tag;
	bool children;
	const uint8_t *specs; /* pairs of attribute and form, ends with 0, 0 */
};

struct sy_dwarf {
	const struct sy_elf *elf;
	const struct sy_section *info, *abbrev, *str;
	struct sy_abbrev *abbrevs; /* by code */
	size_t nabbrevs;
	uint64_t at; /* in info */
	bool bad;
	struct sy_die *dies; /* in order */
	size_t n, room;
};

struct sy_die {
	uint32_t offset;
	uint16_t tag, depth;
	const char *name;
	uint64_t size, type, place, bits, bit_place, bound;
	bool has_size, declaration, has_bound;
};

static uint64_t sy_fixed(struct sy_dwarf *d, const struct sy_section *s,
			 uint64_t *at, unsigned int len)
{
	uint64_t v = 0;

	if (!sy_within(*at, len, s->size)) {
		d->bad = true;
		return 0;
	}
	memcpy(&v, s->data + *at, len);
	*at += len;
	return v;
}

static uint64_t sy_leb(struct sy_dwarf *d, const struct sy_section *s,
		       uint64_t *at)
{
	uint64_t v = 0, byte;
	unsigned int shift = 0;

	do {
		byte = sy_fixed(d, s, at, 1);
		if (shift < 64)
			v |= (byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && !d->bad);
	return v;
}

#define SY_ABBREVS_MAX 65536

static struct sy_fault *sy_read_abbrevs(struct sy_dwarf *d)
{
	const struct sy_section *s = d->abbrev;
	struct sy_abbrev *a;
	uint64_t at = 0, code, first, second;

	d->nabbrevs = s->size < SY_ABBREVS_MAX ? s->size : SY_ABBREVS_MAX;
	d->abbrevs = calloc(d->nabbrevs + 1, sizeof(*d->abbrevs));
	if (!d->abbrevs)
		return sy_fault_no_memory();
	while (!d->bad && (code = sy_leb(d, s, &at))) {
		d->bad |= code > d->nabbrevs;
		a = &d->abbrevs[d->bad ? 0 : code];
		a->tag = sy_leb(d, s, &at);
		a->children = sy_fixed(d, s, &at, 1);
		a->specs = s->data + at;
		do {
			first = sy_leb(d, s, &at);
			second = sy_leb(d, s, &at);
		} while (!d->bad && (first || second));
	}
	return NULL;
}

/* The string that DW_FORM_strp names: by the relocation of its field. */
static const char *sy_string(struct sy_dwarf *d, uint64_t field)
{
	const struct sy_rela *r;
	uint64_t at;
	size_t n;

	r = sy_section_relas(d->info, field, field + 1, &n);
	if (n != 1 || !d->str)
		return NULL;
	at = d->elf->symbols[r->symbol].value + (uint64_t)r->addend;
	if (&d->elf->sections[d->elf->symbols[r->symbol].section] != d->str ||
	    at >= d->str->size ||
	    !memchr(d->str->data + at, 0, d->str->size - at))
		return NULL;
	return (const char *)d->str->data + at;
}

static void sy_skip(struct sy_dwarf *d, uint64_t len)
{
	d->bad |= !sy_within(d->at, len, d->info->size);
	d->at += d->bad ? 0 : len;
}

static const char *sy_inline_string(struct sy_dwarf *d)
{
	const char *text = (const char *)d->info->data + d->at;
	const void *end = memchr(text, 0, d->info->size - d->at);

	d->bad |= !end;
	sy_skip(d, end ? (uint64_t)((const char *)end - text) + 1 : 0);
	return d->bad ? NULL : text;
}

/* The value of a form, as a number or a string; behind it afterwards. */
static uint64_t sy_form(struct sy_dwarf *d, uint64_t form, const char **text)
{
	uint64_t field = d->at;

	*text = NULL;
	switch (form) {
	case 0x0b: /* data1 */
	case 0x0c: /* flag */
	case 0x11: /* ref1 */
		return sy_fixed(d, d->info, &d->at, 1);
	case 0x05: /* data2 */
	case 0x12: /* ref2 */
		return sy_fixed(d, d->info, &d->at, 2);
	case 0x06: /* data4 */
	case 0x13: /* ref4 */
	case 0x17: /* sec_offset */
		return sy_fixed(d, d->info, &d->at, 4);
	case 0x0e: /* strp */
		*text = sy_string(d, field);
		return sy_fixed(d, d->info, &d->at, 4);
	case 0x01: /* addr */
	case 0x07: /* data8 */
	case 0x14: /* ref8 */
	case 0x20: /* ref_sig8 */
		return sy_fixed(d, d->info, &d->at, 8);
	case 0x08: /* string */
		*text = sy_inline_string(d);
		return 0;
	case 0x0d: /* sdata: of these only the sign is lost */
	case 0x0f: /* udata */
	case 0x15: /* ref_udata */
		return sy_leb(d, d->info, &d->at);
	case 0x19: /* flag_present */
		return 1;
	case 0x0a: /* block1 */
		sy_skip(d, sy_fixed(d, d->info, &d->at, 1));
		return 0;
	case 0x03: /* block2 */
		sy_skip(d, sy_fixed(d, d->info, &d->at, 2));
		return 0;
	case 0x04: /* block4 */
		sy_skip(d, sy_fixed(d, d->info, &d->at, 4));
		return 0;
	case 0x09: /* block */
	case 0x18: /* exprloc */
		sy_skip(d, sy_leb(d, d->info, &d->at));
		return 0;
	default:
		d->bad = true;
		return 0;
	}
}

static void sy_note_attribute(struct sy_die *die, uint64_t name, uint64_t v,
			      const char *text)
{
	switch (name) {
	case DW_AT_name:
		die->name = text;
		break;
	case DW_AT_byte_size:
		die->size = v;
		die->has_size = true;
		break;
	case DW_AT_bit_size:
		die->bits = v;
		break;
	case DW_AT_bit_offset:
	case DW_AT_data_bit_offset:
		die->bit_place = v;
		break;
	case DW_AT_data_member_location:
		die->place = v;
		break;
	case DW_AT_type:
		die->type = v;
		break;
	case DW_AT_declaration:
		die->declaration = true;
		break;
	case DW_AT_upper_bound:
	case DW_AT_count: /* one less, like the other */
		die->bound = name == DW_AT_count ? v - 1 : v;
		die->has_bound = true;
		break;
	}
}

static struct sy_fault *sy_read_die(struct sy_dwarf *d, uint16_t *depth)
{
	const struct sy_section *s = d->abbrev;
	struct sy_die *grown, *die;
	const struct sy_abbrev *a;
	uint64_t begin = d->at, code, at, name, form, value;
	const char *text;

	code = sy_leb(d, d->info, &d->at);
	if (!code) {
		*depth -= *depth > 0;
		return NULL;
	}
	d->bad |= code > d->nabbrevs || !d->abbrevs[code].specs;
	if (d->bad)
		return NULL;
	a = &d->abbrevs[code];
	grown = sy_list_more(d->dies, d->n, &d->room, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	d->dies = grown;
	die = &d->dies[d->n++];
	*die = (struct sy_die){ .offset = (uint32_t)begin,
				.tag = (uint16_t)a->tag,
				.depth = *depth };
	at = (uint64_t)(a->specs - s->data);
	while (!d->bad) {
		name = sy_leb(d, s, &at);
		form = sy_leb(d, s, &at);
		if (!name && !form)
			break;
		value = sy_form(d, form, &text);
		sy_note_attribute(die, name, value, text);
	}
	*depth += a->children;
	return NULL;
}

static int sy_die_compare(const void *key, const void *die)
{
	uint64_t offset = *(const uint64_t *)key;
	uint32_t other = ((const struct sy_die *)die)->offset;

	return (offset > other) - (offset < other);
}

static const struct sy_die *sy_die_at(const struct sy_dwarf *d, uint64_t offset)
{
	return d->n ? bsearch(&offset, d->dies, d->n, sizeof(*d->dies),
			      sy_die_compare) :
		      NULL;
}

static uint64_t sy_mix(uint64_t hash, uint64_t v)
{
	return (hash ^ v) * 0x100000001b3u + (v >> 32);
}

#define SY_TYPE_DEPTH 32

static uint64_t sy_layout(const struct sy_dwarf *d, const struct sy_die *die,
			  int deep, size_t *members);

/* What a member is made of: a named struct by its own layout elsewhere, here
 * only its size; what has no name as a part of this. */
static uint64_t sy_layout_of_type(const struct sy_dwarf *d, uint64_t offset,
				  int deep)
{
	const struct sy_die *t = sy_die_at(d, offset), *next;
	uint64_t hash = 1;
	size_t n;

	for (; t && deep < SY_TYPE_DEPTH && !t->has_size; deep++) {
		for (next = t + 1;
		     next < d->dies + d->n && next->depth > t->depth; next++)
			if (next->depth == t->depth + 1) /* of an array */
				hash = sy_mix(hash, next->has_bound ?
							    next->bound + 2 :
							    1);
		t = sy_die_at(d, t->type); /* typedef, const, array */
	}
	if (!t)
		return hash;
	hash = sy_mix(hash, t->size);
	if ((t->tag == DW_TAG_structure_type || t->tag == DW_TAG_union_type) &&
	    !t->name && deep < SY_TYPE_DEPTH)
		hash = sy_mix(hash, sy_layout(d, t, deep + 1, &n));
	return hash;
}

static uint64_t sy_layout(const struct sy_dwarf *d, const struct sy_die *die,
			  int deep, size_t *members)
{
	const struct sy_die *m;
	uint64_t hash = sy_mix(0xcbf29ce484222325u, die->size);

	*members = 0;
	for (m = die + 1; m < d->dies + d->n && m->depth > die->depth; m++) {
		if (m->depth != die->depth + 1 || m->tag != DW_TAG_member)
			continue;
		hash = sy_mix(hash, m->place);
		hash = sy_mix(hash, m->bits);
		hash = sy_mix(hash, m->bit_place);
		hash = sy_mix(hash, sy_layout_of_type(d, m->type, deep));
		(*members)++;
	}
	return hash;
}

static int sy_type_compare(const void *a, const void *b)
{
	const struct sy_type *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct sy_fault *sy_collect(const struct sy_dwarf *d,
				   struct sy_types *ret)
{
	const struct sy_die *die;
	struct sy_type *t;
	size_t i;

	ret->types = calloc(d->n + 1, sizeof(*ret->types));
	if (!ret->types)
		return sy_fault_no_memory();
	for (i = 0; i < d->n; i++) {
		die = &d->dies[i];
		if ((die->tag != DW_TAG_structure_type &&
		     die->tag != DW_TAG_union_type) ||
		    !die->name || die->declaration || die->depth != 1)
			continue;
		t = &ret->types[ret->n++];
		t->name = die->name;
		t->is_union = die->tag == DW_TAG_union_type;
		t->size = die->size;
		t->digest = sy_layout(d, die, 0, &t->nmembers);
	}
	if (ret->n)
		qsort(ret->types, ret->n, sizeof(*ret->types), sy_type_compare);
	return NULL;
}

static struct sy_fault *sy_read_info(struct sy_dwarf *d)
{
	struct sy_fault *fault = sy_read_abbrevs(d);
	uint16_t depth = 0, version;
	uint64_t size, end;

	size = sy_fixed(d, d->info, &d->at, 4);
	end = d->at + size;
	version = (uint16_t)sy_fixed(d, d->info, &d->at, 2);
	d->bad |= end > d->info->size || version < 2 || version > 4;
	sy_fixed(d, d->info, &d->at, 4);
	d->bad |= sy_fixed(d, d->info, &d->at, 1) != 8;
	while (!fault && !d->bad && d->at < end)
		fault = sy_read_die(d, &depth);
	return fault;
}

struct sy_fault *sy_types_read(const struct sy_elf *elf, struct sy_types *ret)
{
	struct sy_dwarf d = { .elf = elf };
	struct sy_fault *fault = NULL;

	*ret = (struct sy_types){ 0 };
	d.info = sy_elf_section(elf, ".debug_info");
	d.abbrev = sy_elf_section(elf, ".debug_abbrev");
	d.str = sy_elf_section(elf, ".debug_str");
	if (d.str && !d.str->data)
		d.str = NULL;
	d.bad = !d.info || !d.info->data || !d.abbrev || !d.abbrev->data;
	if (!d.bad)
		fault = sy_read_info(&d);
	if (!fault && d.bad)
		fault = sy_fault_make(SY_FAULT_BAD_FILE,
				      "%s: no debugging information of DWARF "
				      "4, or damaged",
				      elf->path);
	if (!fault)
		fault = sy_collect(&d, ret);
	free(d.dies);
	free(d.abbrevs);
	if (fault)
		sy_types_deinit(ret);
	return fault;
}

void sy_types_deinit(struct sy_types *types)
{
	free(types->types);
	*types = (struct sy_types){ 0 };
}

const struct sy_type *sy_types_differ(const struct sy_types *before,
				      const struct sy_types *after)
{
	const struct sy_type *x, *y;
	size_t i;

	for (i = 0; i < before->n; i++) {
		x = &before->types[i];
		y = bsearch(x, after->types, after->n, sizeof(*y),
			    sy_type_compare);
		if (y && (x->is_union != y->is_union || x->size != y->size ||
			  x->digest != y->digest))
			return x;
	}
	return NULL;
}
