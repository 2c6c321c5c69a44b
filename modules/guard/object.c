// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does a policy say about a socket, a mount, a file or a process that
 * somebody under it is about to use?
 *
 * The kernel asks its security modules at the same places, and with the very
 * objects. What they look at can not be changed by another thread meanwhile,
 * and it does not matter by which call, which ABI or which ring the kernel
 * came there.
 *
 * The judges run inside of ftrace; see site.h. What they call may be traced,
 * but is no site.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/overflow.h>

#include "guard.h"
#include "object.h"
#include "site.h"

static int check_rule(const struct rsg_object_rule *rule)
{
	bool is_socket = rule->object == RSG_OBJECT_SOCKET;
	bool is_file = rule->object == RSG_OBJECT_FILE;
	u32 action = rule->verdict & SECCOMP_RET_ACTION_FULL;
	u32 data = rule->verdict & SECCOMP_RET_DATA;

	if (rule->object < RSG_OBJECT_SOCKET ||
	    rule->object > RSG_OBJECT_FILE || rule->tag > RSG_TAG_MAX)
		return -EINVAL;
	if (action == SECCOMP_RET_ERRNO) {
		if (data > RSG_ERROR_MAX)
			return -EINVAL;
	} else if (data || (action != SECCOMP_RET_ALLOW &&
			    action != SECCOMP_RET_LOG &&
			    action != SECCOMP_RET_KILL_PROCESS)) {
		return -EINVAL;
	}
	if (is_socket ? rule->family < -1 || rule->type < -1 :
			rule->family || rule->type)
		return -EINVAL;
	if (is_file ? !rule->access || rule->access & ~(RSG_ACCESS_READ |
		      RSG_ACCESS_WRITE | RSG_ACCESS_EXEC) :
		      rule->access || rule->fd)
		return -EINVAL;
	return 0;
}

static int add_rule(struct rsg_objects *objects,
		    const struct rsg_object_rule *rule)
{
	struct rsg_object *object = &objects->rules[objects->nr];
	struct file *file;
	int err;

	err = check_rule(rule);
	if (err)
		return err;
	object->rule = *rule;
	if (rule->object == RSG_OBJECT_FILE) {
		file = fget_raw(rule->fd);
		if (!file)
			return -EBADF;
		object->path = file->f_path;
		path_get(&object->path);
		fput(file);
		objects->access |= rule->access;
	}
	objects->kinds |= BIT(rule->object);
	objects->nr++;
	return 0;
}

/**
 * rsg_objects_create - make what is judged at sites out of a policy's source
 * @source: the rules, in kernel memory
 *
 * Context: the caller's descriptors are those of user space.
 * Return: it, or an error pointer: -EINVAL for a malformed rule, -EBADF for a
 * descriptor that is none, -ENOMEM.
 */
struct rsg_objects *rsg_objects_create(const struct rsg_source *source)
{
	struct rsg_objects *objects;
	unsigned int i;
	int err;

	objects = kvzalloc(struct_size(objects, rules, source->nr_objects),
			   GFP_KERNEL_ACCOUNT);
	if (!objects)
		return ERR_PTR(-ENOMEM);
	rsg_uring_fill(objects->uring, source);
	for (i = 0; i < source->nr_objects; i++) {
		err = add_rule(objects, &source->objects[i]);
		if (err) {
			rsg_objects_destroy(objects);
			return ERR_PTR(err);
		}
	}
	return objects;
}

/**
 * rsg_objects_destroy - free what rsg_objects_create() made
 * @objects: it, or NULL
 *
 * Context: sleeps; no hook uses it any more.
 */
void rsg_objects_destroy(struct rsg_objects *objects)
{
	unsigned int i;

	for (i = 0; objects && i < objects->nr; i++)
		if (objects->rules[i].rule.object == RSG_OBJECT_FILE)
			path_put(&objects->rules[i].path);
	kvfree(objects);
}

static bool is_wanted(const struct rsg_site *site,
		      const struct rsg_policy *policy,
		      const struct rsg_rules *rules)
{
	return rules->objects->kinds & BIT(site->data);
}

