/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From what was extracted to a module file: relocations that only the engine can
 * apply leave the object and become a table, beside the table of functions and
 * the digests of the old ones; the rest is done by the kernel's own objtool,
 * modpost and linker script.
 */
#ifndef SY_BUILDER_EMIT_H
#define SY_BUILDER_EMIT_H

#include "../extract/extract.h"
#include "old.h"

/* A relocation for the engine. */
struct sy_engine_reloc {
	char section[512]; /* of the object, for messages */
	uint32_t anchor; /* sy_at_N is the start of its section */
	uint64_t offset;
	uint32_t type; /* R_X86_64_*, one of patch.h's SY_RELOC_* */
	uint32_t import;
	int64_t addend;
};

struct sy_emit {
	const struct sy_kernel *kernel;
	const struct sy_extract *extract;
	const char *name; /* of the module: "fix_foo" */
	struct sy_path dir; /* all is made here; names below are within */
	struct sy_path headers, uapi; /* of the engine */
	struct sy_path symvers; /* of the engine; "": unknown */
	unsigned int forbid; /* SY_FORBID_* bits */
	bool unloadable;
	bool write; /* patch.o and glue.c; else they stay as they lie there */
	const char *info; /* the JSON of ".switchyard.info" */
	struct sy_engine_reloc *relocs;
	size_t nrelocs;
	struct sy_old_text *olds;
	uint32_t *old_func; /* of each old text: index of its function */
	size_t nolds;
};

/* dir/extract.o by objtool to dir/patch.o, and relocs[]. */
struct sy_fault *sy_emit_finish(struct sy_emit *e);

/* olds[]: of all functions that are replaced and their cold parts. */
struct sy_fault *sy_emit_digests(struct sy_emit *e);

/* dir/glue.c: the tables in C, as patch.h defines them. */
struct sy_fault *sy_emit_glue(struct sy_emit *e);

/* dir/NAME.ko out of dir/glue.c and dir/patch.o. */
struct sy_fault *sy_emit_link(struct sy_emit *e);

/* Reads dir/NAME.ko again and checks each table against @e. */
struct sy_fault *sy_emit_verify(const struct sy_emit *e);

void sy_emit_deinit(struct sy_emit *e);

#endif
