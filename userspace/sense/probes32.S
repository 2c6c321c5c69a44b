/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probes in 32-bit mode (compatibility mode of a 64-bit kernel): what has
 * no encoding in 64-bit mode, and what an emulator decodes another way there.
 * Their rows are in table32.c.
 */
#include "asm.h"

	.section sense_text32, "ax"
	.code32
sense_code32:

#define OUT_TABLE							\
	mov	BLOCK_SCRATCH + 2(%edi), %eax;				\
	mov	%eax, BLOCK_VALUE(0)(%edi);				\
	movzwl	BLOCK_SCRATCH(%edi), %eax;				\
	mov	%eax, BLOCK_VALUE(1)(%edi)

#define OUT_EAX		mov %eax, BLOCK_VALUE(0)(%edi)

PROBE(sgdt)
	TEST(sgdt, sgdtl BLOCK_SCRATCH(%edi))
	OUT_TABLE
END32(sgdt)

PROBE(sidt)
	TEST(sidt, sidtl BLOCK_SCRATCH(%edi))
	OUT_TABLE
END32(sidt)

/* The upper half of the register is not defined in all of them. */
#define STORE(key)							\
PROBE(key)								\
	xor	%eax, %eax;						\
	TEST(key, key %eax);						\
	OUT_EAX;							\
END32(key)

STORE(sldt)
STORE(str)
STORE(smsw)

PROBE(pushf)
	TEST(pushf, pushfl)
	pop	%eax
	OUT_EAX
END32(pushf)

PROBE(popf_if)
	pushfl
	pop	%eax
	and	$~EFLAGS_IF, %eax
	OUT_EAX
	push	%eax
	TEST(popf_if, popfl)
	pushfl
	pop	%eax
	mov	%eax, BLOCK_VALUE(1)(%edi)
END32(popf_if)

PROBE(popf_iopl)
	pushfl
	pop	%eax
	or	$EFLAGS_IOPL, %eax
	OUT_EAX
	push	%eax
	TEST(popf_iopl, popfl)
	pushfl
	pop	%eax
	mov	%eax, BLOCK_VALUE(1)(%edi)
END32(popf_iopl)

#define ASK_SEGMENT(key, insn, selector)				\
PROBE(key)								\
	xor	%eax, %eax;						\
	mov	selector, %ecx;						\
	TEST(key, insn %ecx, %eax);					\
	setz	%dl;							\
	movzbl	%dl, %edx;						\
	OUT_EAX;							\
	mov	%edx, BLOCK_VALUE(1)(%edi);				\
END32(key)

ASK_SEGMENT(lar, lar, %cs)
ASK_SEGMENT(lar_kernel, lar, $KERNEL_CS)
ASK_SEGMENT(lsl, lsl, %cs)
ASK_SEGMENT(lsl_cpu, lsl, $CPU_SEGMENT)

#define VERIFY(key)							\
PROBE(key)								\
	mov	%cs, %ecx;						\
	TEST(key, key %cx);						\
	setz	%al;							\
	movzbl	%al, %eax;						\
	OUT_EAX;							\
END32(key)

VERIFY(verr)
VERIFY(verw)

PROBE(mov_cs)
	xor	%eax, %eax
	TEST(mov_cs, mov %cs, %eax)
	OUT_EAX
END32(mov_cs)

#define PUSH_SEGMENT(key, reg)						\
PROBE(key)								\
	TEST(key, push reg);						\
	pop	%eax;							\
	movzwl	%ax, %eax;						\
	OUT_EAX;							\
END32(key)

PUSH_SEGMENT(push_cs, %cs)
PUSH_SEGMENT(push_ds, %ds)
PUSH_SEGMENT(push_es, %es)
PUSH_SEGMENT(push_ss, %ss)
PUSH_SEGMENT(push_fs, %fs)
PUSH_SEGMENT(push_gs, %gs)

