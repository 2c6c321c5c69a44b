// SPDX-License-Identifier: GPL-2.0-only
/*
 * How do files outside stay out of reach of a jail, and which files must a
 * jail not make?
 *
 * A walk from the root or the working directory ends at the root, so that only
 * directories that are open matter: those that were opened before the jail, or
 * come from outside. To a task in a jail such a descriptor is not open. This
 * holds for every call that starts at a descriptor, as they all fetch it by
 * one function, which a walk without one never enters.
 *
 * Between a judge's look at a descriptor and the kernel's another thread may
 * put another file there. It can not be a directory outside: none can be
 * duplicated, sent or opened.
 */
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/fsnotify_backend.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched/task.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/xattr.h>

#include <ringside/compat.h>

#include "jail.h"

/**
 * rsg_jail_contains - is a path in a jail?
 * @policy: the jail
 * @path: the path
 *
 * Context: may hold spinlocks, but none of the mounts'.
 * Return: false if it is outside, or belongs to a process outside.
 */
bool notrace rsg_jail_contains(const struct rsg_policy *policy,
			       const struct path *path)
{
	return path_is_under(path, &policy->jail->root) &&
	       rsg_jail_proc_shows(policy, path->dentry);
}

/* Files without a name, such as pipes and memfds, belong to nowhere. */
static notrace bool is_outside(const struct rsg_policy *policy,
			       const struct path *path)
{
	return !(path->mnt->mnt_flags & MNT_INTERNAL) &&
	       !rsg_jail_contains(policy, path);
}

static notrace bool is_way_out(const struct rsg_policy *policy,
			       const struct file *file)
{
	return S_ISDIR(file_inode(file)->i_mode) &&
	       !rsg_jail_contains(policy, &file->f_path);
}

/* What is asked about one descriptor. */
struct question {
	const struct rsg_policy *policy;
	unsigned int fd;
	bool way_out;
};

/* Return 1 to end the iteration: only the first descriptor is of interest. */
static notrace int look_at(const void *data, struct file *file, unsigned int fd)
{
	struct question *question = (struct question *)data;

	if (fd == question->fd)
		question->way_out = is_way_out(question->policy, file);
	return 1;
}

/* Is @fd in @files a directory outside? */
static notrace bool leads_out(const struct rsg_policy *policy,
			      struct files_struct *files, unsigned int fd)
{
	struct question question = { .policy = policy, .fd = fd };

	/* Under the lock of the table, so that the file does not go. */
	if (files)
		iterate_fd(files, fd, look_at, &question);
	return question.way_out;
}

/* fdget_raw(fd), fget_raw(fd), ksys_dup3(oldfd, ...) */
static notrace u32 judge_fd(struct rsg_look *look)
{
	unsigned int fd = rsg_site_arg(look, 0);

	if (!look->policy->jail || !leads_out(look->policy, current->files, fd))
		return SECCOMP_RET_ALLOW;
	look->args[0] = fd;
	return RSG_JAIL_DENY(EBADF);
}

/* iterate_dir(file, ctx), security_file_receive(file) */
static notrace u32 judge_directory(struct rsg_look *look)
{
	const struct file *file = (void *)rsg_site_arg(look, 0);

	if (!look->policy->jail || !is_way_out(look->policy, file))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EBADF);
}

/*
 * proc_fd_link(dentry, path): /proc/PID/fd/FD leads to what is open, and does
 * so without a descriptor.
 */
static notrace u32 judge_fd_link(struct rsg_look *look)
{
	struct dentry *dentry = (void *)rsg_site_arg(look, 0);
	struct dentry *owner = dentry->d_parent->d_parent;
	struct task_struct *task;
	unsigned int fd, pid;
	bool out = true;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	if (kstrtouint(dentry->d_name.name, 10, &fd) ||
	    kstrtouint(owner->d_name.name, 10, &pid))
		return RSG_JAIL_DENY(EPERM);
	rcu_read_lock();
	task = pid_task(find_pid_ns(pid, proc_pid_ns(dentry->d_sb)),
			PIDTYPE_PID);
	if (task) {
		task_lock(task);
		out = leads_out(look->policy, task->files, fd);
		task_unlock(task);
	}
	rcu_read_unlock();
	look->args[0] = fd;
	return out ? RSG_JAIL_DENY(EPERM) : SECCOMP_RET_ALLOW;
}

