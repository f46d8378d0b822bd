// SPDX-License-Identifier: GPL-2.0
/*
 * A header is cut into macros and declarations, each with the conditions that it
 * stands under. Those that only one text has are changed, and with them whatever
 * in the headers names them. Which names such an item declares is taken only of
 * forms that leave no doubt: a macro, an inline function, a prototype, a type, an
 * extern. Anything else that changes (what emits code, what a macro declares, an
 * #include, another order) makes the answer "unknown": then each unit has to be
 * preprocessed.
 */
#include <ctype.h>
#include <stdlib.h>

#include "../tool/list.h"
#include "names.h"
#include "token.h"

enum sy_kind {
	SY_UNKNOWN,
	SY_CONDITION, /* #if and its like: also a part of what is under it */
	SY_KNOWN,
};

struct sy_item {
	uint64_t digest;
	enum sy_kind kind;
	size_t uses, nuses; /* in sy_text.words */
	size_t names, nnames; /* likewise */
	bool changed;
	uint8_t side;
};

struct sy_word {
	const char *text;
	size_t len;
};

#define SY_CONDITIONS_MAX 64

struct sy_text {
	struct sy_item *items;
	size_t nitems, item_room;
	struct sy_word *words;
	size_t nwords, word_room;
	struct sy_word *names; /* of the item that is read */
	size_t nnames, name_room;
	uint64_t conditions[SY_CONDITIONS_MAX];
	size_t nconditions;
	bool odd; /* a text that cannot be cut */
	bool no_memory;
};

/* The item that is read. */
struct sy_open {
	uint64_t digest;
	size_t uses;
	int parens, braces;
	size_t ntokens, ncalls;
	bool is_typedef, is_inline, is_static, is_extern, is_record, is_enum;
	bool has_value, has_braces, has_body, has_pointer, shouts, bare_call;
	bool has_comma;
	struct sy_word name; /* before the first parameter list */
	struct sy_word last; /* the token before, when a word */
	char before; /* the character token before that */
};

static uint64_t sy_mix(uint64_t hash, const char *bytes, size_t len)
{
	while (len--)
		hash = (hash ^ (uint8_t)*bytes++) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static bool sy_is(struct sy_word w, const char *name)
{
	return w.len == strlen(name) && !memcmp(w.text, name, w.len);
}

/* C's own words, and scalar types that every file names: declared by a typedef
 * alone, where they count. */
static bool sy_is_common(struct sy_word w, bool types)
{
	static const char *const names[] = {
		"static",   "inline",	"__inline", "__always_inline",
		"extern",   "const",	"volatile", "typedef",
		"struct",   "union",	"enum",	    "int",
		"unsigned", "long",	"char",	    "short",
		"void",	    "signed",	"if",	    "else",
		"return",   "for",	"while",    "do",
		"sizeof",   "switch",	"case",	    "default",
		"break",    "continue", "goto",	    "asm",
		"typeof",   "register", "defined",  "__attribute__",
		NULL,
	};
	static const char *const scalars[] = {
		"bool",	 "u8",	   "u16",   "u32",     "u64",	 "s8",
		"s16",	 "s32",	   "s64",   "__u8",    "__u16",	 "__u32",
		"__u64", "size_t", "gfp_t", "ssize_t", "loff_t", NULL,
	};
	size_t i;

	for (i = 0; names[i]; i++)
		if (sy_is(w, names[i]))
			return true;
	for (i = 0; types && scalars[i]; i++)
		if (sy_is(w, scalars[i]))
			return true;
	return false;
}

static void sy_push(struct sy_text *t, struct sy_word **list, size_t *n,
		    size_t *room, struct sy_word w)
{
	struct sy_word *grown = sy_list_more(*list, *n, room, sizeof(*grown));

	t->no_memory |= !grown;
	if (!grown)
		return;
	*list = grown;
	grown[(*n)++] = w;
}

static void sy_use(struct sy_text *t, struct sy_word w)
{
	sy_push(t, &t->words, &t->nwords, &t->word_room, w);
}

static void sy_declare(struct sy_text *t, struct sy_word w)
{
	sy_push(t, &t->names, &t->nnames, &t->name_room, w);
}

static void sy_begin(struct sy_text *t, struct sy_open *o)
{
	*o = (struct sy_open){ .digest = 0xcbf29ce484222325u,
			       .uses = t->nwords };
	t->nnames = 0;
}

/* The words from uses on are used, those in t->names declared. */
static void sy_end(struct sy_text *t, uint64_t digest, size_t uses,
		   enum sy_kind kind, uint8_t side)
{
	struct sy_item *grown;
	size_t i, nuses = t->nwords - uses, names = t->nwords;

	for (i = 0; i < t->nnames; i++)
		sy_use(t, t->names[i]);
	t->nnames = 0;
	grown = sy_list_more(t->items, t->nitems, &t->item_room,
			     sizeof(*grown));
	t->no_memory |= !grown;
	if (!grown)
		return;
	t->items = grown;
	for (i = 0; i < t->nconditions; i++)
		digest = sy_mix(digest, (const char *)&t->conditions[i], 8);
	t->items[t->nitems++] = (struct sy_item){ .digest = digest,
						  .kind = kind,
						  .uses = uses,
						  .nuses = nuses,
						  .names = names,
						  .nnames = t->nwords - names,
						  .side = side };
}

/* --- directives ---------------------------------------------------------- */

/* Behind a directive with all lines that continue it. */
static const char *sy_directive_end(const char *at, const char *end)
{
	for (; at < end && *at != '\n'; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == '/' && at + 1 < end && at[1] == '*')
			for (at += 2;
			     at + 1 < end && (at[0] != '*' || at[1] != '/');)
				at++;
		if (at >= end)
			return end;
	}
	return at;
}

