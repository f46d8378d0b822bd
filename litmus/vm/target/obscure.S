/* SPDX-License-Identifier: GPL-2.0 */
/*
 * lit_obscure(fn, ctx): calls lit_unseen(fn, ctx) from a frame of which the
 * unwinder is told nothing, so that no stack that it is on can be walked to its
 * end: a thread whose calls come through here has an unreliable stack.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>

SYM_FUNC_START(lit_obscure)
	sub	$8, %rsp
	call	lit_unseen
	add	$8, %rsp
	RET
SYM_FUNC_END(lit_obscure)
STACK_FRAME_NON_STANDARD lit_obscure
