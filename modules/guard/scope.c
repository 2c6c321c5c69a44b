// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tasks is an attach about?
 *
 * A scope is a target and a list of targets that are passed over. This file
 * takes hold of what user space named, and answers for one task at a time. To
 * find all tasks, now and later, is mark.c's business.
 */
#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include <ringside/compat.h>

#include "guard.h"

/**
 * rsg_is_exempt - is this PID 1, the caller or an ancestor of the caller?
 * @task: the task
 *
 * Context: under RCU.
 * Return: whether only RSG_ATTACH_FORCE may mark it.
 */
bool rsg_is_exempt(struct task_struct *task)
{
	struct task_struct *p;

	if (is_global_init(task))
		return true;
	for (p = current; p->pid; p = rcu_dereference(p->real_parent))
		if (same_thread_group(p, task))
			return true;
	return false;
}

/* May @task be the target? Under RCU. */
static int check_process(struct task_struct *task, bool exempt)
{
	if (!task)
		return -ESRCH;
	if (task->flags & PF_KTHREAD)
		return -EINVAL;
	return !exempt && rsg_is_exempt(task) ? -EPERM : 0;
}

static int get_process(struct rsg_target *target, int pid, bool exempt)
{
	struct task_struct *task;
	int err;

	if (pid <= 0)
		return -EINVAL;
	rcu_read_lock();
	task = pid_task(find_vpid(pid), PIDTYPE_PID);
	err = check_process(task, exempt);
	if (!err) {
		target->pid = get_pid(task_tgid(task));
		err = target->pid ? 0 : -ESRCH; /* it ended meanwhile */
	}
	rcu_read_unlock();
	return err;
}

static int get_cgroup(struct rsg_target *target, int fd)
{
	struct cgroup *cgroup = cgroup_get_from_fd(fd);

	if (IS_ERR(cgroup))
		return PTR_ERR(cgroup);
	target->cgroup = cgroup;
	return 0;
}

static int get_root(struct rsg_target *target, int fd)
{
	struct file *file = fget_raw(fd);
	int err = -ENOTDIR;

	if (!file)
		return -EBADF;
	if (d_is_dir(file->f_path.dentry)) {
		target->root = file->f_path;
		path_get(&target->root);
		err = 0;
	}
	fput(file);
	return err;
}

/* On success @target holds a reference; otherwise its type stays 0. */
static int get_target(struct rsg_target *target, u32 type, int value,
		      bool exempt)
{
	int err = -EINVAL;

	switch (type) {
	case RSG_SCOPE_PROCESS:
	case RSG_SCOPE_TREE:
		err = get_process(target, value, exempt);
		break;
	case RSG_SCOPE_CGROUP:
		err = get_cgroup(target, value);
		break;
	case RSG_SCOPE_CHROOT:
		err = get_root(target, value);
		break;
	case RSG_SCOPE_EVERYONE:
		err = 0;
	}
	if (!err)
		target->type = type;
	return err;
}

static void put_target(struct rsg_target *target)
{
	switch (target->type) {
	case RSG_SCOPE_PROCESS:
	case RSG_SCOPE_TREE:
		put_pid(target->pid);
		break;
	case RSG_SCOPE_CGROUP:
		cgroup_put(target->cgroup);
		break;
	case RSG_SCOPE_CHROOT:
		path_put(&target->root);
	}
}

/* The scope's value: a pid or a descriptor; the other must be zero. */
static int value_of(const struct rsg_attach *arg, int *value)
{
	bool by_fd = arg->scope == RSG_SCOPE_CGROUP ||
		     arg->scope == RSG_SCOPE_CHROOT;

	if (by_fd ? arg->pid : arg->fd)
		return -EINVAL;
	*value = by_fd ? arg->fd : arg->pid;
	return arg->scope == RSG_SCOPE_EVERYONE && *value ? -EINVAL : 0;
}

/**
 * rsg_scope_get - take hold of what an attach is about
 * @arg: what the caller of RSG_IOC_ATTACH said
 * @excepts: its exceptions, in kernel memory
 *
 * Context: sleeps, in the caller's context.
 * Return: the scope, or an error pointer: -ENOMEM or what the header says
 * about the target and the exceptions.
 */
