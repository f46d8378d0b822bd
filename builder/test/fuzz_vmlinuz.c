// SPDX-License-Identifier: GPL-2.0
/* libFuzzer target of finding the compressed kernel in a boot image. */
#include "../image/vmlinuz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct sy_payload payload;
	volatile uint8_t last;

	struct sy_fault *fault =
		sy_vmlinuz_payload(bytes, size, "fuzz", &payload);

	if (!fault && payload.size)
		last = payload.bytes[payload.size - 1];
	(void)last;
	sy_fault_free(fault);
	return 0;
}
