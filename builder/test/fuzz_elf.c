// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of the ELF reader: `make -C builder fuzz`, then
 * build/builder/fuzz/fuzz_elf -max_total_time=60 CORPUS-DIRECTORY.
 */
#include "../elf/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sy_elf elf;
	struct sy_fault *fault = sy_elf_parse(bytes, size, "fuzz", &elf);

	if (!fault) {
		sy_elf_at(&elf, 0, 1);
		sy_elf_deinit(&elf);
	}
	sy_fault_free(fault);
	return 0;
}
