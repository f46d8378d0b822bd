/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SY_PREPARE_H
#define SY_PREPARE_H

#include "transition.h"

bool sy_needs_table(const struct sy_model *model);
u32 sy_prepare(struct sy_transition *tr);
void sy_unprepare(struct sy_transition *tr);

#endif
