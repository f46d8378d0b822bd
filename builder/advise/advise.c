// SPDX-License-Identifier: GPL-2.0
/*
 * The rules. Each looks at one kind of fact and says which observations the
 * change cannot bear because of it; docs/models.md has the table of what each
 * model lets be observed.
 *
 *	prototype	a changed head: an old caller would call the new
 *			function, or a new one the old, with other arguments
 *	convention	a copy that gcc made for its callers (.isra, .constprop,
 *			.part) changed with one of them: the same
 *	calls		changed functions that call one another
 *	together	several functions of one file, whose types they share
 *	new-state	new data that several functions share: an old call beside
 *			a new one would not know of them
 *	shared-state	data of the unit that several changed functions use, and
 *			one uses differently
 */
#include <assert.h>
#include <stdio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "../../lib/presets.h"
#include "../../module/core/sy_core.h"
#include "../../module/uapi/switchyard/abi.h"
#include "advise.h"

struct sy_advising {
	const struct sy_extract *x;
	const char *tree;
	const struct sy_patchfile *patch;
	struct sy_advice *advice;
};

static struct sy_fault *__attribute__((format(printf, 5, 6)))
sy_reason(struct sy_advice *advice, const char *code, unsigned int forbids,
	  const char *function, const char *fmt, ...)
{
	struct sy_reason *grown, *r;
	va_list ap;

	grown = reallocarray(advice->reasons, advice->n + 1, sizeof(*grown));
	if (!grown)
		return sy_fault_no_memory();
	advice->reasons = grown;
	r = &grown[advice->n++];
	*r = (struct sy_reason){ .code = code, .forbids = forbids };
	snprintf(r->function, sizeof(r->function), "%s", function);
	va_start(ap, fmt);
	vsnprintf(r->text, sizeof(r->text), fmt, ap);
	va_end(ap);
	advice->found |= forbids;
	return NULL;
}

static const struct sy_symbol *sy_find(const struct sy_elf *elf,
				       const char *name)
{
	size_t i;

	for (i = 1; i < elf->nsymbols; i++)
		if (sy_symbol_is_function(elf, &elf->symbols[i]) &&
		    !strcmp(elf->symbols[i].name, name))
			return &elf->symbols[i];
	return NULL;
}

/* Does the code of function @by refer to @to, which the object defines or not? */
static bool sy_uses(const struct sy_elf *elf, const char *by, const char *to)
{
	const struct sy_symbol *f = sy_find(elf, by), *t;
	const struct sy_symbol *g = sy_find(elf, to);
	const struct sy_section *s;
	size_t i;

	if (!f)
		return false;
	s = &elf->sections[f->section];
	for (i = 0; i < s->nrelas; i++) {
		t = &elf->symbols[s->relas[i].symbol];
		if (g ? t->section == g->section :
			!t->section && !strcmp(t->name, to))
			return true;
	}
	return false;
}

/* One function by name: do its heads before and after differ? */
static struct sy_fault *sy_advise_head(struct sy_advising *a,
				       const struct sy_file *old,
				       const struct sy_file *new,
				       const char *name)
{
	char *before =
		sy_definition_head((const char *)old->bytes, old->size, name);
	char *after =
		sy_definition_head((const char *)new->bytes, new->size, name);
	struct sy_fault *fault = NULL;

	if (before && after && strcmp(before, after))
		fault = sy_reason(a->advice, "prototype", SY_FORBID_M1, name,
				  "its prototype changes: an old caller must "
				  "not call the new one, nor a new one the "
				  "old");
	free(before);
	free(after);
	return fault;
}

static bool sy_is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* The name before the first parenthesis of a line that begins a definition. */
static bool sy_defined_name(const char *line, const char *end, char *ret,
			    size_t room)
{
	const char *open = memchr(line, '(', (size_t)(end - line)), *at;

	if (line == end || !sy_is_word(*line) || !open)
		return false;
	for (at = open; at > line && sy_is_word(at[-1]); at--)
		;
	if (at == open || (size_t)(open - at) >= room)
		return false;
	memcpy(ret, at, (size_t)(open - at));
	ret[open - at] = '\0';
	return true;
}

/* Functions whose first line the diff takes away: those that gcc has put into
 * their callers, too. */