struct rsg_scope *rsg_scope_get(const struct rsg_attach *arg,
				const struct rsg_except *excepts)
{
	struct rsg_scope *scope;
	unsigned int i;
	int err, value;

	err = value_of(arg, &value);
	if (err)
		return ERR_PTR(err);
	scope = kzalloc(struct_size(scope, excepts, arg->nr_excepts),
			GFP_KERNEL_ACCOUNT);
	if (!scope)
		return ERR_PTR(-ENOMEM);
	scope->force = arg->flags & RSG_ATTACH_FORCE;
	scope->nr_excepts = arg->nr_excepts;
	err = get_target(&scope->target, arg->scope, value, scope->force);
	for (i = 0; i < arg->nr_excepts && !err; i++)
		err = excepts[i].scope == RSG_SCOPE_EVERYONE ? -EINVAL :
		      get_target(&scope->excepts[i], excepts[i].scope,
				 excepts[i].value, true);
	if (!err)
		return scope;
	rsg_scope_put(scope);
	return ERR_PTR(err);
}

/**
 * rsg_scope_put - let go of it
 * @scope: a scope that nobody asks about any more, or NULL
 *
 * Context: sleeps.
 */
void rsg_scope_put(struct rsg_scope *scope)
{
	unsigned int i;

	if (!scope)
		return;
	put_target(&scope->target);
	for (i = 0; i < scope->nr_excepts; i++)
		put_target(&scope->excepts[i]);
	kfree(scope);
}

static bool is_process(struct task_struct *task, const struct pid *pid)
{
	return READ_ONCE(task->signal->pids[PIDTYPE_TGID]) == pid;
}

/*
 * Does @task descend from @pid, or belong to it? An ancestor that @policy was
 * put on already counts as well: its own ancestors may have ended meanwhile.
 */
static bool is_in_tree(struct task_struct *task, const struct pid *pid,
		       const struct rsg_policy *policy)
{
	struct task_struct *p;

	for (p = task; p->pid; p = rcu_dereference(p->real_parent))
		if (is_process(p, pid) || (policy && rsg_task_has(p, policy)))
			return true;
	return false;
}

/* The reference of @task to its root must hold as long as we look. */
static bool is_rooted(struct task_struct *task, const struct path *root)
{
	bool ret = false;

	task_lock(task);
	if (task->fs) {
		rs_fs_lock(task->fs);
		ret = path_is_under(&task->fs->root, root);
		rs_fs_unlock(task->fs);
	}
	task_unlock(task);
	return ret;
}

/* @root is the root that @task is about to have, NULL if it has it already. */
static bool is_target(const struct rsg_target *target, struct task_struct *task,
		      const struct rsg_policy *policy, const struct path *root)
{
	switch (target->type) {
	case RSG_SCOPE_PROCESS:
		return is_process(task, target->pid);
	case RSG_SCOPE_TREE:
		return is_in_tree(task, target->pid, policy);
	case RSG_SCOPE_CGROUP:
		return cgroup_is_descendant(task_dfl_cgroup(task),
					    target->cgroup);
	case RSG_SCOPE_CHROOT:
		return root ? path_is_under(root, &target->root) :
			      is_rooted(task, &target->root);
	default:
		return true;
	}
}

/**
 * rsg_scope_admits - will a task be in a policy's scope, and no exception?
 * @policy: a policy that is attached, or about to be
 * @task: the task
 * @root: the root directory that it is about to have, or NULL
 *
 * Context: under RCU; with @root also under the lock of the task's roots.
 * Return: whether it will.
 */
bool rsg_scope_admits(const struct rsg_policy *policy, struct task_struct *task,
		      const struct path *root)
{
	const struct rsg_scope *scope = policy->scope;
	unsigned int i;

	if (!is_target(&scope->target, task, policy, root))
		return false;
	for (i = 0; i < scope->nr_excepts; i++)
		if (is_target(&scope->excepts[i], task, NULL, root))
			return false;
	return true;
}

/**
 * rsg_scope_covers - is a task in a policy's scope, and none of its exceptions?
 * @policy: a policy that is attached, or about to be
 * @task: the task
 *
 * Context: under RCU.
 * Return: whether it is, by the look of it now.
 */
bool rsg_scope_covers(const struct rsg_policy *policy, struct task_struct *task)
{
	return rsg_scope_admits(policy, task, NULL);
}

/**
 * rsg_scope_wants - is a task one that the attach under way puts its policy on?
 * @policy: the policy that the caller attaches
 * @task: the task
 *
 * Context: under RCU.
 * Return: whether it is.
 */
bool rsg_scope_wants(const struct rsg_policy *policy, struct task_struct *task)
{
	if (task->flags & PF_KTHREAD || READ_ONCE(task->exit_state))
		return false;
	if (!policy->scope->force && rsg_is_exempt(task))
		return false;
	return rsg_scope_covers(policy, task);
}
