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

#define SY_PATCH_FORMAT 2

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

/* Old and new version take all arguments in registers (at most six integers or
 * pointers, none passed by value on the stack, not variadic), and neither looks
 * at its own return address to decide anything. Without it the detector COUNT is
 * refused: its trampoline stands between the function and its caller's stack. */
#define SY_FUNC_REG_ARGS 2u

#define SY_FUNC(_name, _new)                            \
	{                                               \
		.old_name = (_name), .new_func = (_new) \
	}
#define SY_FUNC_OF(_object, _name, _new)                                     \
	{                                                                    \
		.old_name = (_name), .object = (_object), .new_func = (_new) \
	}

/**
 * struct sy_import - a symbol of the kernel that the patch needs
 * @name:   its name in kallsyms
 * @object: the module it is in, or NULL for vmlinux
 * @sympos: as in struct sy_func
 * @slot:   where its address is stored before the new code runs, or NULL for a
 *          symbol that only relocations (struct sy_reloc) refer to
 *
 * The engine resolves each entry once. A symbol of a module in which the patch
 * replaces functions is resolved when that module is there, and only the new
 * functions of that module may use it; any other module must be loaded when the
 * patch is enabled and is pinned while it is.
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

/*
 * ---- What a builder adds --------------------------------------------------
 *
 * A patch built from a source diff carries, beside its functions, the kernel it
 * was built for, relocations against symbols that are not exported, and digests
 * of the code it replaces. All of it is optional in a hand-written patch. All
 * tables, the strings they point to and the places relocations name lie in the
 * patch module's own core memory (nothing of it in init sections), or the patch
 * is refused as malformed.
 */

/**
 * struct sy_reloc - a place in the patch module that refers to a symbol
 * @where:  in the patch module's text or data (no init section)
 * @symbol: index into sy_patch.imports
 * @type:   SY_RELOC_*, the numbers of the ELF psABI
 * @addend: A of the psABI's formulas; the place itself holds zeros
 *
 * Relocations against vmlinux are applied while the patch module is being
 * loaded, before the kernel looks at its jump labels and static calls: a place
 * may be in __jump_table or .static_call_sites. It may not be in an instruction
 * that an alternative replaces, nor in the replacement: alternatives have been
 * applied by then. Those against another module are applied when that module is
 * there, and again when it was unloaded and is back; a place of theirs may be
 * in no table that the loader reads.
 */
struct sy_reloc {
	void *where;
	u32 symbol;
	u32 type;
	s64 addend;
};

#define SY_RELOC_64 1u /* R_X86_64_64: 8 bytes, S + A */
#define SY_RELOC_PC32 2u /* 4 bytes, S + A - P */
#define SY_RELOC_PLT32 4u /* as PC32 */
#define SY_RELOC_32 10u /* 4 bytes, S + A, zero-extends to it */
#define SY_RELOC_32S 11u /* 4 bytes, S + A, sign-extends to it */

/* Bytes that a digest leaves out: they count as zeros. */
struct sy_mask {
	u32 offset; /* from the start of the text */
	u32 len;
};

/**
 * struct sy_old - text that the patch replaces, as the kernel's image has it
 * @func:   index into sy_patch.funcs: the function it belongs to
 * @size:   number of bytes
 * @name:   NULL: the function itself; else the symbol of a part that the
 *          compiler split off (.cold), in the object of the function
 * @sympos: of @name, as in struct sy_func; 0 if @name is NULL
 * @nmasks: entries of @masks
 * @masks:  ascending, not overlapping, within @size
 * @sha256: SHA-256 of the @size bytes with the masked ones zeroed
 *
 * The engine compares it with the kernel's memory each time the patch is
 * enabled (or the function's module arrives), before it changes anything.
 * Masked is what boot, the loader and the running kernel legitimately rewrite:
 * the ftrace site, the instructions and padding of alternatives and paravirt
 * sites, lock prefixes of .smp_locks, jump labels, static calls, retpoline and
 * return sites, ENDBR, the fields of absolute relocations in vmlinux (KASLR),
 * and in a module the fields of all relocations.
 */
struct sy_old {
	u32 func;
	u32 size;
	const char *name;
	u32 sympos;
	u32 nmasks;
	const struct sy_mask *masks;
	u8 sha256[32];
};

/*
 * What only people and tools need stands in the section ".switchyard.info" of
 * the module file, which is not loaded (no SHF_ALLOC): one JSON object in
 * UTF-8, keys that a reader does not know are skipped:
 *
 *	format		1
 *	builder		name and version of what made the module
 *	kernel		{ release, version, compiler }: uname -r, uname -v
 *	diffs		[ { name, sha256 } ]: the source diffs, in order; more
 *			than one: a cumulative patch
 *	units		[ { path, object } ]: the units compiled; object is
 *			null for vmlinux
 *	functions	[ { name, object, sympos, old_size, new_size, unit,
 *			diffs: [index] } ]: in the order of sy_patch.funcs
 *	requirement	{ found: ["m1"], forbidden: ["m1"], reasons: [ { code,
 *			observations: ["m1"], function, text } ], satisfied_by:
 *			[model], recommended: model, why }
 *	unsafe_allow	["m1"]: found, but left out of sy_patch.forbid by the
 *			author's word
 *	unloadable	{ declared: bool, why }
 */
#define SY_INFO_SECTION ".switchyard.info"

#define SY_PATCH_UNLOADABLE \
	1u /* new text escapes into no timer, callback or
				* ops structure: it may be freed when unpatched
				*/

/* SY_FUNC_REG_ARGS, said of all functions of the patch. */
#define SY_PATCH_REG_ARGS 2u

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
 * @nimports: their number, at most SY_IMPORTS_MAX
 * @release:  the kernel it was built for, as uname -r prints it, and
 * @version:  the build of that kernel, as uname -v prints it; both NULL: any
 *            kernel that loads the module. Not NULL with @olds or @relocs
 * @olds:     digests of the replaced text, or NULL
 * @relocs:   relocations, or NULL
 * @nolds:    their number, at most SY_OLDS_MAX
 * @nrelocs:  their number, at most SY_RELOCS_MAX
 *
 * With relocations the descriptor is the symbol sy_this_patch (SY_PATCH sees to
 * it): the engine reads it before the module's init runs.
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
	const char *release;
	const char *version;
	const struct sy_old *olds;
	const struct sy_reloc *relocs;
	u32 nolds;
	u32 nrelocs;
};

#define SY_FUNCS_MAX 127
#define SY_IMPORTS_MAX 16384
#define SY_OLDS_MAX 1024
#define SY_RELOCS_MAX 262144
#define SY_OLD_SIZE_MAX (1u << 20)

/**
 * sy_patch_register() - make a patch known to the engine
 * @patch: stays owned by the caller until sy_patch_unregister()
 *
 * Checks the descriptor and nothing else; symbols that no relocation needs are
 * resolved when the patch is enabled. The reason of a refusal is logged and can be read from
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
