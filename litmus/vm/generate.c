// SPDX-License-Identifier: GPL-2.0
/*
 * generate DIR FILE...: writes what the litmus files are on a real kernel, as C:
 * the old versions for sy_litmus.ko, and for each patch of a test one module for
 * this engine and one for upstream livepatch, with the same new versions. Prints
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
	const struct sy_litmus *turn; /* whose patch is written: l or l->then */
	char id[64];
	FILE *out;
};

/* What the modules of a test's first patch and of its second are told apart by. */
static const char *which(const struct gen *g)
{
	return g->turn == g->l ? "" : "2";
}

/* Is a function in one of the patches? */
static int in_any(const struct sy_litmus *l, sy_u32 f)
{
	return l->func[f].patched != SY_NONE ||
	       (l->then && l->then->func[f].patched != SY_NONE);
}

/*
 * The name of a function on the kernel. What NMI can reach the engine knows by
 * names (module/kernel/nmi.c), and by this beginning, too.
 */
static const char *symbol(const struct gen *g, sy_u32 f)
{
	static char name[128];

	snprintf(name, sizeof(name), "%slit_%s_%s",
		 g->l->func[f].flags & SY_FUNC_NMI ? "nmi_" : "", g->id,
		 g->l->func[f].name);
	return name;
}

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