static struct sy_fault *sy_advise_hunk(struct sy_advising *a,
				       const struct sy_hunk *h,
				       const struct sy_file *old,
				       const struct sy_file *new)
{
	const char *line = h->body, *end;
	struct sy_fault *fault = NULL;
	char name[256];

	for (; !fault && line < h->end; line = end + 1) {
		end = memchr(line, '\n', (size_t)(h->end - line));
		end = end ? end : h->end;
		if (*line == '-' &&
		    sy_defined_name(line + 1, end, name, sizeof(name)))
			fault = sy_advise_head(a, old, new, name);
	}
	return fault;
}

static struct sy_fault *sy_advise_prototypes(struct sy_advising *a,
					     const struct sy_change *c)
{
	struct sy_file old = { 0 }, new = { 0 };
	struct sy_path path;
	struct sy_fault *fault;
	size_t i;

	if (c->creates)
		return NULL;
	fault = sy_path_make(&path, "%s/%s", a->x->kernel->source.text,
			     c->path.text);
	if (!fault)
		fault = sy_file_open(path.text, &old);
	if (!fault)
		fault = sy_path_make(&path, "%s/%s", a->tree, c->path.text);
	if (!fault)
		fault = sy_file_open(path.text, &new);
	for (i = 0; !fault && old.size && new.size &&i < c->nhunks; i++)
		fault = sy_advise_hunk(a, &c->hunks[i], &old, &new);
	sy_file_close(&old);
	sy_file_close(&new);
	return fault;
}

static bool sy_is_clone(const char *name)
{
	return strstr(name, ".isra.") || strstr(name, ".constprop.") ||
	       strstr(name, ".part.");
}

/* Calls between two changed functions, in either version. */
static struct sy_fault *sy_advise_pair(struct sy_advising *a,
				       const struct sy_replaced *r,
				       const struct sy_replaced *s)
{
	const struct sy_extract_unit *u = r->unit;

	if (!sy_uses(u->before, r->name, s->name) &&
	    !sy_uses(u->after, r->name, s->name))
		return NULL;
	if (sy_is_clone(s->name) && s->unit == u)
		return sy_reason(a->advice, "convention", SY_FORBID_M1, s->name,
				 "gcc made it for its callers, and its caller "
				 "%s changes too: how it is called may change",
				 r->name);
	return sy_reason(a->advice, "calls", SY_FORBID_M1, r->name,
			 "calls %s, and both change: they may have to agree",
			 s->name);
}

static size_t sy_references(const struct sy_elf *elf, const char *function,
			    const char *datum)
{
	const struct sy_symbol *f = sy_find(elf, function), *t;
	const struct sy_section *s;
	size_t i, n = 0;

	if (!f)
		return 0;
	s = &elf->sections[f->section];
	for (i = 0; i < s->nrelas; i++) {
		t = &elf->symbols[s->relas[i].symbol];
		n += t->section ?
			     !strcmp(elf->sections[t->section].name, datum) :
			     false;
	}
	return n;
}

/* One writable datum of a unit: who of the changed functions uses it, and does
 * that use change? */
static struct sy_fault *sy_advise_datum(struct sy_advising *a,
					const struct sy_extract_unit *u,
					uint32_t section)
{
	const char *name = u->after->sections[section].name;
	const char *old = u->before->sections[u->pair[section]].name;
	const struct sy_replaced *r, *first = NULL;
	size_t i, users = 0, uses, was, differ = 0;

	for (i = 0; i < a->x->nreplaced; i++) {
		r = &a->x->replaced[i];
		if (r->unit != u)
			continue;
		uses = sy_references(u->after, r->name, name);
		was = u->pair[section] ?
			      sy_references(u->before, r->name, old) :
			      0;
		users += uses || was;
		differ += uses != was;
		if (!first && (uses || was))
			first = r;
	}
	if (users < 2 || !differ)
		return NULL;
	if (!u->pair[section])
		return sy_reason(a->advice, "new-state",
				 SY_FORBID_M1 | SY_FORBID_M3 | SY_FORBID_M4,
				 first->name,
				 "%zu changed functions share the new %s, which "
				 "old code beside them would not know of",
				 users, name);
	return sy_reason(a->advice, "shared-state",
			 SY_FORBID_M1 | SY_FORBID_M3 | SY_FORBID_M4,
			 first->name,
			 "%zu changed functions share %s, and its use changes: "
			 "old code beside new may not keep to the same rules",
			 users, name);
}

