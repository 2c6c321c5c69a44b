// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tasks are under which policies?
 *
 * The answer sits in each task: bits 32 to 62 of thread_info.syscall_work, of
 * which the kernel uses the lowest few and changes those by atomic bit
 * operations only. Fork copies the word and exec keeps it, so descendants and
 * threads inherit without any help. Bits 60 to 62 hold a tag that tells our
 * marks from anybody else's use of the word, bits 48 to 59 the id of a set of
 * policies (set.c), bits 32 to 47 that set's generation.
 *
 * Why nobody escapes an attach. A walk over all tasks under RCU moves those in
 * scope to the set that has the policy, and is repeated until a pass finds none
 * to move. That misses exactly the child whose fork had copied its parent's
 * word before the parent was moved, and that is linked after the last pass. So
 * the end of each fork is watched while a policy is attached
 * (sched_process_fork runs in the parent, after the child is linked and before
 * it can run), and gives the child the union of what it and its parent have:
 *   1. the watch finds the parent moved: the child gets the policy;
 *   2. it finds the parent not moved: then the child was linked before the
 *      parent was moved. The pass that moved the parent moved something, so
 *      another pass follows, which starts later and finds the child.
 * The barrier in on_fork() pairs with the one in the cmpxchg of set_mark().
 * With RSG_SCOPE_TREE the watch also judges by ancestry, so that no process of
 * the tree orphans a child that no pass has seen. Moves between cgroups are
 * watched in the same way: on_move() adds policies to who enters, after it has
 * entered and with the same barrier, and the list of policies that it looks at
 * is complete before the first pass.
 *
 * Why nobody escapes a detach of another policy. A detach moves nobody: the
 * policy leaves all sets at once. What follows is tidying: tasks of a set that
 * has become equal to another are moved there, or lose their mark if it has
 * become empty. The same argument holds, with one thing more: a grace period
 * before the first pass, so that no watch still has such a set in hand to give
 * it to a child, and one after the last pass, so that no hook still has the
 * number of such a set in hand when the number comes to mean nothing.
 *
 * Why stale marks do no harm. A fork can copy a mark, sleep for memory, and
 * link the child after the set was freed. The watch of the child's fork finds
 * that no set has that id and generation, and goes by the parent alone, which
 * has at least what the child would have. If nothing is attached by then,
 * nobody watches, and the child keeps a mark that no hook looks at; the watch
 * begins by taking all such leftovers away. So does loading the module.
 */
#include <linux/build_bug.h>
#include <linux/entry-common.h>
#include <linux/err.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/thread_info.h>
#include <trace/events/cgroup.h>
#include <trace/events/sched.h>

#include "guard.h"
#include "mark.h"

/* The policy whose attach is under way. Written by rsg_mark(), read in RCU. */
static struct rsg_policy __rcu *walking;
/* Policies attached to a cgroup. Written under rsg_lock, read in RCU. */
static LIST_HEAD(cgroup_policies);
/* Tasks that should have got one more policy and could not. */
static atomic_t missed = ATOMIC_INIT(0);

/* The set that a word stands for, NULL for none. Under RCU. */
static struct rsg_set *set_of(unsigned long word)
{
	unsigned long mark = word >> RSG_MARK_SHIFT;
	struct rsg_set *set;

	if ((mark & ~RSG_MARK_ID) != RSG_MARK_TAG)
		return NULL;
	set = rcu_dereference(rsg_sets[mark & RSG_MARK_ID]);
	if (!set || set->generation != (u16)(word >> RSG_MARK_LOW))
		return NULL;
	return set;
}

static unsigned long word_of(const struct rsg_set *set)
{
	if (!set)
		return 0;
	return (RSG_MARK_TAG | set->id) << RSG_MARK_SHIFT |
	       (unsigned long)set->generation << RSG_MARK_LOW;
}

static unsigned long *word_in(struct task_struct *task)
{
	return &task_thread_info(task)->syscall_work;
}

static bool has_policy(struct task_struct *task,
		       const struct rsg_policy *policy)
{
	return rsg_set_has(set_of(READ_ONCE(*word_in(task))), policy);
}

