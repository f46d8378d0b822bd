/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The redirect: what a patched function's ftrace site calls. It decides which
 * version this call executes, and nothing else.
 *
 * On entry (%rsp) is the return address into the old function, behind its
 * ftrace site, and 8(%rsp) the caller's. Settled, the cell for the function
 * holds the address to continue at: it replaces (%rsp), and the return goes
 * there. With several functions a perfect hash of that return address finds the
 * cell (core/hash.h). mov and ret, not add and jmp: the return stack buffer stays balanced.
 *
 * In a transition the cell holds the gateway's slow entry. It is reached by
 * that same return, so the slot is popped: (%rsp) is the caller's address then.
 * The slow path asks the gate: one word for the whole system, or the universe
 * of `current` in a hash table.
 *
 * With the detector count, a call of the side that its task leaves counts itself
 * in the word of the task's node by compare-and-set, and returns by way of
 * sy_count_return, which counts it out (count.c). Between the function's return
 * address and the caller's frame lie two words then: the epoch and the node.
 *
 * Uses r10, r11 and flags; the slow path saves what else it needs. Calls
 * nothing, takes no lock, may be interrupted and run in NMI anywhere. All of it
 * lies between sy_dispatch_begin and sy_dispatch_end: a context with an address
 * in there counts as inside both versions.
 *
 * A table or node that is read here is freed only after a grace period that
 * waits for everyone who might be in here (redirect.c, tasks.c).
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/unwind_hints.h>

#include "../core/hash.h"
#include "dispatch.h"

#define SY_NMI_MASK 0x00f00000 /* NMI_MASK; redirect.c asserts it */

	.text

	.balign 16
SYM_CODE_START_NOALIGN(sy_dispatch_begin)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	RET
SYM_CODE_END(sy_dispatch_begin)

/* r10: the pair {old, new}; r11: the gateway; (%rsp): the caller's address */
SYM_CODE_START_NOALIGN(sy_decide)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	movq	SY_GW_GATE(%r11), %r11
	cmpl	$0, SY_GW_MODE(%r11)
	jne	.Lby_task
	testl	$SY_NMI_MASK, PER_CPU_VAR(__preempt_count)
	jz	1f
	lock incl SY_GW_NMI(%r11)
1:	cmpl	$0, SY_GW_UNIVERSE(%r11)
	jne	.Lnew
.Lold:
	movslq	SY_PAIR_OLD(%r10), %r10
	pushq	%r10
	RET
.Lnew:
	movslq	SY_PAIR_NEW(%r10), %r10
	pushq	%r10
	RET
.Lby_task:
	pushq	%rax
	pushq	%rcx
	movq	PER_CPU_VAR(current_task), %rax
	movq	%rax, %rcx
	shrq	$SY_TASK_SHIFT, %rcx
	andl	SY_GW_BUCKET_MASK(%r11), %ecx
	shlq	$3, %rcx
	addq	SY_GW_BUCKETS(%r11), %rcx
2:	movq	(%rcx), %rcx
	testq	%rcx, %rcx
	jz	.Lunknown
	cmpq	%rax, SY_TASK_TASK(%rcx)
	jne	2b
	movq	SY_TASK_WORD(%rcx), %rax
	testl	$SY_W_LEAVING, %eax
	jnz	.Lcount
.Lsided:
	testl	$SY_W_SIDE, %eax
	popq	%rcx
	popq	%rax
	jne	.Lnew
	jmp	.Lold
.Lunknown:
	movq	SY_GW_INSIDE(%r11), %rcx
	testq	%rcx, %rcx
	jz	3f
	cmpq	$0, (%rcx)
	js	.Lunknown_other
3:	cmpl	$0, SY_GW_DEFAULT(%r11)
	popq	%rcx
	popq	%rax
	jne	.Lnew
	jmp	.Lold
.Lunknown_other:
	cmpl	$0, SY_GW_DEFAULT(%r11)
	popq	%rcx
	popq	%rax
	jne	.Lold
	jmp	.Lnew

	/*
	 * rcx: the node; rax: its word; saved: the caller's rcx and rax. The mode
	 * is not read again: it may have changed since. What is read instead stays
	 * as it is until everyone has left who found a mode that asks for tasks.
	 */
.Lcount:
	movq	SY_GW_INSIDE(%r11), %r11
	testq	%r11, %r11
	jnz	.Lcount_inside
4:	testl	$SY_W_LEAVING, %eax
	jz	.Lsided
	leaq	SY_W_ONE(%rax), %r11
	lock cmpxchgq %r11, SY_TASK_WORD(%rcx)
	jne	4b

	/* Counted in; rax: the word before. */
.Lcounted:
	movslq	SY_PAIR_NEW(%r10), %r11
	movslq	SY_PAIR_OLD(%r10), %r10
	testl	$SY_W_SIDE, %eax
	cmovzq	%r10, %r11
	shrq	$32, %rax
	movq	8(%rsp), %r10
	movq	%rcx, 8(%rsp)	/* struct sy_count_frame */
	movq	(%rsp), %rcx
	movq	%rax, (%rsp)
	movq	%r10, %rax
	leaq	sy_count_return(%rip), %r10
	pushq	%r10
	pushq	%r11
	RET

	/*
	 * r11: the table's word inside. Who is inside already keeps the system
	 * from switching. Nobody but this task changes a word that is not held.
	 */