static void sy_condition(struct sy_text *t, struct sy_word name,
			 uint64_t digest)
{
	if (sy_is(name, "endif")) {
		t->odd |= !t->nconditions;
		t->nconditions -= t->nconditions > 0;
	} else if (name.len >= 2 && !memcmp(name.text, "if", 2)) {
		t->odd |= t->nconditions == SY_CONDITIONS_MAX;
		if (!t->odd)
			t->conditions[t->nconditions++] = digest;
	} else {
		t->odd |= !t->nconditions;
		if (!t->odd)
			t->conditions[t->nconditions - 1] =
				sy_mix(t->conditions[t->nconditions - 1],
				       (const char *)&digest, 8);
	}
}

/* From behind the '#' on. @o: the declaration that it stands in, if any. */
static const char *sy_directive(struct sy_text *t, struct sy_open *o,
				const char *at, const char *end, uint8_t side)
{
	const char *stop = sy_directive_end(at, end), *next;
	struct sy_word name = { at, 0 }, first = { NULL, 0 }, w;
	struct sy_word *held = t->names;
	size_t nheld = t->nnames, held_room = t->name_room, uses = t->nwords;
	uint64_t digest = 0xcbf29ce484222325u;
	enum sy_kind kind = SY_UNKNOWN;
	bool condition;

	digest = sy_mix(digest, at, (size_t)(stop - at));
	for (; at < stop; at = next) {
		next = sy_word_end(at, stop);
		if (next == at) {
			next++;
			continue;
		}
		w = (struct sy_word){ at, (size_t)(next - at) };
		if (!name.len)
			name = w;
		else if (!first.text)
			first = w;
		else if (!isdigit((unsigned char)*at))
			sy_use(t, w);
	}
	if (sy_is(name, "line") || !name.len)
		return stop;
	condition = sy_is(name, "endif") || sy_is(name, "else") ||
		    sy_is(name, "elif") ||
		    (name.len >= 2 && !memcmp(name.text, "if", 2));
	t->names = NULL; /* those of the declaration stay as they are */
	t->nnames = t->name_room = 0;
	if (sy_is(name, "define") && first.text) {
		kind = SY_KNOWN;
		sy_declare(t, first);
	} else if (first.text) {
		sy_use(t, first);
	}
	if (condition) {
		kind = SY_CONDITION;
		sy_condition(t, name, digest);
	}
	if (o->ntokens && condition)
		o->digest = sy_mix(o->digest, (const char *)&digest, 8);
	sy_end(t, digest, uses, kind, side);
	free(t->names);
	t->names = held;
	t->nnames = nheld;
	t->name_room = held_room;
	return stop;
}

