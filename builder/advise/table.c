// SPDX-License-Identifier: GPL-2.0
/* What each model lets be seen: the engine's own table, from its source. */
#include "../../module/core/model.c"
