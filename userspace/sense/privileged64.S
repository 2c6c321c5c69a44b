/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The probes in 64-bit mode of what is privileged; their rows are in
 * table_privileged.c. Should a machine let one run, it must do no harm: operands
 * are chosen so that it changes nothing, or faults.
 */
#include "asm.h"

	.section sense_text64, "ax"
	.code64

ONLY64(cli, cli)
ONLY64(sti, sti)
ONLY64(hlt, hlt)
ONLY64(clts, clts)

#define READ_CONTROL(key, reg)						\
PROBE(key)								\
	TEST(key, mov reg, %rax);					\
	mov	%rax, BLOCK_VALUE(0)(%rdi);				\
END64(key)

READ_CONTROL(rd_cr0, %cr0)
READ_CONTROL(rd_cr2, %cr2)
READ_CONTROL(rd_cr3, %cr3)
READ_CONTROL(rd_cr4, %cr4)
READ_CONTROL(rd_cr8, %cr8)
READ_CONTROL(rd_dr0, %db0)
READ_CONTROL(rd_dr7, %db7)

/* What Linux has there anyway. */
PROBE(wr_cr0)
	mov	$0x80050033, %eax
	TEST(wr_cr0, mov %rax, %cr0)
END64(wr_cr0)

PROBE(wr_cr2)
	xor	%eax, %eax
	TEST(wr_cr2, mov %rax, %cr2)
END64(wr_cr2)

PROBE(wr_cr8)
	xor	%eax, %eax
	TEST(wr_cr8, mov %rax, %cr8)
END64(wr_cr8)

PROBE(wr_dr7)
	mov	$0x400, %eax
	TEST(wr_dr7, mov %rax, %db7)
END64(wr_dr7)

/* A page fault would tell that nobody asked for the privilege before. */
ONLY64(lgdt, lgdt SENSE_NOWHERE)
ONLY64(lidt, lidt SENSE_NOWHERE)
ONLY64(lldt, lldt SENSE_NOWHERE)
ONLY64(ltr, ltr SENSE_NOWHERE)

PROBE(lmsw)
	mov	$1, %eax
	TEST(lmsw, lmsw %ax)
END64(lmsw)

ONLY64(invlpg, invlpg (%rsp))
ONLY64(invd, invd)
ONLY64(wbinvd, wbinvd)
ONLY64(wbnoinvd, .byte 0xf3, 0x0f, 0x09)

PROBE(invpcid)
	xor	%eax, %eax
	TEST(invpcid, invpcid BLOCK_SCRATCH(%rdi), %rax)
END64(invpcid)

PROBE(rdmsr)
	mov	$0xc0000080, %ecx	/* EFER */
	TEST(rdmsr, rdmsr)
	mov	%rax, BLOCK_VALUE(0)(%rdi)
END64(rdmsr)

PROBE(wrmsr)
	mov	$0x8b, %ecx		/* IA32_BIOS_SIGN_ID: 0 is for asking */
	xor	%eax, %eax
	xor	%edx, %edx
	TEST(wrmsr, wrmsr)
END64(wrmsr)

/* Port 0x80 is for codes that nobody reads. */
PROBE(in)
	TEST(in, inb $0x80, %al)
END64(in)

PROBE(out)
	xor	%eax, %eax
	TEST(out, outb %al, $0x80)
END64(out)

PROBE(in_dx)
	mov	$0x80, %edx
	TEST(in_dx, inb %dx, %al)
END64(in_dx)

PROBE(out_dx)
	mov	$0x80, %edx
	xor	%eax, %eax
	TEST(out_dx, outb %al, %dx)
END64(out_dx)

PROBE(ins)
	mov	$0x80, %edx
	mov	%rdi, %rbx
	lea	BLOCK_SCRATCH(%rdi), %rdi
	TEST(ins, insb)
	mov	%rbx, %rdi
END64(ins)

PROBE(outs)
	mov	$0x80, %edx
	lea	BLOCK_SCRATCH(%rdi), %rsi
	TEST(outs, outsb)
END64(outs)

/* With a bit that may not be set. */
PROBE(xsetbv)
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	TEST(xsetbv, xsetbv)
END64(xsetbv)

PROBE(xsaves)
	xor	%eax, %eax
	xor	%edx, %edx
	TEST(xsaves, xsaves BLOCK_SCRATCH(%rdi))
END64(xsaves)

PROBE(xrstors)
	xor	%eax, %eax
	xor	%edx, %edx
	TEST(xrstors, xrstors BLOCK_SCRATCH(%rdi))
END64(xrstors)

ONLY64(stac, stac)
ONLY64(clac, clac)
ONLY64(swapgs, swapgs)

PROBE(sysret)
	lea	.Lafter_sysret(%rip), %rcx
	mov	$EFLAGS_IF, %r11d
	TEST(sysret, sysretq)
END64(sysret)

PROBE(sysexit)
	lea	.Lafter_sysexit(%rip), %rdx
	mov	%rsp, %rcx
	TEST(sysexit, rex.w sysexit)
END64(sysexit)

PROBE(monitor)
	lea	BLOCK_SCRATCH(%rdi), %rax
	xor	%ecx, %ecx
	xor	%edx, %edx
	TEST(monitor, monitor %rax, %ecx, %edx)
END64(monitor)

PROBE(mwait)
	xor	%eax, %eax
	xor	%ecx, %ecx
	TEST(mwait, mwait %eax, %ecx)
END64(mwait)

ONLY64(rsm, rsm)

/* VMX: nothing of it works before VMXON, which needs CR4.VMXE. */
ONLY64(vmxon, vmxon BLOCK_SCRATCH(%rdi))
ONLY64(vmxoff, vmxoff)
ONLY64(vmclear, vmclear BLOCK_SCRATCH(%rdi))
ONLY64(vmptrld, vmptrld BLOCK_SCRATCH(%rdi))
ONLY64(vmlaunch, vmlaunch)

PROBE(vmread)
	xor	%eax, %eax
	TEST(vmread, vmread %rax, %rcx)
END64(vmread)

PROBE(invept)
	xor	%eax, %eax
	TEST(invept, invept BLOCK_SCRATCH(%rdi), %rax)
END64(invept)

/* SVM: the address in RAX is one of physical memory, where nothing is. */
#define SVM(key)							\
PROBE(key)								\
	mov	$-1, %rax;						\
	xor	%ecx, %ecx;						\
	TEST(key, key);							\
END64(key)

SVM(vmrun)
SVM(vmload)
SVM(vmsave)
SVM(invlpga)
ONLY64(stgi, stgi)
ONLY64(clgi, clgi)

PROBE(skinit)
	xor	%eax, %eax
	TEST(skinit, skinit)
END64(skinit)

/* Leaves that there are none of. */
PROBE(getsec)
	mov	$0xff, %eax
	xor	%ebx, %ebx
	TEST(getsec, .byte 0x0f, 0x37)
END64(getsec)

PROBE(encls)
	mov	$0xff, %eax
	TEST(encls, .byte 0x0f, 0x01, 0xcf)
END64(encls)

PROBE(pconfig)
	mov	$0xff, %eax
	TEST(pconfig, .byte 0x0f, 0x01, 0xc5)
END64(pconfig)

	.section .note.GNU-stack, "", @progbits