/*
 * Put @task under what it has, @more and @policy together. Under RCU.
 * Return: 1 if that changed its mark, 0 if not, or what rsg_set_union() said.
 */
static int set_mark(struct task_struct *task, const struct rsg_set *more,
		    struct rsg_policy *policy)
{
	unsigned long *word = word_in(task);
	unsigned long new, old = READ_ONCE(*word);
	const struct rsg_set *set, *has;

	do {
		has = set_of(old);
		set = rsg_set_union(has, more, policy);
		if (IS_ERR(set))
			return PTR_ERR(set);
		new = (old & GENMASK(RSG_MARK_LOW - 1, 0)) | word_of(set);
		if (new == old)
			return 0;
	} while (!try_cmpxchg(word, &old, new));
	return 1;
}

static void clear_mark(struct task_struct *task)
{
	unsigned long *word = word_in(task);
	unsigned long old = READ_ONCE(*word);

	while (!try_cmpxchg(word, &old, old & GENMASK(RSG_MARK_LOW - 1, 0)))
		;
}

/*
 * For those who can not wait: nothing is left to do but to say so. Return
 * whether the mark changed.
 */
static bool set_mark_now(struct task_struct *task, const struct rsg_set *more,
			 struct rsg_policy *policy)
{
	int ret = set_mark(task, more, policy);

	if (ret >= 0)
		return ret;
	atomic_inc(&missed);
	pr_err_ratelimited("task %d could not be put under one more policy: %d\n",
			   task->pid, ret);
	return false;
}

/**
 * rsg_marks_missed - how many tasks could not be put under one more policy
 *
 * Return: the number since the module was loaded.
 */
unsigned int rsg_marks_missed(void)
{
	return atomic_read(&missed);
}

/* May @task come under @policy by what it does, or is done to it? */
static bool may_enter(const struct rsg_policy *policy, struct task_struct *task)
{
	return !(task->flags & PF_KTHREAD) &&
	       (policy->scope->force || !is_global_init(task));
}

/* @task is of @policy's cgroup since just now, and @policy is for it. */
static bool is_entrant(struct rsg_policy *policy, struct task_struct *task)
{
	return may_enter(policy, task) && rsg_scope_covers(policy, task);
}

/**
 * rsg_mark_entrant - put a task that comes into scope under a policy
 * @policy: a policy that is attached, or about to be
 * @task: the task
 *
 * Context: any, under RCU; have the reserve of sets filled afterwards.
 * Return: whether it was not under it, and is now.
 */
bool rsg_mark_entrant(struct rsg_policy *policy, struct task_struct *task)
{
	return may_enter(policy, task) && !has_policy(task, policy) &&
	       set_mark_now(task, NULL, policy);
}

/* A child can be born in another cgroup than its parent's: clone3() may. */
static void enter_at_birth(struct task_struct *parent,
			   struct task_struct *child)
{
	struct rsg_policy *policy;

	list_for_each_entry_rcu(policy, &cgroup_policies, in_cgroups)
		if (task_dfl_cgroup(parent) != task_dfl_cgroup(child) &&
		    !rsg_scope_covers(policy, parent) &&
		    is_entrant(policy, child))
			set_mark_now(child, NULL, policy);
}

/* See the top of the file. Only ever adds policies that are attached. */
static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	struct rsg_policy *policy;
	unsigned long from, to;

	rcu_read_lock();
	smp_mb(); /* the child is linked before the parent's mark is read */
	from = READ_ONCE(*word_in(parent));
	to = READ_ONCE(*word_in(child));
	/* They differ if one of them was moved, or the child is stale. */
	if ((from ^ to) >> RSG_MARK_LOW)
		set_mark_now(child, set_of(from), NULL);
	policy = rcu_dereference(walking);
	if (policy && policy->scope->target.type == RSG_SCOPE_TREE &&
	    rsg_scope_wants(policy, child))
		set_mark_now(child, NULL, policy);
	enter_at_birth(parent, child);
	rcu_read_unlock();
	rsg_sets_used();
}

