// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where else than at system calls are policies asked, and how?
 *
 * At functions of the kernel that see its objects, or that do the work of a
 * call for another entry, such as io_uring. They have a hook set of their own:
 * their answer does not follow from the number of a call, but from the row of
 * a table that the address leads to. What is judged there is up to the owner
 * of the row; see site.h.
 *
 * Everything on the way from on_site() must not be traceable; see core.h.
 */
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/thread_info.h>

#include <ringside/compat.h>

#include "mark.h"
#include "site.h"

static const struct rsg_site *const tables[] = {
	rsg_object_sites,
	rsg_uring_sites,
	rsg_jail_task_sites,
	rsg_jail_fs_sites,
	rsg_jail_ipc_sites,
	rsg_jail_admin_sites,
	rsg_seal_sites,
};

/* Rows of all tables, and twice as many places to find them by address. */
#define SITES_MAX	256
#define SLOTS		512

/**
 * struct slot - where a hooked address leads to
 * @ip: the address, 0 if the slot is free
 * @id: number of its row, 1 or more; of several rows for one function, the
 *	last
 */
struct slot {
	unsigned long ip;
	u16 id;
};

/*
 * Filled once, under resolve_lock, before the first function is hooked, and
 * read without a lock ever after. Functions of the kernel proper do not move.
 */
static struct slot slots[SLOTS];
static const struct rsg_site *sites[SITES_MAX];
static unsigned long addresses[SITES_MAX];
static const char *names[SITES_MAX];
/* By number of a row that of an earlier one for the same function, or 0. */
static u16 others[SITES_MAX + 1];
static unsigned int nr_sites;
static bool ready;
/* Not rsg_lock: a long look-up must not hold up a roll-back. */
static DEFINE_MUTEX(resolve_lock);

static __always_inline struct slot *find_slot(unsigned long ip)
{
	unsigned int i = hash_long(ip, ilog2(SLOTS));

	while (slots[i].ip && slots[i].ip != ip)
		i = (i + 1) % SLOTS;
	return &slots[i];
}

/* Without force_sig(): the thread may be one that works for io_uring. */
static asmlinkage struct rsg_result notrace refuse_and_kill(long value)
{
	kill_pid(task_tgid(current), SIGKILL, 1);
	return (struct rsg_result){ value, 0 };
}

static notrace void act(const struct rsg_site *site, u32 verdict,
			struct ftrace_regs *fregs)
{
	u32 action = verdict & SECCOMP_RET_ACTION_FULL;
	long error = EPERM, value;

	if (action == SECCOMP_RET_ERRNO)
		error = verdict & SECCOMP_RET_DATA;
	if (site->no_esrch && error == ESRCH)
		error = EPERM;
	value = site->refusal == RSG_REFUSE_ERRNO ? -error :
		site->refusal == RSG_REFUSE_TRUE;
	if (action == SECCOMP_RET_KILL_PROCESS ||
	    action == SECCOMP_RET_KILL_THREAD)
		rs_ftrace_divert(fregs, refuse_and_kill, value);
	else
		rs_ftrace_divert(fregs, rsg_refuse, value);
}

/* What @policy says, and does: SECCOMP_RET_ALLOW unless it enforces. */
static notrace u32 ask(const struct rsg_policy *policy, unsigned int id,
		       struct ftrace_regs *fregs)
{
	struct rsg_decision d = { .abi = RSG_X86_64, .site = id };
	struct rsg_look look = {
		.site = sites[id - 1],
		.policy = policy,
		.regs = rs_ftrace_regs(fregs),
		.rule = -1,
	};

	look.mode = READ_ONCE(policy->armed);
	if (!look.mode)
		return SECCOMP_RET_ALLOW;
	look.rules = rcu_dereference_sched(policy->rules);
	d.verdict = look.site->judge(&look);
	if (d.verdict == SECCOMP_RET_ALLOW &&
	    (look.mode != RSG_MODE_OBSERVE || !look.site->observed))
		return SECCOMP_RET_ALLOW;
	d.mode = look.mode;
	d.nr = look.nr;
	d.rule = look.rule;
	d.args = look.args;
	rsg_decision(policy, &d);
	return look.mode == RSG_MODE_ENFORCE ? d.verdict : SECCOMP_RET_ALLOW;
}

static __always_inline unsigned long mark_of(struct task_struct *task)
{
	return READ_ONCE(task_thread_info(task)->syscall_work) >>
	       RSG_MARK_SHIFT;
}

