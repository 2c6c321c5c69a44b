/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of ringside_guard.ko share. Who does what:
 *   verdict.c  rules -> verdicts (pure)
 *   calls.c    system call -> kernel function
 *   set.c      mark -> set of policies
 *   mark.c     which tasks carry which mark
 *   scope.c    which tasks an attach is about
 *   root.c     who comes into a root directory later
 *   hook.c     what happens when a governed task makes a denied call, and
 *              repeat.h when it makes that again at once
 *   site.c     the same at other functions of the kernel; site.h tells how
 *   object.c   verdicts on sockets, mounts, files and processes
 *   seal.c     limits that are neither raised nor left
 *   uring.c    verdicts on operations of io_uring
 *   relax.c    calls in spite of a seccomp filter
 *   action.c   what happens instead of a denied call
 *   event.c    what becomes of a decision of the hook
 *   record.c   who hears of it
 *   learn.c    what is learned in observe mode
 *   policy.c   the set of loaded policies
 *   attach.c   attach, confirm, roll back, detach
 *   replace.c  swap what a policy says
 *   jail*.c    policies that keep their tasks in a root directory
 *   safety.c   breaker, SysRq, cap of the mode, watchdog
 *   ioctl.c, event_ioctl.c, relax_ioctl.c, sysfs.c  user space
 *
 * Lock order: rsg_lock nests outside rs_fset.lock and whatever ftrace,
 * tracepoints and RCU take. calls.c has a lock of its own, which is never held
 * together with rsg_lock. The spinlocks of set.c, event.c, learn.c and
 * jail_ipc.c are innermost, each by itself; the hook takes no other lock, and
 * none for a call that is allowed.
 */
#ifndef _RSG_GUARD_H
#define _RSG_GUARD_H

#ifdef pr_fmt
#undef pr_fmt
#endif
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/path.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include <ringside/core.h>

#include "verdict.h"

/**
 * struct rsg_counts - events of one policy on one CPU
 * @denied: calls refused
 * @audited: calls that would have been refused
 * @observed: calls recorded otherwise
 *
 * Written with this_cpu_inc() by rsg_decision(), and by the hook for what
 * repeats; read without a lock.
 */
struct rsg_counts {
	u64 denied;
	u64 audited;
	u64 observed;
};

/**
 * struct rsg_decision - what the hook decided about one call
 * @verdict: what the policy says, whatever the mode
 * @mode: RSG_MODE_* of the policy
 * @abi: entry ABI of the call
 * @nr: its number
 * @rule: tag of the rule, -1 if it was the default
 * @site: kernel function whose object was judged, 0 for a system call
 * @args: with @site, what was judged; NULL for a system call, whose arguments
 *	rsg_call_args() gives
 */
struct rsg_decision {
	u32 verdict;
	u32 mode;
	u16 abi;
	u16 nr;
	s16 rule;
	u16 site;
	const unsigned long *args;
};

struct rsg_policy;
/* Kinds of counters of a call. */
enum { RSG_COUNT_DENIED, RSG_COUNT_AUDITED, RSG_COUNT_OBSERVED, RSG_COUNTS };

/**
 * struct rsg_call_counters - events of one policy, by system call
 * @nr: how many, by kind, ABI and number
 *
 * Not per CPU: 24 KiB for each would be much, and only who is refused, or
 * observed, waits for the line.
 */
struct rsg_call_counters {
	atomic64_t nr[RSG_COUNTS][RSG_ABIS][RSG_CALLS];
};

/**
 * struct rsg_target - tasks that user space named
 * @type: RSG_SCOPE_*, which tells the member of the union; 0 for nobody
 * @pid: the process, referenced
 * @cgroup: the control group, referenced
 * @root: the directory, referenced
 */
struct rsg_target {
	u32 type;
	union {
		struct pid *pid;
		struct cgroup *cgroup;
		struct path root;
	};
};

/**
 * struct rsg_scope - which tasks an attach is about; immutable
 * @target: these
 * @force: do not pass exempt tasks over
 * @nr_excepts: length of @excepts
 * @excepts: without these
 */
struct rsg_scope {
	struct rsg_target target;
	bool force;
	u32 nr_excepts;
	struct rsg_target excepts[] __counted_by(nr_excepts);
};

/**
 * struct rsg_members - some policies
 * @nr: how many; readers without the lock of set.c load it with acquire
 * @policies: the policies, in no order, each once
 */
