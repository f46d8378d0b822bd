/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a change needs: which observations of docs/models.md it cannot bear, and
 * why. Judged from the compiled code before and after and from the text of
 * definitions; a doubt forbids.
 */
#ifndef SY_BUILDER_ADVISE_H
#define SY_BUILDER_ADVISE_H

#include "../extract/extract.h"
#include "../source/patchfile.h"

struct sy_reason {
	const char *code; /* "body", "prototype", "calls", ... */
	unsigned int forbids; /* SY_FORBID_* bits; 0: only a remark */
	char function[256];
	char text[400];
};

struct sy_advice {
	struct sy_reason *reasons;
	size_t n;
	unsigned int found; /* by the analysis */
	unsigned int forbidden; /* with what the author adds and takes away */
	unsigned int allowed; /* found, but allowed by the author's word */
	bool sleeps;
	bool unloadable;
	char unloadable_why[400];
	const char *recommended, *why; /* a model's name, and why that */
};

/* @tree: the source with @patch applied. @forbid, @allow: SY_FORBID_*. */
struct sy_fault *sy_advise(const struct sy_extract *x, const char *tree,
			   const struct sy_patchfile *patch,
			   unsigned int forbid, unsigned int allow,
			   struct sy_advice *ret);
void sy_advice_deinit(struct sy_advice *advice);

/* The models that satisfy it, from the weakest on: name number @i, or NULL. */
const char *sy_advice_model(const struct sy_advice *advice, size_t i);

void sy_advice_print(const struct sy_advice *advice);

/* The head of a function's definition in a C file, with blanks normalized, in
 * memory to be freed; NULL: there is no such definition. */
char *sy_definition_head(const char *text, size_t size, const char *name);

/* The text with comments, strings and directives blanked out, to be freed. */
char *sy_code_only(const char *text, size_t size);

/* The next definition of a named struct or union in such text from *at on: its
 * body, normalized, to be freed, and its name. NULL: no other. */
char *sy_struct_body(const char *code, size_t size, size_t *at, char *name,
		     size_t room);

/* Refuses a diff that changes what a struct or union is made of, for objects of
 * the old kind live. @kind: 'c' or 'h', the files to look at. Where no more than
 * members' names change, *renamed is set: the compiler has to be asked. */
struct sy_fault *sy_check_layout(const char *source, const char *tree,
				 const struct sy_patchfile *patch, char kind,
				 bool *renamed);

#endif
