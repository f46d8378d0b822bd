// SPDX-License-Identifier: GPL-2.0
/*
 * A relocation against a symbol that vmlinux does not have: the module must not
 * load. (Imports without relocations are resolved when the patch is enabled.)
 */
#include <generated/utsrelease.h>
#include <generated/utsversion.h>

#include <switchyard/patch.h>

static void *nowhere __section(".data");

static int new_hot(void)
{
	return READ_ONCE(nowhere) ? 2 : 3;
}

static const struct sy_func funcs[] = {
	SY_FUNC_OF("sy_target", "t_hot", new_hot),
};

static const struct sy_import imports[] = {
	{ .name = "sy_no_such_symbol" },
};

static const struct sy_reloc relocs[] = {
	{ &nowhere, 0, SY_RELOC_64, 0 },
};

SY_PATCH(funcs, .imports = imports, .nimports = ARRAY_SIZE(imports),
	 .relocs = relocs, .nrelocs = ARRAY_SIZE(relocs),
	 .release = UTS_RELEASE, .version = UTS_VERSION);
MODULE_DESCRIPTION("test: a relocation without a symbol");
