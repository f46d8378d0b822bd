/* SPDX-License-Identifier: GPL-2.0 */
/* The presets (docs/models.md): the one list, for the library and the builder. */
#ifndef SY_PRESETS_H
#define SY_PRESETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sy_preset {
	const char *name;
	uint32_t leave; /* enum sy_abi_leave */
	uint32_t sw; /* enum sy_abi_switch */
	uint32_t detector; /* enum sy_abi_detector; NONE: the default */
	uint32_t tries; /* 0: until the deadline */
	uint32_t retry_ms; /* 0: the engine's back-off */
	bool no_herd; /* as the system it is named after: nobody is held */
	const char *refusal; /* why this build cannot ask for it, or NULL */
};

/* All of them, in static memory; their number goes to *@count. */
const struct sy_preset *sy_presets(size_t *count);

#endif
