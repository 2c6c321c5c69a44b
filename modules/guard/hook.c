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
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/thread_info.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include <ringside/compat.h>

#include "guard.h"
#include "guard_event.h"
#include "mark.h"
#include "repeat.h"
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

DEFINE_PER_CPU(struct rsg_repeat, rsg_repeats[RSG_REPEATS]);
atomic_long_t rsg_epoch = ATOMIC_LONG_INIT(1);

/* ABI of the call that the current task is in. */
static __always_inline unsigned int abi_of_call(void)
{
	return in_ia32_syscall() ? RSG_I386 : RSG_X86_64;
}

/* Its number, which may be any. */
static __always_inline unsigned int nr_of_call(const struct pt_regs *regs)
{
	/*
	 * Only the lower half of the register selects the call. x32 calls
	 * share the functions, and here the numbers, of native ones, or are
	 * such calls by another number.
	 */
	unsigned int nr = (u32)regs->orig_ax & ~__X32_SYSCALL_BIT;

	if (IS_ENABLED(CONFIG_X86_X32_ABI) && unlikely(nr >= RSG_CALLS))
		return rsg_call_of_x32(nr);
	return nr;
}

/* Which counter of the call a decision goes to. */
static unsigned int kind(const struct rsg_decision *d)
{
	if (d->mode == RSG_MODE_OBSERVE || rsg_verdict_allows(d->verdict))
		return RSG_COUNT_OBSERVED;
	return d->mode == RSG_MODE_AUDIT ? RSG_COUNT_AUDITED :
					   RSG_COUNT_DENIED;
}

static void count(const struct rsg_policy *policy,
		  const struct rsg_decision *d)
{
	if (d->nr < RSG_CALLS)
		atomic64_inc(&policy->calls->nr[kind(d)][d->abi][d->nr]);
}

/* What @policy says about the call, and by which rule. */
static u32 decide(const struct rsg_policy *policy, const struct pt_regs *regs,
		  s16 *rule)
{
	const struct rsg_rules *rules = rcu_dereference_sched(policy->rules);
	unsigned int nr = nr_of_call(regs);

	if (nr >= RSG_CALLS)
		return SECCOMP_RET_ALLOW;
	return rsg_rules_judge(rules, abi_of_call(), nr, regs, rule);
}

