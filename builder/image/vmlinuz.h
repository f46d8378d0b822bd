/* SPDX-License-Identifier: GPL-2.0 */
/* From the file that a boot loader loads to the ELF image inside of it. */
#ifndef SY_BUILDER_VMLINUZ_H
#define SY_BUILDER_VMLINUZ_H

#include "../elf/file.h"

struct sy_payload {
	const uint8_t *bytes; /* compressed, without the size behind it */
	size_t size;
	const char *program; /* that unpacks it from stdin with -dc */
};

/* Finds the compressed image in a bzImage. */
struct sy_fault *sy_vmlinuz_payload(const uint8_t *bytes, size_t size,
				    const char *path, struct sy_payload *ret);

/* Unpacks @vmlinuz to @out, which appears whole or not at all. */
struct sy_fault *sy_vmlinuz_unpack(const char *vmlinuz, const char *out);

#endif
