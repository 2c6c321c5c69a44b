/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event ringside:guard_decision, for perf, trace-cmd, bpftrace and tracefs:
 * each decision that is no plain allowing, repeats too. Fixed fields only. The
 * names come last in the text, because they may contain anything.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RSG_GUARD_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define RSG_GUARD_EVENT_H

#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "guard.h"

TRACE_EVENT(guard_decision,

	TP_PROTO(const struct rsg_policy *policy,
		 const struct rsg_decision *decision,
		 const unsigned long *args, const struct pt_regs *regs),

	TP_ARGS(policy, decision, args, regs),

	TP_STRUCT__entry(
		__field(u32, policy)
		__field(u32, verdict)
		__field(u32, mode)
		__field(u32, abi)
		__field(u32, nr)
		__field(s32, rule)
		__field(u32, site)
		__field(pid_t, pid)
		__field(pid_t, tgid)
		__field(u32, uid)
		__field(u64, arg0)
		__field(u64, arg1)
		__field(u64, arg2)
		__field(u64, arg3)
		__field(u64, arg4)
		__field(u64, arg5)
		__field(u64, ip)
		__field(u64, sp)
		__array(char, name, RSG_NAME_LEN)
		__array(char, comm, TASK_COMM_LEN)
	),

	TP_fast_assign(
		__entry->policy = policy->id;
		__entry->verdict = decision->verdict;
		__entry->mode = decision->mode;
		__entry->abi = decision->abi;
		__entry->nr = decision->nr;
		__entry->rule = decision->rule;
		__entry->site = decision->site;
		__entry->pid = current->pid;
		__entry->tgid = current->tgid;
		__entry->uid = from_kuid(&init_user_ns, current_uid());
		__entry->arg0 = args[0];
		__entry->arg1 = args[1];
		__entry->arg2 = args[2];
		__entry->arg3 = args[3];
		__entry->arg4 = args[4];
		__entry->arg5 = args[5];
		__entry->ip = regs ? regs->ip : 0;
		__entry->sp = regs ? regs->sp : 0;
		memcpy(__entry->name, policy->name, RSG_NAME_LEN);
		memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
	),

	TP_printk("policy=%u verdict=0x%08x mode=%s abi=%s nr=%u rule=%d "
		  "site=%u pid=%d tgid=%d uid=%u args=0x%llx,0x%llx,0x%llx,"
		  "0x%llx,0x%llx,0x%llx ip=0x%llx sp=0x%llx name=%s comm=%s",
		  __entry->policy, __entry->verdict,
		  __print_symbolic(__entry->mode, { 1, "observe" },
				   { 2, "audit" }, { 3, "enforce" }),
		  __print_symbolic(__entry->abi, { 0, "x86_64" },
				   { 1, "i386" }),
		  __entry->nr, __entry->rule, __entry->site, __entry->pid,
		  __entry->tgid, __entry->uid, __entry->arg0, __entry->arg1,
		  __entry->arg2, __entry->arg3, __entry->arg4, __entry->arg5,
		  __entry->ip, __entry->sp, __entry->name, __entry->comm)
);

#endif /* RSG_GUARD_EVENT_H */

/* Outside of the guard, as define_trace.h wants it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE guard_event
#include <trace/define_trace.h>
