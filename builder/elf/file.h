/* SPDX-License-Identifier: GPL-2.0 */
/* Whole files in memory, and numbers out of bytes that need not be aligned. */
#ifndef SY_BUILDER_FILE_H
#define SY_BUILDER_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fault.h"

#define SY_FILE_SIZE_MAX (1ul << 30)

struct sy_file {
	const uint8_t *bytes; /* a private mapping; NULL when empty */
	size_t size;
};

struct sy_fault *sy_file_open(const char *path, struct sy_file *ret);
void sy_file_close(struct sy_file *file);

/* Is [at, at + len) inside of [0, size)? No sum can overflow. */
static inline int sy_within(uint64_t at, uint64_t len, uint64_t size)
{
	return at <= size && len <= size - at;
}

static inline uint16_t sy_get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t sy_get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t sy_get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
