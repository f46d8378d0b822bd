/* SPDX-License-Identifier: GPL-2.0 */
/* Sources that kbuild makes while it builds a kernel, and no package has. */
#ifndef SY_BUILDER_GENERATE_H
#define SY_BUILDER_GENERATE_H

#include "make.h"

/*
 * Makes the programs that kbuild makes such sources with, once for a kernel, into
 * our object tree: without them kbuild has no rule for what they make, nor for
 * the units that need it. One that this kernel's source does not have, or that
 * cannot be made, is left out; kbuild then says what it lacks.
 */
struct sy_fault *sy_generate_programs(const struct sy_kernel *kernel);

/*
 * Has kbuild make the object of @unit in our object tree, and so all that it
 * includes, as when the kernel was built.
 */
struct sy_fault *sy_generate_for(const struct sy_kernel *kernel,
				 const char *unit);

#endif