/* Files are opened all the time, and changed by a dozen of functions. */
static bool is_changed(const struct rsg_site *site,
		       const struct rsg_policy *policy,
		       const struct rsg_rules *rules)
{
	return rules->objects->access & RSG_ACCESS_WRITE;
}

static notrace u32 take(struct rsg_look *look, const struct rsg_object *object)
{
	look->rule = object->rule.tag;
	return object->rule.verdict;
}

/* Of the rules on this kind of object, which have no more to say, the first. */
static notrace u32 take_first(struct rsg_look *look)
{
	const struct rsg_objects *objects = look->rules->objects;
	unsigned int i;

	for (i = 0; i < objects->nr; i++)
		if (objects->rules[i].rule.object == look->site->data)
			return take(look, &objects->rules[i]);
	return SECCOMP_RET_ALLOW;
}

/* security_socket_create(family, type, protocol, kern) */
static notrace u32 judge_socket(struct rsg_look *look)
{
	const struct rsg_objects *objects = look->rules->objects;
	int family = rsg_site_arg(look, 0);
	int type = rsg_site_arg(look, 1);
	const struct rsg_object_rule *rule;
	unsigned int i;

	/* A socket of the kernel, made on the way of something else. */
	if ((int)rsg_site_arg(look, 3))
		return SECCOMP_RET_ALLOW;
	look->args[0] = family;
	look->args[1] = type;
	look->args[2] = rsg_site_arg(look, 2);
	for (i = 0; i < objects->nr; i++) {
		rule = &objects->rules[i].rule;
		if (rule->object == RSG_OBJECT_SOCKET &&
		    (rule->family == -1 || rule->family == family) &&
		    (rule->type == -1 || rule->type == type))
			return take(look, &objects->rules[i]);
	}
	return SECCOMP_RET_ALLOW;
}

static notrace u32 judge_mount(struct rsg_look *look)
{
	return take_first(look);
}

static notrace u32 judge_target(struct rsg_look *look, struct task_struct *task)
{
	bool inside;

	rcu_read_lock();
	inside = same_thread_group(task, current) ||
		 rsg_task_has(task, look->policy);
	rcu_read_unlock();
	if (inside)
		return SECCOMP_RET_ALLOW;
	look->args[0] = task->tgid;
	return take_first(look);
}

/* security_ptrace_access_check(child, mode); task_lock(child) is held. */
static notrace u32 judge_ptrace(struct rsg_look *look)
{
	u32 verdict;

	verdict = judge_target(look, (void *)rsg_site_arg(look, 0));
	look->args[1] = (unsigned int)rsg_site_arg(look, 1);
	return verdict;
}

/* security_task_kill(p, info, sig, cred) */
static notrace u32 judge_signal(struct rsg_look *look)
{
	u32 verdict;

	verdict = judge_target(look, (void *)rsg_site_arg(look, 0));
	look->args[1] = (int)rsg_site_arg(look, 2);
	return verdict;
}

static notrace bool is_below(const struct rsg_object *object,
			     const struct path *path, struct dentry *dentry)
{
	if (is_subdir(dentry, object->path.dentry))
		return true;
	/* It may be mounted there, on another file system or the same. */
	return path && path_is_under(path, &object->path);
}

static notrace u32 judge_file(struct rsg_look *look, u32 access,
			      const struct path *path, struct dentry *dentry)
{
	const struct rsg_objects *objects = look->rules->objects;
	const struct rsg_object *object;
	struct inode *inode;
	unsigned int i;

	for (i = 0; i < objects->nr; i++) {
		object = &objects->rules[i];
		if (object->rule.object != RSG_OBJECT_FILE ||
		    !(object->rule.access & access) ||
		    !is_below(object, path, dentry))
			continue;
		inode = d_backing_inode(dentry);
		look->args[0] = access;
		look->args[1] = dentry->d_sb->s_dev;
		look->args[2] = inode ? inode->i_ino : 0;
		return take(look, object);
	}
	return SECCOMP_RET_ALLOW;
}

/* security_file_open(file) */
static notrace u32 judge_open(struct rsg_look *look)
{
	const struct file *file = (void *)rsg_site_arg(look, 0);
	u32 access = 0;

	if (file->f_flags & __FMODE_EXEC)
		access = RSG_ACCESS_EXEC;
	else if (file->f_mode & FMODE_READ)
		access = RSG_ACCESS_READ;
	if (file->f_mode & FMODE_WRITE)
		access |= RSG_ACCESS_WRITE;
	return judge_file(look, access, &file->f_path, file->f_path.dentry);
}

