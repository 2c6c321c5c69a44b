/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probes in 64-bit mode of what is sensitive: one instruction each, and
 * what it takes to see what it did. The rows that they belong to are in
 * table_paper.c and table_since.c.
 */
#include <sys/syscall.h>
#include "asm.h"

	.section sense_text64, "ax"
	.code64
	.globl sense_back

/* The way back from 32-bit mode; %rdi is the block. */
sense_back:
	mov	%edi, %edi
	movl	$SENSE_STATE_DONE, BLOCK_STATE(%rdi)
	mov	$SYS_exit_group, %eax
	xor	%edi, %edi
	syscall

/* value 0 is the base, value 1 the limit */
#define OUT_TABLE							\
	mov	BLOCK_SCRATCH + 2(%rdi), %rax;				\
	mov	%rax, BLOCK_VALUE(0)(%rdi);				\
	movzwl	BLOCK_SCRATCH(%rdi), %eax;				\
	mov	%rax, BLOCK_VALUE(1)(%rdi)

PROBE(sgdt)
	TEST(sgdt, sgdt BLOCK_SCRATCH(%rdi))
	OUT_TABLE
END64(sgdt)

PROBE(sidt)
	TEST(sidt, sidt BLOCK_SCRATCH(%rdi))
	OUT_TABLE
END64(sidt)

/* All ones before, so that it is seen how much of the register is written. */
PROBE(sldt)
	mov	$-1, %rax
	TEST(sldt, sldt %eax)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(sldt)

PROBE(str)
	mov	$-1, %rax
	TEST(str, str %eax)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(str)

PROBE(smsw)
	mov	$-1, %rax
	TEST(smsw, smsw %rax)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(smsw)

PROBE(sldt_m)
	TEST(sldt_m, sldt BLOCK_VALUE(0)(%rdi))
END64(sldt_m)

PROBE(str_m)
	TEST(str_m, str BLOCK_VALUE(0)(%rdi))
END64(str_m)

PROBE(smsw_m)
	TEST(smsw_m, smsw BLOCK_VALUE(0)(%rdi))
END64(smsw_m)

PROBE(pushf)
	TEST(pushf, pushfq)
	pop	%rax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(pushf)

/* value 0 is the flags that are asked for, value 1 those that come */
PROBE(popf_if)
	pushfq
	pop	%rax
	and	$~EFLAGS_IF, %rax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
	push	%rax
	TEST(popf_if, popfq)
	pushfq
	pop	%rax
	mov	%rax, BLOCK_VALUE(1)(%rdi)
END64(popf_if)

PROBE(popf_iopl)
	pushfq
	pop	%rax
	or	$EFLAGS_IOPL, %rax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
	push	%rax
	TEST(popf_iopl, popfq)
	pushfq
	pop	%rax
	mov	%rax, BLOCK_VALUE(1)(%rdi)
END64(popf_iopl)

/* value 0 is what was read, value 1 whether it could be */
#define OUT_IF_ZERO							\
	setz	%dl;							\
	movzbl	%dl, %edx;						\
	mov	%rax, BLOCK_VALUE(0)(%rdi);				\
	mov	%rdx, BLOCK_VALUE(1)(%rdi)

PROBE(lar)
	xor	%eax, %eax
	mov	%cs, %ecx
	TEST(lar, lar %ecx, %eax)
	OUT_IF_ZERO
END64(lar)

PROBE(lar_kernel)
	xor	%eax, %eax
	mov	$KERNEL_CS, %ecx
	TEST(lar_kernel, lar %ecx, %eax)
	OUT_IF_ZERO
END64(lar_kernel)

PROBE(lsl)
	xor	%eax, %eax
	mov	%cs, %ecx
	TEST(lsl, lsl %ecx, %eax)
	OUT_IF_ZERO
END64(lsl)

PROBE(lsl_kernel)
	xor	%eax, %eax
	mov	$KERNEL_CS, %ecx
	TEST(lsl_kernel, lsl %ecx, %eax)
	OUT_IF_ZERO
END64(lsl_kernel)

PROBE(lsl_cpu)
	xor	%eax, %eax
	mov	$CPU_SEGMENT, %ecx
	TEST(lsl_cpu, lsl %ecx, %eax)
	OUT_IF_ZERO
END64(lsl_cpu)

/* value 0: bit n tells whether the segment n of the GDT passed, at RPL 3 */
#define SEGMENT_MAP(key, insn, rpl)					\
PROBE(key)								\
	xor	%eax, %eax;						\
	xor	%ecx, %ecx;						\
1:	lea	rpl(, %rcx, 8), %edx;					\
	TEST(key, insn %dx);						\
	jnz	2f;							\
	bts	%ecx, %eax;						\
