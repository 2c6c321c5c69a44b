// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which System V objects, abstract sockets and terminals are a jail's own?
 *
 * Nothing in these objects tells who made them, so the jail writes down what
 * is made inside, and strikes it out when it is freed, by whomever. What is
 * not in the book is the outside's. Sockets that were open at the attach are
 * entered then; System V objects are not, for they belong to no process. A
 * socket with a path is reached through the file system, and so is not looked
 * at: the path is in the jail because somebody put it there.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/ipc.h>
#include <linux/net.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <net/af_unix.h>

#include "jail.h"

/**
 * struct owned - an object that was made in a jail
 * @object: its address
 * @policy: the jail
 * @node: in the table
 */
struct owned {
	const void *object;
	const struct rsg_policy *policy;
	struct hlist_node node;
};

static DEFINE_HASHTABLE(book, 10);
/* Taken in interrupts, too: objects are freed there. */
static DEFINE_SPINLOCK(book_lock);

static notrace struct owned *find(const struct rsg_policy *policy,
				  const void *object)
{
	struct owned *owned;

	hash_for_each_possible(book, owned, node, (unsigned long)object)
		if (owned->object == object && owned->policy == policy)
			return owned;
	return NULL;
}

static notrace bool is_own(const struct rsg_policy *policy, const void *object)
{
	unsigned long flags;
	bool own;

	spin_lock_irqsave(&book_lock, flags);
	own = find(policy, object);
	spin_unlock_irqrestore(&book_lock, flags);
	return own;
}

/* Without memory the object is not the jail's, which errs on the safe side. */
static notrace void enter(const struct rsg_policy *policy, const void *object)
{
	struct owned *owned = kmalloc(sizeof(*owned), GFP_ATOMIC);
	unsigned long flags;

	if (!owned)
		return;
	owned->object = object;
	owned->policy = policy;
	spin_lock_irqsave(&book_lock, flags);
	if (!find(policy, object)) {
		hash_add(book, &owned->node, (unsigned long)object);
		owned = NULL;
	}
	spin_unlock_irqrestore(&book_lock, flags);
	kfree(owned);
}

/**
 * rsg_jail_forget - an object is freed
 * @object: its address
 *
 * Context: any; called from inside of ftrace.
 */
void notrace rsg_jail_forget(const void *object)
{
	struct hlist_node *next;
	struct owned *owned;
	unsigned long flags;

	spin_lock_irqsave(&book_lock, flags);
	hash_for_each_possible_safe(book, owned, next, node,
				    (unsigned long)object) {
		if (owned->object != object)
			continue;
		hash_del(&owned->node);
		kfree(owned);
	}
	spin_unlock_irqrestore(&book_lock, flags);
}

/**
 * rsg_jail_disown - a jail is no more
 * @policy: the jail; no task is under it
 */
void rsg_jail_disown(const struct rsg_policy *policy)
{
	struct hlist_node *next;
	struct owned *owned;
	unsigned long flags;
	int i;

	spin_lock_irqsave(&book_lock, flags);
	hash_for_each_safe(book, i, next, owned, node) {
		if (owned->policy != policy)
			continue;
		hash_del(&owned->node);
		kfree(owned);
	}
	spin_unlock_irqrestore(&book_lock, flags);
}

static int adopt_file(const void *policy, struct file *file, unsigned int fd)
{
	struct socket *sock = sock_from_file(file);

	if (sock && sock->sk && sock->sk->sk_family == AF_UNIX)
		enter(policy, sock->sk);
	return 0;
}

/**
 * rsg_jail_adopt - enter what a task has open when it comes into a jail
 * @policy: the jail
 * @task: the task
 */
void rsg_jail_adopt(const struct rsg_policy *policy, struct task_struct *task)
{
	task_lock(task);
	if (task->files)
		iterate_fd(task->files, 0, adopt_file, policy);
	task_unlock(task);
}

/* security_{shm,sem,msg_queue}_alloc(perm) */
static notrace u32 note_ipc(struct rsg_look *look)
{
	if (look->policy->jail)
		enter(look->policy, (void *)rsg_site_arg(look, 0));
	return SECCOMP_RET_ALLOW;
}

/* security_socket_post_create(sock, family, ...) */
static notrace u32 note_socket(struct rsg_look *look)
{
	const struct socket *sock = (void *)rsg_site_arg(look, 0);

	if (look->policy->jail && (int)rsg_site_arg(look, 1) == AF_UNIX)
		enter(look->policy, sock->sk);
	return SECCOMP_RET_ALLOW;
}

/*
 * security_ipc_permission(perm, ...), security_shm_shmctl(perm, ...) and its
 * like, which get NULL when they are asked about no object.
 */
static notrace u32 judge_ipc(struct rsg_look *look)
{
	const struct kern_ipc_perm *perm = (void *)rsg_site_arg(look, 0);

	if (!look->policy->jail || !perm || is_own(look->policy, perm))
		return SECCOMP_RET_ALLOW;
	look->args[0] = perm->id;
	return RSG_JAIL_DENY(EACCES);
}

static notrace u32 judge_peer(struct rsg_look *look, struct sock *peer)
{
	const struct unix_address *addr;

	if (!look->policy->jail)
		return SECCOMP_RET_ALLOW;
	addr = smp_load_acquire(&unix_sk(peer)->addr); /* as af_unix.c */
	if (!addr || addr->name->sun_path[0] || is_own(look->policy, peer))
		return SECCOMP_RET_ALLOW;
	return RSG_JAIL_DENY(ECONNREFUSED);
}

/* security_unix_stream_connect(sock, other, newsk) */
static notrace u32 judge_connect(struct rsg_look *look)
{
	return judge_peer(look, (void *)rsg_site_arg(look, 1));
}

/* security_unix_may_send(sock, other) */
static notrace u32 judge_send(struct rsg_look *look)
{
	struct socket *other = (void *)rsg_site_arg(look, 1);

	return judge_peer(look, other->sk);
}

/* security_file_ioctl(file, cmd, arg): typing into a terminal of the outside */
static notrace u32 judge_ioctl(struct rsg_look *look)
{
	const struct file *file = (void *)rsg_site_arg(look, 0);
	unsigned int cmd = rsg_site_arg(look, 1);

	if (!look->policy->jail || (cmd != TIOCSTI && cmd != TIOCLINUX) ||
	    path_is_under(&file->f_path, &look->policy->jail->root))
		return SECCOMP_RET_ALLOW;
	look->args[1] = cmd;
	return RSG_JAIL_DENY(EPERM);
}

const struct rsg_site rsg_jail_ipc_sites[] = {
	RSG_JAIL_SITE(security_shm_alloc, note_ipc),
	RSG_JAIL_SITE(security_sem_alloc, note_ipc),
	RSG_JAIL_SITE(security_msg_queue_alloc, note_ipc),
	RSG_JAIL_SITE(security_ipc_permission, judge_ipc),
	RSG_JAIL_SITE(security_shm_shmctl, judge_ipc),
	RSG_JAIL_SITE(security_sem_semctl, judge_ipc),
	RSG_JAIL_SITE(security_msg_queue_msgctl, judge_ipc),
	RSG_JAIL_SITE(security_socket_post_create, note_socket),
	RSG_JAIL_SITE(security_unix_stream_connect, judge_connect),
	RSG_JAIL_SITE(security_unix_may_send, judge_send),
	RSG_JAIL_SITE(security_file_ioctl, judge_ioctl),
	RSG_JAIL_SITE(security_file_ioctl_compat, judge_ioctl),
	{}
};
