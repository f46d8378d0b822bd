/* SPDX-License-Identifier: GPL-2.0 */
/* The command "inspect": what a patch module says, and its code. */
#ifndef SY_BUILDER_INSPECT_H
#define SY_BUILDER_INSPECT_H

#include "../image/image.h"
#include "read.h"

/* Prints to stdout, as text or as one JSON object. @diff: the code of the old
 * functions beside that of the new ones, from the kernel in the cache. *status:
 * set to another exit code where that kernel is what is missing. */
struct sy_fault *sy_inspect(const char *path, bool json, bool diff,
			    int *status);

/* The command with its options; returns its exit code. */
int sy_inspect_command(int argc, char **argv);

/* One instruction, or one of a function's lines without a counterpart. */
struct sy_code_line {
	uint64_t offset; /* from the start of the function */
	char text[224];
};

struct sy_code {
	struct sy_code_line *lines;
	size_t n;
};

/* The new code of a function of the patch. */
struct sy_fault *sy_code_of_new(const struct sy_patch_file *patch, size_t func,
				struct sy_code *ret);

/* @size bytes of an image at @address; ends of a function at its symbols. */
struct sy_fault *sy_code_of_old(const struct sy_image *image, uint64_t address,
				uint64_t size, struct sy_code *ret);
void sy_code_deinit(struct sy_code *code);

/* Old lines on the left, new ones on the right; '<' and '>': only there. */
struct sy_fault *sy_code_print(const struct sy_code *old,
			       const struct sy_code *new);

#endif
