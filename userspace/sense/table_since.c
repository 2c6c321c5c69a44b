// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions that are as sensitive as those of the paper: newer ones, and some
 * that it did not count.
 */
#define MODE 64
#include "table.h"

const struct sense_row sense_since[] = {
	SINCE("iret", "IRETQ, IF to 0, IOPL to 3", "IRET", SILENT,
	      .flags = SENSE_RISKY | SENSE_FLAGS, .values = 2),
	SINCE("int3", "INT3", "INT3", SILENT),
	SINCE("int1", "INT1", "INT1", SILENT),
	SINCE("cpuid", "CPUID, leaf 1", "CPUID", LEAKS, .values = 2,
	      .close = SENSE_CPUID_FAULT),
	SINCE("cpuid_hypervisor", "CPUID, hypervisor's name", "CPUID", LEAKS,
	      .values = 2, .close = SENSE_CPUID_FAULT),
	SINCE("rdtsc", "RDTSC", "RDTSC", LEAKS, .flags = SENSE_VARIES,
	      .values = 1, .close = SENSE_TSC_FAULT),
	SINCE("rdtscp", "RDTSCP", "RDTSCP", LEAKS, .flags = SENSE_VARIES,
	      .values = 2, .close = SENSE_TSC_FAULT, .feature = "rdtscp"),
	SINCE("rdpid", "RDPID", "RDPID", LEAKS, .flags = SENSE_VARIES,
	      .values = 1, .feature = "rdpid"),
	SINCE("rdpmc", "RDPMC, counter 0", "RDPMC", LEAKS,
	      .flags = SENSE_VARIES, .values = 1),
	SINCE("rdpru", "RDPRU, MPERF", "RDPRU", LEAKS, .flags = SENSE_VARIES,
	      .values = 1, .feature = "rdpru"),
	SINCE("xgetbv", "XGETBV, XCR0", "XGETBV", LEAKS, .values = 1,
	      .feature = "osxsave"),
	SINCE("xgetbv_used", "XGETBV, what is in use", "XGETBV", LEAKS,
	      .flags = SENSE_VARIES, .values = 1, .feature = "xgetbv1"),
	SINCE("rdfsbase", "RDFSBASE", "RDFSBASE", LEAKS,
	      .flags = SENSE_VARIES, .values = 1, .feature = "fsgsbase"),
	SINCE("rdgsbase", "RDGSBASE", "RDGSBASE", LEAKS, .values = 1,
	      .feature = "fsgsbase"),
	SINCE("wrfsbase", "WRFSBASE", "WRFSBASE", SAME, .feature = "fsgsbase"),
	SINCE("wrgsbase", "WRGSBASE", "WRGSBASE", SAME, .feature = "fsgsbase"),
	SINCE("rdpkru", "RDPKRU", "RDPKRU", LEAKS, .values = 1,
	      .feature = "ospke"),
	SINCE("wrpkru", "WRPKRU", "WRPKRU", SILENT, .feature = "ospke"),
	SINCE("vmcall", "VMCALL", "VMCALL", LEAKS, .values = 1),
	SINCE("vmmcall", "VMMCALL", "VMMCALL", LEAKS, .values = 1),
	SINCE("vmfunc", "VMFUNC, leaf 0", "VMFUNC", SILENT),
	SINCE("umonitor", "UMONITOR", "UMWAIT", SAME, .feature = "waitpkg"),
	SINCE("umwait", "UMWAIT", "UMWAIT", SILENT, .feature = "waitpkg"),
	SINCE("tpause", "TPAUSE", "UMWAIT", SILENT, .feature = "waitpkg"),
	SINCE("in_vmware", "IN, VMware's door", "IN 0x5658", LEAKS,
	      .values = 1),
};

const size_t sense_nr_since = sizeof(sense_since) / sizeof(sense_since[0]);