/* security_path_chroot(path): to where one is already, and nowhere else */
static notrace u32 judge_chroot(struct rsg_look *look)
{
	const struct path *path = (void *)rsg_site_arg(look, 0);
	bool same;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	/* Not with a reference: to put it might sleep. */
	rs_fs_lock(current->fs);
	same = path_equal(path, &current->fs->root);
	rs_fs_unlock(current->fs);
	return same ? SECCOMP_RET_ALLOW : RSG_JAIL_DENY(EPERM);
}

static notrace u32 judge_mode(umode_t mode)
{
	bool gives = mode & S_ISUID || (mode & S_ISGID && !S_ISDIR(mode));

	return gives ? RSG_JAIL_DENY(EPERM) : SECCOMP_RET_ALLOW;
}

/* security_path_mknod(dir, dentry, mode, dev); open() comes here to create */
static notrace u32 judge_mknod(struct rsg_look *look)
{
	umode_t mode = rsg_site_arg(look, 2);
	unsigned int dev = rsg_site_arg(look, 3);

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	look->args[0] = mode;
	look->args[1] = dev;
	/* 0:0 is no device but the whiteout of overlayfs. */
	if (S_ISBLK(mode) || (S_ISCHR(mode) && dev))
		return RSG_JAIL_DENY(EPERM);
	return judge_mode(mode);
}

/* vfs_tmpfile(idmap, parent, file, mode) */
static notrace u32 judge_tmpfile(struct rsg_look *look)
{
	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	look->args[0] = (umode_t)rsg_site_arg(look, 3);
	return judge_mode(look->args[0] & ~S_IFMT);
}

/* security_path_chmod(path, mode): bits that the file has may stay */
static notrace u32 judge_chmod(struct rsg_look *look)
{
	const struct path *path = (void *)rsg_site_arg(look, 0);
	umode_t mode = rsg_site_arg(look, 1), now;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	if (is_outside(look->policy, path))
		return RSG_JAIL_DENY(EPERM);
	now = READ_ONCE(d_inode(path->dentry)->i_mode);
	look->args[0] = mode;
	return judge_mode((now & S_IFMT) | (mode & S_IALLUGO & ~now));
}

/* security_path_chown(path, ...) */
static notrace u32 judge_chown(struct rsg_look *look)
{
	const struct path *path = (void *)rsg_site_arg(look, 0);

	if (!look->policy->jail || !is_outside(look->policy, path))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

/* security_inode_setxattr(idmap, dentry, name, ...): capabilities of a file */
static notrace u32 judge_xattr(struct rsg_look *look)
{
	const char *name = (void *)rsg_site_arg(look, 2);

	if (!look->policy->jail || strcmp(name, XATTR_NAME_CAPS))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

/* security_path_notify(path, mask, obj_type): more than files and directories */
static notrace u32 judge_notify(struct rsg_look *look)
{
	if (!look->policy->jail ||
	    (unsigned int)rsg_site_arg(look, 2) == FSNOTIFY_OBJ_TYPE_INODE)
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(EPERM);
}

const struct rsg_site rsg_jail_fs_sites[] = {
	{
		.names = { "fdget_raw", "__fdget_raw" },
		.judge = judge_fd,
		.wanted = rsg_jail_wanted,
		.refusal = RSG_REFUSE_FALSE,
	},
	RSG_JAIL_SITE(fget_raw, judge_fd, .refusal = RSG_REFUSE_FALSE),
	RSG_JAIL_SITE(ksys_dup3, judge_fd),
	RSG_JAIL_SITE(iterate_dir, judge_directory),
	RSG_JAIL_SITE(security_file_receive, judge_directory),
	RSG_JAIL_SITE(proc_fd_link, judge_fd_link),
	RSG_JAIL_SITE(security_path_chroot, judge_chroot),
	RSG_JAIL_SITE(security_path_mknod, judge_mknod),
	RSG_JAIL_SITE(vfs_tmpfile, judge_tmpfile),
	RSG_JAIL_SITE(security_path_chmod, judge_chmod),
	RSG_JAIL_SITE(security_path_chown, judge_chown),
	RSG_JAIL_SITE(security_inode_setxattr, judge_xattr),
	RSG_JAIL_SITE(security_path_notify, judge_notify),
	{}
};
