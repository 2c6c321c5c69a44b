// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instructions that Robin and Irvine found to be sensitive and not
 * privileged on the Pentium ("Analysis of the Intel Pentium's Ability to Support
 * a Secure Virtual Machine Monitor", USENIX Security 2000): 17, of which PUSH
 * and POP are one. Several rows ask about different sides of one instruction.
 */
#define MODE 64
#include "table.h"

const struct sense_row sense_paper[] = {
	TABLE("sgdt", "SGDT m", "SGDT"),
	TABLE("sidt", "SIDT m", "SIDT"),
	STORE("sldt", "SLDT r32", "SLDT", .values = 1),
	STORE("sldt_m", "SLDT m16", "SLDT", .values = 1),
	STORE("str", "STR r32", "STR", .values = 1),
	STORE("str_m", "STR m16", "STR", .values = 1),
	STORE("smsw", "SMSW r64", "SMSW", .values = 1),
	STORE("smsw_m", "SMSW m16", "SMSW", .values = 1),
	PAPER("pushf", "PUSHFQ", "PUSHF", LEAKS, .values = 1),
	PAPER("popf_if", "POPFQ, IF to 0", "POPF", SILENT,
	      .flags = SENSE_FLAGS, .values = 2),
	PAPER("popf_iopl", "POPFQ, IOPL to 3", "POPF", SILENT,
	      .flags = SENSE_FLAGS, .values = 2),
	PAPER("lar", "LAR, own code", "LAR", LEAKS, .values = 2),
	PAPER("lar_kernel", "LAR, kernel code", "LAR", SILENT, .values = 2),
	PAPER("lsl", "LSL, own code", "LSL", LEAKS, .values = 2),
	PAPER("lsl_kernel", "LSL, kernel code", "LSL", SILENT, .values = 2),
	PAPER("lsl_cpu", "LSL, number of CPU", "LSL", LEAKS,
	      .flags = SENSE_VARIES, .values = 2),
	PAPER("verr", "VERR, RPL 3", "VERR", LEAKS, .values = 1),
	PAPER("verr_kernel", "VERR, RPL 0", "VERR", SILENT, .values = 1),
	PAPER("verw", "VERW, RPL 3", "VERW", LEAKS, .values = 1),
	PAPER("verw_kernel", "VERW, RPL 0", "VERW", SILENT, .values = 1),
	PAPER("mov_cs", "MOV r, CS", "MOV", LEAKS, .values = 1),
	PAPER("mov_ss", "MOV r, SS", "MOV", LEAKS, .values = 1),
	PAPER("mov_ds", "MOV r, DS", "MOV", LEAKS, .values = 1),
	PAPER("mov_es", "MOV r, ES", "MOV", LEAKS, .values = 1),
	PAPER("mov_fs", "MOV r, FS", "MOV", LEAKS, .values = 1),
	PAPER("mov_gs", "MOV r, GS", "MOV", LEAKS, .values = 1),
	PAPER("mov_ds_kernel", "MOV DS, kernel data", "MOV", SILENT),
	PAPER("mov_ss_kernel", "MOV SS, kernel data", "MOV", SILENT),
	PAPER("lss_kernel", "LSS, kernel data", "MOV", SILENT),
	PAPER("push_fs", "PUSH FS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("push_gs", "PUSH GS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("pop_fs_kernel", "POP FS, kernel data", "PUSH/POP", SILENT),
	PAPER("pop_gs", "POP GS, no segment", "PUSH/POP", SAME, .values = 1),
	PAPER("call_own", "CALL far, own code", "CALL", LEAKS,
	      .flags = SENSE_RISKY, .values = 1),
	PAPER("call_kernel", "CALL far, kernel code", "CALL", SILENT),
	PAPER("jmp_own", "JMP far, own code", "JMP", SILENT, .values = 1),
	PAPER("jmp_kernel", "JMP far, kernel code", "JMP", SILENT),
	PAPER("ret_own", "RET far, own code", "RET", SILENT,
	      .flags = SENSE_RISKY, .values = 1),
	PAPER("ret_kernel", "RET far, kernel code", "RET", SILENT,
	      .flags = SENSE_RISKY),
	PAPER("int80", "INT 0x80, open to users", "INT", SILENT, .values = 1),
	PAPER("int81", "INT 0x81, closed", "INT", SILENT),
};

const size_t sense_nr_paper = sizeof(sense_paper) / sizeof(sense_paper[0]);
