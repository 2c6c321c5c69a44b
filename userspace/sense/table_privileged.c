// SPDX-License-Identifier: GPL-2.0-only
/*
 * The privileged instructions: in user mode, each must trap or be unknown to the
 * processor. A row that runs is a hole of the machine.
 */
#define MODE 64
#include "table.h"

#define NEEDS(k, what, of, name)					\
	PRIV(k, what, of, .feature = (name))
#define LOADS(k, what, of)						\
	PRIV(k, what, of, .flags = SENSE_NO_OPERAND)

const struct sense_row sense_privileged[] = {
	PRIV("cli", "CLI", "CLI"),
	PRIV("sti", "STI", "STI"),
	PRIV("hlt", "HLT", "HLT"),
	PRIV("clts", "CLTS", "CLTS"),
	PRIV("rd_cr0", "MOV r, CR0", "MOV CR", .values = 1),
	PRIV("rd_cr2", "MOV r, CR2", "MOV CR", .values = 1),
	PRIV("rd_cr3", "MOV r, CR3", "MOV CR", .values = 1),
	PRIV("rd_cr4", "MOV r, CR4", "MOV CR", .values = 1),
	PRIV("rd_cr8", "MOV r, CR8", "MOV CR", .values = 1),
	PRIV("wr_cr0", "MOV CR0, r", "MOV CR"),
	PRIV("wr_cr2", "MOV CR2, r", "MOV CR"),
	PRIV("wr_cr8", "MOV CR8, r", "MOV CR"),
	PRIV("rd_dr0", "MOV r, DR0", "MOV DR", .values = 1),
	PRIV("rd_dr7", "MOV r, DR7", "MOV DR", .values = 1),
	PRIV("wr_dr7", "MOV DR7, r", "MOV DR"),
	LOADS("lgdt", "LGDT m", "LGDT"),
	LOADS("lidt", "LIDT m", "LIDT"),
	LOADS("lldt", "LLDT m", "LLDT"),
	LOADS("ltr", "LTR m", "LTR"),
	PRIV("lmsw", "LMSW", "LMSW"),
	PRIV("invlpg", "INVLPG", "INVLPG"),
	NEEDS("invpcid", "INVPCID", "INVPCID", "invpcid"),
	PRIV("invd", "INVD", "INVD"),
	PRIV("wbinvd", "WBINVD", "WBINVD"),
	NEEDS("wbnoinvd", "WBNOINVD", "WBNOINVD", "wbnoinvd"),
	PRIV("rdmsr", "RDMSR", "RDMSR", .values = 1),
	PRIV("wrmsr", "WRMSR", "WRMSR"),
	PRIV("in", "IN imm", "IN/OUT"),
	PRIV("out", "OUT imm", "IN/OUT"),
	PRIV("in_dx", "IN DX", "IN/OUT"),
	PRIV("out_dx", "OUT DX", "IN/OUT"),
	PRIV("ins", "INSB", "IN/OUT"),
	PRIV("outs", "OUTSB", "IN/OUT"),
	NEEDS("xsetbv", "XSETBV", "XSETBV", "osxsave"),
	NEEDS("xsaves", "XSAVES", "XSAVES", "xsaves"),
	NEEDS("xrstors", "XRSTORS", "XRSTORS", "xsaves"),
	NEEDS("stac", "STAC", "STAC", "smap"),
	NEEDS("clac", "CLAC", "CLAC", "smap"),
	PRIV("swapgs", "SWAPGS", "SWAPGS"),
	PRIV("sysret", "SYSRETQ", "SYSRET"),
	PRIV("sysexit", "SYSEXITQ", "SYSEXIT"),
	NEEDS("monitor", "MONITOR", "MONITOR", "monitor"),
	NEEDS("mwait", "MWAIT", "MWAIT", "monitor"),
	PRIV("rsm", "RSM", "RSM"),
	NEEDS("vmxon", "VMXON", "VMX", "vmx"),
	NEEDS("vmxoff", "VMXOFF", "VMX", "vmx"),
	NEEDS("vmclear", "VMCLEAR", "VMX", "vmx"),
	NEEDS("vmptrld", "VMPTRLD", "VMX", "vmx"),
	NEEDS("vmlaunch", "VMLAUNCH", "VMX", "vmx"),
	NEEDS("vmread", "VMREAD", "VMX", "vmx"),
	NEEDS("invept", "INVEPT", "VMX", "vmx"),
	NEEDS("vmrun", "VMRUN", "SVM", "svm"),
	NEEDS("vmload", "VMLOAD", "SVM", "svm"),
	NEEDS("vmsave", "VMSAVE", "SVM", "svm"),
	NEEDS("invlpga", "INVLPGA", "SVM", "svm"),
	NEEDS("stgi", "STGI", "SVM", "svm"),
	NEEDS("clgi", "CLGI", "SVM", "svm"),
	NEEDS("skinit", "SKINIT", "SKINIT", "skinit"),
	NEEDS("getsec", "GETSEC", "GETSEC", "smx"),
	NEEDS("encls", "ENCLS", "ENCLS", "sgx"),
	NEEDS("pconfig", "PCONFIG", "PCONFIG", "pconfig"),
};

const size_t sense_nr_privileged =
	sizeof(sense_privileged) / sizeof(sense_privileged[0]);