/* --- declarations -------------------------------------------------------- */

static void sy_see_flags(struct sy_open *o, struct sy_word w)
{
	o->is_enum |= sy_is(w, "enum");
	if (o->parens || o->braces)
		return;
	o->is_typedef |= sy_is(w, "typedef");
	o->is_static |= sy_is(w, "static");
	o->is_extern |= sy_is(w, "extern");
	o->is_inline |= sy_is(w, "inline") || sy_is(w, "__inline") ||
			sy_is(w, "__always_inline");
	o->is_record |= sy_is(w, "struct") || sy_is(w, "union") ||
			sy_is(w, "enum");
}

static void sy_see_word(struct sy_text *t, struct sy_open *o, struct sy_word w)
{
	sy_see_flags(o, w);
	sy_use(t, w);
	if (!o->has_body && !o->parens && !o->braces)
		sy_declare(t, w);
	else if (o->is_enum && !o->has_body && o->braces && !o->last.text &&
		 (o->before == '{' || o->before == ','))
		sy_declare(t, w);
	o->last = w;
}

/* A word before a parameter list or an attribute's. */
static void sy_see_call(struct sy_open *o)
{
	size_t i;
	bool small = false;

	for (i = 0; i < o->last.len; i++)
		small |= islower((unsigned char)o->last.text[i]) != 0;
	o->shouts |= !small;
	if (!o->name.text)
		o->name = o->last;
	o->bare_call |= o->ntokens == 1;
	if (o->last.len < 2 || memcmp(o->last.text, "__", 2))
		o->ncalls++;
	else if (o->has_braces) /* an attribute behind a type's members */
		;
	else
		o->ncalls += !o->ncalls;
}

static void sy_see_char(struct sy_text *t, struct sy_open *o, char is)
{
	bool top = !o->parens && !o->braces;

	if (is == '(' && top && !o->has_braces) {
		sy_see_call(o);
		o->shouts |= !o->last.text;
	}
	o->has_pointer |= is == '*' && !o->last.text && o->before == '(' &&
			  o->parens == 1 && !o->braces;
	o->has_value |= is == '=' && top;
	o->has_comma |= is == ',' && top;
	if (is == '{' && top) {
		o->has_body |= o->ncalls && !o->has_value;
		o->has_braces = true;
	} else if (is == '{' && o->last.text && !o->has_body) {
		sy_declare(t, o->last); /* a tag inside */
	}
	o->parens += (is == '(') - (is == ')');
	o->braces += (is == '{') - (is == '}');
	t->odd |= o->parens < 0 || o->braces < 0;
	o->before = is;
	o->last = (struct sy_word){ NULL, 0 };
}

/* Keeps of t->names those that the form declares; all words where in doubt. */
static enum sy_kind sy_settle(struct sy_text *t, const struct sy_open *o)
{
	bool all = o->is_typedef || o->has_pointer;
	size_t i, n = 0, last = t->nwords;

	if (o->has_value || o->shouts || o->bare_call)
		return SY_UNKNOWN;
	if (o->has_body && (!o->is_inline || o->ncalls != 1))
		return SY_UNKNOWN;
	if (!o->has_body && !o->ncalls && !o->is_typedef && !o->is_extern &&
	    (!o->is_record || o->is_static))
		return SY_UNKNOWN;
	if (!o->has_body && o->is_static && !o->is_inline)
		return SY_UNKNOWN;
	if (all && !o->has_body)
		for (i = o->uses; i < last; i++)
			sy_declare(t, t->words[i]);
	if (!o->has_braces && o->is_record && o->ntokens <= 3)
		t->nnames = 0; /* "struct x;" */
	if (!all && o->ncalls == 1 && !o->has_comma &&
	    (o->has_body || o->name.len < 2 ||
	     memcmp(o->name.text, "__", 2))) { /* else maybe an attribute */
		t->nnames = 0;
		sy_declare(t, o->name);
	}
	for (i = 0; i < t->nnames; i++)
		if (!sy_is_common(t->names[i], !o->is_typedef))
			t->names[n++] = t->names[i];
	t->nnames = n;
	return SY_KNOWN;
}