struct rsg_members {
	unsigned int nr;
	struct rsg_policy *policies[RSG_STACK_MAX];
};

/**
 * struct rsg_set - the policies that a mark stands for
 * @id: its index in rsg_sets[]; immutable while it is there
 * @generation: tells it from earlier sets of that id; immutable, too
 * @listed: no listed set is equal to it: tasks may be moved to it. Protected
 *	by the lock of set.c, as the rest
 * @members: the policies. Some may go, none is added
 * @node: in the table by members, while @listed
 * @spare: in the reserve, before it has an id
 * @rcu: frees it
 */
struct rsg_set {
	u32 id;
	u16 generation;
	bool listed;
	struct rsg_members members;
	union {
		struct hlist_node node;
		struct list_head spare;
		struct rcu_head rcu;
	};
};

struct rsg_jail;

/**
 * struct rsg_policy - a loaded policy and its attachment
 * @rules: what it says about each call; replaced as a whole under rsg_lock
 * @jail: what it is in addition if it is a jail, or NULL; immutable
 * @learn: what it observed, NULL until it is first attached in observe mode.
 *	Written under rsg_lock, read by the hook with READ_ONCE()
 * @counts: per CPU; the pointer is immutable
 * @calls: by call; made before the first attach, and then immutable
 * @armed: RSG_MODE_* that the hook obeys, 0 to allow everything. Written under
 *	rsg_lock, read by the hook with READ_ONCE()
 * @id: index in the table of policies and part of the mark; immutable
 * @flags: RSG_LOAD_*; immutable. Without RSG_LOAD_PERSIST a descriptor owns
 *	the policy, and nobody else may free it
 * @name: NUL-terminated; immutable
 * @state: RSG_STATE_*; protected by rsg_lock, as all that follows
 * @scope: tasks it is attached to, NULL while @state is RSG_STATE_LOADED.
 *	mark.c reads it under RCU, too
 * @dropped: no set takes it in any more; protected by the lock of set.c
 * @in_cgroups: in the list of policies that are attached to a control group;
 *	mark.c's
 * @in_roots: the same for a root directory; root.c's
 * @since: tick of rsg_clock at which it was attached
 * @mode: RSG_MODE_* that was asked for; @armed may be less, see safety.c
 * @since_ns: time at which it was attached, as tasks' start_time
 * @passed_over: the caller of the attach would have been governed, were it not
 *	exempt
 * @counting: jiffies at which the breaker began to count
 * @denied_before: what had been denied by then
 * @deadline: jiffies at which a pending attach rolls back
 * @next: what is about to become @rules, while hooks for it are put in place
 * @committed: what @rules were before a pending REPLACE, else NULL
 * @rollback: fires at @deadline; a run that comes late or early finds out
 *	under rsg_lock from @state and @deadline
 */
struct rsg_policy {
	struct rsg_rules __rcu *rules;
	struct rsg_jail *jail;
	struct rsg_learn *learn;
	struct rsg_counts __percpu *counts;
	struct rsg_call_counters *calls;
	u32 armed;
	u32 id;
	u32 flags;
	char name[RSG_NAME_LEN];
	u32 state;
	struct rsg_scope *scope;
	bool dropped;
	struct list_head in_cgroups;
	struct list_head in_roots;
	u64 since;
	u32 mode;
	u64 since_ns;
	bool passed_over;
	unsigned long counting;
	u64 denied_before;
	unsigned long deadline;
	struct rsg_rules *next;
	struct rsg_rules *committed;
	struct delayed_work rollback;
};

extern struct mutex rsg_lock;
/* Ids run from 1. Entries are written under rsg_lock and read under RCU. */
extern struct rsg_policy __rcu *rsg_policies[RSG_POLICIES + 1];
/* Ids run from 1. Read under RCU; set.c tells who writes. */
extern struct rsg_set __rcu *rsg_sets[RSG_SETS + 1];
/* Orders opens of the device and attaches. */
extern atomic64_t rsg_clock;
/* Roll-backs run here; unbound, so that no busy CPU delays them. */
extern struct workqueue_struct *rsg_workqueue;

