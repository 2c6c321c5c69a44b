// SPDX-License-Identifier: GPL-2.0-only
/*
 * What keeps a process under limits that somebody else has set for it?
 *
 * User space puts them there: a control group, and resource limits. Root can
 * raise the one, leave the other and edit the group's files. Nobody under a
 * sealed policy can, and every jail is sealed. Limits that are soft, and hard
 * ones that are lowered, are the process's own business.
 */
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "jail.h"

static notrace bool is_sealed(const struct rsg_policy *policy)
{
	return policy->jail || policy->flags & RSG_LOAD_SEAL;
}

static bool wanted(const struct rsg_site *site, const struct rsg_policy *policy,
		   const struct rsg_rules *rules)
{
	return policy && is_sealed(policy);
}

/* A jail has nothing to write in sysfs either. */
static notrace u32 judge_inode(const struct rsg_policy *policy,
			       const struct inode *inode)
{
	unsigned long magic = inode->i_sb->s_magic;

	if (policy->jail ||
	    (is_sealed(policy) && (magic == CGROUP2_SUPER_MAGIC ||
				   magic == CGROUP_SUPER_MAGIC)))
		return RSG_JAIL_DENY(EPERM);
	return SECCOMP_RET_ALLOW;
}

/* kernfs_fop_open(inode, file): to write to sysfs or a control group */
static notrace u32 judge_open(struct rsg_look *look)
{
	const struct file *file = (void *)rsg_site_arg(look, 1);

	if (!(file->f_mode & FMODE_WRITE))
		return SECCOMP_RET_ALLOW;
	return judge_inode(look->policy, (void *)rsg_site_arg(look, 0));
}

/* kernfs_fop_write_iter(iocb, iter): by a descriptor that was open before */
static notrace u32 judge_write(struct rsg_look *look)
{
	const struct kiocb *iocb = (void *)rsg_site_arg(look, 0);

	return judge_inode(look->policy, file_inode(iocb->ki_filp));
}

/* kernfs_iop_rmdir(dir, dentry) */
static notrace u32 judge_rmdir(struct rsg_look *look)
{
	return judge_inode(look->policy, (void *)rsg_site_arg(look, 0));
}

/* kernfs_iop_mkdir(idmap, dir, dentry, mode) */
static notrace u32 judge_mkdir(struct rsg_look *look)
{
	return judge_inode(look->policy, (void *)rsg_site_arg(look, 1));
}

/* cgroup_can_fork(child, args): birth in another control group */
static notrace u32 judge_birth(struct rsg_look *look)
{
	const struct kernel_clone_args *args = (void *)rsg_site_arg(look, 1);

	if (!is_sealed(look->policy) || !(args->flags & CLONE_INTO_CGROUP))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

/* security_task_setrlimit(p, resource, new): CAP_SYS_RESOURCE does not help */
static notrace u32 judge_limit(struct rsg_look *look)
{
	const struct task_struct *task = (void *)rsg_site_arg(look, 0);
	unsigned int resource = rsg_site_arg(look, 1);
	const struct rlimit *new = (void *)rsg_site_arg(look, 2);

	if (!is_sealed(look->policy))
		return SECCOMP_RET_ALLOW;
	look->args[0] = resource;
	look->args[1] = new->rlim_max;
	if (resource < RLIM_NLIMITS &&
	    new->rlim_max <= READ_ONCE(task->signal->rlim[resource].rlim_max))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

#define SEAL_SITE(_function, _judge) {	\
	.names = { #_function },	\
	.judge = _judge,		\
	.wanted = wanted,		\
}

const struct rsg_site rsg_seal_sites[] = {
	SEAL_SITE(kernfs_fop_open, judge_open),
	SEAL_SITE(kernfs_fop_write_iter, judge_write),
	SEAL_SITE(kernfs_iop_mkdir, judge_mkdir),
	SEAL_SITE(kernfs_iop_rmdir, judge_rmdir),
	SEAL_SITE(cgroup_can_fork, judge_birth),
	SEAL_SITE(security_task_setrlimit, judge_limit),
	{}
};
