// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who comes into a root directory that a policy is attached to?
 *
 * Whoever is there at the time of the attach is found by mark.c. Those who come
 * later, as the sessions of a server that changes its root for each of them,
 * do so by two functions, which chroot(2) and chdir(2) end in and nothing calls
 * often. They are hooked while there is such a policy.
 *
 * A jail holds whom it surrounds: one that still works in a directory outside
 * is not in it, as it would not be let in by an attach. Such a task comes in
 * with the chdir() that usually follows. pivot_root(2) is not looked at: it
 * moves everybody who was at the old root, and nobody of those asked for it.
 *
 * Why nobody slips through an attach. The hooks run before the task has moved.
 * One that passed them before the policy was listed may move after the pass of
 * mark.c that looked at it. So the attach waits between: neither function
 * sleeps before it has moved the task, hence after a grace period of RCU tasks
 * whoever passed has moved, and the first pass finds it.
 */
#include <linux/fs_struct.h>
#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>

#include <ringside/compat.h>

#include "guard.h"

/* Policies attached to a root. Written under rsg_lock, read under RCU. */
static LIST_HEAD(policies);

enum { SET_ROOT, SET_PWD, NR_FUNCTIONS };

static const char *const names[NR_FUNCTIONS] = {
	[SET_ROOT] = "set_fs_root", [SET_PWD] = "set_fs_pwd",
};

static unsigned long addresses[NR_FUNCTIONS];

/* Is the caller in with that root and working directory? NULL: as they are. */
static notrace bool comes_in(const struct rsg_policy *policy,
			     const struct path *root, const struct path *pwd)
{
	struct fs_struct *fs = current->fs;
	bool in;

	rs_fs_lock(fs);
	root = root ?: &fs->root;
	pwd = pwd ?: &fs->pwd;
	in = rsg_scope_admits(policy, current, root) &&
	     rsg_jail_admits(policy, root, pwd);
	rs_fs_unlock(fs);
	return in;
}

/*
 * With the caller come those who share its root. One that is born meanwhile is
 * found by another pass, or has a parent that is marked; see mark.c.
 */
static notrace void take_in(struct rsg_policy *policy)
{
	const struct fs_struct *fs = current->fs;
	struct task_struct *p, *t;
	bool again;

	do {
		again = false;
		for_each_process_thread(p, t) {
			if (READ_ONCE(t->fs) != fs ||
			    !rsg_mark_entrant(policy, t))
				continue;
			rsg_jail_welcome(policy, t);
			again = true;
		}
	} while (again);
}

/* set_fs_root(fs, path), set_fs_pwd(fs, path) */
static void notrace on_set(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct pt_regs *regs = rs_ftrace_regs(fregs);
	const struct path *path = (void *)regs->si;
	bool is_root = ip == addresses[SET_ROOT];
	struct rsg_policy *policy;

	if ((void *)regs->di != current->fs)
		return;
	rcu_read_lock();
	list_for_each_entry_rcu(policy, &policies, in_roots)
		if (!rsg_task_has(current, policy) &&
		    comes_in(policy, is_root ? path : NULL,
			     is_root ? NULL : path))
			take_in(policy);
	rcu_read_unlock();
	rsg_sets_used();
}

static struct rs_fset entries = RS_FSET_INIT(entries, on_set,
					     FTRACE_OPS_FL_PERMANENT);

static int resolve(const char **function)
{
	unsigned int i;
	int err;

	if (addresses[SET_ROOT])
		return 0;
	err = rs_func_addresses(names, addresses, NR_FUNCTIONS);
	for (i = 0; !err && i < NR_FUNCTIONS; i++) {
		if (addresses[i])
			continue;
		*function = names[i];
		addresses[SET_ROOT] = 0;
		err = -EOPNOTSUPP;
	}
	return err;
}

static int hook(const char **function)
{
	struct rs_fset_error error;
	int err;

	err = rs_fset_update(&entries, addresses, NR_FUNCTIONS, &error);
	if (err && error.ip)
		*function = names[error.ip == addresses[SET_PWD]];
	return err == -EINVAL ? -EOPNOTSUPP : err;
}

static void unhook(void)
{
	struct rs_fset_error error;

	if (list_empty(&policies))
		rs_fset_update(&entries, NULL, 0, &error);
}

/**
 * rsg_roots_watch - a policy is about to be attached; tell who comes in
 * @policy: a policy with its scope, in no set; not necessarily for a root
 * @function: set to the function that can not be hooked, if that is why not
 *
 * Context: sleeps, until all who come in are seen.
 * Return: 0, -EOPNOTSUPP if the kernel lacks a function, or what
 * rs_fset_update() returned.
 */
int rsg_roots_watch(struct rsg_policy *policy, const char **function)
{
	int err;

	lockdep_assert_held(&rsg_lock);
	if (policy->scope->target.type != RSG_SCOPE_CHROOT)
		return 0;
	err = resolve(function);
	if (!err && list_empty(&policies))
		err = hook(function);
	/* Whoever comes in from now on may need one. */
	if (!err)
		err = rsg_sets_reserve();
	if (err) {
		unhook();
		return err;
	}
	rsg_sets_admit(policy);
	list_add_rcu(&policy->in_roots, &policies);
	synchronize_rcu_tasks();
	return 0;
}

/**
 * rsg_roots_unwatch - a policy is not attached any more
 * @policy: the policy, in no set; not necessarily for a root
 *
 * Context: sleeps. Nobody looks at the policy or its scope afterwards.
 */
void rsg_roots_unwatch(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	if (list_empty(&policy->in_roots))
		return;
	list_del_rcu(&policy->in_roots);
	synchronize_rcu();
	INIT_LIST_HEAD(&policy->in_roots);
	unhook();
}
