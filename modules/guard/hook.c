// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens when a task enters the function of a system call on which some
 * attached policy has something to say?
 *
 * One ftrace hook set for the module: the union of the functions of calls that
 * attached policies do not simply allow. A call that all of them allow is not
 * slowed down at all, be it because no policy names it or because an allow-list
 * allows it. A denied call ends in action.c and never enters its function.
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

#include "guard.h"
#include "mark.h"
#include "site.h"

/**
 * rsg_call_args - arguments of the call that the current task is in
 * @abi: its ABI
 * @args: the result
 */
notrace void rsg_call_args(unsigned int abi, unsigned long args[RSG_ARGS])
{
	const struct pt_regs *regs = task_pt_regs(current);

	if (abi == RSG_I386) {
		args[0] = (u32)regs->bx;
		args[1] = (u32)regs->cx;
		args[2] = (u32)regs->dx;
		args[3] = (u32)regs->si;
		args[4] = (u32)regs->di;
		args[5] = (u32)regs->bp;
		return;
	}
	args[0] = regs->di;
	args[1] = regs->si;
	args[2] = regs->dx;
	args[3] = regs->r10;
	args[4] = regs->r8;
	args[5] = regs->r9;
}

/* What does @policy say about the call that the current task is in? */
static __always_inline void decide(const struct rsg_policy *policy,
				   struct rsg_decision *d)
{
	const struct rsg_rules *rules = rcu_dereference_sched(policy->rules);
	const struct pt_regs *regs = task_pt_regs(current);
	/*
	 * Only the lower half of the register selects the call. x32 calls
	 * share the functions, and here the numbers, of native ones.
	 */
	unsigned int nr = (u32)regs->orig_ax & ~__X32_SYSCALL_BIT;

	d->abi = in_ia32_syscall() ? RSG_I386 : RSG_X86_64;
	d->nr = nr;
	d->verdict = SECCOMP_RET_ALLOW;
	if (nr >= RSG_CALLS)
		return;
	nr = array_index_nospec(nr, RSG_CALLS);
	d->verdict = rsg_rules_judge(rules, d->abi, nr, regs, &d->rule);
}

/* Which counter of the call a decision goes to. */
static __always_inline unsigned int kind(const struct rsg_decision *d)
{
	if (d->mode == RSG_MODE_OBSERVE || rsg_verdict_allows(d->verdict))
		return RSG_COUNT_OBSERVED;
	return d->mode == RSG_MODE_AUDIT ? RSG_COUNT_AUDITED :
					   RSG_COUNT_DENIED;
}

static __always_inline void count(const struct rsg_policy *policy,
				  const struct rsg_decision *d)
{
	if (d->nr < RSG_CALLS)
		atomic64_inc(&policy->calls->nr[kind(d)][d->abi][d->nr]);
}

/* What @policy does to the call: SECCOMP_RET_ALLOW unless it enforces. */
static __always_inline u32 judge_one(const struct rsg_policy *policy)
{
	struct rsg_decision d = { .rule = -1 };

	d.mode = READ_ONCE(policy->armed);
	if (!d.mode)
		return SECCOMP_RET_ALLOW;
	decide(policy, &d);
	if (d.verdict == SECCOMP_RET_ALLOW && d.mode != RSG_MODE_OBSERVE)
		return SECCOMP_RET_ALLOW;
	count(policy, &d);
	rsg_decision(policy, &d);
	return d.mode == RSG_MODE_ENFORCE ? d.verdict : SECCOMP_RET_ALLOW;
}

static noinline notrace void judge(struct ftrace_regs *fregs)
{
	u32 verdict = SECCOMP_RET_ALLOW;
	const struct rsg_policy *policy;
	const struct rsg_set *set;
	unsigned int i, nr;
	unsigned long mark;

	/* Keeps set and policies alive; the hooked function may be preempted */
	preempt_disable_notrace();
	/* Read anew: before, the number could have come to mean another set. */
	mark = READ_ONCE(current_thread_info()->syscall_work) >> RSG_MARK_SHIFT;
	set = rcu_dereference_sched(rsg_sets[mark & RSG_MARK_ID]);
	if (!set)
		goto out;
	nr = smp_load_acquire(&set->members.nr); /* pairs with set.c */
	for (i = 0; i < nr; i++) {
		policy = READ_ONCE(set->members.policies[i]);
		verdict = rsg_stricter(verdict, judge_one(policy));
	}
	if (!rsg_verdict_allows(verdict)) {
		if (is_global_init(current))
			rsg_denied_init();
		rsg_act(verdict, fregs);
	}
out:
	preempt_enable_notrace();
}

