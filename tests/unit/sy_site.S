/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Patched functions for test_dispatch.c, and a caller. A function begins with
 * the call that ftrace would have put there; behind it is the old body. Bodies
 * write down which one runs with which registers, call sy_hook and return.
 */
#define SITES 64

	.macro sy_body index, version
	movl	$\index, sy_ran_index(%rip)
	movl	$\version, sy_ran_version(%rip)
	jmp	sy_body_common
	.endm

	.text
	.balign 64
	.globl	sy_sites, sy_news, sy_news_end
sy_sites:
	.set	n, 0
	.rept	SITES
	.balign 64
	call	*sy_entry(%rip)
	sy_body	n, 0
	.set	n, n + 1
	.endr
	.balign 64
sy_news:
	.set	n, 0
	.rept	SITES
	.balign 64
	sy_body	n, 1
	.set	n, n + 1
	.endr
sy_news_end:

	/* Frees all registers but those that hold the result. */
sy_body_common:
	movq	%rax, sy_seen + 0(%rip)
	movq	%rbx, sy_seen + 8(%rip)
	movq	%rcx, sy_seen + 16(%rip)
	movq	%rdx, sy_seen + 24(%rip)
	movq	%rsi, sy_seen + 32(%rip)
	movq	%rdi, sy_seen + 40(%rip)
	movq	%rbp, sy_seen + 48(%rip)
	movq	%r8, sy_seen + 56(%rip)
	movq	%r9, sy_seen + 64(%rip)
	movq	%r12, sy_seen + 72(%rip)
	movq	%r13, sy_seen + 80(%rip)
	movq	%r14, sy_seen + 88(%rip)
	movq	%r15, sy_seen + 96(%rip)
	movq	(%rsp), %rax
	movq	%rax, sy_returns_to(%rip)
	leaq	8(%rsp), %rax
	movq	%rax, sy_above(%rip)
	pushq	%rbp
	movq	%rsp, %rbp
	andq	$-16, %rsp
	cmpq	$0, sy_hook(%rip)
	je	1f
	call	*sy_hook(%rip)
1:	movq	%rbp, %rsp
	popq	%rbp
	movq	sy_result(%rip), %rax
	movq	sy_result + 8(%rip), %rdx
	ret

	/* sy_call(address): the registers of sy_given, then what came back. */
	.globl	sy_call, sy_returned
sy_call:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rdi, sy_address(%rip)
	movq	sy_given + 0(%rip), %rax
	movq	sy_given + 8(%rip), %rbx
	movq	sy_given + 16(%rip), %rcx
	movq	sy_given + 24(%rip), %rdx
	movq	sy_given + 32(%rip), %rsi
	movq	sy_given + 40(%rip), %rdi
	movq	sy_given + 48(%rip), %rbp
	movq	sy_given + 56(%rip), %r8
	movq	sy_given + 64(%rip), %r9
	movq	sy_given + 72(%rip), %r12
	movq	sy_given + 80(%rip), %r13
	movq	sy_given + 88(%rip), %r14
	movq	sy_given + 96(%rip), %r15
	pushq	%rsp
	cmpl	$0, sy_stepping(%rip)
	je	1f
	pushfq
	orq	$0x100, (%rsp)	/* SIGTRAP after each instruction */
	popfq
1:	call	*sy_address(%rip)
sy_returned:
	popq	%r11		/* pushed: the stack pointer before */
	subq	%rsp, %r11
	movq	%r11, sy_skew(%rip)
	movq	%rax, sy_back + 0(%rip)
	movq	%rdx, sy_back + 8(%rip)
	movq	%rbx, sy_back + 16(%rip)
	movq	%rbp, sy_back + 24(%rip)
	movq	%r12, sy_back + 32(%rip)
	movq	%r13, sy_back + 40(%rip)
	movq	%r14, sy_back + 48(%rip)
	movq	%r15, sy_back + 56(%rip)
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

	.section .bss
	.balign 8
	.globl	sy_address, sy_skew, sy_back
sy_address: .quad 0
sy_skew: .quad 0
sy_back: .zero 64

	.section .note.GNU-stack, "", @progbits
