// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of what "inspect" reads of a patch module: its tables, and
 * the code of its functions.
 */
#include <stdlib.h>

#include "../inspect/inspect.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void show(const struct sy_patch_file *patch)
{
	struct sy_code code;
	struct sy_fault *fault;
	size_t i;

	for (i = 0; i < patch->nfuncs; i++) {
		sy_patch_old_of(patch, i);
		fault = sy_code_of_new(patch, i, &code);
		if (!fault)
			sy_code_deinit(&code);
		sy_fault_free(fault);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sy_patch_file patch;
	struct sy_elf elf;
	struct sy_fault *fault = sy_elf_parse(bytes, size, "fuzz", &elf);

	if (!fault) {
		fault = sy_patch_read(&elf, &patch);
		if (!fault) {
			show(&patch);
			sy_patch_deinit(&patch);
		}
		sy_elf_deinit(&elf);
	}
	sy_fault_free(fault);
	return 0;
}