/* security_path_truncate(path), _chmod(path, ...), _chown(path, ...) */
static notrace u32 judge_path(struct rsg_look *look)
{
	const struct path *path = (void *)rsg_site_arg(look, 0);

	return judge_file(look, RSG_ACCESS_WRITE, path, path->dentry);
}

/* security_file_truncate(file): an open for reading may ask for that, too */
static notrace u32 judge_truncate(struct rsg_look *look)
{
	const struct file *file = (void *)rsg_site_arg(look, 0);

	return judge_file(look, RSG_ACCESS_WRITE, &file->f_path,
			  file->f_path.dentry);
}

/* What is in directory @dir and called @dentry. */
static notrace u32 judge_entry(struct rsg_look *look, const struct path *dir,
			       struct dentry *dentry)
{
	return judge_file(look, RSG_ACCESS_WRITE, dir, dentry);
}

/* security_path_unlink(dir, dentry), and others that begin so */
static notrace u32 judge_dir(struct rsg_look *look)
{
	return judge_entry(look, (void *)rsg_site_arg(look, 0),
			   (void *)rsg_site_arg(look, 1));
}

/* security_path_rename(old_dir, old_dentry, new_dir, new_dentry, flags) */
static notrace u32 judge_rename(struct rsg_look *look)
{
	u32 verdict = judge_dir(look);

	if (verdict != SECCOMP_RET_ALLOW)
		return verdict;
	return judge_entry(look, (void *)rsg_site_arg(look, 2),
			   (void *)rsg_site_arg(look, 3));
}

/*
 * security_path_link(old_dentry, new_dir, new_dentry). Another name for a file
 * below the directory would be a way round later.
 */
static notrace u32 judge_link(struct rsg_look *look)
{
	u32 verdict = judge_file(look, RSG_ACCESS_WRITE, NULL,
				 (void *)rsg_site_arg(look, 0));

	if (verdict != SECCOMP_RET_ALLOW)
		return verdict;
	return judge_entry(look, (void *)rsg_site_arg(look, 1),
			   (void *)rsg_site_arg(look, 2));
}

#define OBJECT(_function, _object, _judge, ...) {	\
	.names = { "security_" #_function },		\
	.judge = _judge,				\
	.wanted = is_wanted,				\
	.data = RSG_OBJECT_ ## _object,			\
	__VA_ARGS__					\
}

#define CHANGE(_function, _judge) {			\
	.names = { "security_path_" #_function },	\
	.judge = _judge,				\
	.wanted = is_changed,				\
	.data = RSG_OBJECT_FILE,			\
}

/* Hooked while a policy has rules on such objects. */
const struct rsg_site rsg_object_sites[] = {
	OBJECT(socket_create, SOCKET, judge_socket),
	OBJECT(sb_mount, MOUNT, judge_mount),
	OBJECT(sb_remount, MOUNT, judge_mount),
	OBJECT(sb_umount, MOUNT, judge_mount),
	OBJECT(move_mount, MOUNT, judge_mount),
	OBJECT(sb_pivotroot, MOUNT, judge_mount),
	OBJECT(ptrace_access_check, PTRACE, judge_ptrace),
	OBJECT(task_kill, SIGNAL, judge_signal, .no_esrch = true),
	OBJECT(file_open, FILE, judge_open),
	CHANGE(truncate, judge_path),
	/* Was path_truncate, too, before it had a name of its own. */
	{
		.names = { "security_file_truncate" },
		.judge = judge_truncate,
		.wanted = is_changed,
		.optional = true,
		.data = RSG_OBJECT_FILE,
	},
	CHANGE(chmod, judge_path),
	CHANGE(chown, judge_path),
	CHANGE(unlink, judge_dir),
	CHANGE(rmdir, judge_dir),
	CHANGE(mkdir, judge_dir),
	CHANGE(mknod, judge_dir),
	CHANGE(symlink, judge_dir),
	CHANGE(rename, judge_rename),
	CHANGE(link, judge_link),
	{}
};
