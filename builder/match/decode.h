/* SPDX-License-Identifier: GPL-2.0 */
/* What the image's relocation fields say of the object's symbols. */
#ifndef SY_BUILDER_DECODE_H
#define SY_BUILDER_DECODE_H

#include "match.h"

/* Decodes all fields of a function that is equal: fills found[] and counts. */
void sy_decode_relas(struct sy_match *match, struct sy_match_func *func);

/* The base of a section that decoded fields have told, or 0. */
uint64_t sy_decoded_base(const struct sy_match *match, uint32_t section);

#endif