static const char *sy_skip_comment(const char *at, const char *end)
{
	const char *stop;

	if (at[1] == '/') {
		stop = memchr(at, '\n', (size_t)(end - at));
		return stop ? stop : end;
	}
	stop = memmem(at + 2, (size_t)(end - at - 2), "*/", 2);
	return stop ? stop + 2 : end;
}

static void sy_token(struct sy_text *t, struct sy_open *o, const char *at,
		     const char *next, uint8_t side)
{
	bool word = sy_is_part_of_word(*at) && !isdigit((unsigned char)*at);

	o->digest = sy_mix(sy_mix(o->digest, at, (size_t)(next - at)), "", 1);
	if (word) {
		sy_see_word(t, o, (struct sy_word){ at, (size_t)(next - at) });
	} else if (next - at > 1 || isdigit((unsigned char)*at)) {
		o->last = (struct sy_word){ NULL, 0 };
		o->before = '0';
	} else {
		sy_see_char(t, o, *at);
	}
	o->ntokens++;
	if (o->parens || o->braces || word ||
	    (*at != ';' && (*at != '}' || !o->has_body)))
		return;
	sy_end(t, o->digest, o->uses, sy_settle(t, o), side);
	sy_begin(t, o);
}

static void sy_read(struct sy_text *t, const struct sy_file *file, uint8_t side)
{
	const char *at = (const char *)file->bytes, *end = at + file->size;
	const char *next;
	struct sy_open o;
	bool fresh = true; /* nothing but blanks in this line yet */

	t->nconditions = 0;
	sy_begin(t, &o);
	for (; at < end && !t->odd && !t->no_memory; at = next) {
		next = at + 1;
		if (isspace((unsigned char)*at)) {
			fresh |= *at == '\n';
			continue;
		}
		if (*at == '/' && next < end &&
		    (*next == '*' || *next == '/')) {
			next = sy_skip_comment(at, end);
			continue;
		}
		if (*at == '#' && fresh) {
			next = sy_directive(t, &o, next, end, side);
			continue;
		}
		fresh = false;
		if (*at == '"' || *at == '\'')
			next = sy_skip_quoted(at, end);
		else if (sy_is_part_of_word(*at))
			next = sy_word_end(at, end);
		sy_token(t, &o, at, next, side);
	}
	t->odd |= o.ntokens || t->nconditions;
	t->nnames = 0;
}

/* --- what is changed ----------------------------------------------------- */

static int sy_item_compare(const void *a, const void *b)
{
	const struct sy_item *x = *(struct sy_item *const *)a;
	const struct sy_item *y = *(struct sy_item *const *)b;

	return (x->digest > y->digest) - (x->digest < y->digest);
}

/* Of the items from @from on, those of one header: false without memory. */
static bool sy_mark_changed(struct sy_text *t, size_t from)
{
	size_t i, j, k, n = t->nitems - from, sides[2];
	struct sy_item *x, *y, *end, **sorted;

	if (!n)
		return true;
	sorted = calloc(n, sizeof(*sorted));
	if (!sorted)
		return false;
	end = t->items + t->nitems;
	for (i = 0; i < n; i++)
		sorted[i] = &t->items[from + i];
	qsort(sorted, n, sizeof(*sorted), sy_item_compare);
	for (i = 0; i < n; i = j) {
		sides[0] = sides[1] = 0;
		for (j = i; j < n && sorted[j]->digest == sorted[i]->digest;
		     j++)
			sides[sorted[j]->side]++;
		for (k = i; k < j; k++)
			sorted[k]->changed = sides[0] != sides[1];
	}
	free(sorted);
	/* What is left has to be there in the same order. */
	x = t->items + from;
	for (y = x; y < end && !y->side; y++)
		;
	for (; x < end && !x->side; x++) {
		if (x->changed)
			continue;
		while (y < end && y->changed)
			y++;
		t->odd |= y == end || x->digest != y->digest;
		y += y < end;
	}
	return true;
}

/* --- the names ----------------------------------------------------------- */

