/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events ringside:cred, each commit of credentials, and
 * ringside:cred_unexplained, each change that nothing explains; for perf,
 * trace-cmd, bpftrace and tracefs. Fixed fields only. The caller is a name, so
 * that no kernel address is recorded; the command comes last in the text,
 * because it may contain anything.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RST_CRED_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define RST_CRED_EVENT_H

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/tracepoint.h>

#include "cred_change.h"

DECLARE_EVENT_CLASS(rst_cred_change,

	TP_PROTO(const struct rst_cred_change *change),

	TP_ARGS(change),

	TP_STRUCT__entry(
		__field(pid_t, pid)
		__field(int, abi)
		__field(int, nr)
		__field(u32, ns_changed)
		__field(u32, old_ns)
		__field(u32, new_ns)
		__field(u32, old_uid)
		__field(u32, new_uid)
		__field(u32, old_euid)
		__field(u32, new_euid)
		__field(u32, old_suid)
		__field(u32, new_suid)
		__field(u32, old_fsuid)
		__field(u32, new_fsuid)
		__field(u32, old_gid)
		__field(u32, new_gid)
		__field(u32, old_egid)
		__field(u32, new_egid)
		__field(u32, old_sgid)
		__field(u32, new_sgid)
		__field(u32, old_fsgid)
		__field(u32, new_fsgid)
		__field(u32, old_securebits)
		__field(u32, new_securebits)
		__field(u64, old_effective)
		__field(u64, new_effective)
		__field(u64, old_permitted)
		__field(u64, new_permitted)
		__field(u64, old_inheritable)
		__field(u64, new_inheritable)
		__field(u64, old_bounding)
		__field(u64, new_bounding)
		__field(u64, old_ambient)
		__field(u64, new_ambient)
		__field(u32, no_new_privs)
		__field(u32, seccomp)
		__field(u32, explained)
		__array(char, why, RST_WHY_LEN)
		__array(char, exe, RST_EXE_LEN)
		__array(char, caller, RST_CALLER_LEN)
		__array(char, comm, TASK_COMM_LEN)
	),

	TP_fast_assign(
		const struct rst_cred_set *old = &change->old;
		const struct rst_cred_set *new = &change->new;

		__entry->pid = change->task->pid;
		__entry->abi = change->call.abi;
		__entry->nr = change->call.nr;
		__entry->ns_changed = old->user_ns != new->user_ns;
		__entry->old_ns = old->ns;
		__entry->new_ns = new->ns;
		__entry->old_uid = rst_cred_uid(old, RST_PAIR_REAL);
		__entry->new_uid = rst_cred_uid(new, RST_PAIR_REAL);
		__entry->old_euid = rst_cred_uid(old, RST_PAIR_EFFECTIVE);
		__entry->new_euid = rst_cred_uid(new, RST_PAIR_EFFECTIVE);
		__entry->old_suid = rst_cred_uid(old, RST_PAIR_SAVED);
		__entry->new_suid = rst_cred_uid(new, RST_PAIR_SAVED);
		__entry->old_fsuid = rst_cred_uid(old, RST_PAIR_FS);
		__entry->new_fsuid = rst_cred_uid(new, RST_PAIR_FS);
		__entry->old_gid = rst_cred_gid(old, RST_PAIR_REAL);
		__entry->new_gid = rst_cred_gid(new, RST_PAIR_REAL);
		__entry->old_egid = rst_cred_gid(old, RST_PAIR_EFFECTIVE);
		__entry->new_egid = rst_cred_gid(new, RST_PAIR_EFFECTIVE);
		__entry->old_sgid = rst_cred_gid(old, RST_PAIR_SAVED);
		__entry->new_sgid = rst_cred_gid(new, RST_PAIR_SAVED);
		__entry->old_fsgid = rst_cred_gid(old, RST_PAIR_FS);
		__entry->new_fsgid = rst_cred_gid(new, RST_PAIR_FS);
		__entry->old_securebits = old->securebits;
		__entry->new_securebits = new->securebits;
		__entry->old_effective = old->caps[RST_CAPS_EFFECTIVE];
		__entry->new_effective = new->caps[RST_CAPS_EFFECTIVE];
		__entry->old_permitted = old->caps[RST_CAPS_PERMITTED];
		__entry->new_permitted = new->caps[RST_CAPS_PERMITTED];
		__entry->old_inheritable = old->caps[RST_CAPS_INHERITABLE];
		__entry->new_inheritable = new->caps[RST_CAPS_INHERITABLE];
		__entry->old_bounding = old->caps[RST_CAPS_BOUNDING];
		__entry->new_bounding = new->caps[RST_CAPS_BOUNDING];
		__entry->old_ambient = old->caps[RST_CAPS_AMBIENT];
		__entry->new_ambient = new->caps[RST_CAPS_AMBIENT];
		__entry->no_new_privs = change->call.no_new_privs;
		__entry->seccomp = seccomp_mode(&change->task->seccomp);
		__entry->explained = change->explained;
		strscpy(__entry->why, change->why, RST_WHY_LEN);
		strscpy(__entry->exe, change->exe, RST_EXE_LEN);
		strscpy(__entry->caller, change->caller, RST_CALLER_LEN);
		memcpy(__entry->comm, change->task->comm, TASK_COMM_LEN);
	),

	TP_printk("pid=%d abi=%s nr=%d ns_changed=%u old_ns=%u new_ns=%u "
		  "old_uid=%u new_uid=%u old_euid=%u new_euid=%u "
		  "old_suid=%u new_suid=%u old_fsuid=%u new_fsuid=%u "
		  "old_gid=%u new_gid=%u old_egid=%u new_egid=%u "
		  "old_sgid=%u new_sgid=%u old_fsgid=%u new_fsgid=%u "
		  "old_securebits=0x%x new_securebits=0x%x "
		  "old_effective=0x%llx new_effective=0x%llx "
		  "old_permitted=0x%llx new_permitted=0x%llx "
		  "old_inheritable=0x%llx new_inheritable=0x%llx "
		  "old_bounding=0x%llx new_bounding=0x%llx "
		  "old_ambient=0x%llx new_ambient=0x%llx "
		  "no_new_privs=%u seccomp=%u explained=%u why=%s exe=%s "
		  "caller=%s comm=%s",
		  __entry->pid,
		  __print_symbolic(__entry->abi,
				   { 0, "none" }, { 1, "x86_64" },
				   { 2, "i386" }, { 3, "x32" }),
		  __entry->nr, __entry->ns_changed,
		  __entry->old_ns, __entry->new_ns,
		  __entry->old_uid, __entry->new_uid,
		  __entry->old_euid, __entry->new_euid,
		  __entry->old_suid, __entry->new_suid,
		  __entry->old_fsuid, __entry->new_fsuid,
		  __entry->old_gid, __entry->new_gid,
		  __entry->old_egid, __entry->new_egid,
		  __entry->old_sgid, __entry->new_sgid,
		  __entry->old_fsgid, __entry->new_fsgid,
		  __entry->old_securebits, __entry->new_securebits,
		  __entry->old_effective, __entry->new_effective,
		  __entry->old_permitted, __entry->new_permitted,
		  __entry->old_inheritable, __entry->new_inheritable,
		  __entry->old_bounding, __entry->new_bounding,
		  __entry->old_ambient, __entry->new_ambient,
		  __entry->no_new_privs, __entry->seccomp,
		  __entry->explained, __entry->why, __entry->exe,
		  __entry->caller, __entry->comm)
);

DEFINE_EVENT_FN(rst_cred_change, cred,
	TP_PROTO(const struct rst_cred_change *change),
	TP_ARGS(change),
	rst_cred_reg, rst_cred_unreg
);

DEFINE_EVENT(rst_cred_change, cred_unexplained,
	TP_PROTO(const struct rst_cred_change *change),
	TP_ARGS(change)
);

#endif /* RST_CRED_EVENT_H */

/* Outside of the guard, as define_trace.h wants it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE cred_event
#include <trace/define_trace.h>
