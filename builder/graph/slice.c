// SPDX-License-Identifier: GPL-2.0
/*
 * A header that changes reaches thousands of units, and few of them use what
 * has changed. A preprocessed text is cut into its declarations at the outermost
 * level. Those that only one of the texts has are changed; each identifier that
 * a changed declaration may declare is tainted; a declaration that emits nothing
 * itself (a type, a prototype, an inline function) and names what is tainted
 * taints what it declares, and so on. A function or datum that is changed or
 * names what is tainted decides: the unit has to be compiled. Where it is not
 * clear what a declaration declares, everything that it names is taken.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../tool/list.h"
#include "slice.h"
#include "token.h"

struct sy_word {
	const char *text;
	uint32_t len;
	uint32_t item; /* + 1 of the item that last named it: to name it once */
	bool tainted;
};

struct sy_item {
	uint64_t digest;
	uint32_t first, n; /* names it uses, in sy_slice.uses */
	uint32_t declared; /* of these, in front: what it may declare */
	bool emits, changed;
	uint8_t side;
};

struct sy_slice {
	struct sy_word *words; /* a hash table */
	size_t nwords, room;
	bool full; /* then nothing is known */
	struct sy_item *items;
	size_t nitems, item_room;
	uint32_t *uses; /* indexes into words */
	size_t nuses, use_room;
};

/* What the scan of one declaration has seen so far. */
struct sy_scan {
	uint64_t digest;
	uint32_t first;
	int parens, braces;
	bool is_inline, is_extern, is_typedef, is_record, is_enum;
	bool has_call, has_body, has_value, has_declarator;
	uint32_t last; /* word before, + 1; 0: no identifier */
	char previous; /* the character token before */
	bool pointer; /* the character before is a '*' of "(*" */
	bool record_tag; /* the word before was struct, union or enum */
	uint32_t name; /* + 1: of a function */
	bool name_all;
	uint32_t *declared;
	size_t ndeclared, room;
};

static uint64_t sy_mix(uint64_t hash, const char *bytes, size_t len)
{
	while (len--)
		hash = (hash ^ (uint8_t)*bytes++) * 0x100000001b3u;
	return hash;
}

/* Adds to a list of words or of indexes into them. */
static int sy_append(uint32_t **list, size_t *n, size_t *room, uint32_t one)
{
	uint32_t *grown = sy_list_more(*list, *n, room, sizeof(*grown));

	if (!grown)
		return -1;
	*list = grown;
	grown[(*n)++] = one;
	return 0;
}

static int sy_use(struct sy_slice *s, uint32_t word)
{
	return sy_append(&s->uses, &s->nuses, &s->use_room, word - 1);
}

static struct sy_word *sy_slot(struct sy_word *words, size_t room,
			       const char *text, uint32_t len)
{
	size_t at = sy_mix(0xcbf29ce484222325u, text, len) & (room - 1);

	while (words[at].text &&
	       (words[at].len != len || memcmp(words[at].text, text, len)))
		at = (at + 1) & (room - 1);
	return &words[at];
}

/* Doubling keeps no index: so it is done before any text is read. */
static int sy_words_room(struct sy_slice *s, size_t bytes)
{
	size_t room = 4096;

	while (room < bytes / 4)
		room *= 2;
	s->words = calloc(room, sizeof(*s->words));
	s->room = room;
	return s->words ? 0 : -1;
}

/* The word's index + 1; 0 when the table is full. */
static uint32_t sy_intern(struct sy_slice *s, const char *text, uint32_t len)
{
	struct sy_word *w = sy_slot(s->words, s->room, text, len);

	if (!w->text) {
		s->full |= s->nwords + 1 >= s->room - s->room / 8;
		if (s->full)
			return 0;
		s->nwords++;
		w->text = text;
		w->len = len;
	}
	return (uint32_t)(w - s->words) + 1;
}

static bool sy_is(const struct sy_slice *s, uint32_t word, const char *name)
{
	const struct sy_word *w = &s->words[word - 1];

	return word && w->len == strlen(name) && !memcmp(w->text, name, w->len);
}

static bool sy_is_one_of(const struct sy_slice *s, uint32_t word,
			 const char *const *names)
{
	for (; *names; names++)
		if (sy_is(s, word, *names))
			return true;
	return false;
}

static bool sy_is_keyword(const struct sy_slice *s, uint32_t word)
{
	static const char *const names[] = {
		"static",
		"inline",
		"__inline__",
		"__inline",
		"extern",
		"const",
		"volatile",
		"typedef",
		"struct",
		"union",
		"enum",
		"int",
		"unsigned",
		"long",
		"char",
		"short",
		"void",
		"signed",
		"_Bool",
		"if",
		"else",
		"return",
		"for",
		"while",
		"do",
		"sizeof",
		"switch",
		"case",
		"default",
		"break",
		"continue",
		"goto",
		"__attribute__",
		"asm",
		"__asm__",
		"__typeof__",
		"typeof",
		"__extension__",
		"register",
		"__volatile__",
		"__const",
		"__signed__",
		NULL,
	};

	return sy_is_one_of(s, word, names);
}

