// SPDX-License-Identifier: GPL-2.0
/*
 * A patch for another kernel, with a relocation: the module must not load.
 */
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
	{ .name = "nr_processes" },
};

static const struct sy_reloc relocs[] = {
	{ &nowhere, 0, SY_RELOC_64, 0 },
};

SY_PATCH(funcs, .imports = imports, .nimports = ARRAY_SIZE(imports),
	 .relocs = relocs, .nrelocs = ARRAY_SIZE(relocs),
	 .release = "6.1.0-0-amd64", .version = "#1");
MODULE_DESCRIPTION("test: for another kernel");
