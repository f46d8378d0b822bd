/* SPDX-License-Identifier: GPL-2.0 */
/* Runs kbuild's Makefile on the kernel's source, in our object tree. */
#ifndef SY_BUILDER_MAKE_H
#define SY_BUILDER_MAKE_H

#include "kernel.h"

struct sy_make_run {
	bool really; /* else make -n, which only says what it would do */
	const char *target; /* an object; NULL: all of the kernel */
	const char *folder; /* where kbuild begins, or NULL: where it likes */
	const char *goals; /* what is made there, words; NULL: @target */
	bool go_on; /* past what cannot be made, to what can; then it fails */
	const char *out, *log; /* files, or NULL */
	uint64_t out_size_max;
	unsigned int seconds_max;
};

/*
 * kbuild is told that everything it would prepare is there (-o prepare ...), as
 * it is: the headers package holds all that preparing makes. With no @target what
 * cannot be made is passed over and is no failure.
 */
struct sy_fault *sy_make(const struct sy_kernel *kernel,
			 const struct sy_make_run *run);

#endif