#define POP_KERNEL(key, reg)						\
PROBE(key)								\
	push	$KERNEL_DS;						\
	TEST(key, pop reg);						\
END32(key)

POP_KERNEL(pop_ds_kernel, %ds)
POP_KERNEL(pop_es_kernel, %es)
POP_KERNEL(pop_ss_kernel, %ss)

#define LOAD_FAR(key, insn)						\
PROBE(key)								\
	movl	$0, BLOCK_SCRATCH(%edi);				\
	movl	$KERNEL_DS, BLOCK_SCRATCH + 4(%edi);			\
	TEST(key, insn BLOCK_SCRATCH(%edi), %eax);			\
END32(key)

LOAD_FAR(lds_kernel, lds)
LOAD_FAR(les_kernel, les)

ONLY32(call_kernel, lcall $KERNEL_CS, $0)
ONLY32(jmp_kernel, ljmp $KERNEL_CS, $0)

PROBE(jmp_own)
	TEST(jmp_own, ljmp $USER32_CS, $LOW32(.Lafter_jmp_own))
	mov	%cs, %eax
	OUT_EAX
END32(jmp_own)

PROBE(call_own)
	TEST(call_own, lcall $USER32_CS, $LOW32(.Lafter_call_own))
	mov	4(%esp), %eax
	movzwl	%ax, %eax
	OUT_EAX
END32(call_own)

PROBE(ret_own)
	push	%cs
	push	$LOW32(.Lafter_ret_own)
	TEST(ret_own, lretl)
	mov	%cs, %eax
	OUT_EAX
END32(ret_own)

PROBE(iret)
	pushfl
	andl	$~EFLAGS_IF, (%esp)
	orl	$EFLAGS_IOPL, (%esp)
	mov	(%esp), %eax
	OUT_EAX
	push	%cs
	push	$LOW32(.Lafter_iret)
	TEST(iret, iretl)
	pushfl
	pop	%eax
	mov	%eax, BLOCK_VALUE(1)(%edi)
END32(iret)

PROBE(int80)
	mov	$20, %eax
	TEST(int80, int $0x80)
	test	%eax, %eax
	setg	%al
	movzbl	%al, %eax
	OUT_EAX
END32(int80)

ONLY32(int81, int $0x81)

PROBE(into)
	mov	$0x7fffffff, %eax
	add	$1, %eax
	TEST(into, into)
END32(into)

PROBE(bound)
	movl	$1, BLOCK_SCRATCH(%edi)
	movl	$2, BLOCK_SCRATCH + 4(%edi)
	xor	%eax, %eax
	TEST(bound, bound %eax, BLOCK_SCRATCH(%edi))
END32(bound)

PROBE(arpl)
	mov	$KERNEL_CS, %eax
	mov	%cs, %ecx
	TEST(arpl, arpl %cx, %ax)
	OUT_EAX
END32(arpl)

PROBE(cpuid)
	mov	$1, %eax
	xor	%ecx, %ecx
	TEST(cpuid, cpuid)
	mov	%edx, BLOCK_VALUE(0)(%edi)
	mov	%ecx, BLOCK_VALUE(0) + 4(%edi)
	mov	%eax, BLOCK_VALUE(1)(%edi)
END32(cpuid)

PROBE(rdtsc)
	TEST(rdtsc, rdtsc)
	mov	%eax, BLOCK_VALUE(0)(%edi)
	mov	%edx, BLOCK_VALUE(0) + 4(%edi)
END32(rdtsc)

ONLY32(cli, cli)
ONLY32(sti, sti)
ONLY32(hlt, hlt)
ONLY32(invd, invd)
ONLY32(wbinvd, wbinvd)

PROBE(rd_cr0)
	TEST(rd_cr0, mov %cr0, %eax)
	OUT_EAX
END32(rd_cr0)

PROBE(in)
	TEST(in, inb $0x80, %al)
END32(in)

	.section .note.GNU-stack, "", @progbits
