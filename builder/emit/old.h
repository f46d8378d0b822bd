/* SPDX-License-Identifier: GPL-2.0 */
/* Digests of the text that a patch replaces: see struct sy_old in
 * <switchyard/patch.h>. */
#ifndef SY_BUILDER_OLD_H
#define SY_BUILDER_OLD_H

#include "../match/match.h"
#include "sha256.h"

struct sy_old_mask {
	uint32_t offset, len;
};

struct sy_old_text {
	const struct sy_match_func *func;
	struct sy_old_mask *masks; /* ascending, apart */
	size_t nmasks;
	uint8_t digest[SY_SHA256_SIZE];
};

/* @func: equal to the image's. @module: all relocations are masked. */
struct sy_fault *sy_old_digest(const struct sy_match *match,
			       const struct sy_match_func *func, bool module,
			       struct sy_old_text *ret);
void sy_old_deinit(struct sy_old_text *old);

#endif