/* calls.c */
void rsg_calls_init(void);
const char *rsg_call_function(unsigned int abi, unsigned int nr);
int rsg_calls_resolve(const struct rsg_rules *rules);
unsigned long rsg_call_address(unsigned int abi, unsigned int nr);
unsigned int rsg_call_of_x32(unsigned int nr);
unsigned long rsg_call_x32_address(unsigned int nr);
const char *rsg_call_at(unsigned long ip);

/* set.c */
struct rsg_set *rsg_set_union(const struct rsg_set *a, const struct rsg_set *b,
			      struct rsg_policy *policy);
bool rsg_set_has(const struct rsg_set *set, const struct rsg_policy *policy);
int rsg_sets_reserve(void);
void rsg_sets_used(void);
void rsg_sets_admit(struct rsg_policy *policy);
void rsg_sets_drop(struct rsg_policy *policy) __must_hold(&rsg_lock);
void rsg_sets_free(void) __must_hold(&rsg_lock);
void rsg_sets_exit(void) __must_hold(&rsg_lock);
unsigned int rsg_sets_nr(void);

/* mark.c */
int rsg_marks_check(void);
int rsg_marks_watch(void);
void rsg_marks_unwatch(void);
int rsg_mark(struct rsg_policy *policy, u32 *tasks, pid_t *conflict)
	__must_hold(&rsg_lock);
void rsg_unmark(struct rsg_policy *policy) __must_hold(&rsg_lock);
u32 rsg_marked(const struct rsg_policy *policy);
bool rsg_task_has(struct task_struct *task, const struct rsg_policy *policy);
bool rsg_mark_entrant(struct rsg_policy *policy, struct task_struct *task);
unsigned int rsg_marks_missed(void);

/* scope.c */
bool rsg_is_exempt(struct task_struct *task);
struct rsg_scope *rsg_scope_get(const struct rsg_attach *arg,
				const struct rsg_except *excepts);
void rsg_scope_put(struct rsg_scope *scope);
bool rsg_scope_admits(const struct rsg_policy *policy, struct task_struct *task,
		      const struct path *root);
bool rsg_scope_covers(const struct rsg_policy *policy,
		      struct task_struct *task);
bool rsg_scope_wants(const struct rsg_policy *policy, struct task_struct *task);

/* root.c */
int rsg_roots_watch(struct rsg_policy *policy, const char **function)
	__must_hold(&rsg_lock);
void rsg_roots_unwatch(struct rsg_policy *policy) __must_hold(&rsg_lock);

/* hook.c */
int rsg_hooks_update(const struct rsg_policy *extra, u32 mode,
		     const char **function) __must_hold(&rsg_lock);
unsigned int rsg_hooks_nr(void);
int rsg_hooks_check(const char **function) __must_hold(&rsg_lock);
void rsg_call_args(unsigned int abi, unsigned long args[RSG_ARGS]);
u32 rsg_calls_judged(const struct rsg_rules *rules);

/* What a hooked function returns; struct fd, for one, is two words. */
struct rsg_result {
	long first;
	long second;
};

/* action.c */
asmlinkage struct rsg_result rsg_refuse(long value);
void rsg_act(u32 verdict, struct ftrace_regs *fregs);

/* event.c */
struct rsg_slot;
struct rsg_slot *rsg_decision(const struct rsg_policy *policy,
			      const struct rsg_decision *decision);

/* learn.c */
void rsg_learn(const struct rsg_policy *policy,
	       const struct rsg_decision *decision);
int rsg_learn_prepare(struct rsg_policy *policy) __must_hold(&rsg_lock);
void rsg_learn_free(struct rsg_policy *policy);
int rsg_learn_dump(const struct rsg_policy *policy, struct rsg_learned *calls,
		   unsigned int room, u64 *beyond) __must_hold(&rsg_lock);

/* policy.c */
struct rsg_rules *rsg_rules_create(const struct rsg_source *source);
void rsg_rules_destroy(struct rsg_rules *rules);
struct rsg_policy *rsg_policy_create(const struct rsg_load *load,
				     const struct rsg_source *source);
struct rsg_rules *rsg_policy_rules(const struct rsg_policy *policy)
	__must_hold(&rsg_lock);
int rsg_policy_prepare(struct rsg_policy *policy) __must_hold(&rsg_lock);
u32 rsg_policy_test(const struct rsg_policy *policy, unsigned int abi,
		    unsigned int nr, const u64 args[RSG_ARGS], s16 *tag)
	__must_hold(&rsg_lock);
