// SPDX-License-Identifier: GPL-2.0
/*
 * generate DIR FILE...: writes what the litmus files are on a real kernel, as C:
 * the old versions for sy_litmus.ko, and for each test one patch module for this
 * engine and one for upstream livepatch, with the same new versions. Prints
 * "NAME PATCH" for each test, or "NAME skip REASON" where a feature of the file
 * has no counterpart. It guesses nothing: the files are read by the simulator's
 * own reader, and what is not known here is an error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../sim/litmus.h"

struct gen {
	const char *dir;
	const struct sy_litmus *l;
	char id[64];
	FILE *out;
};

static FILE *open_file(const struct gen *g, const char *fmt, const char *id)
{
	char name[128], path[512];
	FILE *file;

	snprintf(name, sizeof(name), fmt, id);
	snprintf(path, sizeof(path), "%s/%s", g->dir, name);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	fprintf(file, "// SPDX-License-Identifier: GPL-2.0\n");
	return file;
}

static const char *variable(sy_u8 v)
{
	static char text[40];

	snprintf(text, sizeof(text),
		 v & SY_VAR_OWN ? "&c->t->own[%u]" : "&lit_vars[%u]",
		 v & ~SY_VAR_OWN);
	return text;
}

static int is_main(const struct sy_litmus *l, sy_u32 f)
{
	sy_u32 i;

	for (i = 0; i < l->nthreads; i++)
		if (l->thread[i].kind == SY_KTHREAD &&
		    l->thread[i].call[0] == f)
			return 1;
	return 0;
}

static void write_leave(const struct gen *g, const struct sy_routine *r,
			int side)
{
	if (r->patched != SY_NONE)
		fprintf(g->out, "\tlit_return(c, %u, %d);\n", r->patched, side);
}

static void write_tail(const struct gen *g, const struct sy_routine *r,
		       int side, const struct sy_insn *in)
{
	fprintf(g->out, "\tlit_before(c);\n");
	write_leave(g, r, side);
	fprintf(g->out, "\treturn lit_%s_%s(c);\n", g->id,
		g->l->func[in->a].name);
}

static void write_insn(const struct gen *g, const struct sy_insn *in)
{
	const char *v = variable(in->a);
	FILE *o = g->out;

	switch (in->op) {
	case SY_OP_POINT:
		fprintf(o, "\tlit_point(c);\n");
		break;
	case SY_OP_CALL:
		fprintf(o, "\tlit_before(c);\n\tlit_%s_%s(c);\n", g->id,
			g->l->func[in->a].name);
		break;
	case SY_OP_SLEEP:
		fprintf(o, "\tlit_sleep(c, TASK_INTERRUPTIBLE);\n");
		break;
	case SY_OP_SLEEPD:
		fprintf(o, "\tlit_sleep(c, TASK_UNINTERRUPTIBLE);\n");
		break;
	case SY_OP_REST:
		fprintf(o, "\tlit_rest(c);\n");
		break;
	case SY_OP_AWAIT:
		fprintf(o, "\tlit_await(c, %s, %u);\n", v, in->b);
		break;
	case SY_OP_AWAITI:
		fprintf(o, "\tlit_await_nudged(c, %s, %u);\n", v, in->b);
		break;
	case SY_OP_SET:
		fprintf(o, "\tlit_set(c, %s, %u);\n", v, in->b);
		break;
	case SY_OP_INC:
		fprintf(o, "\tlit_add(c, %s, 1);\n", v);
		break;
	case SY_OP_DEC:
		fprintf(o, "\tlit_add(c, %s, -1);\n", v);
		break;
	case SY_OP_CHECK:
		fprintf(o, "\tlit_check(c, %s, %u);\n", v, in->b);
		break;
	case SY_OP_LOCK:
		fprintf(o, "\tlit_lock(c, %s);\n", v);
		break;
	case SY_OP_UNLOCK:
		fprintf(o, "\tlit_unlock(c, %s);\n", v);
		break;
	case SY_OP_FORK:
		fprintf(o, "\tlit_fork(c, %u);\n", in->a);
		break;
	case SY_OP_STOPPED:
		fprintf(o, "\tlit_stop_self(c);\n");
		break;
	case SY_OP_EXITING:
	case SY_OP_DIE:
		break; /* where the call is made from: the thread's exit */
	case SY_OP_SPIN:
		fprintf(o, "\tlit_spin(c);\n");
		break;
	case SY_OP_RETURN_IF:
		fprintf(o, "\tif (atomic_read(%s) == %u)\n\t\tgoto out;\n", v,
			in->b);
		break;
	default:
		fprintf(stderr, "generate: %s: no C for instruction %u\n",
			g->l->name, in->op);
		exit(1);
	}
}

