// SPDX-License-Identifier: GPL-2.0-only
/* The reasons behind the privileged instructions. */
#include "sense.h"

static const char traps[] =
	"It always traps in user mode. On a machine where it does not, an emulator lost the check.";

static const char loads[] =
	"A guest that could load it would be the monitor.";

static const char absent[] =
	"Unknown to the processor, or not switched on, it is #UD in every ring; else it traps in user mode.";

const struct sense_topic sense_topics_privileged[] = {
	{ "CLI", "Switches interrupts off.",
	  "A program could keep the processor for itself.",
	  "Traps, unless IOPL allows it. Linux gives IOPL to nobody any more, and skips it for programs that asked for iopl(3)." },
	{ "STI", "Switches interrupts on.",
	  "As CLI.", "As CLI." },
	{ "HLT", "Stops the processor until an interrupt comes.",
	  "A program could stop the machine; a monitor runs somebody else instead.",
	  traps },
	{ "CLTS", "Clears a bit of CR0.", "As MOV CR.", traps },
	{ "MOV CR", "Reads or writes a control register.",
	  "They hold the page table, and what is switched on.", traps },
	{ "MOV DR", "Reads or writes a debug register.",
	  "They are the monitor's as long as the guest has not got them.",
	  traps },
	{ "LGDT", "Loads the global descriptor table.", loads, traps },
	{ "LIDT", "Loads the interrupt descriptor table.", loads, traps },
	{ "LLDT", "Loads the local descriptor table.", loads, traps },
	{ "LTR", "Loads the task register.", loads, traps },
	{ "LMSW", "Loads the lower bits of CR0.", "As MOV CR.", traps },
	{ "INVLPG", "Forgets what is known of a page.",
	  "It tells a monitor with shadow page tables what the guest changed.",
	  traps },
	{ "INVPCID", "Forgets what is known of an address space.",
	  "As INVLPG.", traps },
	{ "INVD", "Empties the caches without writing them back.",
	  "It loses what others have written.", traps },
	{ "WBINVD", "Writes the caches back and empties them.",
	  "It takes long, and the time is everybody's.", traps },
	{ "WBNOINVD", "Writes the caches back.", "As WBINVD.", traps },
	{ "RDMSR", "Reads a model-specific register.",
	  "They hold what the monitor has set up.", traps },
	{ "WRMSR", "Writes a model-specific register.", loads, traps },
	{ "IN/OUT", "Reads or writes a port.",
	  "Devices are the monitor's.",
	  "Traps, unless IOPL or the bitmap of ioperm(2) allows it." },
	{ "XSETBV", "Writes XCR0.", loads, traps },
	{ "XSAVES", "Saves register states, those of the system included.",
	  "It shows states that are not a program's.", traps },
	{ "XRSTORS", "Loads register states, those of the system included.",
	  loads, traps },
	{ "STAC", "Lets the kernel use a user's pages.",
	  "It has no meaning in user mode.", absent },
	{ "CLAC", "Ends STAC.", "As STAC.", absent },
	{ "SWAPGS", "Exchanges the base of GS with the kernel's.",
	  "A program would see an address of the kernel.", traps },
	{ "SYSRET", "Returns from SYSCALL.",
	  "It would be a way into another ring.", traps },
	{ "SYSEXIT", "Returns from SYSENTER.", "As SYSRET.", traps },
	{ "MONITOR", "Prepares to wait for a write to memory.",
	  "As HLT.", absent },
	{ "MWAIT", "Waits for a write to memory.", "As HLT.", absent },
	{ "RSM", "Returns from system management mode.",
	  "It is #UD everywhere but in that mode.", traps },
	{ "VMX", "Runs a virtual machine. Intel.",
	  "There is one monitor; those of guests are emulated.", absent },
	{ "SVM", "Runs a virtual machine. AMD.", "As VMX.", absent },
	{ "SKINIT", "Starts trusted code. AMD.", loads, absent },
	{ "GETSEC", "Starts trusted code. Intel.", loads, absent },
	{ "ENCLS", "Makes enclaves.",
	  "Their memory is the kernel's to give.", absent },
	{ "PCONFIG", "Programs the encryption of memory.", loads, absent },
};

const size_t sense_nr_topics_privileged =
	sizeof(sense_topics_privileged) / sizeof(sense_topics_privileged[0]);
