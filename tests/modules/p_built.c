// SPDX-License-Identifier: GPL-2.0
/*
 * A patch with all that a builder adds, written by hand: the kernel it is for,
 * a digest of t_hot() of sy_target.ko, and relocations of every type, in text
 * and in data, against vmlinux and against sy_target. The replacement answers 2
 * only if every one of them was written. The parameter "wrong" makes one thing
 * wrong, which the engine must refuse when the module is loaded or the patch is
 * enabled.
 *
 * objtool does not see this file: it would follow the calls and jumps that have
 * no destination yet.
 */
#include <generated/utsrelease.h>
#include <generated/utsversion.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>

#include <switchyard/patch.h>

#include <old_t_hot.h>

enum wrong {
	NOTHING,
	RELEASE,
	VERSION,
	DIGEST,
	SIZE,
	SIZE_HUGE,
	MASK_OUTSIDE,
	MASK_ORDER,
	MASK_COUNT,
	OLDS_COUNT,
	OLD_FUNC,
	OLD_PART,
	RELOCS_COUNT,
	RELOC_SYMBOL,
	RELOC_TYPE,
	RELOC_OUTSIDE,
	RELOC_END,
	RELOC_FAR,
	RELOC_TAKEN,
	NO_KERNEL,
	STRAY_STRING,
	WRONG_END
};

static unsigned int wrong;
module_param(wrong, uint, 0444);
MODULE_PARM_DESC(wrong, "what is wrong: 1 to 20, or 0 for nothing");

/* Holes, each four or eight zero bytes behind an opcode. */
asm(".pushsection .text\n"
    ".type hole_call, @function\n"
    "hole_call:\n"
    "	.byte 0xe9\n" /* jmp rel32 */
    "hole_call_at: .long 0\n"
    ".size hole_call, . - hole_call\n"
    ".type hole_lea, @function\n"
    "hole_lea:\n"
    "	.byte 0x48, 0x8d, 0x05\n" /* lea disp32(%rip), %rax */
    "hole_lea_at: .long 0\n"
    "	ret; int3\n"
    ".size hole_lea, . - hole_lea\n"
    ".type hole_signed, @function\n"
    "hole_signed:\n"
    "	.byte 0x48, 0xc7, 0xc0\n" /* mov $imm32, %rax, sign-extended */
    "hole_signed_at: .long 0\n"
    "	ret; int3\n"
    ".size hole_signed, . - hole_signed\n"
    ".type hole_unsigned, @function\n"
    "hole_unsigned:\n"
    "	.byte 0xb8\n" /* mov $imm32, %eax, zero-extended */
    "hole_unsigned_at: .long 0\n"
    "	ret; int3\n"
    ".size hole_unsigned, . - hole_unsigned\n"
    ".type hole_target, @function\n"
    "hole_target:\n"
    "	.byte 0x48, 0x8d, 0x05\n"
    "hole_target_at: .long 0\n"
    "	ret; int3\n"
    ".size hole_target, . - hole_target\n"
    ".popsection\n");

int hole_call(void); /* goes on in nr_processes() */
const char *hole_lea(void); /* linux_banner + 6 */
const char *hole_signed(void); /* linux_banner + 6 */
unsigned long hole_unsigned(void); /* this_cpu_off, a per-CPU offset */
void *hole_target(void); /* t_notrace() of sy_target */
extern u8 hole_call_at[], hole_lea_at[], hole_signed_at[], hole_unsigned_at[],
	hole_target_at[];

static const char *const banner_at; /* in .rodata or .bss: 8 bytes of zeros */
static void *target_at __section(".data");
static unsigned long offset_at __section(".data");
static unsigned long taken __section(".data") = 1;

static bool vmlinux_written(void)
{
	const char *banner = READ_ONCE(banner_at);

	return !strncmp(banner, "version ", 8) && hole_lea() == banner &&
	       hole_signed() == banner &&
	       hole_unsigned() == READ_ONCE(offset_at) && hole_call() > 0;
}

static noinline int new_hot(void)
{
	int (*untraced)(void) = READ_ONCE(target_at);

	if (!vmlinux_written() || hole_target() != untraced)
		return 3;
	return 1 + untraced();
}

static struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
};

enum symbol { NR_PROCESSES, BANNER, OFFSET, T_NOTRACE, T_DUP };

static struct sy_import imports[] = {
	[NR_PROCESSES] = { .name = "nr_processes" },
	[BANNER] = { .name = "linux_banner" },
	[OFFSET] = { .name = "this_cpu_off" },
	[T_NOTRACE] = { .name = "t_notrace", .object = "sy_target" },
	[T_DUP] = { .name = "t_dup", .object = "sy_target", .sympos = 2 },
};

