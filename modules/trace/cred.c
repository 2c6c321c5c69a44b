// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who became what, by which call? Every lasting change of credentials passes
 * commit_creds(); this turns each into the event ringside:cred, before it takes
 * effect. Whether a change was right is not judged here.
 *
 * The hook is there exactly while somebody has the event enabled. Arming from
 * the event's own reg function nests, outermost first:
 *
 *	event_mutex (tracefs, perf) > tracepoints_mutex > rs_fset.lock >
 *	ftrace_lock > text_mutex
 *
 * That is safe because the reverse does not exist: ftrace registers no
 * tracepoint and enables no event while it holds ftrace_lock, and event_mutex >
 * ftrace_lock is the order of the kernel's own function triggers. rs_fset.lock
 * is this set's own and taken nowhere else. Taking the hook away waits for RCU
 * tasks under those mutexes; whoever blocks on one of them sleeps voluntarily,
 * which such a grace period does not wait for, and
 * unregister_ftrace_function() itself waits the same way under ftrace_lock.
 *
 * When the module goes with the event enabled in tracefs, the kernel disables
 * it (and so calls rst_cred_unreg()) after the exit function and before the
 * text is freed. perf and BPF pin the module instead.
 */
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/sched/task_stack.h>
#include <asm/ptrace.h>
#include <asm/thread_info.h>
#include <asm/unistd.h>

#include <ringside/compat.h>
#include <ringside/core.h>

#include "trace.h"

#define CREATE_TRACE_POINTS
#include "cred_event.h"

/* Address of commit_creds(), 0 if it can not be hooked; set once, at load. */
static unsigned long commit_creds_ip __ro_after_init;

static void find_origin(struct rst_cred_origin *origin)
{
	struct pt_regs *regs = task_pt_regs(current);

	origin->abi = RST_ABI_NONE;
	origin->nr = -1;
	/*
	 * A kernel thread has no registers of a user; nor has, before its first
	 * execve() ends, a program that the kernel starts by itself.
	 */
	if (current->flags & PF_KTHREAD || !user_mode(regs) ||
	    (int)regs->orig_ax == -1)
		return;
	origin->nr = regs->orig_ax;
	if (current_thread_info()->status & TS_COMPAT) {
		origin->abi = RST_ABI_I386;
	} else if (origin->nr >= 0 && origin->nr & __X32_SYSCALL_BIT) {
		origin->abi = RST_ABI_X32;
		origin->nr &= ~__X32_SYSCALL_BIT;
	} else {
		origin->abi = RST_ABI_X64;
	}
}

static void notrace on_commit_creds(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops,
				    struct ftrace_regs *fregs)
{
	const struct cred *new = (const struct cred *)rs_ftrace_arg0(fregs);
	struct rst_cred_origin origin = { .caller = parent_ip };

	find_origin(&origin);
	trace_cred(current_cred(), new, &origin);
}

static struct rs_fset hook = RS_FSET_INIT(hook, on_commit_creds, 0);

/**
 * rst_cred_reg - somebody enables the event, the first one
 *
 * Return: 0, -ENOENT if the kernel does not let commit_creds() be hooked, or
 * the error of rs_fset_update().
 */
int rst_cred_reg(void)
{
	struct rs_fset_error error;

	if (!commit_creds_ip)
		return -ENOENT;
	return rs_fset_update(&hook, &commit_creds_ip, 1, &error);
}

/** rst_cred_unreg - the last one disabled it */
void rst_cred_unreg(void)
{
	struct rs_fset_error error;

	rs_fset_update(&hook, NULL, 0, &error);
}

/** rst_cred_init - find commit_creds() */
void __init rst_cred_init(void)
{
	commit_creds_ip = rs_func_address("commit_creds");
}

/** rst_cred_available - can the event be enabled? */
bool rst_cred_available(void)
{
	return commit_creds_ip;
}