/* Does the same follow whenever this thread makes this call? */
static bool is_repeatable(const struct rsg_policy *policy,
			  const struct rsg_decision *d)
{
	const struct rsg_rules *rules = rcu_dereference_sched(policy->rules);

	return d->mode == RSG_MODE_ENFORCE && d->abi == RSG_X86_64 &&
	       (d->verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO &&
	       rules->verdicts[d->abi][d->nr] == d->verdict;
}

/* Refuse the call in the same way again as long as this is @epoch. */
static void remember(const struct rsg_policy *policy,
		     const struct pt_regs *regs, const struct rsg_decision *d,
		     struct rsg_slot *slot, unsigned long epoch)
{
	*rsg_repeat_of(regs->orig_ax) = (struct rsg_repeat){
		.epoch = epoch,
		.mm = current->mm,
		.nr = regs->orig_ax,
		.pid = current->pid,
		.mark = rsg_mark_of(current),
		.error = -(long)(d->verdict & SECCOMP_RET_DATA),
		.denied = &policy->counts->denied,
		.call = &policy->calls->nr[RSG_COUNT_DENIED][d->abi][d->nr],
		.slot = &slot->count,
	};
}

/*
 * What @policy does to the call: SECCOMP_RET_ALLOW unless it enforces. With an
 * @epoch it is the only policy, and the refusal may be remembered.
 */
static u32 judge_one(const struct rsg_policy *policy,
		     const struct pt_regs *regs, unsigned long epoch)
{
	struct rsg_decision d = { .rule = -1 };
	struct rsg_slot *slot;

	d.mode = READ_ONCE(policy->armed);
	if (!d.mode)
		return SECCOMP_RET_ALLOW;
	d.abi = abi_of_call();
	d.nr = nr_of_call(regs);
	d.verdict = decide(policy, regs, &d.rule);
	if (d.verdict == SECCOMP_RET_ALLOW && d.mode != RSG_MODE_OBSERVE)
		return SECCOMP_RET_ALLOW;
	count(policy, &d);
	slot = rsg_decision(policy, &d);
	if (slot && epoch && is_repeatable(policy, &d))
		remember(policy, regs, &d, slot, epoch);
	return d.mode == RSG_MODE_ENFORCE ? d.verdict : SECCOMP_RET_ALLOW;
}

/* Preemption is off, which keeps the set and its policies alive. */
static __always_inline const struct rsg_set *
set_of(const struct task_struct *task)
{
	/* Read anew: before, the number could have come to mean another set. */
	u32 mark = rsg_mark_of(task) >> (RSG_MARK_SHIFT - RSG_MARK_LOW);

	return rcu_dereference_sched(rsg_sets[mark & RSG_MARK_ID]);
}

/* Somebody has something to say. Ask all of them, and do it. */
static noinline notrace void judge(struct ftrace_regs *fregs)
{
	/* Read before all that a repeat would rely on. */
	unsigned long epoch = atomic_long_read_acquire(&rsg_epoch);
	const struct pt_regs *regs = task_pt_regs(current);
	const struct rsg_set *set = set_of(current);
	bool init = is_global_init(current);
	u32 verdict = SECCOMP_RET_ALLOW;
	const struct rsg_policy *policy;
	unsigned int i, nr;

	if (!set)
		return;
	nr = smp_load_acquire(&set->members.nr); /* pairs with set.c */
	/* What is denied to PID 1 is for the breaker to know, each time. */
	if (nr != 1 || init)
		epoch = 0;
	for (i = 0; i < nr; i++) {
		policy = READ_ONCE(set->members.policies[i]);
		verdict = rsg_stricter(verdict, judge_one(policy, regs, epoch));
	}
	if (rsg_verdict_allows(verdict))
		return;
	if (init)
		rsg_denied_init();
	rsg_act(verdict, fregs);
}

/* Has @policy nothing to say about the call? */
static __always_inline bool passes(const struct rsg_policy *policy,
				   const struct pt_regs *regs)
{
	const struct rsg_rules *rules = rcu_dereference_sched(policy->rules);
	u32 mode = READ_ONCE(policy->armed);

	/* Which notes whatever is called. */
	if (mode <= RSG_MODE_OBSERVE)
		return mode == RSG_MODE_OFF;
	/*
	 * A number that is out of range finds the entry of another call. That
	 * may be stricter, but not less so: judge() allows such numbers.
	 * Without x32 the upper bits need no masking for that.
	 */
	return rsg_rules_verdict(rules, abi_of_call(),
				 IS_ENABLED(CONFIG_X86_X32_ABI) ?
				 nr_of_call(regs) : regs->orig_ax, regs) ==
	       SECCOMP_RET_ALLOW;
}

/*
 * No repeat. Most calls that are judged are allowed, by their arguments or
 * because another task's policy wants the hook: find out in few steps, and
 * leave everything else to judge(). Entered with preemption off.
 */
static noinline notrace void look(struct ftrace_regs *fregs)
{
	const struct pt_regs *regs = task_pt_regs(current);
	const struct rsg_set *set = set_of(current);
	struct rsg_policy *const *policy, *const *end;

	if (!set)
		goto out;
	policy = set->members.policies;
	end = policy + smp_load_acquire(&set->members.nr); /* with set.c */
	for (; policy < end; policy++) {
		if (!passes(READ_ONCE(*policy), regs)) {
			judge(fregs);
			break;
		}
	}
out:
	preempt_enable_notrace();
}

static void notrace on_call(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct task_struct *task = current;
	/* The generation in its lower half needs no look here; see mark.c. */
	u32 mark = rsg_mark_of(task);
	const struct rsg_repeat *repeat;
	unsigned long nr;

	if (likely(!mark))
		return;
	/* The hooked function may be preempted. */
	preempt_disable_notrace();
	nr = task_pt_regs(task)->orig_ax;
	repeat = rsg_repeat_of(nr);
	if (!rsg_is_repeat(repeat, task, mark, nr) ||
	    trace_guard_decision_enabled()) {
		look(fregs);
		return;
	}
	rsg_count_repeat(repeat);
	rs_ftrace_divert(fregs, rsg_refuse, repeat->error);
	preempt_enable_notrace();
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
	/* Under rsg_lock. A call of x86_64 may have one more, for x32. */
	static unsigned long ips[(RSG_ABIS + 1) * RSG_CALLS];
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
		address = bit / RSG_CALLS == RSG_X86_64 ?
			  rsg_call_x32_address(bit % RSG_CALLS) : 0;
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
 * Return: 0, or what rs_fset_check() returned.
 */
int rsg_hooks_check(const char **function)
{
	struct rs_fset_error error;
	int err;

	lockdep_assert_held(&rsg_lock);
	err = rs_fset_check(&hooks, &error);
	if (error.ip)
		*function = rsg_call_at(error.ip);
	return err;
}
