/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the stage "verify". */
#ifndef SY_BUILDER_VERIFY_H
#define SY_BUILDER_VERIFY_H

#include "../inspect/read.h"
#include "emit.h"

#define SY_SITE_SIZE 5 /* of a jump label; see compile/jump_label.c */

/* What is verified: what was meant, the finished file, and its tables as a
 * stranger reads them. */
struct sy_verify {
	const struct sy_emit *e;
	const struct sy_elf *ko;
	const struct sy_patch_file *patch;
	const struct sy_elf *tooled; /* what objtool made; NULL: it did not run */
	/* Of each section of @ko, entries that were meant: of copies that are
	 * right, and of the one that is looked at. */
	size_t *seen, *trial;
};

/* One section of a unit's object, and where its copy is. */
struct sy_copied {
	struct sy_verify *v;
	const struct sy_extract_unit *u;
	uint32_t section; /* of u->after */
	const struct sy_section *from, *to;
	uint64_t base; /* in to */
	const char *name; /* of its function */
};

/* Where a relocation leads: to a name elsewhere, or to a place of the file. */
struct sy_led {
	uint32_t type;
	int64_t addend;
	const char *name; /* NULL: a place */
	const struct sy_section *section;
	uint64_t value; /* of the symbol that the addend counts from */
	bool engine; /* the engine's, not the loader's */
};

struct sy_fault *sy_verify_wrong(const struct sy_elf *ko, const char *what,
				 const char *name);

/* The same of a place in the function that @c is of. */
struct sy_fault *sy_verify_bad(const struct sy_copied *c, uint64_t at,
			       const char *what);

/* The symbol of that name; NULL: none. */
const struct sy_symbol *sy_verify_named(const struct sy_elf *ko,
					const char *name);

/* How many relocations of the file apply at a place of a section of it, and the
 * last of them. */
unsigned int sy_verify_lead(const struct sy_verify *v,
			    const struct sy_section *s, uint64_t at,
			    struct sy_led *ret);

/* The same, with those of the engine's table. */
unsigned int sy_verify_lead_any(const struct sy_verify *v,
				const struct sy_section *s, uint64_t at,
				struct sy_led *ret);

/* Does @led go where @rela of the compiler's object goes? @code: the field is
 * one of an instruction. */
bool sy_verify_target(const struct sy_copied *c, bool code,
		      const struct sy_rela *rela, const struct sy_led *led);

/* Does @led go to the file's own symbol of that name, and @offset further? */
bool sy_verify_inside(const struct sy_copied *c, const struct sy_led *led,
		      const char *name, int64_t offset);

/* What was extracted of it: the function, and stubs of jump labels behind it. */
const struct sy_out_section *sy_verify_extracted(const struct sy_copied *c);

/*
 * All code that was taken: each byte is the compiler's but for relocation fields
 * and jump labels, and each relocation, of the file or of the engine's table,
 * has the type and leads where the compiler meant.
 */
struct sy_fault *sy_verify_text(struct sy_verify *v);

/* Entries of tables that the compiler made for a copied function. */
struct sy_fault *sy_verify_tables(const struct sy_copied *c);

/* Jump labels of a copied function: entries, and stubs instead of them. */
struct sy_fault *sy_verify_jumps(const struct sy_copied *c);

/* Entries of tables that objtool makes for a copied function. */
struct sy_fault *sy_verify_sites(const struct sy_copied *c);

/* No table has an entry that nobody meant, and none waits for the engine. Last:
 * the others count what was meant. */
struct sy_fault *sy_verify_rest(const struct sy_verify *v);

/* The entry of a table, from *at on, whose first field leads into the copy;
 * *place: how far. False: no other. */
bool sy_verify_next(const struct sy_copied *c, const struct sy_section *table,
		    uint64_t size, uint64_t *at, uint64_t *place);

/* One entry of the file's table (@in, @y) and one of the compiler's (@table,
 * @x): bytes, and where its relocations lead. */
struct sy_fault *sy_verify_entry(const struct sy_copied *c,
				 const struct sy_section *table, uint64_t x,
				 const struct sy_section *in, uint64_t y,
				 uint64_t size);

#endif