/* What @policy says at each of the rows for a function. */
static notrace u32 ask_all(const struct rsg_policy *policy, unsigned int first,
			   struct ftrace_regs *fregs)
{
	u32 verdict = SECCOMP_RET_ALLOW;
	unsigned int id;

	for (id = first; id; id = others[id])
		verdict = rsg_stricter(verdict, ask(policy, id, fregs));
	return verdict;
}

/* @task has the mark that counts: the current one, or its leader. */
static noinline notrace void judge(unsigned long ip, struct task_struct *task,
				   struct ftrace_regs *fregs)
{
	const struct slot *slot = find_slot(ip);
	u32 verdict = SECCOMP_RET_ALLOW;
	const struct rsg_policy *policy;
	const struct rsg_set *set;
	unsigned int i, nr;

	/* After an update that went wrong, see rs_fset_update(). */
	if (!slot->ip)
		return;
	/* Keeps set and policies alive; the hooked function may be preempted */
	preempt_disable_notrace();
	/* Read anew: before, the number could have come to mean another set. */
	set = rcu_dereference_sched(rsg_sets[mark_of(task) & RSG_MARK_ID]);
	if (!set)
		goto out;
	nr = smp_load_acquire(&set->members.nr); /* pairs with set.c */
	for (i = 0; i < nr; i++) {
		policy = READ_ONCE(set->members.policies[i]);
		verdict = rsg_stricter(verdict,
				       ask_all(policy, slot->id, fregs));
	}
	if (!rsg_verdict_allows(verdict))
		act(sites[slot->id - 1], verdict, fregs);
out:
	preempt_enable_notrace();
}

/*
 * A thread that works for io_uring is no fork that mark.c can watch: one that
 * is born while its process is being marked could miss the mark. Its process
 * did not.
 */
static void notrace on_site(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct task_struct *task = current;

	if (likely(!mark_of(task))) {
		if (likely(!(task->flags & PF_IO_WORKER)))
			return;
		task = task->group_leader;
		if (!mark_of(task))
			return;
	}
	judge(ip, task, fregs);
}

static struct rs_fset hooks = RS_FSET_INIT(hooks, on_site,
					   FTRACE_OPS_FL_IPMODIFY |
					   FTRACE_OPS_FL_PERMANENT);

static void collect(void)
{
	const struct rsg_site *site;
	unsigned int t;

	for (t = 0; t < ARRAY_SIZE(tables); t++) {
		for (site = tables[t]; site->names[0]; site++) {
			if (WARN_ON_ONCE(nr_sites == SITES_MAX))
				return;
			sites[nr_sites++] = site;
		}
	}
}

/* Look the @n-th names of those sites up that have no address yet. */
static int look_up(unsigned int n)
{
	const char **wanted __free(kfree) = NULL;
	unsigned long *found __free(kfree) = NULL;
	unsigned int i, nr = 0;
	int err;

	wanted = kcalloc(nr_sites, sizeof(*wanted), GFP_KERNEL);
	found = kcalloc(nr_sites, sizeof(*found), GFP_KERNEL);
	if (!wanted || !found)
		return -ENOMEM;
	for (i = 0; i < nr_sites; i++)
		if (!addresses[i] && sites[i]->names[n])
			wanted[nr++] = sites[i]->names[n];
	err = rs_func_addresses(wanted, found, nr);
	if (err)
		return err;
	for (i = 0, nr = 0; i < nr_sites; i++) {
		if (addresses[i] || !sites[i]->names[n])
			continue;
		names[i] = sites[i]->names[n];
		addresses[i] = found[nr++];
	}
	return 0;
}

static void fill_slots(void)
{
	struct slot *slot;
	unsigned int i;

	for (i = 0; i < nr_sites; i++) {
		if (!addresses[i])
			continue;
		slot = find_slot(addresses[i]);
		others[i + 1] = slot->id;
		slot->ip = addresses[i];
		slot->id = i + 1;
	}
}

static int resolve_all(void)
{
	unsigned int n;
	int err;

	guard(mutex)(&resolve_lock);
	if (ready)
		return 0;
	if (!nr_sites)
		collect();
	for (n = 0; n < RSG_SITE_NAMES; n++) {
		err = look_up(n);
		if (err)
			return err;
	}
	fill_slots();
	ready = true;
	return 0;
}

/* Is a function missing that would leave a hole in these rules? */
static int check(const struct rsg_policy *policy, const struct rsg_rules *rules,
		 const char **function)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++) {
		if (addresses[i] || sites[i]->optional ||
		    !sites[i]->wanted(sites[i], policy, rules))
			continue;
		*function = sites[i]->names[0];
		return -EOPNOTSUPP;
	}
	return 0;
}