/* Return: 1 if the thread's last call is made in its exit. */
static int exits(const struct sy_litmus *l, const struct sy_thread *th)
{
	return th->kind == SY_USER && th->ncalls &&
	       l->func[th->call[th->ncalls - 1]].body[0][0].op == SY_OP_EXITING;
}

static int has_op(const struct sy_insn *body, sy_u8 op)
{
	for (; body->op != SY_OP_END; body++)
		if (body->op == op)
			return 1;
	return 0;
}

/* One version; a patched thread function begins again until the round is over. */
static void write_body(const struct gen *g, sy_u32 f, int side)
{
	const struct sy_routine *r = &g->l->func[f];
	const struct sy_insn *in = r->body[side];
	int loop = is_main(g->l, f);

	fprintf(g->out, "{\n");
	if (r->patched != SY_NONE)
		fprintf(g->out, "\tlit_enter(c, %u, %d);\n", r->patched, side);
	if (loop)
		fprintf(g->out, "\twhile (!lit_stopped()) {\n");
	for (; in->op != SY_OP_END && in->op != SY_OP_TAIL; in++)
		write_insn(g, in);
	if (loop)
		fprintf(g->out, "\t}\n");
	if (has_op(r->body[side], SY_OP_RETURN_IF))
		fprintf(g->out, "out:\n\tlit_point(c);\n");
	if (in->op == SY_OP_TAIL)
		write_tail(g, r, side, in);
	else
		write_leave(g, r, side);
	fprintf(g->out, "}\n\n");
}

static void write_protos(struct gen *g)
{
	sy_u32 f;

	g->out = open_file(g, "t_%s.h", g->id);
	fprintf(g->out, "#include \"sy_litmus.h\"\n");
	for (f = 0; f < g->l->nfuncs; f++)
		fprintf(g->out, "void lit_%s_%s(struct lit_ctx *c);\n", g->id,
			g->l->func[f].name);
	fclose(g->out);
}

/* A kthread's main function: an unpatched one lies in the loop itself. */
static void write_main(const struct gen *g, const struct sy_thread *th)
{
	const struct sy_routine *r = &g->l->func[th->call[0]];
	const struct sy_insn *in;

	fprintf(g->out,
		"static int main_%s(void *arg)\n{\n\tstruct lit_ctx *c = arg;\n\n",
		th->name);
	fprintf(g->out, "\tlit_stay(c);\n");
	if (r->patched != SY_NONE) {
		fprintf(g->out, "\tlit_before(c);\n\tlit_%s_%s(c);\n", g->id,
			r->name);
	} else {
		fprintf(g->out, "\twhile (!lit_stopped()) {\n");
		for (in = r->body[0]; in->op != SY_OP_END; in++)
			write_insn(g, in);
		fprintf(g->out, "\t}\n");
	}
	fprintf(g->out,
		"\tlit_border(c);\n\tlit_rest_until_stop();\n\treturn 0;\n}\n\n");
}

static void write_thread(const struct gen *g, const struct sy_thread *th)
{
	sy_u32 k;

	fprintf(g->out, "\t{\n\t\t.name = \"%s\",\n", th->name);
	if (th->kind == SY_KTHREAD)
		fprintf(g->out, "\t\t.main = main_%s,\n", th->name);
	for (k = 0; k < th->ncalls && th->kind != SY_KTHREAD; k++)
		fprintf(g->out, "\t\t.call[%u] = lit_%s_%s,\n", k, g->id,
			g->l->func[th->call[k]].name);
	if (th->irq != SY_NONE)
		fprintf(g->out, "\t\t.irq = lit_%s_%s,\n", g->id,
			g->l->func[th->irq].name);
	fprintf(g->out, "\t\t.unwoken = %d,\n\t\t.born = %d,\n\t},\n",
		th->unwoken, th->kind == SY_CHILD || exits(g->l, th));
}