static struct sy_fault *sy_advise_state(struct sy_advising *a)
{
	const struct sy_extract_unit *u;
	const struct sy_section *s;
	struct sy_fault *fault = NULL;
	uint32_t k;
	size_t i;

	for (i = 0; !fault && i < a->x->nunits; i++) {
		u = &a->x->units[i];
		for (k = 1; !fault && k < u->after->nsections; k++) {
			s = &u->after->sections[k];
			if (sy_is_datum(s) && s->flags & SHF_WRITE &&
			    strncmp(s->name, ".data..once", 11) &&
			    strncmp(s->name, ".data.once", 10) &&
			    !strstr(s->name, "__key.") &&
			    !strstr(s->name, "_rs."))
				fault = sy_advise_datum(a, u, k);
		}
	}
	return fault;
}

/* Of these a function that calls them can be found asleep on a stack. */
static const char *const sy_sleepers[] = {
	"schedule",
	"schedule_timeout",
	"schedule_timeout_interruptible",
	"schedule_hrtimeout_range",
	"wait_for_completion",
	"wait_for_completion_interruptible",
	"wait_for_completion_timeout",
	"prepare_to_wait",
	"prepare_to_wait_event",
	"prepare_to_wait_exclusive",
	"io_schedule",
	"io_schedule_timeout",
	"msleep",
	"msleep_interruptible",
	"freezable_schedule",
	"wait_woken",
	"do_nanosleep",
};

static struct sy_fault *sy_advise_sleep(struct sy_advising *a,
					const struct sy_replaced *r)
{
	size_t i;

	for (i = 0; i < sizeof(sy_sleepers) / sizeof(sy_sleepers[0]); i++) {
		if (!sy_uses(r->unit->before, r->name, sy_sleepers[i]))
			continue;
		a->advice->sleeps = true;
		return sy_reason(a->advice, "sleeps", 0, r->name,
				 "tasks may sleep in it (%s): a model that "
				 "stops all at once may never find it empty",
				 sy_sleepers[i]);
	}
	return NULL;
}

static_assert(SY_FORBID_M1 == SY_M1 && SY_FORBID_M2 == SY_M2 &&
		      SY_FORBID_M3 == SY_M3 && SY_FORBID_M4 == SY_M4,
	      "the core's observations are the interface's");

static_assert((int)SY_ABI_LEAVE_FUNCTION == (int)SY_LEAVE_FUNCTION &&
		      (int)SY_ABI_LEAVE_PATCHED_SET ==
			      (int)SY_LEAVE_PATCHED_SET &&
		      (int)SY_ABI_LEAVE_KERNEL == (int)SY_LEAVE_KERNEL &&
		      (int)SY_ABI_SWITCH_FUNCTION == (int)SY_SWITCH_FUNCTION &&
		      (int)SY_ABI_SWITCH_THREAD == (int)SY_SWITCH_THREAD &&
		      (int)SY_ABI_SWITCH_KERNEL == (int)SY_SWITCH_KERNEL,
	      "the core's models are the interface's");

/*
 * Does the preset let just so many of M1 to M4 be observed, none of those that
 * the change forbids? A built patch does not declare what the detector count needs.
 */
static bool sy_bears(const struct sy_preset *preset, unsigned int forbidden,
		     int observations)
{
	const struct sy_model model = { (uint8_t)preset->leave,
					(uint8_t)preset->sw, 0 };
	unsigned int allows = sy_model_allows(&model);

	return preset->detector != SY_ABI_DETECTOR_COUNT &&
	       __builtin_popcount(allows) == observations &&
	       !(allows & forbidden);
}

/* The more a model lets be observed, the weaker it is. */
const char *sy_advice_model(const struct sy_advice *advice, size_t i)
{
	size_t k, n;
	const struct sy_preset *presets = sy_presets(&n);
	int observations;

	for (observations = 4; observations >= 0; observations--)
		for (k = 0; k < n; k++)
			if (sy_bears(&presets[k], advice->forbidden,
				     observations) &&
			    !i--)
				return presets[k].name;
	return NULL;
}

static bool sy_satisfies(const struct sy_advice *advice, const char *model)
{
	const char *name;
	size_t i;

	for (i = 0; (name = sy_advice_model(advice, i)); i++)
		if (!strcmp(name, model))
			return true;
	return false;
}

