// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of the lines that kbuild prints: split as a shell would, and
 * read as the commands of a unit.
 */
#include "../compile/unit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sy_unit unit;
	struct sy_fault *fault;

	fault = sy_unit_from_line("fuzz.c", (const char *)bytes, size, &unit);
	if (!fault) {
		fault = sy_words_replace(&unit.gcc, "/src", "/other");
		sy_unit_deinit(&unit);
	}
	sy_fault_free(fault);
	return 0;
}
