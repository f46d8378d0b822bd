// SPDX-License-Identifier: GPL-2.0
/*
 * Errors as values. A line may quote a hostile file, so control characters
 * never get through. Knows nothing of what failed; never prints, never exits.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

static struct sy_fault sy_fault_memory = {
	.kind = SY_FAULT_NO_MEMORY,
	.line = "memory: none is left",
};

struct sy_fault *sy_fault_no_memory(void)
{
	return &sy_fault_memory;
}

static struct sy_fault *sy_fault_vmake(enum sy_fault_kind kind,
				       const char *code, const char *fmt,
				       va_list ap)
{
	struct sy_fault *fault = calloc(1, sizeof(*fault));
	char *c;

	if (!fault)
		return &sy_fault_memory;
	fault->kind = kind;
	fault->code = code;
	vsnprintf(fault->line, sizeof(fault->line), fmt, ap);
	for (c = fault->line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return fault;
}

struct sy_fault *sy_fault_make(enum sy_fault_kind kind, const char *fmt, ...)
{
	struct sy_fault *fault;
	va_list ap;

	va_start(ap, fmt);
	fault = sy_fault_vmake(kind, NULL, fmt, ap);
	va_end(ap);
	return fault;
}

struct sy_fault *sy_fault_refuse(const char *code, const char *fmt, ...)
{
	struct sy_fault *fault;
	va_list ap;

	va_start(ap, fmt);
	fault = sy_fault_vmake(SY_FAULT_REFUSED, code, fmt, ap);
	va_end(ap);
	return fault;
}

struct sy_fault *sy_fault_system(const char *object)
{
	int err = errno;

	if (err == ENOMEM)
		return &sy_fault_memory;
	return sy_fault_make(SY_FAULT_SYSTEM, "%s: %s", object, strerror(err));
}

void sy_fault_free(struct sy_fault *fault)
{
	if (fault != &sy_fault_memory)
		free(fault);
}

void sy_fault_freep(struct sy_fault **fault)
{
	sy_fault_free(*fault);
	*fault = NULL;
}
