// SPDX-License-Identifier: GPL-2.0-only
/*
 * How do processes outside stay out of sight and out of reach of a jail?
 *
 * Nearly every call that takes a process number asks the kernel which process
 * has it, by a handful of functions. To a task in a jail these find none for a
 * number outside, as in a PID namespace, so that each call answers as for a
 * process that is not there. Functions that got hold of a process in another
 * way (a descriptor, a group, a user) ask the security hooks further down.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>

#include <ringside/compat.h>

#include "jail.h"

/*
 * Is @pid the number of tasks, groups or sessions of which none is inside? One
 * that nobody has is not: it may be about to be given to a child.
 */
static notrace bool is_foreign(const struct rsg_policy *policy, struct pid *pid)
{
	struct task_struct *task;
	bool foreign = false;
	enum pid_type type;

	for (type = PIDTYPE_PID; type < PIDTYPE_MAX; type++) {
		do_each_pid_task(pid, type, task) {
			if (rsg_jail_owns(policy, task))
				return false;
			foreign = true;
		} while_each_pid_task(pid, type, task);
	}
	return foreign;
}

/* find_vpid(nr), find_get_pid(nr): any kind of number */
static notrace u32 judge_pid(struct rsg_look *look)
{
	u32 verdict = SECCOMP_RET_ALLOW;
	struct pid *pid;

	if (!look->policy->jail)
		return verdict;
	look->args[0] = rsg_site_arg(look, 0);
	rcu_read_lock();
	pid = find_pid_ns(look->args[0], task_active_pid_ns(current));
	if (pid && is_foreign(look->policy, pid))
		verdict = RSG_JAIL_DENY(ESRCH);
	rcu_read_unlock();
	return verdict;
}

/* pidfd_prepare(pid, flags, file) */
static notrace u32 judge_pidfd(struct rsg_look *look)
{
	bool foreign;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	rcu_read_lock();
	foreign = is_foreign(look->policy, (void *)rsg_site_arg(look, 0));
	rcu_read_unlock();
	return foreign ? RSG_JAIL_DENY(ESRCH) : SECCOMP_RET_ALLOW;
}

static notrace u32 judge_number(struct rsg_look *look, int nr,
				struct pid_namespace *ns)
{
	u32 verdict = SECCOMP_RET_ALLOW;
	struct task_struct *task;

	look->args[0] = nr;
	rcu_read_lock();
	task = pid_task(find_pid_ns(nr, ns), PIDTYPE_PID);
	if (task && !rsg_jail_owns(look->policy, task))
		verdict = RSG_JAIL_DENY(ESRCH);
	rcu_read_unlock();
	return verdict;
}

/* find_task_by_vpid(nr), find_get_task_by_vpid(nr) */
static notrace u32 judge_task_number(struct rsg_look *look)
{
	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	return judge_number(look, rsg_site_arg(look, 0),
			    task_active_pid_ns(current));
}

/* find_task_by_pid_ns(nr, ns): what /proc asks */
static notrace u32 judge_task_number_in(struct rsg_look *look)
{
	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	return judge_number(look, rsg_site_arg(look, 0),
			    (void *)rsg_site_arg(look, 1));
}

/*
 * security_task_kill(p, ...), security_ptrace_access_check(child, ...),
 * security_task_setnice(p, ...), security_task_setioprio(p, ...)
 */
static notrace u32 judge_task(struct rsg_look *look)
{
	struct task_struct *task = (void *)rsg_site_arg(look, 0);
	bool own;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	look->args[0] = task->pid;
	rcu_read_lock();
	own = rsg_jail_owns(look->policy, task);
	rcu_read_unlock();
	return own ? SECCOMP_RET_ALLOW : RSG_JAIL_DENY(EPERM);
}

/* proc_fill_cache(file, ctx, name, len, instantiate, task, ptr) */
static notrace u32 judge_listing(struct rsg_look *look)
{
	struct task_struct *task = (void *)rsg_site_arg(look, 5);
	bool own;

	if (!look->policy->jail || !task)
		return SECCOMP_RET_ALLOW;
	look->args[0] = task->pid;
	rcu_read_lock();
	own = rsg_jail_owns(look->policy, task);
	rcu_read_unlock();
	return own ? SECCOMP_RET_ALLOW : RSG_JAIL_DENY(ENOENT);
}

/* The number that @dentry is called by, or 0. */
static notrace int number_of(const struct dentry *dentry)
{
	const struct qstr *name = &dentry->d_name;
	unsigned int i;
	int nr = 0;

	if (!name->len || name->len > 9)
		return 0;
	for (i = 0; i < name->len; i++) {
		if (name->name[i] < '0' || name->name[i] > '9')
			return 0;
		nr = nr * 10 + name->name[i] - '0';
	}
	return nr;
}

/**
 * rsg_jail_proc_shows - may a jail see this entry of a /proc?
 * @policy: the jail
 * @dentry: an entry of a file system
 *
 * Return: false if the entry belongs to a process outside.
 */
bool notrace rsg_jail_proc_shows(const struct rsg_policy *policy,
				 const struct dentry *dentry)
{
	struct super_block *sb = dentry->d_sb;
	const struct dentry *parent;
	struct task_struct *task;
	bool shows;
	int nr;

	if (sb->s_magic != PROC_SUPER_MAGIC)
		return true;
	rcu_read_lock();
	while ((parent = READ_ONCE(dentry->d_parent)) != sb->s_root &&
	       parent != dentry)
		dentry = parent;
	nr = parent == dentry ? 0 : number_of(dentry);
	task = nr ? pid_task(find_pid_ns(nr, proc_pid_ns(sb)), PIDTYPE_PID) :
		    NULL;
	shows = !task || rsg_jail_owns(policy, task);
	rcu_read_unlock();
	return shows;
}

/*
 * pid_revalidate(): /proc remembers names that somebody outside has asked for
 * already, and asks only whether they are still good.
 */
static notrace u32 judge_remembered(struct rsg_look *look)
{
	struct dentry *dentry =
		(void *)rsg_site_arg(look, RS_REVALIDATE_DENTRY_ARG);

	if (!look->policy->jail ||
	    rsg_jail_proc_shows(look->policy, dentry))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(ENOENT);
}

const struct rsg_site rsg_jail_task_sites[] = {
	RSG_JAIL_SITE(find_vpid, judge_pid, .refusal = RSG_REFUSE_FALSE),
	RSG_JAIL_SITE(find_get_pid, judge_pid, .refusal = RSG_REFUSE_FALSE),
	RSG_JAIL_SITE(pidfd_prepare, judge_pidfd),
	RSG_JAIL_SITE(find_task_by_vpid, judge_task_number,
		      .refusal = RSG_REFUSE_FALSE),
	RSG_JAIL_SITE(find_get_task_by_vpid, judge_task_number,
		      .refusal = RSG_REFUSE_FALSE),
	RSG_JAIL_SITE(find_task_by_pid_ns, judge_task_number_in,
		      .refusal = RSG_REFUSE_FALSE),
	RSG_JAIL_SITE(pid_revalidate, judge_remembered),
	RSG_JAIL_SITE(proc_fill_cache, judge_listing,
		      .refusal = RSG_REFUSE_TRUE),
	/* kill_pid_info() tries again for ever on ESRCH. */
	RSG_JAIL_SITE(security_task_kill, judge_task, .no_esrch = true),
	RSG_JAIL_SITE(security_ptrace_access_check, judge_task),
	RSG_JAIL_SITE(security_task_setnice, judge_task),
	RSG_JAIL_SITE(security_task_setioprio, judge_task),
	{}
};
