/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Into a probe and out of it, without libc: a probe may have destroyed the
 * segment registers that libc relies on. Nobody returns from here; the process
 * ends when the probe has ended.
 */
#include <sys/syscall.h>
#include "probe.h"

	.text

/* sense_enter64(block, probe, flags) */
	.globl sense_enter64
	.type sense_enter64, @function
sense_enter64:
	mov	$SENSE_STACK, %esp
	push	%rdx
	popfq
	call	*%rsi
	mov	%edi, %edi
	movl	$SENSE_STATE_DONE, BLOCK_STATE(%rdi)
	mov	$SYS_exit_group, %eax
	xor	%edi, %edi
	syscall
	.size sense_enter64, . - sense_enter64

/*
 * sense_enter32(block, probe, flags): by a far jump, so that no 32-bit libc and
 * no second program are needed. The probe leaves by another one, over
 * sense_back in low memory.
 */
	.globl sense_enter32
	.type sense_enter32, @function
sense_enter32:
	mov	%ss, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	$SENSE_STACK, %esp
	movl	%esi, BLOCK_SCRATCH(%rdi)
	movl	$USER32_CS, BLOCK_SCRATCH + 4(%rdi)
	push	%rdx
	popfq
	.globl sense_jump32
sense_jump32:
	ljmp	*BLOCK_SCRATCH(%rdi)
	.size sense_enter32, . - sense_enter32

/* sense_exit(): the way out of a signal handler. */
	.globl sense_exit
	.type sense_exit, @function
sense_exit:
	mov	$SYS_exit_group, %eax
	xor	%edi, %edi
	syscall
	.size sense_exit, . - sense_exit

	.section .note.GNU-stack, "", @progbits