static void sy_recommend(struct sy_advice *advice)
{
	advice->why =
		"each thread switches when it has left the changed "
		"functions: nobody waits for all, and no stack holds both";
	advice->recommended = "hybrid";
	if (sy_satisfies(advice, "hybrid"))
		return;
	advice->why = "each thread switches at the border of the kernel: no "
		      "stay sees both";
	advice->recommended = "kgraft";
	if (sy_satisfies(advice, "kgraft"))
		return;
	advice->why =
		advice->sleeps ?
			"all switch at one instant, which nothing weaker "
			"promises; tasks that sleep in a changed function "
			"can delay it for ever" :
			"all switch at one instant, which nothing weaker "
			"promises";
	advice->recommended = "kpatch";
	if (sy_satisfies(advice, "kpatch"))
		return;
	advice->why = "all wait at the border of the kernel and switch at one "
		      "instant: nothing sees both";
	advice->recommended = "freeze";
}

static struct sy_fault *sy_advise_all(struct sy_advising *a)
{
	const struct sy_extract *x = a->x;
	struct sy_fault *fault = NULL;
	size_t i, k;

	for (i = 0; !fault && i < a->patch->n; i++)
		fault = sy_advise_prototypes(a, &a->patch->changes[i]);
	for (i = 0; !fault && i < x->nreplaced; i++) {
		for (k = 0; !fault && k < x->nreplaced; k++)
			if (k != i)
				fault = sy_advise_pair(a, &x->replaced[i],
						       &x->replaced[k]);
		if (!fault)
			fault = sy_advise_sleep(a, &x->replaced[i]);
	}
	if (!fault)
		fault = sy_advise_state(a);
	for (i = 1; !fault && i < x->nreplaced; i++)
		if (x->replaced[i].unit == x->replaced[i - 1].unit) {
			fault = sy_reason(a->advice, "together", SY_FORBID_M1,
					  x->replaced[i].name,
					  "changes together with %s in one "
					  "file: they may have to agree",
					  x->replaced[i - 1].name);
			break;
		}
	if (!fault && !a->advice->found)
		fault = sy_reason(a->advice, "body", 0, x->replaced[0].name,
				  "only the body changes: old and new may mix "
				  "in any way");
	return fault;
}

struct sy_fault *sy_advise(const struct sy_extract *x, const char *tree,
			   const struct sy_patchfile *patch,
			   unsigned int forbid, unsigned int allow,
			   struct sy_advice *ret)
{
	struct sy_advising a = { x, tree, patch, ret };
	struct sy_fault *fault;

	*ret = (struct sy_advice){ 0 };
	fault = sy_advise_all(&a);
	ret->allowed = ret->found & allow;
	ret->forbidden = (ret->found & ~allow) | forbid;
	ret->unloadable = !x->escapes;
	if (x->escapes)
		snprintf(ret->unloadable_why, sizeof(ret->unloadable_why),
			 "the address of %s is taken: it may stay in a timer, a "
			 "callback or a table",
			 x->escapes_by);
	else
		snprintf(ret->unloadable_why, sizeof(ret->unloadable_why),
			 "no address of new code is taken");
	sy_recommend(ret);
	return fault;
}

void sy_advice_deinit(struct sy_advice *advice)
{
	free(advice->reasons);
	*advice = (struct sy_advice){ 0 };
}

static void sy_print_set(unsigned int set)
{
	unsigned int i;

	if (!set)
		printf(" nothing");
	for (i = 0; i < 4; i++)
		if (set & 1u << i)
			printf(" m%u", i + 1);
}

void sy_advice_print(const struct sy_advice *advice)
{
	const struct sy_reason *r;
	size_t i;

	for (i = 0; i < advice->n; i++) {
		r = &advice->reasons[i];
		printf("%s: %s [%s]", r->function, r->text, r->code);
		if (r->forbids)
			printf(", forbids");
		if (r->forbids)
			sy_print_set(r->forbids);
		printf("\n");
	}
	printf("forbidden:");
	sy_print_set(advice->forbidden);
	if (advice->allowed) {
		printf("; allowed by your word:");
		sy_print_set(advice->allowed);
	}
	printf("\nsatisfied by:");
	for (i = 0; sy_advice_model(advice, i); i++)
		printf(" %s", sy_advice_model(advice, i));
	printf("\nrecommended: %s: %s\n", advice->recommended, advice->why);
	printf("unloadable: %s: %s\n", advice->unloadable ? "yes" : "no",
	       advice->unloadable_why);
}
