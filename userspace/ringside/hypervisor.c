// SPDX-License-Identifier: GPL-2.0-only
/* What a guest can see of its hypervisor, see hypervisor.h. */
#include <cpuid.h>
#include <inttypes.h>
#include <stdio.h>
#include "cmd.h"
#include "hypervisor.h"

/* Where the attributes of trace are. */
#define TRACE_SYSFS	"/sys/class/misc/ringside-trace/"

/* arch/x86/include/asm/irq_vectors.h: call function, single, reschedule */
#define FIRST_IPI	0xfb
#define LAST_IPI	0xfd

/* CPUID leaf 1, ecx */
#define HYPERVISOR	(1U << 31)

struct hypervisor_steal hypervisor_steal(void)
{
	struct hypervisor_steal steal = { 0, 0 };
	FILE *f = fopen("/proc/stat", "re");
	uint64_t v[8] = { 0 };
	unsigned int i;

	if (!f)
		return steal;
	if (fscanf(f, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &v[0],
		   &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) == 8) {
		for (i = 0; i < CMD_ARRAY_SIZE(v); i++)
			steal.all += v[i];
		steal.stolen = v[7];
	}
	fclose(f);
	return steal;
}

struct hypervisor_counts hypervisor_counts(const struct rs_trace_snapshot *s)
{
	struct hypervisor_counts counts = { 0, 0 };
	size_t i, n = rs_trace_causes(s);
	struct rs_trace_cause c;

	for (i = 0; i < n; i++) {
		if (rs_trace_cause(s, i, &c))
			continue;
		if (c.kind == RS_TRACE_IDLE && c.index)
			counts.halts += c.count;
		else if ((c.kind == RS_TRACE_VECTOR ||
			  c.kind == RS_TRACE_KERNEL_VECTOR) &&
			 c.index >= FIRST_IPI && c.index <= LAST_IPI)
			counts.ipis += c.count;
	}
	return counts;
}

/* A number of trace's in sysfs, 0 if there is none. */
static uint64_t trace_attribute(const char *name)
{
	char path[96];
	uint64_t value = 0;
	FILE *f;

	snprintf(path, sizeof(path), TRACE_SYSFS "%s", name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (fscanf(f, "%" SCNu64, &value) != 1)
		value = 0;
	fclose(f);
	return value;
}

uint64_t hypervisor_exit_ns(void)
{
	return trace_attribute("vm_exit_period_ms") ?
	       trace_attribute("vm_exit_ns") : 0;
}

bool hypervisor_present(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c & HYPERVISOR;
}

/* CPUID is the shortest way to a hypervisor; the best of a few is the way. */
uint64_t hypervisor_measure_exit_ns(void)
{
	unsigned int a, b, c, d, i;
	uint64_t best = 0;

	if (!hypervisor_present())
		return 0;
	for (i = 0; i < 3; i++) {
		uint64_t start = cmd_now_ns(), ns;

		__cpuid(0, a, b, c, d);
		ns = cmd_now_ns() - start;
		if (!best || ns < best)
			best = ns;
	}
	return best;
}