static bool wants_any(const struct rsg_rules *rules)
{
	const struct rsg_site *site;
	unsigned int t;

	for (t = 0; t < ARRAY_SIZE(tables); t++)
		for (site = tables[t]; site->names[0]; site++)
			if (site->wanted(site, NULL, rules))
				return true;
	return false;
}

/**
 * rsg_sites_resolve - learn the addresses of what rules need
 * @rules: contents of a policy; NULL stands for whatever there is
 *
 * Context: sleeps, without rsg_lock.
 * Return: 0; -EOPNOTSUPP if the kernel lacks one of the functions, which would
 * leave a hole (the log names it); -ENOMEM.
 */
int rsg_sites_resolve(const struct rsg_rules *rules)
{
	const char *function;
	int err;

	if (rules && !wants_any(rules))
		return 0;
	err = resolve_all();
	if (err || !rules)
		return err;
	err = check(NULL, rules, &function);
	if (err)
		pr_warn_ratelimited("a rule needs %s, which this kernel has not\n",
				    function);
	return err;
}

static void add_wanted(unsigned long *wanted, const struct rsg_policy *policy,
		       const struct rsg_rules *rules, u32 mode)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++)
		if (addresses[i] &&
		    ((mode == RSG_MODE_OBSERVE && sites[i]->observed) ||
		     sites[i]->wanted(sites[i], policy, rules)))
			__set_bit(i, wanted);
}

/* What an attached policy says, and what it may return to. */
static void add_policy(unsigned long *wanted, const struct rsg_policy *policy)
{
	add_wanted(wanted, policy, rsg_policy_rules(policy), policy->armed);
	if (policy->committed)
		add_wanted(wanted, policy, policy->committed, policy->armed);
}

/**
 * rsg_sites_update - hook what attached policies need, no more and no less
 * @extra: a policy that is about to be attached or changed, or NULL
 * @extra_rules: what it will say
 * @extra_mode: RSG_MODE_* in which it will be
 * @function: set to the name of the function to blame for a failure
 *
 * All or nothing. Part of rsg_hooks_update().
 *
 * Context: sleeps.
 * Return: as rsg_hooks_update().
 */
int rsg_sites_update(const struct rsg_policy *extra,
		     const struct rsg_rules *extra_rules, u32 extra_mode,
		     const char **function)
{
	static unsigned long ips[SITES_MAX];	/* under rsg_lock */
	DECLARE_BITMAP(wanted, SITES_MAX) = {};
	const struct rsg_policy *policy;
	struct rs_fset_error error;
	unsigned int i, n = 0;
	int err;
	u32 id;

	lockdep_assert_held(&rsg_lock);
	if (extra) {
		err = check(extra, extra_rules, function);
		if (err)
			return err;
		add_wanted(wanted, extra, extra_rules, extra_mode);
	}
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1) {
		if (policy->state != RSG_STATE_LOADED)
			add_policy(wanted, policy);
		cond_resched();
	}
	for_each_set_bit(i, wanted, nr_sites)
		ips[n++] = addresses[i];
	err = rs_fset_update(&hooks, ips, n, &error);
	if (!err)
		return 0;
	*function = error.ip ? names[find_slot(error.ip)->id - 1] : NULL;
	pr_warn_ratelimited("hooking %s failed: %d\n",
			    *function ?: "kernel functions", err);
	return err == -EINVAL ? -EOPNOTSUPP : err;
}

/**
 * rsg_sites_nr - how many functions are hooked here
 *
 * Return: the number.
 */
unsigned int rsg_sites_nr(void)
{
	lockdep_assert_held(&rsg_lock);
	return hooks.nr;
}

/**
 * rsg_sites_check - are all hooks still in place?
 * @function: set to the name of the first that is not
 *
 * Return: 0, or what rs_fset_check() returned.
 */
int rsg_sites_check(const char **function)
{
	struct rs_fset_error error;
	int err;

	err = rs_fset_check(&hooks, &error);
	if (error.ip)
		*function = names[find_slot(error.ip)->id - 1];
	return err;
}

/**
 * rsg_site_name - name of the function that a decision is about
 * @id: struct rsg_decision.site, not 0
 *
 * Return: the name, as this kernel has it.
 */
const char *rsg_site_name(unsigned int id)
{
	return id && id <= nr_sites ? names[id - 1] : NULL;
}
