// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rows in 32-bit mode. An instruction that is here and in 64-bit mode counts
 * once: it remains if it does in one of the modes.
 */
#include "sense.h"

#define ROW(k, what, of, why, when, ...)				\
	{ .key = (k), .mode = 32, .text = (what), .insn = (of),		\
	  .set = SENSE_##why, .runs = SENSE_##when, __VA_ARGS__ }
#define PAPER(k, what, of, when, ...)					\
	ROW(k, what, of, PAPER, when, __VA_ARGS__)
#define STORE(k, what, of, ...)						\
	PAPER(k, what, of, LEAKS, .flags = SENSE_STEP, __VA_ARGS__)
#define TABLE(k, what, of)						\
	PAPER(k, what, of, LEAKS, .flags = SENSE_STEP | SENSE_VARIES,	\
	      .values = 2)
#define PRIV(k, what, of)						\
	ROW(k, what, of, PRIVILEGED, RUNS)

const struct sense_row sense_compat[] = {
	TABLE("sgdt", "SGDT m", "SGDT"),
	TABLE("sidt", "SIDT m", "SIDT"),
	STORE("sldt", "SLDT r32", "SLDT", .values = 1),
	STORE("str", "STR r32", "STR", .values = 1),
	STORE("smsw", "SMSW r32", "SMSW", .values = 1),
	PAPER("pushf", "PUSHFD", "PUSHF", LEAKS, .values = 1),
	PAPER("popf_if", "POPFD, IF to 0", "POPF", SILENT,
	      .flags = SENSE_FLAGS, .values = 2),
	PAPER("popf_iopl", "POPFD, IOPL to 3", "POPF", SILENT,
	      .flags = SENSE_FLAGS, .values = 2),
	PAPER("lar", "LAR, own code", "LAR", LEAKS, .values = 2),
	PAPER("lar_kernel", "LAR, kernel code", "LAR", SILENT, .values = 2),
	PAPER("lsl", "LSL, own code", "LSL", LEAKS, .values = 2),
	PAPER("lsl_cpu", "LSL, number of CPU", "LSL", LEAKS,
	      .flags = SENSE_VARIES, .values = 2),
	PAPER("verr", "VERR, own code", "VERR", LEAKS, .values = 1),
	PAPER("verw", "VERW, own code", "VERW", LEAKS, .values = 1),
	PAPER("mov_cs", "MOV r, CS", "MOV", LEAKS, .values = 1),
	PAPER("push_cs", "PUSH CS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("push_ds", "PUSH DS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("push_es", "PUSH ES", "PUSH/POP", LEAKS, .values = 1),
	PAPER("push_ss", "PUSH SS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("push_fs", "PUSH FS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("push_gs", "PUSH GS", "PUSH/POP", LEAKS, .values = 1),
	PAPER("pop_ds_kernel", "POP DS, kernel data", "PUSH/POP", SILENT),
	PAPER("pop_es_kernel", "POP ES, kernel data", "PUSH/POP", SILENT),
	PAPER("pop_ss_kernel", "POP SS, kernel data", "PUSH/POP", SILENT),
	PAPER("lds_kernel", "LDS, kernel data", "MOV", SILENT),
	PAPER("les_kernel", "LES, kernel data", "MOV", SILENT),
	PAPER("call_own", "CALL far, own code", "CALL", LEAKS,
	      .flags = SENSE_RISKY, .values = 1),
	PAPER("call_kernel", "CALL far, kernel code", "CALL", SILENT),
	PAPER("jmp_own", "JMP far, own code", "JMP", SILENT, .values = 1),
	PAPER("jmp_kernel", "JMP far, kernel code", "JMP", SILENT),
	PAPER("ret_own", "RET far, own code", "RET", SILENT,
	      .flags = SENSE_RISKY, .values = 1),
	PAPER("int80", "INT 0x80, open to users", "INT", SILENT, .values = 1),
	PAPER("int81", "INT 0x81, closed", "INT", SILENT),
	ROW("iret", "IRETD, IF to 0, IOPL to 3", "IRET", SINCE, SILENT,
	    .flags = SENSE_RISKY | SENSE_FLAGS, .values = 2),
	ROW("into", "INTO", "INTO", SINCE, SILENT),
	ROW("bound", "BOUND", "BOUND", SINCE, SILENT),
	ROW("arpl", "ARPL", "ARPL", SINCE, SAME, .values = 1),
	ROW("cpuid", "CPUID, leaf 1", "CPUID", SINCE, LEAKS, .values = 2,
	    .close = SENSE_CPUID_FAULT),
	ROW("rdtsc", "RDTSC", "RDTSC", SINCE, LEAKS, .flags = SENSE_VARIES,
	    .values = 1, .close = SENSE_TSC_FAULT),
	PRIV("cli", "CLI", "CLI"),
	PRIV("sti", "STI", "STI"),
	PRIV("hlt", "HLT", "HLT"),
	PRIV("invd", "INVD", "INVD"),
	PRIV("wbinvd", "WBINVD", "WBINVD"),
	PRIV("rd_cr0", "MOV r, CR0", "MOV CR"),
	PRIV("in", "IN imm", "IN/OUT"),
};

const size_t sense_nr_compat = sizeof(sense_compat) / sizeof(sense_compat[0]);
