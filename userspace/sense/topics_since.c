// SPDX-License-Identifier: GPL-2.0-only
/* The reasons behind the sensitive instructions that are not in the paper. */
#include "sense.h"

static const char tsc_switch[] =
	"CR4.TSD makes it #GP in user mode; on Linux prctl(PR_SET_TSC) does so for one process. VT-x and AMD-V add an offset and a scale, or intercept it.";

static const char bases[] =
	"CR4.FSGSBASE: without it they are #UD, and the kernel has to be asked. No other way.";

static const char interrupts[] =
	"It always traps; VT-x and AMD-V let a monitor choose which of them it wants to see.";

const struct sense_topic sense_topics_since[] = {
	{ "IRET",
	  "Returns from an interrupt: code, flags and stack from the stack.",
	  "In user mode it leaves IF and IOPL as they are and says nothing, as POPF does. Robin and Irvine did not count it.",
	  "Nobody, in user mode. RISC-V's SRET and AArch64's ERET trap there." },
	{ "INT3", "Breakpoint.",
	  "Comes from the program, and is the monitor's to hand to the guest's debugger.",
	  interrupts },
	{ "INT1", "Debug exception, also called ICEBP.",
	  "As INT3, by way of vector 1, which the gate's privilege does not keep users from.",
	  interrupts },
	{ "INTO", "Interrupt 4 if the overflow flag is set. 32-bit only.",
	  "As INT3.", interrupts },
	{ "BOUND", "Interrupt 5 if an index is out of bounds. 32-bit only.",
	  "As INT3.", interrupts },
	{ "ARPL",
	  "Raises the requested ring of a selector to that of another one. 32-bit only.",
	  "It computes with selectors that show the ring, but gives the same in every ring.",
	  "There is nothing to close. In 64-bit mode its opcode is MOVSXD." },
	{ "CPUID",
	  "Tells which processor this is and what it can do.",
	  "It is how a program finds a hypervisor, and how a guest that moves to another host breaks: what it was told is not true any more.",
	  "VT-x always exits on it, AMD-V can. CPUID faulting (Intel since 2012, AMD since Zen 5) makes it #GP in user mode; on Linux arch_prctl(ARCH_SET_CPUID) does so for one process." },
	{ "RDTSC", "Reads the time stamp counter.",
	  "A guest sees the time that the monitor took from it.",
	  tsc_switch },
	{ "RDTSCP",
	  "Reads the time stamp counter and the number of the CPU.",
	  "As RDTSC; besides, a guest sees which CPU of the host it is on.",
	  tsc_switch },
	{ "RDPID", "Reads the number of the CPU.",
	  "Shows what the kernel wrote into IA32_TSC_AUX; writing it traps.",
	  "Nobody, but the register can be given another content." },
	{ "RDPMC", "Reads a performance counter.",
	  "Counters count the monitor's work, too.",
	  "CR4.PCE: 0 makes it #GP in user mode. Linux sets it for processes that have a perf event mapped, see /sys/bus/event_source/devices/cpu/rdpmc." },
	{ "RDPRU", "Reads the MPERF or APERF register. AMD only.",
	  "Shows the real frequency of the processor.",
	  "CR4.TSD makes it #GP in user mode, as RDTSC." },
	{ "XGETBV",
	  "Reads XCR0, the register states that are switched on, or which of them are in use.",
	  "XSETBV traps, this does not: a guest reads what the monitor allowed, not what it set.",
	  "Nobody. VT-x and AMD-V give the guest a value of its own." },
	{ "RDFSBASE", "Reads the base of FS.",
	  "WRMSR to the same register traps, this does not.", bases },
	{ "RDGSBASE", "Reads the base of GS.",
	  "As RDFSBASE.", bases },
	{ "WRFSBASE", "Writes the base of FS.",
	  "A guest's kernel that runs in user mode changes a register that it thinks only it can; it gets what it asked for, though.",
	  bases },
	{ "WRGSBASE", "Writes the base of GS.",
	  "As WRFSBASE.", bases },
	{ "RDPKRU", "Reads the rights of protection keys.",
	  "They are the rights of the real page tables' keys.",
	  "CR4.PKE: without it #UD, and no keys. Nobody closed it for one ring." },
	{ "WRPKRU", "Writes the rights of protection keys.",
	  "Changes which pages may be used, without the kernel. A monitor that uses keys for itself can be disarmed.",
	  "Nobody: sandboxes search the code for it, see ERIM and Hodor." },
	{ "VMCALL", "Calls the hypervisor. Intel.",
	  "Exits to the hypervisor from user mode as well: that it does not #UD shows that there is one.",
	  "The hypervisor decides; KVM refuses calls that come from user mode." },
	{ "VMMCALL", "Calls the hypervisor. AMD.",
	  "As VMCALL.", "As VMCALL; KVM takes either on both." },
	{ "VMFUNC", "Switches to another page table of the hypervisor's.",
	  "Works in every ring, by design, if the hypervisor has switched it on.",
	  "The hypervisor: #UD or an exit if it is off." },
	{ "UMWAIT", "Waits for a write to memory, or for a time.",
	  "Puts the real processor to sleep; how deep and how long is set in an MSR.",
	  "IA32_UMWAIT_CONTROL limits it, CR4.TSD makes it #GP in user mode." },
	{ "IN 0x5658", "Reads a port that VMware answers on.",
	  "Under VMware it runs though IOPL and the port's bit say no, and tells a program the version of its hypervisor.",
	  "VMware: isolation.tools.getVersion.disable and its like. Everybody else traps." },
};

const size_t sense_nr_topics_since =
	sizeof(sense_topics_since) / sizeof(sense_topics_since[0]);