static void write_target(struct gen *g)
{
	const struct sy_litmus *l = g->l;
	sy_u32 i;

	g->out = open_file(g, "t_%s.c", g->id);
	fprintf(g->out, "#include \"t_%s.h\"\n\n", g->id);
	for (i = 0; i < l->nfuncs; i++) {
		if (l->func[i].patched == SY_NONE && is_main(l, i))
			continue;
		fprintf(g->out, "LIT_FN void lit_%s_%s(struct lit_ctx *c)\n",
			g->id, l->func[i].name);
		write_body(g, i, 0);
		fprintf(g->out, "EXPORT_SYMBOL_GPL(lit_%s_%s);\n\n", g->id,
			l->func[i].name);
	}
	for (i = 0; i < l->nthreads; i++)
		if (l->thread[i].kind == SY_KTHREAD)
			write_main(g, &l->thread[i]);
	fprintf(g->out, "static const struct lit_thread_def threads[] = {\n");
	for (i = 0; i < l->nthreads; i++)
		write_thread(g, &l->thread[i]);
	fprintf(g->out,
		"};\n\nconst struct lit_test lit_test_%s = {\n\t.name = \"%s\",\n"
		"\t.thread = threads,\n\t.nthreads = %u,\n};\n",
		g->id, l->name, l->nthreads);
	fclose(g->out);
}

static void write_new(struct gen *g)
{
	const struct sy_litmus *l = g->l;
	sy_u32 i;

	g->out = open_file(g, "n_%s.h", g->id);
	fprintf(g->out, "#include \"t_%s.h\"\n\n", g->id);
	for (i = 0; i < l->npatched; i++) {
		fprintf(g->out,
			"static LIT_FN void new_%s(struct lit_ctx *c)\n",
			l->func[l->order[i]].name);
		write_body(g, l->order[i], 1);
	}
	fclose(g->out);
}

static void write_patch(struct gen *g)
{
	const struct sy_litmus *l = g->l;
	const struct sy_routine *r;
	sy_u32 i;

	g->out = open_file(g, "lp_%s.c", g->id);
	fprintf(g->out,
		"#include <switchyard/patch.h>\n\n#include \"n_%s.h\"\n\n"
		"static const struct sy_func funcs[] = {\n",
		g->id);
	for (i = 0; i < l->npatched; i++) {
		r = &l->func[l->order[i]];
		fprintf(g->out,
			"\t{ .old_name = \"lit_%s_%s\", .object = \"sy_litmus\",\n"
			"\t  .new_func = new_%s, .flags = %s },\n",
			g->id, r->name, r->name,
			r->flags & SY_FUNC_UNCHECKED ?
				"SY_FUNC_NO_STACK_CHECK" :
				"SY_FUNC_REG_ARGS");
	}
	fprintf(g->out,
		"};\n\nSY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);\n"
		"MODULE_DESCRIPTION(\"test: litmus test %s\");\n",
		l->name);
	fclose(g->out);
}

static void write_klp(struct gen *g)
{
	const struct sy_litmus *l = g->l;
	sy_u32 i;

	g->out = open_file(g, "lk_%s.c", g->id);
	fprintf(g->out,
		"#include <linux/livepatch.h>\n\n#include \"n_%s.h\"\n\n"
		"static struct klp_func funcs[] = {\n",
		g->id);
	for (i = 0; i < l->npatched; i++)
		fprintf(g->out,
			"\t{ .old_name = \"lit_%s_%s\", .new_func = new_%s },\n",
			g->id, l->func[l->order[i]].name,
			l->func[l->order[i]].name);
	fprintf(g->out,
		"\t{}\n};\n\nstatic struct klp_object objects[] = {\n"
		"\t{ .name = \"sy_litmus\", .funcs = funcs },\n\t{}\n};\n\n"
		"static struct klp_patch patch = { .mod = THIS_MODULE,\n"
		"\t\t\t\t  .objs = objects };\n\n"
		"static int __init lk_init(void)\n{\n"
		"\treturn klp_enable_patch(&patch);\n}\n\n"
		"static void __exit lk_exit(void)\n{\n}\n\n"
		"module_init(lk_init);\nmodule_exit(lk_exit);\n"
		"MODULE_LICENSE(\"GPL\");\nMODULE_INFO(livepatch, \"Y\");\n"
		"MODULE_DESCRIPTION(\"test: litmus test %s, upstream\");\n",
		l->name);
	fclose(g->out);
}

