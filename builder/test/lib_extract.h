/* SPDX-License-Identifier: GPL-2.0 */
/* A change of one unit of a module, extracted, emitted and verified. */
#ifndef SY_BUILDER_LIB_EXTRACT_H
#define SY_BUILDER_LIB_EXTRACT_H

#include <stddef.h>

struct result {
	char text[2048]; /* "replaced f; new g; needs m:k 2; section .x 12; " */
	size_t used;
	char relocs[1024]; /* for the engine: ".text.f 4 k-4; " */
	char labels[1024]; /* keys of __jump_table: "exported_key+1; " */
	const char *code; /* of a refusal */
};

extern char dir[]; /* where all is made */

/* A script of the shell in it, which has to succeed. */
void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Compiles the unit before and after, and takes out what changed. */
void change(const char *before, const char *after, struct result *ret);

/* For a group of tests. */
int lib_extract_begin(void **state);
int lib_extract_end(void **state);

#endif