static char **sy_name_slot(char **table, size_t room, const char *text,
			   size_t len)
{
	size_t at = sy_mix(0xcbf29ce484222325u, text, len) & (room - 1);

	while (table[at] &&
	       (strncmp(table[at], text, len) || table[at][len] != '\0'))
		at = (at + 1) & (room - 1);
	return &table[at];
}

#define SY_NAMES_MAX 400
#define SY_NAME_LEN_MAX 128 /* the kernel's longest has 104 */
#define SY_NAME_ROOM 1024
#define SY_PARTS_MAX (1u << 18)

/* false: no memory, or too many. */
static bool sy_add(char **table, size_t room, size_t *n, size_t most,
		   const char *text, size_t len)
{
	char **slot = sy_name_slot(table, room, text, len);

	if (*slot)
		return true;
	if (*n >= most)
		return false;
	*slot = strndup(text, len);
	*n += *slot != NULL;
	return *slot;
}

static bool sy_uses_one(const struct sy_names *names, const struct sy_text *t,
			const struct sy_item *item)
{
	const struct sy_word *w = t->words + item->uses;
	size_t i;

	for (i = 0; i < item->nuses; i++)
		if (*sy_name_slot(names->at, names->room, w[i].text, w[i].len))
			return true;
	return false;
}

static bool sy_add_names(struct sy_names *names, const struct sy_text *t,
			 const struct sy_item *item)
{
	const struct sy_word *w = t->words + item->names;
	size_t i;

	for (i = 0; i < item->nnames; i++)
		if (w[i].len > SY_NAME_LEN_MAX ||
		    !sy_add(names->at, names->room, &names->n, SY_NAMES_MAX,
			    w[i].text, w[i].len))
			return false;
	return true;
}

/* From the changed items to all that they reach within the headers. */
static bool sy_spread_names(struct sy_names *names, const struct sy_text *t)
{
	const struct sy_item *item;
	size_t i, n;

	do {
		n = names->n;
		for (i = 0; i < t->nitems; i++) {
			item = &t->items[i];
			if (item->kind == SY_CONDITION && item->changed)
				continue; /* what is under it changes */
			if (!item->changed && !sy_uses_one(names, t, item))
				continue;
			if (item->kind != SY_KNOWN ||
			    !sy_add_names(names, t, item))
				return false;
		}
	} while (n != names->n);
	return true;
}

/* Tables with room for all parts of all names, half of them free. */
static bool sy_parts_room(struct sy_names *names)
{
	size_t i, n, wanted = 0;

	for (i = 0; i < names->room; i++) {
		n = names->at[i] ? strlen(names->at[i]) : 0;
		wanted += n * (n + 1) / 2;
	}
	names->part_room = 64;
	while (names->part_room < 2 * wanted && names->part_room < SY_PARTS_MAX)
		names->part_room *= 2;
	names->parts = calloc(names->part_room, sizeof(*names->parts));
	names->seen = calloc(names->part_room, 1);
	names->live = calloc(names->part_room, 1);
	return names->parts && names->seen && names->live;
}

/* false: no memory, or too many. */
static bool sy_add_parts(struct sy_names *names)
{
	size_t i, from, len, n;
	const char *name;

	if (!sy_parts_room(names))
		return false;
	for (i = 0; i < names->room; i++) {
		name = names->at[i];
		n = name ? strlen(name) : 0;
		for (from = 0; from < n; from++)
			for (len = 1; from + len <= n; len++)
				if (len < n &&
				    !sy_add(names->parts, names->part_room,
					    &names->nparts,
					    names->part_room / 2, name + from,
					    len))
					return false;
	}
	return true;
}

struct sy_fault *sy_names_changed(const struct sy_file *before,
				  const struct sy_file *after, size_t n,
				  struct sy_names *ret)
{
	struct sy_text t = { 0 };
	size_t i, from;
	bool well;

	*ret = (struct sy_names){ .room = SY_NAME_ROOM };
	ret->at = calloc(ret->room, sizeof(*ret->at));
	well = ret->at;
	for (i = 0; well && i < n && !t.odd; i++) {
		from = t.nitems;
		sy_read(&t, &before[i], 0);
		sy_read(&t, &after[i], 1);
		well = !t.no_memory && sy_mark_changed(&t, from);
	}
	if (well && !t.odd)
		ret->known = sy_spread_names(ret, &t) && sy_add_parts(ret);
	free(t.items);
	free(t.words);
	free(t.names);
	if (well)
		return NULL;
	sy_names_deinit(ret);
	return sy_fault_no_memory();
}

