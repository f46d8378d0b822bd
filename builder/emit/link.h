/* SPDX-License-Identifier: GPL-2.0 */
/* The tools of kbuild that an object of a module passes. */
#ifndef SY_BUILDER_LINK_H
#define SY_BUILDER_LINK_H

#include <stdlib.h>

#include "emit.h"

/* objtool, as for a unit of a module, changes @object in place. */
struct sy_fault *sy_run_objtool_module(const struct sy_emit *e,
				       const char *object);

/* Is the field of a relocation in an instruction that the kernel replaces when
 * it loads the module (alternatives, paravirt)? */
bool sy_is_rewritten(const struct sy_elf *elf, uint32_t section,
		     const struct sy_rela *rela);

#endif
