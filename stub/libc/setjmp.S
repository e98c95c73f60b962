/* SPDX-License-Identifier: GPL-2.0 */
/*
 * setjmp and longjmp for x86-64, on one and the same kernel stack.
 *
 *	word	0    1    2    3    4    5    6    7
 *		rbx  rbp  r12  r13  r14  r15  rsp  return address
 *
 * rsp is the one at entry, when it points at the return address. kmvm_longjmp() puts both
 * back and returns: no indirect jump that a retpoline or IBT would have to guard, and to
 * objtool an ordinary function.
 */
#include <linux/linkage.h>
#include <asm/frame.h>

#ifndef RET	/* User-Mode Linux */
#define RET	ret
#endif

	.text

SYM_FUNC_START(kmvm_setjmp)
	movq	(%rsp), %rax
	movq	%rbx, 0x00(%rdi)
	movq	%rbp, 0x08(%rdi)
	movq	%r12, 0x10(%rdi)
	movq	%r13, 0x18(%rdi)
	movq	%r14, 0x20(%rdi)
	movq	%r15, 0x28(%rdi)
	movq	%rsp, 0x30(%rdi)
	movq	%rax, 0x38(%rdi)
	xorl	%eax, %eax
	RET
SYM_FUNC_END(kmvm_setjmp)

SYM_FUNC_START(kmvm_longjmp)
#ifdef CONFIG_KASAN_STACK
	/*
	 * The functions jumped over never get to lift the poison around their variables, and
	 * whoever uses this stack next would be reported.
	 */
	FRAME_BEGIN
	pushq	%rdi
	pushq	%rsi
	movq	0x30(%rdi), %rsi
	movq	%rsp, %rdi
	call	__asan_allocas_unpoison
	popq	%rsi
	popq	%rdi
	FRAME_END
#endif
	/* setjmp() never returns 0 a second time. */
	movl	%esi, %eax
	testl	%eax, %eax
	jnz	1f
	incl	%eax
1:	movq	0x38(%rdi), %rdx
	movq	0x00(%rdi), %rbx
	movq	0x08(%rdi), %rbp
	movq	0x10(%rdi), %r12
	movq	0x18(%rdi), %r13
	movq	0x20(%rdi), %r14
	movq	0x28(%rdi), %r15
	movq	0x30(%rdi), %rsp
	movq	%rdx, (%rsp)
	RET
SYM_FUNC_END(kmvm_longjmp)

#ifndef CONFIG_UML
	.section .note.GNU-stack, "", @progbits
#endif
