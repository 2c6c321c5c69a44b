// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may tasks outside do to a jail, and what must it hear of them?
 *
 * Sites ask only tasks that are under a policy. Two things are done by others:
 * a directory is moved out of the jail while a process inside works in it,
 * which would then find the whole file system above it; and an object that
 * was made inside is freed. So there are two hook sets for everybody, on
 * functions that are called rarely, while there is a jail in force.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/ftrace.h>
#include <linux/list.h>
#include <linux/rculist.h>

#include <ringside/compat.h>

#include "jail.h"

/* Jails in force. Written under rsg_lock, read under RCU. */
static LIST_HEAD(jails);
static unsigned int nr_jails;

/* Does @dentry, a directory, leave a jail when it comes below @target? */
static notrace bool leaves_one(struct dentry *dentry, struct dentry *target)
{
	const struct rsg_policy *policy;
	const struct rsg_jail *jail;
	struct dentry *root;

	if (!d_is_dir(dentry))
		return false;
	list_for_each_entry_rcu(jail, &jails, node) {
		policy = jail->policy;
		root = jail->root.dentry;
		if (READ_ONCE(policy->armed) != RSG_MODE_ENFORCE ||
		    root->d_sb != dentry->d_sb || dentry == root)
			continue;
		if (is_subdir(dentry, root) && !is_subdir(target, root))
			return true;
	}
	return false;
}

/*
 * security_inode_rename(old_dir, old_dentry, new_dir, new_dentry, flags). In
 * the terms of rename(2) the directory is in use, as one that is mounted on.
 */
static void notrace on_rename(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	const struct pt_regs *regs = rs_ftrace_regs(fregs);
	struct dentry *old = (void *)regs->si, *new = (void *)regs->cx;
	bool leaves;

	preempt_disable_notrace();
	rcu_read_lock();
	leaves = leaves_one(old, new->d_parent) ||
		 (regs->r8 & RENAME_EXCHANGE && leaves_one(new, old->d_parent));
	rcu_read_unlock();
	if (leaves)
		rs_ftrace_divert(fregs, rsg_refuse, -EBUSY);
	preempt_enable_notrace();
}

/* Each gets the object first. */
static void notrace on_free(unsigned long ip, unsigned long parent_ip,
			    struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	rsg_jail_forget((void *)rs_ftrace_arg0(fregs));
}

static struct rs_fset renames = RS_FSET_INIT(renames, on_rename,
					     FTRACE_OPS_FL_IPMODIFY |
					     FTRACE_OPS_FL_PERMANENT);
static struct rs_fset frees = RS_FSET_INIT(frees, on_free,
					   FTRACE_OPS_FL_PERMANENT);

static const char *const names[] = {
	"security_inode_rename",
	/* From here on: what frees. */
	"security_shm_free", "security_sem_free", "security_msg_queue_free",
	"unix_sock_destructor",
};

#define NR_RENAMES	1
#define NR_FREES	(ARRAY_SIZE(names) - NR_RENAMES)

static unsigned long addresses[ARRAY_SIZE(names)];

static int resolve(const char **function)
{
	unsigned int i;
	int err;

	if (addresses[0])
		return 0;
	err = rs_func_addresses(names, addresses, ARRAY_SIZE(names));
	for (i = 0; !err && i < ARRAY_SIZE(names); i++) {
		if (addresses[i])
			continue;
		*function = names[i];
		addresses[0] = 0;
		err = -EOPNOTSUPP;
	}
	return err;
}

static const char *name_at(unsigned long ip)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (addresses[i] == ip)
			return names[i];
	return NULL;
}

static int hook(struct rs_fset *set, const unsigned long *ips, unsigned int nr,
		const char **function)
{
	struct rs_fset_error error;
	int err = rs_fset_update(set, ips, nr, &error);

	if (err && error.ip)
		*function = name_at(error.ip);
	return err == -EINVAL ? -EOPNOTSUPP : err;
}

/**
 * rsg_jail_is_in_one - is the caller in a jail?
 *
 * Return: whether it is, and the jail is enforced.
 */
bool rsg_jail_is_in_one(void)
{
	const struct rsg_jail *jail;
	bool in = false;

	rcu_read_lock();
	list_for_each_entry_rcu(jail, &jails, node)
		in = in || (rsg_task_has(current, jail->policy) &&
			    READ_ONCE(jail->policy->armed) == RSG_MODE_ENFORCE);
	rcu_read_unlock();
	return in;
}

static void unhook(void)
{
	const char *function;

	hook(&renames, NULL, 0, &function);
	hook(&frees, NULL, 0, &function);
}

static int hook_all(const char **function)
{
	int err = resolve(function);

	if (!err)
		err = hook(&frees, addresses + NR_RENAMES, NR_FREES, function);
	if (!err)
		err = hook(&renames, addresses, NR_RENAMES, function);
	if (err)
		unhook();
	return err;
}

/**
 * rsg_jail_watch - a jail is about to be in force
 * @policy: the jail
 * @function: set to the function that can not be hooked, if that is why not
 *
 * Context: sleeps.
 * Return: 0, -EOPNOTSUPP if the kernel lacks a function, or what
 * rs_fset_update() returned.
 */
int rsg_jail_watch(struct rsg_policy *policy, const char **function)
{
	int err;

	lockdep_assert_held(&rsg_lock);
	if (!nr_jails) {
		err = hook_all(function);
		if (err)
			return err;
	}
	nr_jails++;
	list_add_rcu(&policy->jail->node, &jails);
	WRITE_ONCE(policy->jail->watched, true);
	return 0;
}

/**
 * rsg_jail_unwatch - a jail is not in force any more
 * @policy: the jail
 *
 * Context: sleeps. What was made inside stays in the book only while there is
 * somebody to strike it out.
 */
void rsg_jail_unwatch(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	WRITE_ONCE(policy->jail->watched, false);
	list_del_rcu(&policy->jail->node);
	synchronize_rcu();
	rsg_jail_disown(policy);
	if (!--nr_jails)
		unhook();
}