/* '(' behind these opens no parameter list. */
static bool sy_is_operator(const struct sy_slice *s, uint32_t word)
{
	static const char *const names[] = {
		"__attribute__", "__attribute", "asm",	  "__asm__",
		"__asm",	 "__typeof__",	"typeof", "_Alignas",
		"__alignof__",	 "__declspec",	NULL,
	};

	return sy_is_one_of(s, word, names);
}

static int sy_declare(struct sy_scan *c, uint32_t word)
{
	if (!word)
		return 0;
	return sy_append(&c->declared, &c->ndeclared, &c->room, word);
}

static void sy_see_keyword(const struct sy_slice *s, struct sy_scan *c,
			   uint32_t word)
{
	if (c->has_body)
		return;
	c->is_enum |= sy_is(s, word, "enum");
	if (c->parens || c->braces)
		return;
	if (sy_is(s, word, "inline") || sy_is(s, word, "__inline__") ||
	    sy_is(s, word, "__inline"))
		c->is_inline = true;
	else if (sy_is(s, word, "extern"))
		c->is_extern = true;
	else if (sy_is(s, word, "typedef"))
		c->is_typedef = true;
	else if (sy_is(s, word, "struct") || sy_is(s, word, "union") ||
		 sy_is(s, word, "enum"))
		c->is_record = true;
}

static int sy_see_word(struct sy_slice *s, struct sy_scan *c, uint32_t word)
{
	uint32_t item = (uint32_t)s->nitems + 1;

	sy_see_keyword(s, c, word);
	if (!c->parens && !c->braces && c->last && sy_is_operator(s, word) &&
	    sy_declare(c, c->last)) /* "int x __attribute__" */
		return -1;
	c->record_tag = sy_is(s, c->last, "struct") ||
			sy_is(s, c->last, "union") || sy_is(s, c->last, "enum");
	if (word && s->words[word - 1].item != item &&
	    !sy_is_keyword(s, word)) {
		s->words[word - 1].item = item;
		if (sy_use(s, word))
			return -1;
	}
	c->last = word;
	return 0;
}

/* A character between identifiers, which tells what the one before was. */
static int sy_see_char(struct sy_slice *s, struct sy_scan *c, char is)
{
	int err = 0;

	if (is == '{' && c->last && !c->has_body)
		err = sy_declare(c, c->last); /* a tag */
	else if (c->last && c->is_enum && c->braces && strchr(",=}", is))
		err = sy_declare(c, c->last); /* a constant */
	else if (c->last && !c->braces && !c->parens && strchr(";,=[:", is)) {
		err = sy_declare(c, c->last); /* a declarator */
		c->has_declarator |= !sy_is_keyword(s, c->last) &&
				     !c->record_tag;
	} else if (is == ')' && c->last && c->previous == '*' && c->pointer &&
		   c->parens == 1 && !c->has_body)
		err = sy_declare(c, c->last); /* "(*name)" */
	c->pointer = is == '*' && !c->last &&
		     (c->previous == '(' || (c->previous == '*' && c->pointer));
	c->name_all |= is == '(' && c->previous == ')' && !c->last &&
		       !c->parens && !c->braces;
	if (is == '(' && !c->parens && !c->braces &&
	    !sy_is_operator(s, c->last)) {
		if (!c->has_call)
			c->name = c->last;
		c->has_call = true;
	}
	if (is == '=' && !c->braces && !c->parens)
		c->has_value = true;
	if (is == '{' && !c->braces && !c->parens && c->has_call &&
	    !c->has_value)
		c->has_body = true;
	c->parens += (is == '(') - (is == ')');
	c->braces += (is == '{') - (is == '}');
	c->previous = is;
	c->last = 0;
	return err;
}

/* Neither a type nor a prototype nor an inline function nor a reference. */
static bool sy_scan_emits(const struct sy_scan *c)
{
	if (c->is_typedef)
		return false;
	if (c->has_body)
		return !c->is_inline;
	if (c->has_value)
		return true;
	if (c->is_extern || c->has_call)
		return !c->has_call && !c->is_extern;
	return !c->is_record || c->has_declarator;
}

static int sy_item_end(struct sy_slice *s, struct sy_scan *c, uint8_t side)
{
	struct sy_item *item =
		sy_list_more(s->items, s->nitems, &s->item_room, sizeof(*item));
	uint32_t i;
	int err = 0;

	if (!item)
		return -1;
	s->items = item;
	if (c->has_call)
		err = sy_declare(c, c->name);
	item = &s->items[s->nitems];
	*item = (struct sy_item){ .digest = c->digest,
				  .first = (uint32_t)s->nuses,
				  .emits = sy_scan_emits(c),
				  .side = side };
	/* A call without a name, such as a function that returns a pointer to
	 * one: everything that it names. */
	if (c->has_call &&
	    (c->name_all || !c->name || sy_is_keyword(s, c->name)))
		for (i = c->first; !err && i < item->first; i++)
			err = sy_declare(c, s->uses[i] + 1);
	for (i = 0; !err && i < c->ndeclared; i++)
		if (!sy_is_keyword(s, c->declared[i]))
			err = sy_use(s, c->declared[i]);
	item->declared = (uint32_t)s->nuses - item->first;
	item->n = item->first - c->first;
	s->nitems++;
	return err;
}

