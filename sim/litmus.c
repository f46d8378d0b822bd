// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a litmus file: lines of words, checked completely before anything runs.
 * The format is documented in litmus/README.md. A malformed file is an error
 * with file, line, column and what was expected; nothing is guessed.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "litmus.h"

const struct sy_model sy_models[SY_MODELS] = {
	{ SY_LEAVE_FUNCTION, SY_SWITCH_FUNCTION, 0 },
	{ SY_LEAVE_FUNCTION, SY_SWITCH_THREAD, 0 },
	{ SY_LEAVE_FUNCTION, SY_SWITCH_KERNEL, 0 },
	{ SY_LEAVE_PATCHED_SET, SY_SWITCH_FUNCTION, 0 },
	{ SY_LEAVE_PATCHED_SET, SY_SWITCH_THREAD, 0 },
	{ SY_LEAVE_PATCHED_SET, SY_SWITCH_KERNEL, 0 },
	{ SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 0 },
	{ SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 0 },
	{ SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 0 },
	{ SY_LEAVE_KERNEL, SY_SWITCH_FUNCTION, 1 },
	{ SY_LEAVE_KERNEL, SY_SWITCH_THREAD, 1 },
	{ SY_LEAVE_KERNEL, SY_SWITCH_KERNEL, 1 },
};

const char *const sy_model_words[SY_MODELS] = {
	"FUNCTION/FUNCTION",	 "FUNCTION/THREAD",
	"FUNCTION/KERNEL",	 "PATCHED_SET/FUNCTION",
	"PATCHED_SET/THREAD",	 "PATCHED_SET/KERNEL",
	"KERNEL/FUNCTION",	 "KERNEL/THREAD",
	"KERNEL/KERNEL",	 "KERNEL/FUNCTION/relaxed",
	"KERNEL/THREAD/relaxed", "KERNEL/KERNEL/relaxed",
};

static const char *const sy_op_words[SY_OP__LAST] = {
	[SY_OP_END] = "return",	       [SY_OP_POINT] = "point",
	[SY_OP_CALL] = "call",	       [SY_OP_TAIL] = "tail",
	[SY_OP_SLEEP] = "sleep",       [SY_OP_SLEEPD] = "sleep-uninterruptible",
	[SY_OP_STOPPED] = "stopped",   [SY_OP_REST] = "rest",
	[SY_OP_AWAIT] = "await",       [SY_OP_AWAITI] = "await-interruptible",
	[SY_OP_SET] = "set",	       [SY_OP_INC] = "inc",
	[SY_OP_DEC] = "dec",	       [SY_OP_CHECK] = "check",
	[SY_OP_LOCK] = "lock",	       [SY_OP_UNLOCK] = "unlock",
	[SY_OP_FORK] = "fork",	       [SY_OP_EXITING] = "exiting",
	[SY_OP_OFFLIST] = "off-lists", [SY_OP_DIE] = "die",
	[SY_OP_SPIN] = "spin",	       [SY_OP_RETURN_IF] = "return-if",
	[SY_OP_LOAD] = "load",	       [SY_OP_UNLOAD] = "unload",
};

struct sy_reader {
	const char *path;
	unsigned int line;
	char text[512];
	char *at; /* what is not read yet */
	char *word; /* the last word read */
	struct sy_litmus *l;
	sy_u32 npatches;
	int then; /* the request asks for two transitions */
	struct sy_routine *func; /* whose body is read */
	int side;
	sy_u32 ninsns;
	char *error;
	unsigned long size;
};

