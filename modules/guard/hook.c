// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a task enters the function of a system call that some
 * attached policy denies?
 *
 * One ftrace hook set for the module: the union of the functions that attached
 * policies deny. A call that no policy denies is not slowed down at all, be it
 * because no policy names it or because an allow-list allows it. A denied call
 * returns through refuse() and never enters its function.
 *
 * Everything on the way from on_call() must not be traceable; see core.h.
 */
#include <linux/bitmap.h>
#include <linux/ftrace.h>
#include <linux/nospec.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/thread_info.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include <ringside/compat.h>

#include "guard.h"
#include "mark.h"

/* Runs instead of the denied function; rs_ftrace_divert() passes the errno. */
static asmlinkage long notrace refuse(long error)
{
	return -error;
}

/* What does @policy say about the call that the current task is in? */
static __always_inline unsigned int verdict(const struct rsg_policy *policy)
{
	unsigned int abi = in_ia32_syscall() ? RSG_I386 : RSG_X86_64;
	/*
	 * Only the lower half of the register selects the call. x32 calls
	 * share the functions, and here the numbers, of native ones.
	 */
	unsigned int nr = (u32)task_pt_regs(current)->orig_ax &
			  ~__X32_SYSCALL_BIT;

	if (nr >= RSG_CALLS)
		return 0;
	return policy->verdicts.error[abi][array_index_nospec(nr, RSG_CALLS)];
}

static noinline notrace void judge(unsigned long id, struct ftrace_regs *fregs)
{
	const struct rsg_policy *policy;
	unsigned int error;

	/* Keeps the policy alive; the hooked function may be preemptible. */
	preempt_disable_notrace();
	policy = rcu_dereference_sched(rsg_policies[id]);
	if (!policy || !READ_ONCE(policy->armed))
		goto out;
	error = verdict(policy);
	if (!error)
		goto out;
	if (READ_ONCE(policy->armed) == RSG_MODE_ENFORCE) {
		this_cpu_inc(policy->counts->denied);
		rs_ftrace_divert(fregs, refuse, error);
	} else {
		this_cpu_inc(policy->counts->audited);
	}
out:
	preempt_enable_notrace();
}

static void notrace on_call(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned long mark;

	mark = READ_ONCE(current_thread_info()->syscall_work) >> RSG_MARK_SHIFT;
	if (likely(!mark))
		return;
	judge(mark & RSG_MARK_ID, fregs);
}

/*
 * IPMODIFY makes ftrace refuse a second modifier of the same function, such as
 * a livepatch. Without PERMANENT, writing 0 to kernel.ftrace_enabled would
 * lift every policy in silence.
 */
static struct rs_fset hooks = RS_FSET_INIT(hooks, on_call,
					   FTRACE_OPS_FL_IPMODIFY |
					   FTRACE_OPS_FL_PERMANENT);

/* One bit for each call of each ABI. Protected by rsg_lock. */
static DECLARE_BITMAP(denied, RSG_ABIS * RSG_CALLS);

static void add_denied(const struct rsg_policy *policy)
{
	unsigned int abi, nr;

	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			if (policy->verdicts.error[abi][nr])
				__set_bit(abi * RSG_CALLS + nr, denied);
}

/* Find what attached policies and @extra, if there is one, deny. */
static void find_denied(const struct rsg_policy *extra)
{
	const struct rsg_policy *policy;
	u32 id;

	bitmap_zero(denied, RSG_ABIS * RSG_CALLS);
	if (extra)
		add_denied(extra);
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1) {
		if (policy->state != RSG_STATE_LOADED)
			add_denied(policy);
		cond_resched();
	}
}

/**
 * rsg_hooks_update - hook what attached policies need, no more and no less
 * @extra: a policy that is about to be attached, or NULL
 * @function: set to the name of the function to blame for a failure
 *
 * All or nothing. Every denied function has been resolved before.
 *
 * Context: sleeps.
 * Return: 0, or what rs_fset_update() returned, with -EOPNOTSUPP in place of
 * -EINVAL. Taking the last hook away can not fail.
 */
int rsg_hooks_update(const struct rsg_policy *extra, const char **function)
{
	static unsigned long ips[RSG_ABIS * RSG_CALLS]; /* under rsg_lock */
	struct rs_fset_error error;
	unsigned long address;
	unsigned int bit, n = 0;
	int err;

	lockdep_assert_held(&rsg_lock);
	find_denied(extra);
	for_each_set_bit(bit, denied, RSG_ABIS * RSG_CALLS) {
		address = rsg_call_address(bit / RSG_CALLS, bit % RSG_CALLS);
		if (address)
			ips[n++] = address;
	}
	err = rs_fset_update(&hooks, ips, n, &error);
	if (!err)
		return 0;
	*function = rsg_call_at(error.ip);
	pr_warn_ratelimited("hooking %s failed: %d\n",
			    *function ?: "system calls", err);
	return err == -EINVAL ? -EOPNOTSUPP : err;
}

/**
 * rsg_hooks_nr - how many functions are hooked
 *
 * Return: the number.
 */
unsigned int rsg_hooks_nr(void)
{
	lockdep_assert_held(&rsg_lock);
	return hooks.nr;
}
