/* SPDX-License-Identifier: GPL-2.0 */
/* SHA-256 (FIPS 180-4). */
#ifndef SY_BUILDER_SHA256_H
#define SY_BUILDER_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SY_SHA256_SIZE 32

void sy_sha256(const uint8_t *bytes, size_t size, uint8_t ret[SY_SHA256_SIZE]);

/* As 64 hexadecimal digits and a NUL. */
void sy_sha256_hex(const uint8_t digest[SY_SHA256_SIZE],
		   char ret[2 * SY_SHA256_SIZE + 1]);

#endif
