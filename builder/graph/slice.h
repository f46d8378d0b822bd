/* SPDX-License-Identifier: GPL-2.0 */
/* Can two preprocessed texts of one unit compile to different objects? */
#ifndef SY_BUILDER_SLICE_H
#define SY_BUILDER_SLICE_H

#include <stdbool.h>

#include "../elf/fault.h"
#include "../elf/file.h"

/*
 * Compares two texts declaration by declaration, without regard to blanks and
 * order, and follows what differs through all declarations that name it. *ret is
 * false when no code or datum is reached: then both compile to the same. True is
 * no promise that they differ. The texts may be of any content.
 */
struct sy_fault *sy_slice_differs(const struct sy_file *before,
				  const struct sy_file *after, bool *ret);

#endif
