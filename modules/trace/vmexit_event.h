/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event ringside:vm_exit_sample, for perf, trace-cmd, bpftrace and tracefs:
 * what a trip to the hypervisor and back has cost this CPU just now.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RST_VMEXIT_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define RST_VMEXIT_EVENT_H

#include <linux/tracepoint.h>

TRACE_EVENT(vm_exit_sample,

	TP_PROTO(unsigned int cpu, u64 ns, u64 steal_ns),

	TP_ARGS(cpu, ns, steal_ns),

	TP_STRUCT__entry(
		__field(unsigned int, cpu)
		__field(u64, ns)
		__field(u64, steal_ns)
	),

	TP_fast_assign(
		__entry->cpu = cpu;
		__entry->ns = ns;
		__entry->steal_ns = steal_ns;
	),

	TP_printk("cpu=%u ns=%llu steal_ns=%llu", __entry->cpu, __entry->ns,
		  __entry->steal_ns)
);

#endif /* RST_VMEXIT_EVENT_H */

/* Outside of the guard, as define_trace.h wants it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vmexit_event
#include <trace/define_trace.h>
