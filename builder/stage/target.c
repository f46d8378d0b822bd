// SPDX-License-Identifier: GPL-2.0
/* Where a unit's code was shipped: shared by the stages that match. */
#include "../compile/unit.h"
#include "stages.h"

struct sy_fault *sy_stage_target(const struct sy_kernel *kernel,
				 const struct sy_unit *unit,
				 struct sy_image *module, struct sy_path *path,
				 const struct sy_image **ret)
{
	struct sy_fault *fault;

	*module = (struct sy_image){ 0 };
	*ret = &kernel->image;
	if (!unit->module)
		return NULL;
	*ret = module;
	fault = sy_module_path(kernel, unit->object, path);
	return fault ? fault : sy_image_open_module(path->text, module);
}