static void enter(struct task_struct *task)
{
	struct rsg_policy *policy;

	list_for_each_entry_rcu(policy, &cgroup_policies, in_cgroups)
		if (is_entrant(policy, task))
			set_mark_now(task, NULL, policy);
}

/* Somebody has moved @task, or its whole process, to another cgroup. */
static void on_move(void *data, struct cgroup *to, const char *path,
		    struct task_struct *task, bool threadgroup)
{
	struct task_struct *t;

	rcu_read_lock();
	smp_mb(); /* the task has moved before the list of policies is read */
	if (threadgroup)
		for_each_thread(task, t)
			enter(t);
	else
		enter(task);
	rcu_read_unlock();
	rsg_sets_used();
}

static struct rs_tracepoint watch[] = {
	{ .name = "sched_process_fork", .probe = on_fork },
	/* A kernel without cgroups has no use for it. */
	{ .name = "cgroup_attach_task", .probe = on_move, .optional = true },
};

static void sweep(void)
{
	struct task_struct *p, *t;

	rcu_read_lock();
	for_each_process_thread(p, t)
		if (READ_ONCE(*word_in(t)) >> RSG_MARK_LOW)
			clear_mark(t);
	rcu_read_unlock();
}

/**
 * rsg_marks_watch - from now on no fork loses a mark
 *
 * Context: sleeps. Called when the first policy is attached; there is no set
 * yet, so every mark is stale.
 * Return: 0, -ENOENT if the kernel lacks the tracepoint, -ENOMEM.
 */
int rsg_marks_watch(void)
{
	const char *failed;
	int err;

	check_trace_callback_type_sched_process_fork(on_fork);
	check_trace_callback_type_cgroup_attach_task(on_move);
	lockdep_assert_held(&rsg_lock);
	err = rs_tracepoints_attach(watch, ARRAY_SIZE(watch), NULL, &failed);
	if (!err)
		sweep();
	return err;
}

/**
 * rsg_marks_unwatch - stop watching forks
 *
 * Context: sleeps. Called when no policy is attached any more.
 */
void rsg_marks_unwatch(void)
{
	lockdep_assert_held(&rsg_lock);
	rs_tracepoints_detach(watch, ARRAY_SIZE(watch), NULL);
	rsg_sets_exit();
}

/*
 * One pass; return how many tasks were moved, -EAGAIN if there were no spare
 * sets to go on with, -E2BIG with @conflict set, or -ENOSPC.
 */
static int mark_pass(struct rsg_policy *policy, u32 *tasks, pid_t *conflict)
{
	struct task_struct *p, *t;
	int ret = 0, marked = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (has_policy(t, policy) || !rsg_scope_wants(policy, t))
			continue;
		ret = set_mark(t, NULL, policy);
		if (ret == -E2BIG && t->flags & PF_EXITING)
			continue;
		if (ret == -E2BIG)
			*conflict = task_pid_vnr(t);
		if (ret < 0)
			goto out;
		marked += ret;
	}
	ret = marked;
out:
	rcu_read_unlock();
	*tasks += marked;
	return ret;
}

/**
 * rsg_mark - put every task in scope under a policy, or none
 * @policy: the policy, with its scope; not armed yet, and in no set
 * @tasks: set to the number of tasks that are under it now
 * @conflict: set to the thread that is under too many policies already
 *
 * Context: sleeps. rsg_marks_watch() is on. Passes are finite, for each but
 * the last moves a task that could not inherit; a fatal signal ends them.
 * Return: 0; -E2BIG if a task is under RSG_STACK_MAX policies; -ENOSPC if
 * there are too many combinations; -ESRCH if there was none to mark; -ENOMEM;
 * -EINTR.
 */
