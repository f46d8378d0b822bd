/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors of the builder as values: a kind for programs and one printable line
 * "OBJECT: REASON" for people. A function that can fail returns NULL or a
 * fault that belongs to the caller. Nothing here prints or exits.
 */
#ifndef SY_BUILDER_FAULT_H
#define SY_BUILDER_FAULT_H

enum sy_fault_kind {
	SY_FAULT_SYSTEM, /* a system call failed */
	SY_FAULT_NO_MEMORY,
	SY_FAULT_BAD_FILE, /* a file that is not what it should be */
	SY_FAULT_UNSUPPORTED, /* well formed, but nothing the builder knows */
	SY_FAULT_COMMAND, /* a program that was run has failed */
	SY_FAULT_REFUSED, /* a diff that cannot become a patch */
};

struct sy_fault {
	enum sy_fault_kind kind;
	const char *code; /* of a refusal: a static word; else NULL */
	char line[512];
};

/* Never returns NULL: without memory it returns a static fault. What is not
 * printable in the line is replaced. */
struct sy_fault *sy_fault_make(enum sy_fault_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct sy_fault *sy_fault_no_memory(void);

/* A refusal: SY_FAULT_REFUSED with its code, one of docs/builder.md. The line
 * names the file or symbol, the reason, and what to do instead. */
struct sy_fault *sy_fault_refuse(const char *code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* From errno: "OBJECT: what the system says". */
struct sy_fault *sy_fault_system(const char *object);

void sy_fault_free(struct sy_fault *fault);
void sy_fault_freep(struct sy_fault **fault);
#define sy_fault_auto __attribute__((cleanup(sy_fault_freep)))

#endif
