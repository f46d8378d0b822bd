/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events and what follows from them as lines of text: the form of the golden
 * traces, and of what a failing random sequence prints.
 *
 *	TIME EVENT [WORD]...		12ms scanned pending=3 nudgeable=2
 *	  -> STATE [RESULT] [ACTION]...	  -> waiting timer=50ms
 */
#ifndef SY_TRACE_H
#define SY_TRACE_H

#include <stddef.h>

#include "../../module/core/sy_core.h"

#define SY_TRACE_LINE 512

/* Return: 0, or -1 with the reason in @error (SY_TRACE_LINE bytes). */
int sy_trace_parse(const char *line, struct sy_event *ret, char *error);

/* Both write at most SY_TRACE_LINE bytes, without a newline. */
void sy_trace_event(const struct sy_event *event, char *ret);
void sy_trace_answer(const struct sy_engine *e,
		     const struct sy_actions *actions, char *ret);

#endif