int rsg_mark(struct rsg_policy *policy, u32 *tasks, pid_t *conflict)
{
	int ret;

	lockdep_assert_held(&rsg_lock);
	*tasks = 0;
	/* The watches may need a set as soon as they can see the policy. */
	ret = rsg_sets_reserve();
	if (ret)
		return ret;
	rsg_sets_admit(policy);
	rcu_assign_pointer(walking, policy);
	if (policy->scope->target.type == RSG_SCOPE_CGROUP)
		list_add_rcu(&policy->in_cgroups, &cgroup_policies);
	smp_mb(); /* pairs with on_move(): listed before the first look */
	do {
		ret = rsg_sets_reserve();
		if (!ret)
			ret = mark_pass(policy, tasks, conflict);
		if (fatal_signal_pending(current))
			ret = -EINTR;
		cond_resched();
	} while (ret > 0 || ret == -EAGAIN);
	rcu_assign_pointer(walking, NULL);
	synchronize_rcu();
	/* What one can enter may be empty: it waits for who comes. */
	if (!ret && !*tasks &&
	    policy->scope->target.type != RSG_SCOPE_CGROUP &&
	    policy->scope->target.type != RSG_SCOPE_CHROOT)
		ret = -ESRCH;
	if (ret)
		rsg_unmark(policy);
	return ret;
}

/* Move tasks away from sets that are about to go; return how many. */
static unsigned int tidy_pass(void)
{
	const struct rsg_set *set;
	struct task_struct *p, *t;
	unsigned int moved = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		set = set_of(READ_ONCE(*word_in(t)));
		if (!set || READ_ONCE(set->listed))
			continue;
		/* Needs no memory: the set that it moves to exists. */
		moved += set_mark(t, NULL, NULL) > 0;
	}
	rcu_read_unlock();
	return moved;
}

/**
 * rsg_unmark - let nobody be under a policy any more
 * @policy: the policy; its hook must not be armed any more
 *
 * Context: sleeps. Nothing refers to the policy or its scope afterwards.
 */
void rsg_unmark(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	if (!list_empty(&policy->in_cgroups))
		list_del_rcu(&policy->in_cgroups);
	/* Who had seen the list may still add: see them out first. */
	synchronize_rcu();
	INIT_LIST_HEAD(&policy->in_cgroups);
	rsg_sets_drop(policy);
	synchronize_rcu();
	while (tidy_pass())
		cond_resched();
	synchronize_rcu();
	rsg_sets_free();
}

/**
 * rsg_marked - how many tasks are under a policy now
 * @policy: the policy
 *
 * Return: the number, already history when it returns.
 */
u32 rsg_marked(const struct rsg_policy *policy)
{
	struct task_struct *p, *t;
	u32 nr = 0;

	rcu_read_lock();
	for_each_process_thread(p, t)
		nr += has_policy(t, policy);
	rcu_read_unlock();
	return nr;
}

/**
 * rsg_task_has - is a task under a policy?
 * @task: the task
 * @policy: the policy
 *
 * Context: under RCU.
 * Return: whether it is.
 */
bool rsg_task_has(struct task_struct *task, const struct rsg_policy *policy)
{
	return has_policy(task, policy);
}

/* Is the upper half of @work free, or ours from an earlier time? */
static bool is_usable(unsigned long work)
{
	unsigned long mark = work >> RSG_MARK_SHIFT;

	return !(work >> 32) || (mark & ~RSG_MARK_ID) == RSG_MARK_TAG;
}

/**
 * rsg_marks_check - may we use the upper bits of syscall_work?
 *
 * Takes away what an earlier instance of this module left behind.
 *
 * Return: 0, or -EBUSY if somebody else keeps something there.
 */
int rsg_marks_check(void)
{
	struct task_struct *p, *t;
	unsigned long work;
	int err = 0;

	BUILD_BUG_ON((SYSCALL_WORK_ENTER | SYSCALL_WORK_EXIT) >> 32);
	rcu_read_lock();
	for_each_process_thread(p, t) {
		work = READ_ONCE(*word_in(t));
		if (!is_usable(work)) {
			pr_err("task %d has bits set in the upper half of syscall_work (%#lx): another module uses them\n",
			       t->pid, work);
			err = -EBUSY;
			goto out;
		}
		if (work >> RSG_MARK_SHIFT)
			clear_mark(t);
	}
out:
	rcu_read_unlock();
	return err;
}
