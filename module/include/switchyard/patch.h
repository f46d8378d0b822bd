/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a patch module includes. A patch is a table of functions, optionally
 * the symbols it needs, the requirement, and one macro:
 *
 *	#include <switchyard/patch.h>
 *
 *	static int my_cmdline_proc_show(struct seq_file *m, void *v)
 *	{
 *		seq_puts(m, "this has been live patched\n");
 *		return 0;
 *	}
 *
 *	static struct sy_func funcs[] = {
 *		SY_FUNC("cmdline_proc_show", my_cmdline_proc_show),
 *	};
 *
 *	SY_PATCH(funcs, .flags = SY_PATCH_UNLOADABLE);
 *
 * Loading the module registers the patch and changes nothing; `switchyard
 * enable` (or `switchyard load`) starts the transition.
 */
#ifndef SWITCHYARD_PATCH_H
#define SWITCHYARD_PATCH_H

#include <linux/module.h>

#include <switchyard/abi.h>

#define SY_PATCH_FORMAT 1

/**
 * struct sy_func - one replaced function
 * @old_name: its name in kallsyms
 * @object:   the module it is in, or NULL for vmlinux
 * @sympos:   1 for the first symbol of that name in @object, 2 for the second,
 *            and so on; 0 demands that the name be unique (the rule of
 *            upstream's klp_func.old_sympos)
 * @flags:    SY_FUNC_* bits
 * @new_func: the replacement, in the patch module's text
 */
struct sy_func {
	const char *old_name;
	const char *object;
	unsigned long sympos;
	u32 flags;
	u32 reserved;
	void *new_func;
};

/* LEAVE_PATCHED_SET does not look for this function on stacks. Only for a
 * function whose old and new version may mix with everything. */
#define SY_FUNC_NO_STACK_CHECK 1u

#define SY_FUNC(_name, _new)                            \
	{                                               \
		.old_name = (_name), .new_func = (_new) \
	}
#define SY_FUNC_OF(_object, _name, _new)                                     \
	{                                                                    \
		.old_name = (_name), .object = (_object), .new_func = (_new) \
	}

/**
 * struct sy_import - a symbol that is not exported, resolved before enabling
 * @name:   its name in kallsyms
 * @object: the module it is in, or NULL for vmlinux
 * @sympos: as in struct sy_func
 * @slot:   where its address is stored
 */
struct sy_import {
	const char *name;
	const char *object;
	unsigned long sympos;
	void **slot;
};

/* Import the symbol @_name into the pointer @_ptr, which the module declares. */
#define SY_IMPORT(_name, _ptr)                            \
	{                                                 \
		.name = (_name), .slot = (void **)&(_ptr) \
	}

#define SY_PATCH_UNLOADABLE \
	1u /* new text escapes into no timer, callback or
				* ops structure: it may be freed when unpatched
				*/

/**
 * struct sy_patch - what a patch module registers
 * @format:   SY_PATCH_FORMAT
 * @flags:    SY_PATCH_* bits
 * @forbid:   the requirement: SY_FORBID_M1 .. SY_FORBID_M4, or 0
 * @reserved: zero
 * @owner:    THIS_MODULE
 * @funcs:    the functions, in the order in which SWITCH_FUNCTION switches them
 * @nfuncs:   their number, 1 to SY_FUNCS_MAX
 * @imports:  the symbols to resolve, or NULL
 * @nimports: their number
 */
struct sy_patch {
	u32 format;
	u32 flags;
	u32 forbid;
	u32 reserved;
	struct module *owner;
	const struct sy_func *funcs;
	u32 nfuncs;
	u32 nimports;
	const struct sy_import *imports;
};

#define SY_FUNCS_MAX 127
#define SY_IMPORTS_MAX 4096

/**
 * sy_patch_register() - make a patch known to the engine
 * @patch: stays owned by the caller until sy_patch_unregister()
 *
 * Checks the descriptor and nothing else; symbols are resolved when the patch
 * is enabled. The reason of a refusal is logged and can be read from
 * /sys/kernel/switchyard/refusal.
 *
 * Context: process context, may sleep; from the patch module's init.
 * Return: 0, -EINVAL (malformed), -EEXIST (duplicate) or -ENOMEM.
 */
int sy_patch_register(const struct sy_patch *patch);

/**
 * sy_patch_unregister() - forget a patch
 * @patch: what was registered; it is disabled and retired, since the engine
 *         holds a reference to the module in every other state
 *
 * Context: process context, may sleep; from the patch module's exit.
 */
void sy_patch_unregister(const struct sy_patch *patch);

/* Registers the table @_funcs; further members of struct sy_patch may follow as
 * designated initializers. */
#define SY_PATCH(_funcs, ...)                             \
	static const struct sy_patch sy_this_patch = {    \
		.format = SY_PATCH_FORMAT,                \
		.owner = THIS_MODULE,                     \
		.funcs = (_funcs),                        \
		.nfuncs = ARRAY_SIZE(_funcs),             \
		##__VA_ARGS__                             \
	};                                                \
	static int __init sy_this_patch_init(void)        \
	{                                                 \
		return sy_patch_register(&sy_this_patch); \
	}                                                 \
	static void __exit sy_this_patch_exit(void)       \
	{                                                 \
		sy_patch_unregister(&sy_this_patch);      \
	}                                                 \
	module_init(sy_this_patch_init);                  \
	module_exit(sy_this_patch_exit);                  \
	MODULE_INFO(switchyard, "patch");                 \
	MODULE_LICENSE("GPL")

#endif
