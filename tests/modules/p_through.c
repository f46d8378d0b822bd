// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces the functions named by the module parameter "funcs" with ones that
 * count the call and run the old body: what they do is unchanged, so any
 * function with at most six arguments, none on the stack, can be had as a
 * patched one. A task asleep in the old body under the new function is in the
 * new function.
 */
#include <linux/ftrace.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include <switchyard/patch.h>

#define SLOTS 16

typedef long (*sy_body_t)(long a, long b, long c, long d, long e, long f);

static char *names[SLOTS];
static unsigned int nnames;
module_param_array_named(funcs, names, charp, &nnames, 0444);
MODULE_PARM_DESC(funcs, "up to 16 of [MODULE:]FUNCTION, with commas between");

static unsigned int forbid;
module_param(forbid, uint, 0444);
MODULE_PARM_DESC(forbid, "the requirement, a set of SY_FORBID_*");

/* Statistics: a lost count does no harm. */
static unsigned long calls[SLOTS];
static unsigned int ncalls = SLOTS;
module_param_array(calls, ulong, &ncalls, 0444);
MODULE_PARM_DESC(calls, "calls of each new function so far");

static void *old[SLOTS];

/* The old body begins behind the ftrace site. The barrier keeps the call from
 * being the last thing: a function that jumps is on no stack.
 */
#define DEFINE_NEW(n)                                                        \
	static noinline long new_##n(long a, long b, long c, long d, long e, \
				     long f)                                 \
	{                                                                    \
		sy_body_t body = old[n] + MCOUNT_INSN_SIZE;                  \
		long ret;                                                    \
                                                                             \
		WRITE_ONCE(calls[n], READ_ONCE(calls[n]) + 1);               \
		ret = body(a, b, c, d, e, f);                                \
		barrier();                                                   \
		return ret;                                                  \
	}

DEFINE_NEW(0)
DEFINE_NEW(1)
DEFINE_NEW(2)
DEFINE_NEW(3)
DEFINE_NEW(4)
DEFINE_NEW(5)
DEFINE_NEW(6)
DEFINE_NEW(7)
DEFINE_NEW(8)
DEFINE_NEW(9)
DEFINE_NEW(10)
DEFINE_NEW(11)
DEFINE_NEW(12)
DEFINE_NEW(13)
DEFINE_NEW(14)
DEFINE_NEW(15)

static void *const new_funcs[SLOTS] = {
	new_0, new_1, new_2,  new_3,  new_4,  new_5,  new_6,  new_7,
	new_8, new_9, new_10, new_11, new_12, new_13, new_14, new_15,
};

static struct sy_func funcs[SLOTS];
static struct sy_import imports[SLOTS];

static struct sy_patch patch = {
	.format = SY_PATCH_FORMAT,
	.flags = SY_PATCH_UNLOADABLE,
	.owner = THIS_MODULE,
	.funcs = funcs,
	.imports = imports,
};

/* What a descriptor names lies in its own module; parameters do not. */
static char texts[SLOTS][128];

static void fill(unsigned int i)
{
	char *colon;

	strscpy(texts[i], names[i], sizeof(texts[i]));
	colon = strchr(texts[i], ':');
	if (colon) {
		*colon = '\0';
		funcs[i].object = texts[i];
	}
	funcs[i].old_name = colon ? colon + 1 : texts[i];
	funcs[i].new_func = new_funcs[i];
	imports[i].object = funcs[i].object;
	imports[i].name = funcs[i].old_name;
	imports[i].slot = &old[i];
}

static int __init through_init(void)
{
	unsigned int i;

	for (i = 0; i < nnames; i++)
		fill(i);
	patch.nfuncs = nnames;
	patch.nimports = nnames;
	patch.forbid = forbid;
	return sy_patch_register(&patch);
}

static void __exit through_exit(void)
{
	sy_patch_unregister(&patch);
}

module_init(through_init);
module_exit(through_exit);
MODULE_INFO(switchyard, "patch");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: any functions, with their old bodies");