static void sy_scan_begin(const struct sy_slice *s, struct sy_scan *c)
{
	uint32_t *declared = c->declared;
	size_t room = c->room;

	*c = (struct sy_scan){ .digest = 0xcbf29ce484222325u,
			       .first = (uint32_t)s->nuses,
			       .declared = declared,
			       .room = room };
}

/* One token, and the end of the declaration where it is the last. */
static int sy_token(struct sy_slice *s, struct sy_scan *c, const char *at,
		    const char *next, uint8_t side)
{
	bool body = false;
	int err;

	c->digest = sy_mix(sy_mix(c->digest, at, (size_t)(next - at)), "", 1);
	if (isalpha((unsigned char)*at) || *at == '_' || *at == '$')
		return sy_see_word(s, c,
				   sy_intern(s, at, (uint32_t)(next - at)));
	if (next - at > 1 || isdigit((unsigned char)*at)) {
		c->last = 0;
		c->previous = '0';
		return 0;
	}
	err = sy_see_char(s, c, *at);
	body = *at == '}' && c->has_body && c->braces <= 0 && c->parens <= 0;
	if (err || (!body && (*at != ';' || c->braces > 0 || c->parens > 0)))
		return err;
	err = sy_item_end(s, c, side);
	sy_scan_begin(s, c);
	return err;
}

static int sy_read_text(struct sy_slice *s, const struct sy_file *file,
			uint8_t side)
{
	const char *at = (const char *)file->bytes, *end = at + file->size;
	struct sy_scan c = { 0 };
	const char *next;
	bool open = false;
	int err = 0;

	sy_scan_begin(s, &c);
	for (; !err && at < end; at = next) {
		next = at + 1;
		if (isspace((unsigned char)*at))
			continue;
		if (*at == '"' || *at == '\'')
			next = sy_skip_quoted(at, end);
		else
			next = sy_word_end(at, end) > at ?
				       sy_word_end(at, end) :
				       next;
		err = sy_token(s, &c, at, next, side);
		open = c.digest != 0xcbf29ce484222325u;
	}
	if (!err && open) {
		err = sy_item_end(s, &c, side);
		s->items[s->nitems - !err].emits |= !err;
	}
	free(c.declared);
	return err;
}

static int sy_item_compare(const void *a, const void *b)
{
	const struct sy_item *x = a, *y = b;

	if (x->digest != y->digest)
		return x->digest < y->digest ? -1 : 1;
	return x->side - y->side;
}

/* Of equal digests, as many on one side as on the other: unchanged. */
static bool sy_mark_changed(struct sy_slice *s)
{
	size_t i, j, k, sides[2];
	bool any = false;

	if (s->nitems)
		qsort(s->items, s->nitems, sizeof(*s->items), sy_item_compare);
	for (i = 0; i < s->nitems; i = j) {
		sides[0] = sides[1] = 0;
		for (j = i;
		     j < s->nitems && s->items[j].digest == s->items[i].digest;
		     j++)
			sides[s->items[j].side]++;
		/* What is declared twice instead of once is the same. */
		if (sides[0] && sides[1] &&
		    (sides[0] == sides[1] || !s->items[i].emits))
			continue;
		for (k = i; k < j; k++)
			s->items[k].changed = true;
		any = true;
	}
	return any;
}

static bool sy_names_tainted(const struct sy_slice *s,
			     const struct sy_item *item)
{
	uint32_t i, from = item->first - item->n;

	for (i = from; i < item->first; i++)
		if (s->words[s->uses[i]].tainted)
			return true;
	return false;
}

/* Taints until nothing is new; true when an item that emits is reached. */
static bool sy_taint(struct sy_slice *s)
{
	struct sy_item *item;
	bool more = true;
	size_t i, k;

	while (more) {
		more = false;
		for (i = 0; i < s->nitems; i++) {
			item = &s->items[i];
			if (!item->changed && !sy_names_tainted(s, item))
				continue;
			if (item->emits)
				return true;
			for (k = 0; k < item->declared; k++) {
				struct sy_word *w =
					&s->words[s->uses[item->first + k]];

				more |= !w->tainted;
				w->tainted = true;
			}
		}
	}
	return false;
}

struct sy_fault *sy_slice_differs(const struct sy_file *before,
				  const struct sy_file *after, bool *ret)
{
	struct sy_slice s = { 0 };
	int err;

	*ret = before->size != after->size ||
	       (before->size &&
		memcmp(before->bytes, after->bytes, before->size));
	if (!*ret)
		return NULL;
	err = sy_words_room(&s, before->size + after->size);
	if (!err)
		err = sy_read_text(&s, before, 0);
	if (!err)
		err = sy_read_text(&s, after, 1);
	if (!err)
		*ret = s.full || (sy_mark_changed(&s) && sy_taint(&s));
	free(s.words);
	free(s.items);
	free(s.uses);
	return err ? sy_fault_no_memory() : NULL;
}
