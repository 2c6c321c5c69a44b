/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event ringside:slow_crossing, for perf, trace-cmd, bpftrace and tracefs.
 * No kernel address is recorded: the only one is where the task goes on in user
 * mode.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RST_SLOW_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define RST_SLOW_EVENT_H

#include <linux/sched.h>
#include <linux/tracepoint.h>

#ifndef RST_SLOW_ONCE
#define RST_SLOW_ONCE

/**
 * struct rst_slow - a crossing that took too long
 * @kind: RS_TRACE_SYSCALL_X64 and so on
 * @index: within the kind
 * @ns: from the entry to the return
 * @off_cpu_ns: of that, not on the CPU
 * @limit_ns: what it was allowed
 * @ip: where the task goes on
 */
struct rst_slow {
	unsigned int kind;
	unsigned int index;
	u64 ns;
	u64 off_cpu_ns;
	u64 limit_ns;
	unsigned long ip;
};

#endif

TRACE_EVENT(slow_crossing,

	TP_PROTO(const struct rst_slow *slow),

	TP_ARGS(slow),

	TP_STRUCT__entry(
		__field(pid_t, pid)
		__field(unsigned int, kind)
		__field(unsigned int, index)
		__field(u64, ns)
		__field(u64, off_cpu_ns)
		__field(u64, limit_ns)
		__field(unsigned long, ip)
		__array(char, comm, TASK_COMM_LEN)
	),

	TP_fast_assign(
		__entry->pid = current->pid;
		__entry->kind = slow->kind;
		__entry->index = slow->index;
		__entry->ns = slow->ns;
		__entry->off_cpu_ns = slow->off_cpu_ns;
		__entry->limit_ns = slow->limit_ns;
		__entry->ip = slow->ip;
		memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
	),

	TP_printk("pid=%d kind=%s index=%u ns=%llu off_cpu_ns=%llu limit_ns=%llu ip=0x%lx comm=%s",
		  __entry->pid,
		  __print_symbolic(__entry->kind,
				   { 0, "x86_64" }, { 1, "i386" },
				   { 2, "x32" }, { 3, "no_such_call" },
				   { 4, "exception" }, { 5, "irq" },
				   { 6, "vector" }, { 7, "child" },
				   { 8, "residual" }),
		  __entry->index, __entry->ns, __entry->off_cpu_ns,
		  __entry->limit_ns, __entry->ip, __entry->comm)
);

#endif /* RST_SLOW_EVENT_H */

/* Outside of the guard, as define_trace.h wants it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE slow_event
#include <trace/define_trace.h>
