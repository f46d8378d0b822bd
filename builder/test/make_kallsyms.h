/* SPDX-License-Identifier: GPL-2.0 */
/* Small kallsyms tables in the layout of 6.1, for tests that break them. */
#ifndef SY_BUILDER_MAKE_KALLSYMS_H
#define SY_BUILDER_MAKE_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

#define SY_MADE_SYMBOLS 600u
#define SY_MADE_BASE 0xffffffff81000000ull

struct sy_made_tables {
	uint8_t bytes[32768];
	size_t size;
	size_t base, names, markers, tokens, index; /* where they begin */
};

/*
 * Symbol i < 600 is "T f<i>" at the base + 16 * i, with three exceptions: 0 and
 * 1 are per-CPU, "A p0" and "A p1" at 8 and 16; 598 and 599 are both "t twin".
 */
void sy_make_kallsyms(struct sy_made_tables *ret);

#endif
