// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of what is counted: system calls by libseccomp, the rest by tables that
 * follow the kernel's headers. What has no name gets its number.
 */
#include <linux/capability.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include "internal.h"

#define X32_BIT	0x40000000

static const char * const kinds[] = {
	[RS_TRACE_SYSCALL_X64] = "syscall",
	[RS_TRACE_SYSCALL_I386] = "syscall-i386",
	[RS_TRACE_SYSCALL_X32] = "syscall-x32",
	[RS_TRACE_SYSCALL_NONE] = "syscall-unknown",
	[RS_TRACE_EXCEPTION] = "exception",
	[RS_TRACE_IRQ] = "irq",
	[RS_TRACE_VECTOR] = "apic",
	[RS_TRACE_CHILD] = "child",
	[RS_TRACE_RESIDUAL] = "residual",
	[RS_TRACE_KERNEL_FAULT] = "kernel-exception",
	[RS_TRACE_KERNEL_IRQ] = "kernel-irq",
	[RS_TRACE_KERNEL_VECTOR] = "kernel-apic",
	[RS_TRACE_SOFTIRQ] = "softirq",
	[RS_TRACE_VM_EXIT] = "vm-exit",
	[RS_TRACE_IDLE] = "idle",
};

static const char * const exceptions[] = {
	[0] = "#DE divide error", [1] = "#DB debug", [3] = "#BP breakpoint",
	[4] = "#OF overflow", [5] = "#BR bound range",
	[6] = "#UD invalid opcode", [7] = "#NM no device",
	[8] = "#DF double fault", [10] = "#TS invalid TSS",
	[11] = "#NP not present", [12] = "#SS stack segment",
	[13] = "#GP general protection", [14] = "#PF page fault",
	[16] = "#MF x87", [17] = "#AC alignment check",
	[18] = "#MC machine check", [19] = "#XM SIMD",
	[20] = "#VE virtualization", [21] = "#CP control protection",
	[29] = "#VC VMM communication",
};

/* arch/x86/include/asm/irq_vectors.h */
static const char * const vectors[256] = {
	[0xec] = "local timer", [0xf4] = "deferred error",
	[0xf6] = "irq work", [0xf7] = "platform IPI",
	[0xf9] = "error threshold", [0xfa] = "thermal",
	[0xfb] = "call function single", [0xfc] = "call function",
	[0xfd] = "reschedule", [0xfe] = "APIC error",
	[0xff] = "spurious",
};

/* include/linux/interrupt.h */
static const char * const softirqs[] = {
	"softirq hi", "softirq timer", "softirq net tx", "softirq net rx",
	"softirq block", "softirq irq poll", "softirq tasklet",
	"softirq sched", "softirq hrtimer", "softirq rcu",
};

static const char * const unknown_abis[] = { "x86_64", "i386", "x32" };

#define CAP(name, lower) [CAP_##name] = "cap_" lower
static const char * const caps[] = {
	CAP(CHOWN, "chown"), CAP(DAC_OVERRIDE, "dac_override"),
	CAP(DAC_READ_SEARCH, "dac_read_search"), CAP(FOWNER, "fowner"),
	CAP(FSETID, "fsetid"), CAP(KILL, "kill"), CAP(SETGID, "setgid"),
	CAP(SETUID, "setuid"), CAP(SETPCAP, "setpcap"),
	CAP(LINUX_IMMUTABLE, "linux_immutable"),
	CAP(NET_BIND_SERVICE, "net_bind_service"),
	CAP(NET_BROADCAST, "net_broadcast"), CAP(NET_ADMIN, "net_admin"),
	CAP(NET_RAW, "net_raw"), CAP(IPC_LOCK, "ipc_lock"),
	CAP(IPC_OWNER, "ipc_owner"), CAP(SYS_MODULE, "sys_module"),
	CAP(SYS_RAWIO, "sys_rawio"), CAP(SYS_CHROOT, "sys_chroot"),
	CAP(SYS_PTRACE, "sys_ptrace"), CAP(SYS_PACCT, "sys_pacct"),
	CAP(SYS_ADMIN, "sys_admin"), CAP(SYS_BOOT, "sys_boot"),
	CAP(SYS_NICE, "sys_nice"), CAP(SYS_RESOURCE, "sys_resource"),
	CAP(SYS_TIME, "sys_time"), CAP(SYS_TTY_CONFIG, "sys_tty_config"),
	CAP(MKNOD, "mknod"), CAP(LEASE, "lease"),
	CAP(AUDIT_WRITE, "audit_write"), CAP(AUDIT_CONTROL, "audit_control"),
	CAP(SETFCAP, "setfcap"), CAP(MAC_OVERRIDE, "mac_override"),
	CAP(MAC_ADMIN, "mac_admin"), CAP(SYSLOG, "syslog"),
	CAP(WAKE_ALARM, "wake_alarm"), CAP(BLOCK_SUSPEND, "block_suspend"),
	CAP(AUDIT_READ, "audit_read"), CAP(PERFMON, "perfmon"),
	CAP(BPF, "bpf"), CAP(CHECKPOINT_RESTORE, "checkpoint_restore"),
};
#undef CAP