static int sy_expected(struct sy_reader *r, const char *fmt, ...)
{
	char what[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	snprintf(r->error, r->size, "%s:%u:%u: expected %s", r->path, r->line,
		 r->word ? (unsigned int)(r->word - r->text) + 1 : 1, what);
	return -1;
}

/* Return: the next word of the line, or NULL; '#' ends a line. */
static const char *sy_next(struct sy_reader *r)
{
	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
	r->word = r->at;
	if (!*r->at || *r->at == '#')
		return NULL;
	while (*r->at && *r->at != ' ' && *r->at != '\t')
		r->at++;
	if (*r->at)
		*r->at++ = 0;
	return r->word;
}

static int sy_name(struct sy_reader *r, char *ret, unsigned long size)
{
	const char *word = sy_next(r);

	if (!word)
		return sy_expected(r, "a name");
	if (strlen(word) >= size)
		return sy_expected(r, "a name of at most %lu letters",
				   size - 1);
	strcpy(ret, word);
	return 0;
}

static int sy_number(struct sy_reader *r, sy_u32 max, sy_u32 *ret)
{
	const char *word = sy_next(r);
	char *end;

	if (!word)
		return sy_expected(r, "a number");
	*ret = (sy_u32)strtoul(word, &end, 10);
	if (!isdigit((unsigned char)*word) || *end || *ret > max)
		return sy_expected(r, "a number up to %u", max);
	return 0;
}

/* A function may be named before its body comes: it is made here. */
static int sy_func(struct sy_reader *r, sy_u8 *ret)
{
	struct sy_litmus *l = r->l;
	char name[sizeof(l->func[0].name)];
	sy_u32 i;

	if (sy_name(r, name, sizeof(name)))
		return -1;
	for (i = 0; i < l->nfuncs; i++)
		if (!strcmp(l->func[i].name, name))
			break;
	if (i == SY_FUNCS)
		return sy_expected(r, "at most %u functions", SY_FUNCS);
	if (i == l->nfuncs) {
		strcpy(l->func[i].name, name);
		l->func[i].patched = SY_NONE;
		l->nfuncs++;
	}
	*ret = (sy_u8)i;
	return 0;
}

static int sy_variable(struct sy_reader *r, sy_u8 *ret)
{
	struct sy_litmus *l = r->l;
	char name[16];
	int own;
	char(*names)[16];
	sy_u32 *n, i;

	if (sy_name(r, name, sizeof(name)))
		return -1;
	own = !strncmp(name, "my.", 3);
	names = own ? l->own : l->var;
	n = own ? &l->nown : &l->nvars;
	for (i = 0; i < *n; i++)
		if (!strcmp(names[i], name))
			break;
	if (i == SY_VARS)
		return sy_expected(r, "at most %u variables of a kind",
				   SY_VARS);
	if (i == *n)
		strcpy(names[(*n)++], name);
	*ret = (sy_u8)(i | (own ? SY_VAR_OWN : 0));
	return 0;
}

static int sy_thread_index(struct sy_reader *r, sy_u8 *ret)
{
	char name[16];
	sy_u32 i;

	if (sy_name(r, name, sizeof(name)))
		return -1;
	for (i = 0; i < r->l->nthreads; i++)
		if (!strcmp(r->l->thread[i].name, name)) {
			*ret = (sy_u8)i;
			return 0;
		}
	return sy_expected(r, "a thread declared above");
}

static int sy_target(struct sy_reader *r, sy_u8 *ret)
{
	char name[sizeof(r->l->target[0])];
	sy_u32 i;

	if (sy_name(r, name, sizeof(name)))
		return -1;
	for (i = 0; i < r->l->ntargets; i++)
		if (!strcmp(r->l->target[i], name)) {
			*ret = (sy_u8)i;
			return 0;
		}
	return sy_expected(r, "a module declared above");
}

static int sy_operands(struct sy_reader *r, struct sy_insn *in)
{
	sy_u32 value;

	switch (in->op) {
	case SY_OP_CALL:
	case SY_OP_TAIL:
		return sy_func(r, &in->a);
	case SY_OP_FORK:
		return sy_thread_index(r, &in->a);
	case SY_OP_LOAD:
	case SY_OP_UNLOAD:
		return sy_target(r, &in->a);
	case SY_OP_INC:
	case SY_OP_DEC:
	case SY_OP_LOCK:
	case SY_OP_UNLOCK:
		return sy_variable(r, &in->a);
	case SY_OP_AWAIT:
	case SY_OP_AWAITI:
	case SY_OP_SET:
	case SY_OP_CHECK:
	case SY_OP_RETURN_IF:
		if (sy_variable(r, &in->a) || sy_number(r, 254, &value))
			return -1;
		in->b = (sy_u8)value;
		return 0;
	default:
		return 0;
	}
}

static int sy_instruction(struct sy_reader *r, const char *word)
{
	struct sy_insn *in;
	sy_u8 op;

	if (!r->func)
		return sy_expected(r, "a function before its instructions");
	for (op = 0; op < SY_OP__LAST; op++)
		if (!strcmp(sy_op_words[op], word))
			break;
	if (op == SY_OP__LAST)
		return sy_expected(r, "an instruction, not \"%s\"", word);
	/* The last place stays free: it returns. */
	if (r->ninsns == SY_INSNS - 1)
		return sy_expected(r, "at most %u instructions", SY_INSNS - 1);
	in = &r->func->body[r->side][r->ninsns++];
	in->op = op;
	return sy_operands(r, in);
}

/* module NAME [loaded] */
static int sy_line_module(struct sy_reader *r)
{
	struct sy_litmus *l = r->l;
	const char *word;
	sy_u32 i;

	if (l->ntargets == SY_TARGETS)
		return sy_expected(r, "at most %u modules", SY_TARGETS);
	if (sy_name(r, l->target[l->ntargets], sizeof(l->target[0])))
		return -1;
	for (i = 0; i < l->ntargets; i++)
		if (!strcmp(l->target[i], l->target[l->ntargets]))
			return sy_expected(r, "each module once");
	word = sy_next(r);
	if (word && strcmp(word, "loaded"))
		return sy_expected(r, "loaded, or the end of the line");
	l->loaded |= (sy_u8)(!!word << l->ntargets++);
	return 0;
}

/* in MODULE: where the original is; what replaces it is in a patch. */
static int sy_function_in(struct sy_reader *r)
{
	sy_u8 target;

	if (r->side)
		return sy_expected(r, "in behind the old version only");
	if (sy_target(r, &target))
		return -1;
	r->func->part = (sy_u8)(1 + target);
	return 0;
}

static int sy_function_end(struct sy_reader *r)
{
	if (r->func->defined >> r->side & 1)
		return sy_expected(r, "each version once");
	r->func->defined |= (sy_u8)(1 << r->side);
	return 0;
}

/* function NAME [old|new|newer] [unchecked] [nmi] [in MODULE] */
static int sy_line_function(struct sy_reader *r)
{
	const char *word;
	sy_u8 index;

	if (sy_func(r, &index))
		return -1;
	r->func = &r->l->func[index];
	r->side = 0;
	r->ninsns = 0;
	while ((word = sy_next(r))) {
		if (!strcmp(word, "new"))
			r->side = 1;
		else if (!strcmp(word, "newer"))
			r->side = 2;
		else if (!strcmp(word, "unchecked"))
			r->func->flags |= SY_FUNC_UNCHECKED;
		else if (!strcmp(word, "nmi"))
			r->func->flags |= SY_FUNC_NMI;
		else if (!strcmp(word, "in"))
			return sy_function_in(r) || sy_function_end(r);
		else if (strcmp(word, "old"))
			return sy_expected(r,
					   "old, new, newer, unchecked, nmi or in");
	}
	return sy_function_end(r);
}

static int sy_thread_options(struct sy_reader *r, struct sy_thread *th)
{
	const char *word;

	while ((word = sy_next(r))) {
		if (!strcmp(word, "loop"))
			th->loop = 1;
		else if (!strcmp(word, "preempt"))
			th->preempt = 1;
		else if (!strcmp(word, "unwoken"))
			th->unwoken = 1;
		else if (!strcmp(word, "unreliable"))
			th->unreliable = 1;
		else if (!strcmp(word, "irq")) {
			if (sy_func(r, &th->irq))
				return -1;
		} else if (!strcmp(word, "nmi")) {
			if (sy_func(r, &th->nmi))
				return -1;
		} else if (!strcmp(word, "call")) {
			if (th->ncalls == SY_CALLS)
				return sy_expected(r, "at most %u calls",
						   SY_CALLS);
			if (sy_func(r, &th->call[th->ncalls]))
				return -1;
			th->ncalls++;
		} else {
			return sy_expected(
				r,
				"call, loop, preempt, unwoken, unreliable, irq or nmi");
		}
	}
	return 0;
}

/* thread NAME user|kthread|child [call FUNCTION]... [OPTION]... */
static int sy_line_thread(struct sy_reader *r)
{
	struct sy_thread *th = &r->l->thread[r->l->nthreads];
	const char *word;

	if (r->l->nthreads == SY_THREADS)
		return sy_expected(r, "at most %u threads", SY_THREADS);
	if (sy_name(r, th->name, sizeof(th->name)))
		return -1;
	th->irq = SY_NONE;
	th->nmi = SY_NONE;
	word = sy_next(r);
	if (word && !strcmp(word, "user"))
		th->kind = SY_USER;
	else if (word && !strcmp(word, "kthread"))
		th->kind = SY_KTHREAD;
	else if (word && !strcmp(word, "child"))
		th->kind = SY_CHILD;
	else
		return sy_expected(r, "user, kthread or child");
	r->l->nthreads++;
	if (sy_thread_options(r, th))
		return -1;
	if (th->kind == SY_KTHREAD && th->ncalls != 1)
		return sy_expected(r, "one call: the kthread's function");
	return 0;
}

/* The second transition. Its functions and threads come when all is read. */
static struct sy_litmus *sy_second(struct sy_reader *r)
{
	sy_u32 i;

	if (r->l->then)
		return r->l->then;
	r->l->then = calloc(1, sizeof(*r->l->then));
	if (!r->l->then)
		return NULL;
	r->l->then->to_new = 1;
	for (i = 0; i < SY_FUNCS; i++)
		r->l->then->func[i].patched = SY_NONE;
	return r->l->then;
}

static int sy_line_patch(struct sy_reader *r)
{
	struct sy_litmus *l = r->npatches ? sy_second(r) : r->l;
	sy_u8 index;

	if (!l || r->npatches++ == 2)
		return sy_expected(r, "at most two patches");
	do {
		if (sy_func(r, &index))
			return -1;
		if (l->func[index].patched != SY_NONE)
			return sy_expected(r, "each function once");
		l->func[index].patched = (sy_u8)l->npatched;
		l->order[l->npatched++] = index;
		while (*r->at == ' ')
			r->at++;
	} while (*r->at && *r->at != '#');
	return 0;
}

static int sy_line_why(struct sy_reader *r)
{
	char *why = r->l->why;

	if (strlen(why) + strlen(r->at) + 2 >= SY_WHY)
		return sy_expected(r, "at most %u letters of reason", SY_WHY);
	while (*r->at == ' ')
		r->at++;
	if (*why)
		strcat(why, " ");
	strcat(why, r->at);
	r->at += strlen(r->at);
	return 0;
}

/* by MODEL: whatever model the test is run for. */
static int sy_by_model(struct sy_reader *r, struct sy_litmus *l)
{
	const char *word = sy_next(r);
	sy_u32 i;

	for (i = 0; word && i < SY_MODELS; i++)
		if (!strcmp(word, sy_model_words[i])) {
			l->by = &sy_models[i];
			return 0;
		}
	return sy_expected(r, "a model, LEAVE/SWITCH");
}

static int sy_request_word(struct sy_reader *r, struct sy_litmus *l,
			   const char *word)
{
	if (!strcmp(word, "reverse"))
		l->reverse = 1;
	else if (!strcmp(word, "deadline"))
		l->deadline = 1;
	else if (!strcmp(word, "retire"))
		l->retire = 1;
	else if (!strcmp(word, "herd"))
		l->herd = 1;
	else if (!strcmp(word, "faulty"))
		l->faults = 2;
	else if (!strcmp(word, "late"))
		l->fault_late = 1;
	else if (!strcmp(word, "failed"))
		l->fault_failed = 1;
	else if (!strcmp(word, "by"))
		return sy_by_model(r, l);
	else
		return sy_expected(
			r,
			"by, then, reverse, deadline, herd, retire, late, failed or faulty");
	return 0;
}

/* apply|remove [WORD]... [then apply|remove [WORD]...] */
static int sy_line_request(struct sy_reader *r)
{
	struct sy_litmus *l = r->l;
	const char *word = sy_next(r);

	for (;;) {
		if (word && !strcmp(word, "apply"))
			l->to_new = 1;
		else if (word && !strcmp(word, "remove"))
			l->to_new = 0;
		else
			return sy_expected(r, "apply or remove");
		while ((word = sy_next(r)) && strcmp(word, "then"))
			if (sy_request_word(r, l, word))
				return -1;
		if (!word)
			return 0;
		if (r->then++ || !(l = sy_second(r)))
			return sy_expected(r, "at most two transitions");
		word = sy_next(r);
	}
}

static int sy_line_outcome(struct sy_reader *r)
{
	struct sy_litmus *l = r->l;
	const char *word = sy_next(r);

	l->outcome = SY_OUTCOME_OBSERVED;
	if (word && (*word == 'M' || *word == 'm') && word[1] >= '1' &&
	    word[1] <= '4' && !word[2])
		l->observation = 1u << (word[1] - '1');
	else if (word && !strcmp(word, "broken"))
		l->outcome = SY_OUTCOME_BROKEN;
	else if (word && !strcmp(word, "converges"))
		l->outcome = SY_OUTCOME_CONVERGES;
	else
		return sy_expected(r, "M1, M2, M3, M4, broken or converges");
	return 0;
}

/*
 * "*" stands for any word of a model, and what is said of any LEAVE is said of
 * relaxed, too; a later line wins.
 */
static int sy_model_matches(const char *pattern, const char *model)
{
	const char *slash = strchr(pattern, '/');
	const char *theirs = strchr(model, '/');
	size_t n = slash ? (size_t)(slash - pattern) : 0;

	if (!strcmp(pattern, "*") || !strcmp(pattern, model))
		return 1;
	if (!slash)
		return 0;
	if (n == 1 && *pattern == '*' &&
	    !strncmp(slash, theirs, strlen(slash)) &&
	    (!theirs[strlen(slash)] || theirs[strlen(slash)] == '/'))
		return 1;
	if (!(n == 1 && *pattern == '*') &&
	    (n != (size_t)(theirs - model) || strncmp(pattern, model, n)))
		return 0;
	return !strcmp(slash, "/*") || !strcmp(slash, theirs);
}

static int sy_line_expect(struct sy_reader *r)
{
	static const char *const words[] = { NULL, "Never", "Sometimes",
					     "Always" };
	char pattern[40];
	const char *word;
	sy_u32 i, e, n = 0;

	if (sy_name(r, pattern, sizeof(pattern)))
		return -1;
	for (i = 0; i < SY_MODELS; i++)
		n += sy_model_matches(pattern, sy_model_words[i]);
	if (!n)
		return sy_expected(r, "a model, LEAVE/SWITCH");
	word = sy_next(r);
	for (e = 1; word && e < 4; e++)
		if (!strcmp(words[e], word))
			break;
	if (!word || e == 4)
		return sy_expected(r, "Never, Sometimes or Always");
	for (i = 0; i < SY_MODELS; i++)
		if (sy_model_matches(pattern, sy_model_words[i]))
			r->l->expect[i] = (enum sy_expect)e;
	return 0;
}

static int sy_line(struct sy_reader *r)
{
	const char *word = sy_next(r);
	sy_u32 cpus;

	if (!word)
		return 0;
	if (!strcmp(word, "litmus"))
		return sy_name(r, r->l->name, sizeof(r->l->name));
	if (!strcmp(word, "why"))
		return sy_line_why(r);
	if (!strcmp(word, "patch"))
		return sy_line_patch(r);
	if (!strcmp(word, "function"))
		return sy_line_function(r);
	if (!strcmp(word, "module"))
		return sy_line_module(r);
	if (!strcmp(word, "thread"))
		return sy_line_thread(r);
	if (!strcmp(word, "request"))
		return sy_line_request(r);
	if (!strcmp(word, "outcome"))
		return sy_line_outcome(r);
	if (!strcmp(word, "expect"))
		return sy_line_expect(r);
	if (!strcmp(word, "cpus")) {
		if (sy_number(r, 8, &cpus))
			return -1;
		r->l->ncpus = cpus;
		return cpus ? 0 : sy_expected(r, "at least one CPU");
	}
	return sy_instruction(r, word);
}

static int sy_in_any(const struct sy_litmus *l, sy_u32 func)
{
	return l->func[func].patched != SY_NONE ||
	       (l->then && l->then->func[func].patched != SY_NONE);
}

/* Two patches, two transitions; one has a function only when it is free. */
static int sy_whole_pair(struct sy_reader *r)
{
	const struct sy_litmus *l = r->l;
	sy_u32 i;

	if (r->npatches == 2 && !r->then)
		return sy_expected(r,
				   "a request with \"then\" for the second patch");
	if (r->then && r->npatches < 2)
		return sy_expected(r, "a second patch for what comes then");
	for (i = 0; i < l->nfuncs; i++)
		if (sy_in_both(l, i) && (l->to_new || !l->then->to_new))
			return sy_expected(r,
					   "\"remove then apply\", for both patches have %s",
					   l->func[i].name);
	return 0;
}

/* A module without a function is a slip; and there is one patch with them. */
static int sy_whole_targets(struct sy_reader *r)
{
	const struct sy_litmus *l = r->l;
	sy_u32 i, k;

	if (l->ntargets && l->then)
		return sy_expected(r,
				   "one patch where there are modules, not two");
	for (i = 0; i < l->ntargets; i++) {
		for (k = 0; k < l->nfuncs && l->func[k].part != 1 + i; k++)
			;
		if (k == l->nfuncs)
			return sy_expected(r, "a function in %s", l->target[i]);
	}
	return 0;
}

static int sy_whole_bodies(struct sy_reader *r)
{
	static const char *const wanted[] = {
		"one body", "an old and a new body",
		"an old, a new and a newer body"
	};
	const struct sy_litmus *l = r->l;
	sy_u32 i, n;

	for (i = 0; i < l->nfuncs; i++) {
		n = (sy_u32)sy_in_any(l, i) + (sy_u32)sy_in_both(l, i);
		if (l->func[i].defined != (2u << n) - 1)
			return sy_expected(r, "%s of %s", wanted[n],
					   l->func[i].name);
	}
	return 0;
}

/* What no single line can show. */
static int sy_whole(struct sy_reader *r)
{
	struct sy_litmus *l = r->l;
	sy_u32 i;

	r->word = NULL;
	if (!*l->name || !*l->why)
		return sy_expected(r, "a name and a reason (litmus, why)");
	if (!l->npatched || !l->nthreads)
		return sy_expected(r, "a patch and a thread");
	if (sy_whole_pair(r) || sy_whole_bodies(r) || sy_whole_targets(r))
		return -1;
	if (l->outcome == SY_OUTCOME_NONE)
		return sy_expected(r, "an outcome");
	for (i = 0; i < SY_MODELS; i++) {
		if (l->expect[i] == SY_EXPECT_UNKNOWN)
			return sy_expected(r, "an expectation for %s",
					   sy_model_words[i]);
		if (l->expect[i] == SY_EXPECT_ALWAYS &&
		    l->outcome != SY_OUTCOME_CONVERGES)
			return sy_expected(r, "Always with converges only");
	}
	if (!l->ncpus)
		l->ncpus = l->nthreads;
	if (l->ncpus > 8)
		return sy_expected(r, "at most 8 CPUs");
	sy_litmus_finish(l);
	return 0;
}

void sy_litmus_free(struct sy_litmus *l)
{
	free(l->then);
	l->then = NULL;
}

int sy_litmus_read(const char *path, struct sy_litmus *ret, char *error,
		   unsigned long size)
{
	struct sy_reader r = { .path = path, .error = error, .size = size };
	FILE *file = fopen(path, "r");
	size_t n;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	ret->to_new = 1;
	r.l = ret;
	if (!file) {
		snprintf(error, size, "%s: cannot be opened", path);
		return -1;
	}
	while (!err && fgets(r.text, sizeof(r.text), file)) {
		r.line++;
		r.at = r.text;
		r.word = NULL;
		n = strlen(r.text);
		if (n && r.text[n - 1] == '\n')
			r.text[n - 1] = 0;
		else if (n == sizeof(r.text) - 1)
			err = sy_expected(&r, "a line of at most %zu letters",
					  sizeof(r.text) - 2);
		if (!err)
			err = sy_line(&r);
		if (!err && sy_next(&r))
			err = sy_expected(&r, "the end of the line");
	}
	fclose(file);
	if (!err)
		err = sy_whole(&r);
	if (err)
		sy_litmus_free(ret);
	return err;
}

const char *sy_expect_name(enum sy_outcome outcome, enum sy_expect expect)
{
	int converges = outcome == SY_OUTCOME_CONVERGES;

	switch (expect) {
	case SY_EXPECT_NEVER:
		return converges ? "Never converges" : "Never";
	case SY_EXPECT_SOMETIMES:
		return converges ? "Sometimes converges" : "Sometimes";
	case SY_EXPECT_ALWAYS:
		return "Always converges";
	default:
		return "unknown";
	}
}

void sy_outcome_name(const struct sy_litmus *l, char *ret, unsigned long size)
{
	sy_u32 k = 1;

	while (k < 4 && !(l->observation >> (k - 1) & 1))
		k++;
	if (l->outcome == SY_OUTCOME_OBSERVED)
		snprintf(ret, size, "M%u", k);
	else
		snprintf(ret, size, "%s",
			 l->outcome == SY_OUTCOME_BROKEN ? "broken" :
							   "converges");
}
