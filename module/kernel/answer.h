/* SPDX-License-Identifier: GPL-2.0 */
/* What a request is answered: a verdict and, unless it is SY_V_OK, one line. */
#ifndef SY_ANSWER_H
#define SY_ANSWER_H

#include <linux/types.h>

#include <switchyard/abi.h>

struct sy_answer {
	u32 verdict; /* enum sy_abi_verdict */
	char message[SY_MESSAGE_LEN];
};

/**
 * sy_refuse() - fill an answer with a refusal
 * @answer:  filled
 * @verdict: any but SY_V_OK
 * @fmt:     one line: object, reason, way out
 *
 * Context: any.
 * Return: @verdict.
 */
__printf(3, 4) u32
	sy_refuse(struct sy_answer *answer, u32 verdict, const char *fmt, ...);

#endif
