/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What module/kernel/dispatch.S takes from the kernel's headers, so that it can
 * be assembled for a program: the symbols are plain ones, a CPU's variables are
 * the program's, and what is told to objtool is left out.
 */

#define SYM_CODE_START_NOALIGN(name) .globl name; name:
#define SYM_CODE_END(name) .size name, . - name
#define SYM_INNER_LABEL(name, linkage) .globl name; name:
#define SYM_DATA_START(name) .globl name; name:
#define PER_CPU_VAR(name) name(%rip)
#define RET ret

	.macro UNWIND_HINT_FUNC
	.endm
	.macro UNWIND_HINT sp_reg:req sp_offset:req type:req
	.endm
	.macro ANNOTATE_NOENDBR
	.endm

	.section .note.GNU-stack, "", @progbits
	.text

