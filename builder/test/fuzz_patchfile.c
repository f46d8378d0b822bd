// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of the diff parser and of applying: `make -C builder fuzz`,
 * then build/builder/fuzz/fuzz_patchfile -max_total_time=60 CORPUS-DIRECTORY.
 */
#include <stdlib.h>

#include "../source/patchfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t file[] = "a\nb\n\nc\nd";
	struct sy_patchfile patch;
	struct sy_fault *fault;
	size_t i, n;
	char *out;

	fault = sy_patchfile_parse(bytes, size, "fuzz", 1, &patch);
	for (i = 0; !fault && i < patch.n; i++) {
		struct sy_fault *applied =
			sy_change_apply(&patch.changes[i], file,
					sizeof(file) - 1, true, &out, &n);

		if (!applied)
			free(out);
		sy_fault_free(applied);
	}
	if (!fault)
		sy_patchfile_deinit(&patch);
	sy_fault_free(fault);
	return 0;
}
