/* SPDX-License-Identifier: GPL-2.0 */
/* Sources that kbuild makes while it builds a kernel, and no package has. */
#ifndef SY_BUILDER_GENERATE_H
#define SY_BUILDER_GENERATE_H

#include "make.h"

/*
 * Makes the programs that kbuild makes before all else, once for a kernel, into
 * our object tree: without those that make sources kbuild has no rule for what
 * they make, nor for the units that need it. Which they are, its own Makefiles
 * say (programs.h). One that cannot be made, for a library that is not here, is
 * left out: most are needed for other things than sources.
 */
struct sy_fault *sy_generate_programs(const struct sy_kernel *kernel);

/* Tries again to make those that were left out. true: fewer are, or for another
 * reason, so that kbuild may be asked again. */
bool sy_generate_again(const struct sy_kernel *kernel);

/*
 * For @what (a unit, or the list of all) kbuild cannot make @made, which @by
 * needs: a fault with the way out. It names a program that was left out, if there
 * is one, and why.
 */
struct sy_fault *sy_generate_lacks(const struct sy_kernel *kernel,
				   const char *what, const char *made,
				   const char *by);

/*
 * Has kbuild make the object of @unit in our object tree, and so all that it
 * includes, as when the kernel was built.
 */
struct sy_fault *sy_generate_for(const struct sy_kernel *kernel,
				 const char *unit);

#endif
