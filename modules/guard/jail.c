// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a root directory become a jail, and when is a process in it?
 *
 * A jail is a policy like others: loaded, attached, confirmed, detached. What
 * it forbids is fixed: system calls of jail_call.c, and what the judges in the
 * other files say about objects. An attach looks at each task: one whose root
 * or working directory is not in the jail could walk out of it, so there is
 * none then.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include <ringside/compat.h>

#include "jail.h"

/**
 * rsg_jail_wanted - does a policy need the hooks of a jail?
 * @site: the hook
 * @policy: the policy, or NULL while its rules are looked at
 * @rules: its rules
 *
 * Return: whether it is a jail.
 */
bool rsg_jail_wanted(const struct rsg_site *site,
		     const struct rsg_policy *policy,
		     const struct rsg_rules *rules)
{
	return policy && policy->jail;
}

/**
 * rsg_jail_refuse - judge that refuses whatever is asked
 * @look: what is asked; the errno is in the site's data
 *
 * Return: the verdict.
 */
u32 notrace rsg_jail_refuse(struct rsg_look *look)
{
	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(look->site->data);
}

/**
 * rsg_jail_owns - is a task inside?
 * @policy: the jail
 * @task: the task
 *
 * A task that had ended before the attach was not marked; to its parent in the
 * jail it is still a child.
 *
 * Context: under RCU.
 * Return: whether it is.
 */
bool notrace rsg_jail_owns(const struct rsg_policy *policy,
			   struct task_struct *task)
{
	if (rsg_task_has(task, policy))
		return true;
	return READ_ONCE(task->exit_state) &&
	       rsg_task_has(rcu_dereference(task->real_parent), policy);
}

/**
 * rsg_jail_create - make a policy that is a jail, and that nobody can find yet
 * @load: name and flags
 * @root_fd: descriptor of its root directory
 *
 * Context: sleeps; the caller's descriptors count.
 * Return: the policy, or an error pointer: -EBADF, -ENOTDIR, -EOPNOTSUPP on a
 * kernel with PREEMPT_RT, or what rsg_policy_create() returned.
 */
struct rsg_policy *rsg_jail_create(const struct rsg_load *load, int root_fd)
{
	struct rsg_source source = {};
	struct rsg_policy *policy;
	struct rsg_jail *jail;
	struct file *file;
	int err;

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return ERR_PTR(-EOPNOTSUPP);
	err = rsg_name_check(load->name);
	if (err)
		return ERR_PTR(err);
	jail = kzalloc(sizeof(*jail), GFP_KERNEL_ACCOUNT);
	if (!jail)
		return ERR_PTR(-ENOMEM);
	file = fget_raw(root_fd);
	err = !file ? -EBADF : d_is_dir(file->f_path.dentry) ? 0 : -ENOTDIR;
	if (!err)
		err = rsg_sites_resolve(NULL);
	if (!err)
		err = rsg_jail_source(&source);
	policy = err ? ERR_PTR(err) : rsg_policy_create(load, &source);
	if (!IS_ERR(policy)) {
		jail->root = file->f_path;
		path_get(&jail->root);
		jail->policy = policy;
		policy->jail = jail;
	} else {
		kfree(jail);
	}
	if (file)
		fput(file);
	kfree(source.rules);
	return policy;
}

/**
 * rsg_jail_destroy - free what a policy has because it is a jail
 * @policy: a policy that nobody can find; not necessarily a jail
 *
 * Context: sleeps.
 */
void rsg_jail_destroy(struct rsg_policy *policy)
{
	if (!policy->jail)
		return;
	rsg_jail_disown(policy);
	path_put(&policy->jail->root);
	kfree(policy->jail);
}

/* Are root and working directory of @task in the jail? */
static bool is_inside(const struct rsg_policy *policy, struct task_struct *task)
{
	bool inside = true;

	task_lock(task);
	if (task->fs) {
		/* Not with references: to put one might sleep. */
		rs_fs_lock(task->fs);
		inside = rsg_jail_contains(policy, &task->fs->root) &&
			 rsg_jail_contains(policy, &task->fs->pwd);
		rs_fs_unlock(task->fs);
	}
	task_unlock(task);
	return inside;
}

/* Look at every task of the jail; return the first that is not inside, or 0. */
static pid_t inspect(const struct rsg_policy *policy)
{
	struct task_struct *p, *t;
	pid_t outside = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (!rsg_task_has(t, policy) || t->flags & PF_EXITING)
			continue;
		if (!is_inside(policy, t)) {
			outside = task_pid_vnr(t);
			goto out;
		}
		rsg_jail_adopt(policy, t);
	}
out:
	rcu_read_unlock();
	return outside;
}

/**
 * rsg_jail_admits - does a policy take in a task with such directories?
 * @policy: a policy, not necessarily a jail
 * @root: the root that the task has, or is about to have
 * @pwd: its working directory, likewise
 *
 * Context: under the lock of the task's roots.
 * Return: false if it is a jail and one of them is outside.
 */
bool notrace rsg_jail_admits(const struct rsg_policy *policy,
			     const struct path *root, const struct path *pwd)
{
	return !policy->jail || (rsg_jail_contains(policy, root) &&
				 rsg_jail_contains(policy, pwd));
}

/**
 * rsg_jail_welcome - a task has come in, and is marked
 * @policy: a policy, not necessarily a jail
 * @task: the task
 *
 * Before there is somebody to strike out what the task has open there is
 * nothing to do: inspect() is yet to come, and finds the mark.
 *
 * Context: under RCU; called from inside of ftrace.
 */
void notrace rsg_jail_welcome(const struct rsg_policy *policy,
			      struct task_struct *task)
{
	/* The mark's cmpxchg pairs with the barrier in rsg_jail_enter(). */
	if (policy->jail && READ_ONCE(policy->jail->watched))
		rsg_jail_adopt(policy, task);
}

/**
 * rsg_jail_enter - the tasks of a jail are marked; may it be armed?
 * @policy: a policy, not necessarily a jail
 * @conflict: set to the thread that is not inside of the root directory
 * @function: set to the function that can not be hooked, if that is why not
 *
 * Context: sleeps.
 * Return: 0; -EINVAL for a control group, which anybody may come into later;
 * -EXDEV if the root or the working directory of @conflict is not
 * in the jail; or what rs_fset_update() returned.
 */
int rsg_jail_enter(struct rsg_policy *policy, pid_t *conflict,
		   const char **function)
{
	int err;

	lockdep_assert_held(&rsg_lock);
	if (!policy->jail)
		return 0;
	if (policy->scope->target.type == RSG_SCOPE_CGROUP)
		return -EINVAL;
	err = rsg_jail_watch(policy, function);
	if (err)
		return err;
	smp_mb(); /* pairs with rsg_jail_welcome(): watched before we look */
	*conflict = inspect(policy);
	if (!*conflict)
		return 0;
	rsg_jail_unwatch(policy);
	return -EXDEV;
}

/**
 * rsg_jail_leave - a policy is not in force any more
 * @policy: a policy, not necessarily a jail
 *
 * Context: sleeps.
 */
void rsg_jail_leave(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	if (policy->jail)
		rsg_jail_unwatch(policy);
}
