/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event ringside:cred, for perf, trace-cmd, bpftrace and tracefs. Fixed
 * fields only. The caller is a name, so that no kernel address is recorded;
 * the command comes last in the text, because it may contain anything.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ringside

#if !defined(RST_CRED_EVENT_H) || defined(TRACE_HEADER_MULTI_READ)
#define RST_CRED_EVENT_H

#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/tracepoint.h>

#ifndef RST_CRED_ONCE
#define RST_CRED_ONCE

#define RST_CALLER_LEN	64

/**
 * struct rst_cred_origin - where a change of credentials comes from
 * @abi: RST_ABI_*
 * @nr: number of the system call, -1 if none
 * @caller: address that commit_creds() returns to
 */
struct rst_cred_origin {
	int abi;
	int nr;
	unsigned long caller;
};

enum { RST_ABI_NONE, RST_ABI_X64, RST_ABI_I386, RST_ABI_X32 };

int rst_cred_reg(void);
void rst_cred_unreg(void);
#endif

TRACE_EVENT_FN(cred,

	TP_PROTO(const struct cred *old, const struct cred *new,
		 const struct rst_cred_origin *origin),

	TP_ARGS(old, new, origin),

	TP_STRUCT__entry(
		__field(pid_t, pid)
		__field(int, abi)
		__field(int, nr)
		__field(u32, ns_changed)
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
		__array(char, caller, RST_CALLER_LEN)
		__array(char, comm, TASK_COMM_LEN)
	),

	TP_fast_assign(
		__entry->pid = current->pid;
		__entry->abi = origin->abi;
		__entry->nr = origin->nr;
		__entry->ns_changed = old->user_ns != new->user_ns;
		__entry->old_uid = __kuid_val(old->uid);
		__entry->new_uid = __kuid_val(new->uid);
		__entry->old_euid = __kuid_val(old->euid);
		__entry->new_euid = __kuid_val(new->euid);
		__entry->old_suid = __kuid_val(old->suid);
		__entry->new_suid = __kuid_val(new->suid);
		__entry->old_fsuid = __kuid_val(old->fsuid);
		__entry->new_fsuid = __kuid_val(new->fsuid);
		__entry->old_gid = __kgid_val(old->gid);
		__entry->new_gid = __kgid_val(new->gid);
		__entry->old_egid = __kgid_val(old->egid);
		__entry->new_egid = __kgid_val(new->egid);
		__entry->old_sgid = __kgid_val(old->sgid);
		__entry->new_sgid = __kgid_val(new->sgid);
		__entry->old_fsgid = __kgid_val(old->fsgid);
		__entry->new_fsgid = __kgid_val(new->fsgid);
		__entry->old_securebits = old->securebits;
		__entry->new_securebits = new->securebits;
		__entry->old_effective = rs_cap_u64(old->cap_effective);
		__entry->new_effective = rs_cap_u64(new->cap_effective);
		__entry->old_permitted = rs_cap_u64(old->cap_permitted);
		__entry->new_permitted = rs_cap_u64(new->cap_permitted);
		__entry->old_inheritable = rs_cap_u64(old->cap_inheritable);
		__entry->new_inheritable = rs_cap_u64(new->cap_inheritable);
		__entry->old_bounding = rs_cap_u64(old->cap_bset);
		__entry->new_bounding = rs_cap_u64(new->cap_bset);
		__entry->old_ambient = rs_cap_u64(old->cap_ambient);
		__entry->new_ambient = rs_cap_u64(new->cap_ambient);
		__entry->no_new_privs = task_no_new_privs(current);
		__entry->seccomp = seccomp_mode(&current->seccomp);
		scnprintf(__entry->caller, RST_CALLER_LEN, "%pS",
			  (void *)origin->caller);
		memcpy(__entry->comm, current->comm, TASK_COMM_LEN);
	),

	TP_printk("pid=%d abi=%s nr=%d ns_changed=%u "
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
		  "no_new_privs=%u seccomp=%u caller=%s comm=%s",
		  __entry->pid,
		  __print_symbolic(__entry->abi,
				   { 0, "none" }, { 1, "x86_64" },
				   { 2, "i386" }, { 3, "x32" }),
		  __entry->nr, __entry->ns_changed,
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
		  __entry->caller, __entry->comm),

	rst_cred_reg, rst_cred_unreg
);

#endif /* RST_CRED_EVENT_H */

/* Outside of the guard, as define_trace.h wants it. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE cred_event
#include <trace/define_trace.h>