.Lcount_inside:
	pushq	%rdx
5:	testl	$SY_W_HELD, %eax
	jz	6f
	leaq	SY_W_ONE(%rax), %rdx
	lock cmpxchgq %rdx, SY_TASK_WORD(%rcx)
	jne	5b
	popq	%rdx
	jmp	.Lcounted
6:	movq	(%r11), %rax
7:	testq	%rax, %rax
	js	.Lother
	leaq	1(%rax), %rdx
	lock cmpxchgq %rdx, (%r11)
	jne	7b
	popq	%rdx
	movl	$SY_W_ONE, %eax
	lock xaddq %rax, SY_TASK_WORD(%rcx)
	jmp	.Lcounted
.Lother:
	popq	%rdx
	testl	$SY_W_SIDE, SY_TASK_WORD(%rcx)
	popq	%rcx
	popq	%rax
	jne	.Lold
	jmp	.Lnew
SYM_CODE_END(sy_decide)

/*
 * Where counted calls return to; (%rsp): struct sy_count_frame, then the
 * caller's address. rax and rdx are the result. The unwinder looks up a return
 * address less one: the nop has the hint for it and is never executed.
 */
SYM_CODE_START_NOALIGN(sy_count_out)
	UNWIND_HINT sp_reg=ORC_REG_SP sp_offset=24 type=UNWIND_HINT_TYPE_CALL
	ANNOTATE_NOENDBR
	nop
SYM_INNER_LABEL(sy_count_return, SYM_L_GLOBAL)
	ANNOTATE_NOENDBR
	popq	%rsi
	popq	%rdi
	cmpl	sy_count_gate + SY_COUNT_EPOCH(%rip), %esi
	jne	1f
	pushq	%rax
	pushq	%rdx
	call	sy_count_down
	popq	%rdx
	popq	%rax
1:	RET
SYM_CODE_END(sy_count_out)

/* Gateway number i: entries for a patch of one function and of several. */
	.macro sy_gateway i
	.noaltmacro
	.set	gw, \i * SY_GW_SIZE

	.balign 16
SYM_CODE_START_NOALIGN(sy_single_\i)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	movq	sy_gateways + gw + SY_GW_TARGET(%rip), %r11
	movq	%r11, (%rsp)
	RET
SYM_CODE_END(sy_single_\i)

	.balign 16
SYM_CODE_START_NOALIGN(sy_single_slow_\i)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	leaq	sy_gateways + gw + SY_GW_PAIR(%rip), %r10
	leaq	sy_gateways + gw(%rip), %r11
	jmp	sy_decide
SYM_CODE_END(sy_single_slow_\i)

	.balign 16
SYM_CODE_START_NOALIGN(sy_multi_\i)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	movq	(%rsp), %r10
	imulq	sy_gateways + gw + SY_GW_MULTIPLIER(%rip), %r10
	shrq	$SY_HASH_SHIFT, %r10
	movzbl	%r10b, %r11d	/* the bucket */
	shrl	$8, %r10d
	addq	sy_gateways + gw + SY_GW_CELLS(%rip), %r11
	xorb	SY_CELLS_DISPLACE(%r11), %r10b /* the cell */
	movq	sy_gateways + gw + SY_GW_CELLS(%rip), %r11
	movslq	SY_CELLS_TARGET(%r11,%r10,4), %r11
	movq	%r11, (%rsp)
	RET
SYM_CODE_END(sy_multi_\i)

	.balign 16
	/* r10: the cell */
SYM_CODE_START_NOALIGN(sy_multi_slow_\i)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	movq	sy_gateways + gw + SY_GW_CELLS(%rip), %r11
	movzbl	SY_CELLS_FUNC(%r11,%r10), %r10d
	leaq	SY_CELLS_PAIRS(%r11,%r10,SY_PAIR_SIZE), %r10
	leaq	sy_gateways + gw(%rip), %r11
	jmp	sy_decide
SYM_CODE_END(sy_multi_slow_\i)

	.pushsection .rodata, "a"
	.quad	sy_single_\i, sy_single_slow_\i, sy_multi_\i, sy_multi_slow_\i
	.popsection
	.endm

	.pushsection .rodata, "a"
	.balign 8
SYM_DATA_START(sy_entries)
	.popsection

	.set	n, 0
	.rept	SY_GATEWAYS
	.altmacro	/* for %n; the hints' macros cannot bear it */
	sy_gateway %n
	.set	n, n + 1
	.endr

SYM_CODE_START_NOALIGN(sy_dispatch_end)
	UNWIND_HINT_FUNC
	ANNOTATE_NOENDBR
	RET
SYM_CODE_END(sy_dispatch_end)