static const char *entry(const char * const *table, size_t nr, size_t i)
{
	return i < nr ? table[i] : NULL;
}

#define ENTRY(table, i) entry(table, RS_ARRAY_SIZE(table), i)

const char *rs_cap_name(unsigned int cap)
{
	return ENTRY(caps, cap);
}

const char *rs_trace_kind_name(uint32_t kind)
{
	const char *name = ENTRY(kinds, kind);

	return name ? name : "unknown";
}

static void syscall_name(uint32_t arch, const char *prefix, int nr, char *name,
			 size_t len)
{
	char *known = seccomp_syscall_resolve_num_arch(arch, nr);

	if (known)
		snprintf(name, len, "%s%s", prefix, known);
	else
		snprintf(name, len, "%ssyscall %d", prefix, nr & ~X32_BIT);
	free(known);
}

/* Who handles a line: "4 ttyS0"; several share it: "11 ehci_hcd,uhci_hcd". */
static void irq_name(uint32_t line, char *name, size_t len)
{
	char path[64], actions[32];

	snprintf(path, sizeof(path), "/sys/kernel/irq/%u/actions", line);
	if (rs_sysfs_read(path, actions, sizeof(actions)) > 0)
		snprintf(name, len, "irq %u %s", line, actions);
	else
		snprintf(name, len, "irq %u", line);
}

static void numbered(const char *known, const char *what, uint32_t nr,
		     char *name, size_t len)
{
	if (known)
		snprintf(name, len, "%s", known);
	else
		snprintf(name, len, "%s %u", what, nr);
}

void rs_trace_cause_name(uint32_t kind, uint32_t index, char *name, size_t len)
{
	const char *abi;

	switch (kind) {
	case RS_TRACE_SYSCALL_X64:
		syscall_name(SCMP_ARCH_X86_64, "", index, name, len);
		break;
	case RS_TRACE_SYSCALL_I386:
		syscall_name(SCMP_ARCH_X86, "i386 ", index, name, len);
		break;
	case RS_TRACE_SYSCALL_X32:
		syscall_name(SCMP_ARCH_X32, "x32 ", index | X32_BIT, name, len);
		break;
	case RS_TRACE_SYSCALL_NONE:
		abi = ENTRY(unknown_abis, index);
		snprintf(name, len, "%s number out of range", abi ? abi : "?");
		break;
	case RS_TRACE_EXCEPTION:
		numbered(ENTRY(exceptions, index), "exception", index, name,
			 len);
		break;
	case RS_TRACE_KERNEL_FAULT:
		snprintf(name, len, "page fault");
		break;
	case RS_TRACE_IRQ:
	case RS_TRACE_KERNEL_IRQ:
		irq_name(index, name, len);
		break;
	case RS_TRACE_VECTOR:
	case RS_TRACE_KERNEL_VECTOR:
		numbered(ENTRY(vectors, index), "vector", index, name, len);
		break;
	case RS_TRACE_SOFTIRQ:
		numbered(ENTRY(softirqs, index), "softirq", index, name, len);
		break;
	case RS_TRACE_VM_EXIT:
		snprintf(name, len, "VM exit by CPUID");
		break;
	case RS_TRACE_IDLE:
		snprintf(name, len, "idle state %u", index);
		break;
	case RS_TRACE_CHILD:
		snprintf(name, len, "new task");
		break;
	case RS_TRACE_RESIDUAL:
		snprintf(name, len, "not attributed");
		break;
	default:
		snprintf(name, len, "kind %u, %u", kind, index);
	}
}
