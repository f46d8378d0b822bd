// SPDX-License-Identifier: GPL-2.0
/*
 * Errors as values: a code for programs and one printable line for people.
 * Text in an error may come from a hostile file or message, so control
 * characters never get through. Nothing here prints or exits.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "switchyard.h"

static struct sy_error sy_error_no_memory = {
	.code = SY_E_NO_MEMORY,
	.message = "memory: none is left for this command; "
		   "free some and run it again",
};

void sy_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

struct sy_error *sy_error_make(enum sy_error_code code, int sys,
			       const char *fmt, ...)
{
	struct sy_error *err;
	va_list ap;

	if (code == SY_E_NO_MEMORY)
		return &sy_error_no_memory;
	err = calloc(1, sizeof(*err));
	if (!err)
		return &sy_error_no_memory;
	err->code = code;
	err->sys = sys;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	sy_printable(err->message);
	return err;
}

struct sy_error *sy_error_refused(uint32_t verdict, const char *line)
{
	struct sy_error *err = sy_error_make(SY_E_REFUSED, 0, "%s", line);

	if (err->code == SY_E_REFUSED)
		err->verdict = verdict;
	return err;
}

void sy_error_free(struct sy_error *err)
{
	if (err != &sy_error_no_memory)
		free(err);
}

void sy_error_freep(struct sy_error **err)
{
	sy_error_free(*err);
	*err = NULL;
}
