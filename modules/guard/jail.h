/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the jail share. Who does what:
 *   jail.c       a jail is made, put on tasks, and taken away
 *   jail_call.c  system calls that have no place in one
 *   jail_task.c  processes outside: out of sight, out of reach
 *   jail_fs.c    the file system outside, and files that give power
 *   jail_ipc.c   System V objects, sockets and terminals of others
 *   jail_admin.c what is the machine's: settings, namespaces
 *   seal.c       limits, which policies can seal that are no jails
 *   jail_watch.c what tasks outside do that concerns a jail
 *
 * A jail is a policy with a root directory. Whoever is under the policy is
 * inside; a task is the jail's own if it is under the same policy. No judge
 * compares root directories.
 *
 * Judges run with preemption off and take spinlocks, which is why there are no
 * jails on a kernel with PREEMPT_RT.
 */
#ifndef _RSG_JAIL_H
#define _RSG_JAIL_H

#include <linux/path.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#include "site.h"

/**
 * struct rsg_jail - what a policy has in addition if it is a jail
 * @policy: the policy
 * @root: its root directory, referenced; immutable
 * @node: in the list of jails in force; jail_watch.c's
 * @watched: what it owns is struck out when it is freed. Written under
 *	rsg_lock, read with READ_ONCE()
 */
struct rsg_jail {
	const struct rsg_policy *policy;
	struct path root;
	struct list_head node;
	bool watched;
};

#define RSG_JAIL_DENY(_error)	(SECCOMP_RET_ERRNO | (_error))

/* A row of a table of sites, asked for jails only. */
#define RSG_JAIL_SITE(_function, _judge, ...) {		\
	.names = { #_function },			\
	.judge = _judge,				\
	.wanted = rsg_jail_wanted,			\
	__VA_ARGS__					\
}

/* The same if the answer is no, whatever is asked. */
#define RSG_JAIL_REFUSE(_function, _error, ...)		\
	RSG_JAIL_SITE(_function, rsg_jail_refuse, .data = _error, __VA_ARGS__)

bool rsg_jail_wanted(const struct rsg_site *site,
		     const struct rsg_policy *policy,
		     const struct rsg_rules *rules);
u32 rsg_jail_refuse(struct rsg_look *look);
bool rsg_jail_owns(const struct rsg_policy *policy, struct task_struct *task);

/* jail_call.c */
int rsg_jail_source(struct rsg_source *source);

/* jail_task.c */
bool rsg_jail_proc_shows(const struct rsg_policy *policy,
			 const struct dentry *dentry);

/* jail_fs.c */
bool rsg_jail_contains(const struct rsg_policy *policy,
		       const struct path *path);

/* jail_ipc.c */
void rsg_jail_adopt(const struct rsg_policy *policy, struct task_struct *task);
void rsg_jail_forget(const void *object);
void rsg_jail_disown(const struct rsg_policy *policy);

/* jail_watch.c */
int rsg_jail_watch(struct rsg_policy *policy, const char **function)
	__must_hold(&rsg_lock);
void rsg_jail_unwatch(struct rsg_policy *policy) __must_hold(&rsg_lock);

#endif /* _RSG_JAIL_H */