/* Return: why the test cannot run on a real kernel, or NULL. */
static const char *why_not(const struct sy_litmus *l)
{
	static const struct {
		sy_u8 op;
		const char *why;
	} ops[] = {
		{ SY_OP_OFFLIST,
		  "nothing of a module runs in a task that is off the task lists" },
	};
	sy_u32 i, f, side;

	if (l->then)
		return "two patches: a round is one transition here";
	if (l->ntargets)
		return "modules that come and go: the target stays for all rounds";
	for (f = 0; f < l->nfuncs; f++)
		for (side = 0; side < 2; side++)
			for (i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
				if (has_op(l->func[f].body[side], ops[i].op))
					return ops[i].why;
	for (f = 0; f < l->npatched; f++)
		if (has_op(l->func[l->order[f]].body[0], SY_OP_STOPPED))
			return "a task is stopped at the border to user mode, not inside a function";
	for (i = 0; i < l->nthreads; i++) {
		if (l->thread[i].unreliable)
			return "the stock kernel's stacks here are reliable";
		if (l->thread[i].nmi != SY_NONE)
			return "no NMI comes to a guest by itself";
	}
	if (l->nthreads > 8)
		return "more than 8 threads";
	return NULL;
}

static void write_tests(const char *dir, char (*ids)[64], sy_u32 n)
{
	struct gen g = { .dir = dir };
	FILE *kbuild;
	char path[512];
	sy_u32 i;

	g.out = open_file(&g, "%s.c", "tests");
	fprintf(g.out, "#include \"sy_litmus.h\"\n\n");
	for (i = 0; i < n; i++)
		fprintf(g.out, "extern const struct lit_test lit_test_%s;\n",
			ids[i]);
	fprintf(g.out, "\nconst struct lit_test *const lit_tests[] = {\n");
	for (i = 0; i < n; i++)
		fprintf(g.out, "\t&lit_test_%s,\n", ids[i]);
	fprintf(g.out, "\tNULL\n};\n");
	fclose(g.out);
	snprintf(path, sizeof(path), "%s/Kbuild", dir);
	kbuild = fopen(path, "w");
	if (!kbuild) {
		perror(path);
		exit(1);
	}
	fprintf(kbuild, "obj-m += sy_litmus.o\nsy_litmus-y := main.o tests.o");
	for (i = 0; i < n; i++)
		fprintf(kbuild, " t_%s.o", ids[i]);
	fprintf(kbuild, "\n");
	for (i = 0; i < n; i++)
		fprintf(kbuild, "obj-m += lp_%s.o lk_%s.o\n", ids[i], ids[i]);
	fprintf(kbuild, "ccflags-y := $(LITMUS_INCLUDES)\n");
	fclose(kbuild);
}

static int generate(struct gen *g, struct sy_litmus *l, const char *path)
{
	char error[400];
	const char *why;
	char *p;

	if (sy_litmus_read(path, l, error, sizeof(error))) {
		fprintf(stderr, "%s\n", error);
		exit(1);
	}
	g->l = l;
	strcpy(g->id, l->name);
	for (p = g->id; *p; p++)
		if (*p == '-')
			*p = '_';
	why = why_not(l);
	printf("%s %s %s\n", l->name, why ? "skip" : g->id, why ? why : "");
	if (why)
		return 0;
	write_protos(g);
	write_target(g);
	write_new(g);
	write_patch(g);
	write_klp(g);
	return 1;
}

int main(int argc, char **argv)
{
	struct sy_litmus *l = calloc(1, sizeof(*l));
	static char ids[256][64];
	struct gen g = { 0 };
	sy_u32 n = 0;
	int i;

	if (argc < 3 || argc > 250 || !l) {
		fprintf(stderr, "usage: generate DIR FILE...\n");
		return 2;
	}
	g.dir = argv[1];
	for (i = 2; i < argc; i++)
		if (generate(&g, l, argv[i]))
			strcpy(ids[n++], g.id);
	write_tests(argv[1], ids, n);
	free(l);
	return 0;
}