static void notrace on_call(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	/* The generation below the mark needs no look here; see mark.c. */
	if (likely(!(READ_ONCE(current_thread_info()->syscall_work) >>
		     RSG_MARK_SHIFT)))
		return;
	judge(fregs);
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
static DECLARE_BITMAP(wanted, RSG_ABIS * RSG_CALLS);
/* What it was at the last update. Protected by rsg_lock. */
static DECLARE_BITMAP(hooked, RSG_ABIS * RSG_CALLS);

/* What @rules must see in @mode; none if there are no rules. */
static void add_rules(const struct rsg_rules *rules, u32 mode)
{
	if (!rules)
		return;
	if (mode == RSG_MODE_OBSERVE) {
		bitmap_fill(wanted, RSG_ABIS * RSG_CALLS);
		return;
	}
	bitmap_or(wanted, wanted, rules->wanted, RSG_ABIS * RSG_CALLS);
}

/* With what it may say soon, and what it may return to. */
static void add_wanted(const struct rsg_policy *policy, u32 mode)
{
	add_rules(rsg_policy_rules(policy), mode);
	add_rules(policy->next, mode);
	add_rules(policy->committed, mode);
}

/* Find what attached policies and @extra, if there is one, must see. */
static void find_wanted(const struct rsg_policy *extra, u32 mode)
{
	const struct rsg_policy *policy;
	u32 id;

	bitmap_zero(wanted, RSG_ABIS * RSG_CALLS);
	if (extra)
		add_wanted(extra, mode);
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1) {
		if (policy->state != RSG_STATE_LOADED)
			add_wanted(policy, policy->armed);
		cond_resched();
	}
}

/**
 * rsg_calls_judged - how many calls do rules not simply allow?
 * @rules: the rules
 *
 * Return: the number of those that this kernel implements.
 */
u32 rsg_calls_judged(const struct rsg_rules *rules)
{
	unsigned int abi, nr;
	u32 calls = 0;

	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			if (rules->verdicts[abi][nr] != SECCOMP_RET_ALLOW &&
			    rsg_call_function(abi, nr))
				calls++;
	return calls;
}

/**
 * rsg_hooks_update - hook what attached policies need, no more and no less
 * @extra: a policy that is about to be attached or changed, or NULL
 * @mode: RSG_MODE_* in which it will be
 * @function: set to the name of the function to blame for a failure
 *
 * All or nothing, and next to nothing if the same functions are needed as
 * before. Every function that @extra needs has been resolved before.
 *
 * Context: sleeps.
 * Return: 0, or what rs_fset_update() returned, with -EOPNOTSUPP in place of
 * -EINVAL. Taking the last hook away can not fail.
 */
int rsg_hooks_update(const struct rsg_policy *extra, u32 mode,
		     const char **function)
{
	static unsigned long ips[RSG_ABIS * RSG_CALLS]; /* under rsg_lock */
	const struct rsg_rules *rules = NULL;
	struct rs_fset_error error;
	unsigned long address;
	unsigned int bit, n = 0;
	int err;

	lockdep_assert_held(&rsg_lock);
	find_wanted(extra, mode);
	if (extra)
		rules = extra->next ?: rsg_policy_rules(extra);
	err = rsg_sites_update(extra, rules, mode, function);
	if (err)
		return err;
	if (bitmap_equal(wanted, hooked, RSG_ABIS * RSG_CALLS))
		return 0;
	for_each_set_bit(bit, wanted, RSG_ABIS * RSG_CALLS) {
		address = rsg_call_address(bit / RSG_CALLS, bit % RSG_CALLS);
		if (address)
			ips[n++] = address;
	}
	err = rs_fset_update(&hooks, ips, n, &error);
	if (!err) {
		bitmap_copy(hooked, wanted, RSG_ABIS * RSG_CALLS);
		return 0;
	}
	/* A failure leaves hooks too many, which find nobody to refuse. */
	rsg_sites_update(NULL, NULL, RSG_MODE_OFF, function);
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
	return hooks.nr + rsg_sites_nr();
}

/**
 * rsg_hooks_check - are all hooks still in place?
 * @function: set to the name of a function whose hook is gone
 *
 * Return: 0, or -ENXIO.
 */
int rsg_hooks_check(const char **function)
{
	struct rs_fset_error error;
	int err;

	lockdep_assert_held(&rsg_lock);
	err = rs_fset_check(&hooks, &error);
	if (err)
		*function = rsg_call_at(error.ip);
	return err;
}