/* A file of the patch that is written: PREFIX_ID.SUFFIX, or PREFIX2_ID.SUFFIX. */
static FILE *open_patch(const struct gen *g, const char *prefix,
			const char *suffix)
{
	char fmt[32];

	snprintf(fmt, sizeof(fmt), "%s%s_%%s.%s", prefix, which(g), suffix);
	return open_file(g, fmt, g->id);
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

static void write_leave(const struct gen *g, sy_u32 f, int version)
{
	if (in_any(g->l, f))
		fprintf(g->out, "\tlit_return(c, %u, %d);\n", f, version);
}

static void write_tail(const struct gen *g, sy_u32 f, int version,
		       const struct sy_insn *in)
{
	fprintf(g->out, "\tlit_before(c);\n");
	write_leave(g, f, version);
	fprintf(g->out, "\treturn %s(c);\n", symbol(g, in->a));
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
		fprintf(o, "\tlit_before(c);\n\t%s(c);\n", symbol(g, in->a));
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
	case SY_OP_OFFLIST:
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

/* Return: 1 if it makes that call when it is off every list. */
static int off_lists(const struct sy_litmus *l, const struct sy_thread *th)
{
	return exits(l, th) &&
	       has_op(l->func[th->call[th->ncalls - 1]].body[0], SY_OP_OFFLIST);
}

/* One version; a patched thread function begins again until the round is over. */
static void write_body(const struct gen *g, sy_u32 f, int version)
{
	const struct sy_insn *body = g->l->func[f].body[version], *in = body;
	int loop = is_main(g->l, f);

	fprintf(g->out, "{\n");
	if (in_any(g->l, f))
		fprintf(g->out, "\tlit_enter(c, %u, %d);\n", f, version);
	if (loop)
		fprintf(g->out, "\twhile (!lit_stopped()) {\n");
	for (; in->op != SY_OP_END && in->op != SY_OP_TAIL; in++)
		write_insn(g, in);
	if (loop)
		fprintf(g->out, "\t}\n");
	if (has_op(body, SY_OP_RETURN_IF))
		fprintf(g->out, "out:\n\tlit_point(c);\n");
	if (in->op == SY_OP_TAIL)
		write_tail(g, f, version, in);
	else
		write_leave(g, f, version);
	fprintf(g->out, "}\n\n");
}

static void write_protos(struct gen *g)
{
	sy_u32 f;

	g->out = open_file(g, "t_%s.h", g->id);
	fprintf(g->out, "#include \"sy_litmus.h\"\n");
	for (f = 0; f < g->l->nfuncs; f++)
		fprintf(g->out, "void %s(struct lit_ctx *c);\n", symbol(g, f));
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
	if (in_any(g->l, th->call[0])) {
		fprintf(g->out, "\tlit_before(c);\n\t%s(c);\n",
			symbol(g, th->call[0]));
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
		fprintf(g->out, "\t\t.call[%u] = %s,\n", k,
			symbol(g, th->call[k]));
	if (th->irq != SY_NONE)
		fprintf(g->out, "\t\t.irq = %s,\n", symbol(g, th->irq));
	if (th->nmi != SY_NONE)
		fprintf(g->out, "\t\t.nmi = %s,\n", symbol(g, th->nmi));
	fprintf(g->out,
		"\t\t.unwoken = %d,\n\t\t.unreliable = %d,\n\t\t.born = %d,\n\t\t.off_lists = %d,\n\t},\n",
		th->unwoken, th->unreliable,
		th->kind == SY_CHILD || exits(g->l, th), off_lists(g->l, th));
}

static void write_target(struct gen *g)
{
	const struct sy_litmus *l = g->l;
	sy_u32 i;

	g->out = open_file(g, "t_%s.c", g->id);
	fprintf(g->out, "#include \"t_%s.h\"\n\n", g->id);
	for (i = 0; i < l->nfuncs; i++) {
		if (!in_any(l, i) && is_main(l, i))
			continue;
		fprintf(g->out, "LIT_FN void %s(struct lit_ctx *c)\n",
			symbol(g, i));
		write_body(g, i, 0);
		fprintf(g->out, "EXPORT_SYMBOL_GPL(%s);\n\n", symbol(g, i));
	}
	for (i = 0; i < l->nthreads; i++)
		if (l->thread[i].kind == SY_KTHREAD)
			write_main(g, &l->thread[i]);
	fprintf(g->out, "static const struct lit_thread_def threads[] = {\n");
	for (i = 0; i < l->nthreads; i++)
		write_thread(g, &l->thread[i]);
	fprintf(g->out,
		"};\n\nconst struct lit_test lit_test_%s = {\n\t.name = \"%s\",\n"
		"\t.thread = threads,\n\t.nthreads = %u,\n\t.two = %d,\n};\n",
		g->id, l->name, l->nthreads, l->then != NULL);
	fclose(g->out);
}

static void write_new(struct gen *g)
{
	const struct sy_litmus *t = g->turn;
	sy_u32 i;

	g->out = open_patch(g, "n", "h");
	fprintf(g->out, "#include \"t_%s.h\"\n\n", g->id);
	for (i = 0; i < t->npatched; i++) {
		fprintf(g->out,
			"static LIT_FN void new_%s(struct lit_ctx *c)\n",
			t->func[t->order[i]].name);
		write_body(g, t->order[i], t->func[t->order[i]].version[1]);
	}
	fclose(g->out);
}

/*
 * One patch is taken out again for good when its test is over. Of two, one that
 * its file does not retire stays, so that the other finds who sleeps in its text.
 */
static const char *patch_flags(const struct gen *g)
{
	return !g->l->then || g->turn->retire ?
		       ", .flags = SY_PATCH_UNLOADABLE" :
		       "";
}

static void write_patch(struct gen *g)
{
	const struct sy_litmus *t = g->turn;
	const struct sy_routine *r;
	sy_u32 i;

	g->out = open_patch(g, "lp", "c");
	fprintf(g->out,
		"#include <switchyard/patch.h>\n\n#include \"n%s_%s.h\"\n\n"
		"static const struct sy_func funcs[] = {\n",
		which(g), g->id);
	for (i = 0; i < t->npatched; i++) {
		r = &t->func[t->order[i]];
		fprintf(g->out,
			"\t{ .old_name = \"%s\", .object = \"sy_litmus\",\n"
			"\t  .new_func = new_%s, .flags = %s },\n",
			symbol(g, t->order[i]), r->name,
			r->flags & SY_FUNC_UNCHECKED ?
				"SY_FUNC_NO_STACK_CHECK" :
				"SY_FUNC_REG_ARGS");
	}
	fprintf(g->out,
		"};\n\nSY_PATCH(funcs%s);\n"
		"MODULE_DESCRIPTION(\"test: litmus test %s\");\n",
		patch_flags(g), g->l->name);
	fclose(g->out);
}

static void write_klp(struct gen *g)
{
	const struct sy_litmus *t = g->turn;
	sy_u32 i;

	g->out = open_patch(g, "lk", "c");
	fprintf(g->out,
		"#include <linux/livepatch.h>\n\n#include \"n%s_%s.h\"\n\n"
		"static struct klp_func funcs[] = {\n",
		which(g), g->id);
	for (i = 0; i < t->npatched; i++)
		fprintf(g->out,
			"\t{ .old_name = \"%s\", .new_func = new_%s },\n",
			symbol(g, t->order[i]), t->func[t->order[i]].name);
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
		g->l->name);
	fclose(g->out);
}

static void write_modules(struct gen *g)
{
	for (g->turn = g->l; g->turn; g->turn = g->turn->then) {
		write_new(g);
		write_patch(g);
		write_klp(g);
	}
}

/* Return: why the test cannot run on a real kernel, or NULL. */
static const char *why_not(const struct sy_litmus *l)
{
	if (l->ntargets)
		return "it loads modules: the target stays for all rounds";
	return l->nthreads > 8 ? "more than 8 threads" : NULL;
}

struct ids {
	char name[256][64];
	char two[256]; /* it has two patches */
	sy_u32 n;
};

static void write_kbuild(const char *dir, const struct ids *ids)
{
	FILE *kbuild;
	char path[512];
	sy_u32 i;

	snprintf(path, sizeof(path), "%s/Kbuild", dir);
	kbuild = fopen(path, "w");
	if (!kbuild) {
		perror(path);
		exit(1);
	}
	fprintf(kbuild,
		"obj-m += sy_litmus.o\nsy_litmus-y := main.o obscure.o tests.o");
	for (i = 0; i < ids->n; i++)
		fprintf(kbuild, " t_%s.o", ids->name[i]);
	fprintf(kbuild, "\n");
	for (i = 0; i < ids->n; i++)
		fprintf(kbuild, "obj-m += lp_%s.o lk_%s.o\n", ids->name[i],
			ids->name[i]);
	for (i = 0; i < ids->n; i++)
		if (ids->two[i])
			fprintf(kbuild, "obj-m += lp2_%s.o lk2_%s.o\n",
				ids->name[i], ids->name[i]);
	fprintf(kbuild, "ccflags-y := $(LITMUS_INCLUDES)\n");
	fclose(kbuild);
}

static void write_tests(const char *dir, const struct ids *ids)
{
	struct gen g = { .dir = dir };
	sy_u32 i;

	g.out = open_file(&g, "%s.c", "tests");
	fprintf(g.out, "#include \"sy_litmus.h\"\n\n");
	for (i = 0; i < ids->n; i++)
		fprintf(g.out, "extern const struct lit_test lit_test_%s;\n",
			ids->name[i]);
	fprintf(g.out, "\nconst struct lit_test *const lit_tests[] = {\n");
	for (i = 0; i < ids->n; i++)
		fprintf(g.out, "\t&lit_test_%s,\n", ids->name[i]);
	fprintf(g.out, "\tNULL\n};\n");
	fclose(g.out);
	write_kbuild(dir, ids);
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
	write_modules(g);
	return 1;
}

int main(int argc, char **argv)
{
	struct sy_litmus *l = calloc(1, sizeof(*l));
	static struct ids ids;
	struct gen g = { 0 };
	int i;

	if (argc < 3 || argc > 250 || !l) {
		fprintf(stderr, "usage: generate DIR FILE...\n");
		return 2;
	}
	g.dir = argv[1];
	for (i = 2; i < argc; i++) {
		if (generate(&g, l, argv[i])) {
			ids.two[ids.n] = l->then != NULL;
			strcpy(ids.name[ids.n++], g.id);
		}
		sy_litmus_free(l);
	}
	write_tests(argv[1], &ids);
	free(l);
	return 0;
}
