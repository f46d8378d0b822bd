/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run-pre matching (Ksplice's word): is the code that was compiled here the
 * code that the kernel ships? Every function of an object is compared with the
 * image, byte for byte but for the fields of relocations; these are decoded
 * instead, which tells where each symbol that they name is, static ones too.
 */
#ifndef SY_BUILDER_MATCH_H
#define SY_BUILDER_MATCH_H

#include "../image/image.h"

enum sy_match_state {
	SY_MATCH_EQUAL, /* all bytes equal, at its own symbol */
	SY_MATCH_REPLACED, /* equal, but weak: the name belongs to another */
	SY_MATCH_DIFFERS,
	SY_MATCH_ABSENT, /* the image has no function of that name */
	SY_MATCH_AMBIGUOUS, /* equal to several of that name */
};

struct sy_match_func {
	const struct sy_symbol *symbol; /* in the object */
	enum sy_match_state state;
	uint64_t address; /* unless absent: where it is, or was looked for */
	uint32_t position; /* 1 for the first of its name; 0: no such symbol */
	uint32_t namesakes; /* symbols of that name in the image */
	uint64_t differs_at; /* offset of the first byte that differs */
	uint32_t relas, odd_relas; /* decoded; that lead to somewhere else */
	uint64_t odd_at; /* offset of the first of these */
};

struct sy_match {
	const struct sy_elf *object;
	const struct sy_image *image;
	struct sy_match_func *funcs;
	size_t nfuncs;
	uint64_t *found; /* of each symbol of the object: its address, or 0 */
	size_t equal, replaced, differing, absent, ambiguous; /* functions */
	size_t odd; /* relocations */
};

/* @object: of sy_unit_compile() with SY_COMPILE_OBJTOOL. Both must outlive
 * @ret. A mismatch is a result, not a fault. */
struct sy_fault *sy_match_image(const struct sy_elf *object,
				const struct sy_image *image,
				struct sy_match *ret);
void sy_match_deinit(struct sy_match *match);

/* The first of the object's functions of that name; NULL: it has none. */
const struct sy_match_func *sy_match_find(const struct sy_match *match,
					  const char *name);

const char *sy_match_state_name(enum sy_match_state state);

/* For a function that differs: one line with the first instruction that does,
 * here and in the image, and the likely cause. */
void sy_match_explain(const struct sy_match *match,
		      const struct sy_match_func *func, char *ret, size_t size);

#endif