2:	inc	%ecx;							\
	cmp	$16, %ecx;						\
	jb	1b;							\
	mov	%rax, BLOCK_VALUE(0)(%rdi);				\
END64(key)

SEGMENT_MAP(verr, verr, 3)
SEGMENT_MAP(verw, verw, 3)
SEGMENT_MAP(verr_kernel, verr, 0)
SEGMENT_MAP(verw_kernel, verw, 0)

#define READ_SEGMENT(key, reg)						\
PROBE(key)								\
	xor	%eax, %eax;						\
	TEST(key, mov reg, %eax);					\
	mov	%rax, BLOCK_VALUE(0)(%rdi);				\
END64(key)

READ_SEGMENT(mov_cs, %cs)
READ_SEGMENT(mov_ss, %ss)
READ_SEGMENT(mov_ds, %ds)
READ_SEGMENT(mov_es, %es)
READ_SEGMENT(mov_fs, %fs)
READ_SEGMENT(mov_gs, %gs)

#define PUSH_SEGMENT(key, reg)						\
PROBE(key)								\
	TEST(key, push reg);						\
	pop	%rax;							\
	mov	%rax, BLOCK_VALUE(0)(%rdi);				\
END64(key)

PUSH_SEGMENT(push_fs, %fs)
PUSH_SEGMENT(push_gs, %gs)

PROBE(mov_ds_kernel)
	mov	$KERNEL_DS, %eax
	TEST(mov_ds_kernel, mov %eax, %ds)
END64(mov_ds_kernel)

PROBE(mov_ss_kernel)
	mov	$KERNEL_DS, %eax
	TEST(mov_ss_kernel, mov %eax, %ss)
END64(mov_ss_kernel)

PROBE(pop_fs_kernel)
	push	$KERNEL_DS
	TEST(pop_fs_kernel, popq %fs)
END64(pop_fs_kernel)

PROBE(pop_gs)
	push	$0
	TEST(pop_gs, popq %gs)
	mov	%gs, %eax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(pop_gs)

#define FAR_POINTER(label, selector)					\
	lea	label(%rip), %rcx;					\
	mov	%ecx, BLOCK_SCRATCH(%rdi);				\
	movl	selector, BLOCK_SCRATCH + 4(%rdi)

PROBE(lss_kernel)
	FAR_POINTER(sense_back, $KERNEL_DS)
	TEST(lss_kernel, lss BLOCK_SCRATCH(%rdi), %eax)
END64(lss_kernel)

PROBE(call_kernel)
	FAR_POINTER(sense_back, $KERNEL_CS)
	TEST(call_kernel, lcall *BLOCK_SCRATCH(%rdi))
END64(call_kernel)

PROBE(jmp_kernel)
	FAR_POINTER(sense_back, $KERNEL_CS)
	TEST(jmp_kernel, ljmp *BLOCK_SCRATCH(%rdi))
END64(jmp_kernel)

PROBE(jmp_own)
	mov	%cs, %eax
	FAR_POINTER(.Lafter_jmp_own, %eax)
	TEST(jmp_own, ljmp *BLOCK_SCRATCH(%rdi))
	mov	%cs, %eax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(jmp_own)

/* value 0 is the code segment that was pushed */
PROBE(call_own)
	mov	%cs, %eax
	FAR_POINTER(.Lafter_call_own, %eax)
	TEST(call_own, lcall *BLOCK_SCRATCH(%rdi))
	mov	4(%rsp), %eax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
	add	$8, %rsp
END64(call_own)

PROBE(ret_own)
	mov	%cs, %eax
	push	%rax
	lea	.Lafter_ret_own(%rip), %rax
	push	%rax
	TEST(ret_own, lretq)
	mov	%cs, %eax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(ret_own)

PROBE(ret_kernel)
	push	$KERNEL_CS
	lea	.Lafter_ret_kernel(%rip), %rax
	push	%rax
	TEST(ret_kernel, lretq)
END64(ret_kernel)

PROBE(iret)
	mov	%rsp, %rcx
	mov	%ss, %eax
	push	%rax
	push	%rcx
	pushfq
	andq	$~EFLAGS_IF, (%rsp)
	orq	$EFLAGS_IOPL, (%rsp)
	mov	(%rsp), %rax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
	mov	%cs, %eax
	push	%rax
	lea	.Lafter_iret(%rip), %rax
	push	%rax
	TEST(iret, iretq)
	pushfq
	pop	%rax
	mov	%rax, BLOCK_VALUE(1)(%rdi)
END64(iret)

/* getpid() of 32-bit programs; value 0 is whether a number came back */
PROBE(int80)
	mov	$20, %eax
	TEST(int80, int $0x80)
	test	%eax, %eax
	setg	%al
	movzbl	%al, %eax
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(int80)

ONLY64(int81, int $0x81)
ONLY64(int3, int3)
ONLY64(int1, .byte 0xf1)

