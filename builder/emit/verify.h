/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the stage "verify". */
#ifndef SY_BUILDER_VERIFY_H
#define SY_BUILDER_VERIFY_H

#include "../inspect/read.h"
#include "emit.h"

/* What is verified: what was meant, the finished file, and its tables as a
 * stranger reads them. */
struct sy_verify {
	const struct sy_emit *e;
	const struct sy_elf *ko;
	const struct sy_patch_file *patch;
};

struct sy_fault *sy_verify_wrong(const struct sy_elf *ko, const char *what,
				 const char *name);

/* The symbol of that name; NULL: none. */
const struct sy_symbol *sy_verify_named(const struct sy_elf *ko,
					const char *name);

/*
 * All code that was taken: each byte is the compiler's but for relocation fields
 * and jump labels, and each relocation, of the file or of the engine's table,
 * has the type and leads where the compiler meant.
 */
struct sy_fault *sy_verify_text(const struct sy_verify *v);

#endif
