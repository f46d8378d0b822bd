/* SPDX-License-Identifier: GPL-2.0 */
/* A kernel as it was shipped: its bytes and its symbols. */
#ifndef SY_BUILDER_IMAGE_H
#define SY_BUILDER_IMAGE_H

#include "../elf/object.h"
#include "kallsyms.h"

struct sy_image {
	struct sy_file file;
	struct sy_elf elf;
	struct sy_kallsyms symbols;
	const char *banner; /* "Linux version ..."; NULL for a module */
	uint8_t *linked; /* a module's bytes as linked here */
};

/* @path: an unpacked image; it must stay valid as long as @ret. */
struct sy_fault *sy_image_open(const char *path, struct sy_image *ret);

/* A .ko, linked to addresses of no meaning but to tell symbols apart. */
struct sy_fault *sy_image_open_module(const char *path, struct sy_image *ret);
void sy_image_close(struct sy_image *image);

#endif