void sy_names_deinit(struct sy_names *names)
{
	size_t i;

	for (i = 0; names->at && i < names->room; i++)
		free(names->at[i]);
	for (i = 0; names->parts && i < names->part_room; i++)
		free(names->parts[i]);
	free(names->at);
	free(names->parts);
	free(names->seen);
	free(names->live);
	*names = (struct sy_names){ 0 };
}

/* --- files --------------------------------------------------------------- */

/* Can it be an argument, or a part of one, of a macro that pastes? A whole
 * directive can, for a macro can stand for an argument. */
static bool sy_can_be_pasted(const char *at, const char *next,
			     const char *begin, const char *end, bool directive)
{
	while (at > begin && isspace((unsigned char)at[-1]))
		at--;
	while (next < end && (isspace((unsigned char)*next) || *next == '\\'))
		next++;
	return directive || (at > begin && strchr("(,#", at[-1])) ||
	       (next < end && strchr("),#", *next));
}

/* Walks over the words of a file: notes the parts in @seen, or, where that is
 * NULL, says whether a name or a part that is live is there. */
static bool sy_walk(const struct sy_names *names, const struct sy_file *file,
		    uint8_t *seen)
{
	const char *begin = (const char *)file->bytes, *at = begin;
	const char *end = at + file->size, *next;
	bool fresh = true, directive = false;
	size_t len, part;

	for (; at < end; at = next) {
		next = at + 1;
		if (*at == '\n') {
			fresh = true;
			directive &= at > begin && at[-1] == '\\';
		} else if (*at == '#' && fresh) {
			directive = true;
		}
		fresh &= isspace((unsigned char)*at) != 0;
		if (!sy_is_part_of_word(*at))
			continue;
		next = sy_word_end(at, end);
		len = (size_t)(next - at);
		if (!seen && *sy_name_slot(names->at, names->room, at, len))
			return true;
		part = (size_t)(sy_name_slot(names->parts, names->part_room, at,
					     len) -
				names->parts);
		if (!names->parts[part] || (!seen && !names->live[part]) ||
		    !sy_can_be_pasted(at, next, begin, end, directive))
			continue;
		if (!seen)
			return true;
		seen[part] = 1;
	}
	return false;
}

void sy_names_collect(struct sy_names *names, const struct sy_file *file)
{
	sy_walk(names, file, names->seen);
}

/* More words than macros paste to one. */
#define SY_PASTED_MAX 4

/* Marks each part of a name that is one of at most four which make it up. */
static void sy_settle_name(struct sy_names *names, const char *name)
{
	uint8_t front[SY_NAME_LEN_MAX + 1], back[SY_NAME_LEN_MAX + 1];
	size_t n = strlen(name), i, j, part;
	int pass;

	memset(front, SY_PASTED_MAX + 1, sizeof(front));
	memset(back, SY_PASTED_MAX + 1, sizeof(back));
	front[0] = back[n] = 0;
	for (pass = 0; pass <= SY_PASTED_MAX; pass++)
		for (i = 0; i < n; i++)
			for (j = i + 1; j <= n; j++) {
				if (j - i == n)
					continue;
				part = (size_t)(sy_name_slot(names->parts,
							     names->part_room,
							     name + i, j - i) -
						names->parts);
				if (!names->parts[part] || !names->seen[part])
					continue;
				if (front[i] + 1 < front[j])
					front[j] = (uint8_t)(front[i] + 1);
				if (back[j] + 1 < back[i])
					back[i] = (uint8_t)(back[j] + 1);
				names->live[part] |= front[i] + 1 + back[j] <=
						     SY_PASTED_MAX;
			}
}

void sy_names_settle(struct sy_names *names)
{
	size_t i;

	for (i = 0; i < names->room; i++)
		if (names->at[i])
			sy_settle_name(names, names->at[i]);
}

bool sy_names_in(const struct sy_names *names, const struct sy_file *file)
{
	return sy_walk(names, file, NULL);
}