/* One object's last: what "wrong" spoils must not hide behind another flaw. */
static struct sy_reloc relocs[] = {
	{ hole_call_at, NR_PROCESSES, SY_RELOC_PLT32, -4 },
	{ hole_lea_at, BANNER, SY_RELOC_PC32, 6 - 4 },
	{ hole_signed_at, BANNER, SY_RELOC_32S, 6 },
	{ hole_unsigned_at, OFFSET, SY_RELOC_32, 0 },
	{ (void *)&banner_at, BANNER, SY_RELOC_64, 6 },
	{ &offset_at, OFFSET, SY_RELOC_64, 0 },
	{ hole_target_at, T_NOTRACE, SY_RELOC_PC32, -4 },
	{ &target_at, T_NOTRACE, SY_RELOC_64, 0 },
};

static struct sy_mask masks[] = { OLD_MASKS };

static struct sy_old olds[] = {
	{
		.size = OLD_SIZE,
		.masks = masks,
		.nmasks = ARRAY_SIZE(masks),
		.sha256 = { OLD_SHA256 },
	},
};

static char release[64] = UTS_RELEASE, version[64] = UTS_VERSION;

static struct sy_patch sy_this_patch = {
	.format = SY_PATCH_FORMAT,
	.flags = SY_PATCH_UNLOADABLE,
	.owner = THIS_MODULE,
	.funcs = funcs,
	.nfuncs = ARRAY_SIZE(funcs),
	.imports = imports,
	.nimports = ARRAY_SIZE(imports),
	.release = release,
	.version = version,
	.olds = olds,
	.nolds = ARRAY_SIZE(olds),
	.relocs = relocs,
	.nrelocs = ARRAY_SIZE(relocs),
};

static void spoil_olds(void)
{
	switch (wrong) {
	case DIGEST:
		olds[0].sha256[31] ^= 1;
		break;
	case SIZE:
		olds[0].size = 4096;
		break;
	case SIZE_HUGE:
		olds[0].size = U32_MAX;
		break;
	case MASK_OUTSIDE:
		masks[ARRAY_SIZE(masks) - 1].len = OLD_SIZE;
		break;
	case MASK_ORDER:
		masks[1].offset = 4;
		break;
	case MASK_COUNT:
		olds[0].nmasks = U32_MAX;
		break;
	case OLDS_COUNT:
		sy_this_patch.nolds = SY_OLDS_MAX;
		break;
	case OLD_FUNC:
		olds[0].func = ARRAY_SIZE(funcs);
		break;
	case OLD_PART:
		olds[0].name = "t_hot.cold";
		break;
	}
}

static void spoil_relocs(void)
{
	struct sy_reloc *last = &relocs[ARRAY_SIZE(relocs) - 1];

	switch (wrong) {
	case RELOCS_COUNT:
		sy_this_patch.nrelocs = SY_RELOCS_MAX;
		break;
	case RELOC_SYMBOL:
		last->symbol = ARRAY_SIZE(imports);
		break;
	case RELOC_TYPE:
		last->type = 9;
		break;
	case RELOC_OUTSIDE:
		last->where = schedule;
		break;
	case RELOC_END: {
		const struct module *mod = THIS_MODULE;

		last->where = mod->core_layout.base + mod->core_layout.size - 4;
		break;
	}
	case RELOC_FAR:
		last->type = SY_RELOC_32;
		break;
	case RELOC_TAKEN:
		last->where = &taken;
		break;
	}
}

static void spoil_strings(void)
{
	switch (wrong) {
	case RELEASE:
		strscpy(release, "6.1.0-0-amd64", sizeof(release));
		break;
	case VERSION:
		strscpy(version, "#1 SMP of another day", sizeof(version));
		break;
	case NO_KERNEL:
		sy_this_patch.release = sy_this_patch.version = NULL;
		break;
	case STRAY_STRING:
		imports[T_DUP].name = (const char *)schedule;
		break;
	}
}

static int __init built_init(void)
{
	if (wrong >= WRONG_END)
		return -ERANGE;
	if (!vmlinux_written())
		return -ENOTRECOVERABLE;
	spoil_olds();
	spoil_relocs();
	spoil_strings();
	return sy_patch_register(&sy_this_patch);
}

static void __exit built_exit(void)
{
	sy_patch_unregister(&sy_this_patch);
}

module_init(built_init);
module_exit(built_exit);
MODULE_INFO(switchyard, "patch");
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("test: digests and relocations");
