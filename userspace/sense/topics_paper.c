// SPDX-License-Identifier: GPL-2.0-only
/* The reasons behind the instructions of Robin and Irvine. */
#include "sense.h"

static const char umip[] =
	"CR4.umip (Intel since 2019, AMD since Zen 2) makes it #GP in user mode; Linux then answers with constants. VT-x and AMD-V let a monitor intercept it. ARM and RISC-V have no such table register that user mode can read.";

static const char hardware[] =
	"Nobody, in user mode: with VT-x and AMD-V the guest's kernel runs in its own ring 0, so that the question does not come up. VMware translated it away, Xen changed the kernel that used it.";

static const char segments[] =
	"Nobody, in user mode. 64-bit mode took the bases and limits away, but not the selectors and not the descriptor table. VT-x and AMD-V give the guest tables of its own; RISC-V and ARM have no segments.";

const struct sense_topic sense_topics_paper[] = {
	{ "SGDT",
	  "Stores the address and the size of the global descriptor table.",
	  "A guest's kernel has a table of its own, but the instruction tells where the monitor's is, and does not trap. A guest that compares knows that it is one, and an attacker learns where the kernel is.",
	  umip },
	{ "SIDT",
	  "Stores the address and the size of the interrupt descriptor table.",
	  "As SGDT: one instruction of ten bytes, once known as the red pill, shows the monitor's table in place of the guest's.",
	  umip },
	{ "SLDT",
	  "Stores the selector of the local descriptor table.",
	  "Shows whether the machine has a local table in use, which is the monitor's affair, not the guest's.",
	  umip },
	{ "STR",
	  "Stores the selector of the task register.",
	  "A guest that has loaded its own with LTR, which traps, reads back another one.",
	  umip },
	{ "SMSW",
	  "Stores the lower bits of CR0, in 64-bit mode all of them.",
	  "MOV from CR0 traps, this does not: the guest sees the monitor's CR0 and not the one that it wrote.",
	  umip },
	{ "PUSHF",
	  "Pushes the flags, with the interrupt flag and the I/O privilege level.",
	  "The 68000's MOVE from SR once more. A guest's kernel that has executed CLI, which trapped, pushes flags that say that interrupts are on.",
	  "The 68010 made MOVE from SR privileged and gave programs MOVE from CCR instead. ARM has its mode in CPSR, which user mode can read; AArch64 and RISC-V have not. x86: the virtual interrupt flag of VME and PVI, for old modes only; else as all of these, by VT-x and AMD-V." },
	{ "POPF",
	  "Pops the flags, with the interrupt flag and the I/O privilege level.",
	  "In user mode it leaves the two as they are and says nothing. A guest's kernel that means to switch interrupts off goes on with interrupts on, and the monitor is never asked.",
	  "The same as MSR CPSR of 32-bit ARM. AArch64's DAIF and RISC-V's sstatus trap in user mode. x86: nobody, but VT-x and AMD-V run the guest's kernel where POPF works." },
	{ "LAR",
	  "Loads the access rights of a segment, if the segment may be seen from the current ring.",
	  "What it answers depends on the ring: a guest's kernel that runs in user mode is told that its own segments do not exist, or sees the descriptors of the monitor.",
	  segments },
	{ "LSL",
	  "Loads the limit of a segment, if the segment may be seen from the current ring.",
	  "As LAR. Linux even keeps the number of the CPU in such a limit, where every program reads it.",
	  segments },
	{ "VERR",
	  "Tells whether a segment may be read from the current ring.",
	  "As LAR: the answer is about the monitor's table and the ring that the guest really runs in.",
	  segments },
	{ "VERW",
	  "Tells whether a segment may be written from the current ring.",
	  "As LAR. Its side effect of clearing buffers on some processors is the same in every ring.",
	  segments },
	{ "MOV",
	  "Reads or loads a segment register.",
	  "The lower two bits of CS and SS are the ring. A guest's kernel reads 3 where it expects 0. To load a segment of the kernel traps, which is as it should be.",
	  segments },
	{ "PUSH/POP",
	  "Pushes or pops a segment register.",
	  "As MOV: what is pushed shows the ring. In 64-bit mode only FS and GS are left.",
	  segments },
	{ "CALL",
	  "Calls code in another segment, or through a gate, and pushes the code segment that it came from.",
	  "It compares rings and selectors with the monitor's table, and pushes a CS that shows the ring. Into the kernel's segment it traps; into one of user mode it does not.",
	  hardware },
	{ "JMP",
	  "Jumps to code in another segment, or through a gate.",
	  "As CALL, without the push. In 64-bit mode it is how a program leaves for 32-bit mode and back, without the kernel.",
	  hardware },
	{ "RET",
	  "Returns to code in another segment, perhaps of an outer ring.",
	  "The selector on the stack decides on the ring. A guest's kernel that returns to its user mode would change rings; in user mode it stays where it is.",
	  hardware },
	{ "INT",
	  "Calls the handler of an interrupt, if its gate is open to the current ring.",
	  "It goes through the monitor's table and to the monitor's kernel, not to the guest's. A monitor has to see to it that the guest's calls come back to the guest. A gate that is closed to users traps.",
	  "User-mode monitors on Linux redirect what arrives, with ptrace or with user dispatch of system calls. VT-x and AMD-V give the guest a table of its own." },
};

const size_t sense_nr_topics_paper =
	sizeof(sense_topics_paper) / sizeof(sense_topics_paper[0]);