int rsg_policy_publish(struct rsg_policy *policy) __must_hold(&rsg_lock);
struct rsg_policy *rsg_policy_find(u32 id) __must_hold(&rsg_lock);
struct rsg_policy *rsg_policy_next(u32 id) __must_hold(&rsg_lock);
void rsg_policy_withdraw(struct rsg_policy *policy) __must_hold(&rsg_lock);
void rsg_policy_destroy(struct rsg_policy *policy);
void rsg_policy_counts(const struct rsg_policy *policy,
		       struct rsg_counts *sum);
void rsg_total_counts(struct rsg_counts *sum) __must_hold(&rsg_lock);

/* replace.c */
int rsg_replace(struct rsg_policy *policy, struct rsg_rules *rules,
		unsigned int confirm_ms, const char **function)
	__must_hold(&rsg_lock);
void rsg_replace_commit(struct rsg_policy *policy) __must_hold(&rsg_lock);
bool rsg_replace_undo(struct rsg_policy *policy) __must_hold(&rsg_lock);

/* attach.c */
void rsg_pend(struct rsg_policy *policy, unsigned int confirm_ms)
	__must_hold(&rsg_lock);
int rsg_attach_check(const struct rsg_attach *arg);
int rsg_attach(struct rsg_policy *policy, struct rsg_attach *arg,
	       struct rsg_scope *scope)
	__must_hold(&rsg_lock);
int rsg_confirm(struct rsg_policy *policy, u64 opened) __must_hold(&rsg_lock);
int rsg_rollback(struct rsg_policy *policy) __must_hold(&rsg_lock);
int rsg_detach(struct rsg_policy *policy) __must_hold(&rsg_lock);
void rsg_rollback_work(struct work_struct *work);
u64 rsg_pending_ms(const struct rsg_policy *policy) __must_hold(&rsg_lock);

unsigned int rsg_attached(void) __must_hold(&rsg_lock);
u64 rsg_generation(void) __must_hold(&rsg_lock);

/* jail.c */
struct rsg_policy *rsg_jail_create(const struct rsg_load *load, int root_fd);
void rsg_jail_destroy(struct rsg_policy *policy);
bool rsg_jail_admits(const struct rsg_policy *policy, const struct path *root,
		     const struct path *pwd);
void rsg_jail_welcome(const struct rsg_policy *policy,
		      struct task_struct *task);
int rsg_jail_enter(struct rsg_policy *policy, pid_t *conflict,
		   const char **function) __must_hold(&rsg_lock);
bool rsg_jail_is_in_one(void);
void rsg_jail_leave(struct rsg_policy *policy) __must_hold(&rsg_lock);

/* relax.c */
extern bool rsg_relax_enabled;
int rsg_relax(struct rsg_relax *arg);
int rsg_relax_end(u32 id);
int rsg_relax_next(struct rsg_relax *arg);
void rsg_relax_exit(void);

/* relax_ioctl.c */
long rsg_relax_ioctl(struct file *file, void *arg);
void rsg_relax_undo(struct file *file, void *arg);
long rsg_relax_end_ioctl(struct file *file, void *arg);
long rsg_relax_get_ioctl(struct file *file, void *arg);

/* safety.c */
int rsg_safety_init(void);
void rsg_safety_start(void) __must_hold(&rsg_lock);
void rsg_safety_stop(void) __must_hold(&rsg_lock);
void rsg_safety_trial(struct rsg_policy *policy) __must_hold(&rsg_lock);
void rsg_safety_exit(void);
u32 rsg_mode_capped(u32 mode) __must_hold(&rsg_lock);
const char *rsg_mode_max(void) __must_hold(&rsg_lock);
int rsg_mode_max_set(const char *name) __must_hold(&rsg_lock);
unsigned int rsg_trial_denials(void) __must_hold(&rsg_lock);
void rsg_trial_denials_set(unsigned int nr) __must_hold(&rsg_lock);
const char *rsg_state(void) __must_hold(&rsg_lock);
void rsg_denied_init(void);

/* main.c */
struct device *rsg_device(void);

/* ioctl.c */
extern const struct file_operations rsg_device_fops;

/* event_ioctl.c */
long rsg_events_ioctl(struct file *file, void *arg);
long rsg_learn_ioctl(struct file *file, void *arg);

/* sysfs.c */
extern const struct attribute_group *rsg_groups[];

#endif /* _RSG_GUARD_H */
