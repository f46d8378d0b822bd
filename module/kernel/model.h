/* SPDX-License-Identifier: GPL-2.0 */
/* Models and observations as text. */
#ifndef SY_MODEL_H
#define SY_MODEL_H

#include "core/sy_core.h"

#define SY_MODEL_LEN 32
#define SY_OBSERVATIONS_LEN 16

const char *sy_model_name(const struct sy_model *model, char *ret);
const char *sy_observations_name(u32 set, char *ret);
const char *sy_detector_name(u32 detector);

#endif
