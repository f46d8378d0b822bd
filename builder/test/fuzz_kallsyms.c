// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target of the kallsyms decoder: `make -C builder fuzz`, then
 * build/builder/fuzz/fuzz_kallsyms -max_total_time=60 CORPUS-DIRECTORY. Tables
 * that are valid are hard to guess: it begins with a made one and lays the input
 * over it, two bytes of position before each byte of content.
 */
#include "../image/kallsyms.h"
#include "make_kallsyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct sy_made_tables made;
	struct sy_made_tables t;
	struct sy_kallsyms k;
	struct sy_fault *fault;

	if (!made.size)
		sy_make_kallsyms(&made);
	t = made;
	for (; size >= 3; size -= 3, bytes += 3)
		t.bytes[sy_get16(bytes) % t.size] = bytes[2];
	fault = sy_kallsyms_decode(t.bytes, t.size, "fuzz", &k);
	if (!fault)
		sy_kallsyms_deinit(&k);
	sy_fault_free(fault);
	return 0;
}