/* value 0 is ECX and EDX of leaf 1, value 1 EAX */
PROBE(cpuid)
	mov	$1, %eax
	xor	%ecx, %ecx
	TEST(cpuid, cpuid)
	shl	$32, %rcx
	or	%rdx, %rcx
	mov	%rcx, BLOCK_VALUE(0)(%rdi)
	mov	%rax, BLOCK_VALUE(1)(%rdi)
END64(cpuid)

/* value 0 and value 1 are the name of a hypervisor, if there is one */
PROBE(cpuid_hypervisor)
	mov	$0x40000000, %eax
	xor	%ecx, %ecx
	TEST(cpuid_hypervisor, cpuid)
	shl	$32, %rcx
	or	%rcx, %rbx
	mov	%rbx, BLOCK_VALUE(0)(%rdi)
	mov	%rdx, BLOCK_VALUE(1)(%rdi)
END64(cpuid_hypervisor)

#define OUT_EDX_EAX							\
	shl	$32, %rdx;						\
	mov	%eax, %eax;						\
	or	%rdx, %rax;						\
	mov	%rax, BLOCK_VALUE(0)(%rdi)

PROBE(rdtsc)
	TEST(rdtsc, rdtsc)
	OUT_EDX_EAX
END64(rdtsc)

PROBE(rdtscp)
	TEST(rdtscp, rdtscp)
	OUT_EDX_EAX
	mov	%ecx, %ecx
	mov	%rcx, BLOCK_VALUE(1)(%rdi)
END64(rdtscp)

PROBE(rdpid)
	TEST(rdpid, .byte 0xf3, 0x0f, 0xc7, 0xf8)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(rdpid)

PROBE(rdpmc)
	xor	%ecx, %ecx
	TEST(rdpmc, rdpmc)
	OUT_EDX_EAX
END64(rdpmc)

PROBE(rdpru)
	xor	%ecx, %ecx
	TEST(rdpru, .byte 0x0f, 0x01, 0xfd)
	OUT_EDX_EAX
END64(rdpru)

PROBE(xgetbv)
	xor	%ecx, %ecx
	TEST(xgetbv, xgetbv)
	OUT_EDX_EAX
END64(xgetbv)

PROBE(xgetbv_used)
	mov	$1, %ecx
	TEST(xgetbv_used, xgetbv)
	OUT_EDX_EAX
END64(xgetbv_used)

PROBE(rdfsbase)
	TEST(rdfsbase, rdfsbase %rax)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(rdfsbase)

PROBE(rdgsbase)
	TEST(rdgsbase, rdgsbase %rax)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(rdgsbase)

PROBE(wrfsbase)
	xor	%eax, %eax
	TEST(wrfsbase, wrfsbase %rax)
END64(wrfsbase)

PROBE(wrgsbase)
	xor	%eax, %eax
	TEST(wrgsbase, wrgsbase %rax)
END64(wrgsbase)

PROBE(rdpkru)
	xor	%ecx, %ecx
	TEST(rdpkru, .byte 0x0f, 0x01, 0xee)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(rdpkru)

/* The same value again would need RDPKRU; all rights do for so short a time. */
PROBE(wrpkru)
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	TEST(wrpkru, .byte 0x0f, 0x01, 0xef)
END64(wrpkru)

/* Number 0 is no call that a hypervisor would do for a user's program. */
PROBE(vmcall)
	xor	%eax, %eax
	xor	%ecx, %ecx
	TEST(vmcall, vmcall)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(vmcall)

PROBE(vmmcall)
	xor	%eax, %eax
	xor	%ecx, %ecx
	TEST(vmmcall, vmmcall)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(vmmcall)

PROBE(vmfunc)
	xor	%eax, %eax
	xor	%ecx, %ecx
	TEST(vmfunc, .byte 0x0f, 0x01, 0xd4)
END64(vmfunc)

PROBE(umonitor)
	lea	BLOCK_SCRATCH(%rdi), %rax
	TEST(umonitor, .byte 0xf3, 0x0f, 0xae, 0xf0)
END64(umonitor)

/* Until a time that is over. */
PROBE(umwait)
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	TEST(umwait, .byte 0xf2, 0x0f, 0xae, 0xf1)
END64(umwait)

PROBE(tpause)
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	TEST(tpause, .byte 0x66, 0x0f, 0xae, 0xf1)
END64(tpause)

/* VMware's door: "get version" */
PROBE(in_vmware)
	mov	$0x564d5868, %eax
	xor	%ebx, %ebx
	mov	$10, %ecx
	mov	$0x5658, %edx
	TEST(in_vmware, inl %dx, %eax)
	mov	%rbx, BLOCK_VALUE(0)(%rdi)
END64(in_vmware)

	.section .note.GNU-stack, "", @progbits
