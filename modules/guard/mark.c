// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which tasks are under which policy?
 *
 * The answer sits in each task: bits 48 to 62 of thread_info.syscall_work, of
 * which the kernel uses the lowest few and changes those by atomic bit
 * operations only. Fork copies the word and exec keeps it, so descendants and
 * threads inherit without any help. Bits 60 to 62 hold a tag that tells our
 * marks from anybody else's use of the word, bits 48 to 59 the policy's id.
 *
 * Why nobody escapes an attach. A walk over all tasks under RCU marks those in
 * scope, and is repeated until a pass finds none to mark. That misses exactly
 * the child whose fork had copied its parent's word before the parent was
 * marked, and that is linked after the last pass. So the end of each fork is
 * watched while a policy is attached (sched_process_fork runs in the parent,
 * after the child is linked and before it can run):
 *   1. the watch finds the parent marked: it marks the child;
 *   2. it finds the parent not marked: then the child was linked before the
 *      parent was marked. The pass that marked the parent marked something, so
 *      another pass follows, which starts later and finds the child.
 * The barrier in on_fork() pairs with the one in the cmpxchg of set_mark().
 * With RSG_SCOPE_TREE the watch also judges by ancestry, so that no process of
 * the tree orphans a child that no pass has seen.
 *
 * Why stale marks do no harm. A fork can copy a mark, sleep for memory, and
 * link the child after the last pass of rsg_unmark(). The child then carries
 * the id of a policy that is not attached: the hook finds nothing armed. Ids
 * are handed out in turn, all of them before one is used again, and an attach
 * first sweeps its own id. A module that is loaded anew takes tagged leftovers
 * away.
 */
#include <linux/build_bug.h>
#include <linux/entry-common.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/thread_info.h>
#include <trace/events/sched.h>

#include "guard.h"
#include "mark.h"

/**
 * struct walk - the attach that is under way
 * @scope: what it is about
 * @id: the mark it sets
 */
struct walk {
	const struct rsg_scope *scope;
	u32 id;
};

/* Read by the watch under RCU; set and cleared by rsg_mark(). */
static const struct walk __rcu *current_walk;

static bool has_mark(struct task_struct *task, u32 id)
{
	unsigned long work = READ_ONCE(task_thread_info(task)->syscall_work);

	return work >> RSG_MARK_SHIFT == (RSG_MARK_TAG | id);
}

/* Mark @task; return the mark that it had before and then keeps, or 0. */
static unsigned long set_mark(struct task_struct *task, u32 id)
{
	unsigned long *word = &task_thread_info(task)->syscall_work;
	unsigned long old = READ_ONCE(*word);

	do {
		if (old >> RSG_MARK_SHIFT)
			return old >> RSG_MARK_SHIFT;
	} while (!try_cmpxchg(word, &old, old |
			      (RSG_MARK_TAG | id) << RSG_MARK_SHIFT));
	return 0;
}

static void clear_mark(struct task_struct *task)
{
	unsigned long *word = &task_thread_info(task)->syscall_work;
	unsigned long old = READ_ONCE(*word);

	while (!try_cmpxchg(word, &old, old & GENMASK(RSG_MARK_SHIFT - 1, 0)))
		;
}

/* Does @task descend from @target, or belong to it? */
static bool is_in_tree(struct task_struct *task, struct pid *target, u32 id)
{
	struct task_struct *p;

	/* A marked ancestor ends the climb early: the walk goes top down. */
	for (p = task; p->pid; p = rcu_dereference(p->real_parent))
		if (READ_ONCE(p->signal->pids[PIDTYPE_TGID]) == target ||
		    has_mark(p, id))
			return true;
	return false;
}

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

/* Is @task one that the attach of @scope marks? */
static bool is_wanted(const struct rsg_scope *scope, u32 id,
		      struct task_struct *task)
{
	if (task->flags & PF_KTHREAD || READ_ONCE(task->exit_state))
		return false;
	if (!scope->force && rsg_is_exempt(task))
		return false;
	switch (scope->type) {
	case RSG_SCOPE_PROCESS:
		return READ_ONCE(task->signal->pids[PIDTYPE_TGID]) ==
		       scope->target;
	case RSG_SCOPE_TREE:
		return is_in_tree(task, scope->target, id);
	default:
		return true;
	}
}

/* Which policy must @child of @parent be under? 0 for none. */
static u32 inherited(struct task_struct *parent, struct task_struct *child)
{
	unsigned long mark = READ_ONCE(task_thread_info(parent)->syscall_work)
			     >> RSG_MARK_SHIFT;
	const struct walk *walk = rcu_dereference(current_walk);

	if (mark)
		return mark & RSG_MARK_ID;
	if (walk && walk->scope->type == RSG_SCOPE_TREE &&
	    is_wanted(walk->scope, walk->id, child))
		return walk->id;
	return 0;
}

/* See the top of the file. Only ever adds a mark. */
static void on_fork(void *data, struct task_struct *parent,
		    struct task_struct *child)
{
	u32 id;

	rcu_read_lock();
	smp_mb(); /* the child is linked before the parent's mark is read */
	id = inherited(parent, child);
	if (id)
		set_mark(child, id);
	rcu_read_unlock();
}

static struct rs_tracepoint watch[] = {
	{ .name = "sched_process_fork", .probe = on_fork },
};

/**
 * rsg_marks_watch - from now on no fork loses a mark
 *
 * Context: sleeps. Called when the first policy is attached.
 * Return: 0, -ENOENT if the kernel lacks the tracepoint, -ENOMEM.
 */
int rsg_marks_watch(void)
{
	const char *failed;

	check_trace_callback_type_sched_process_fork(on_fork);
	lockdep_assert_held(&rsg_lock);
	return rs_tracepoints_attach(watch, ARRAY_SIZE(watch), NULL, &failed);
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
}

/* Mark @task; return 1 if it was not yet, 0 if it was, or -EBUSY. */
static int mark_one(struct task_struct *task, u32 id)
{
	unsigned long other = set_mark(task, id);

	if (!other)
		return 1;
	if (other == (RSG_MARK_TAG | id) || task->flags & PF_EXITING)
		return 0;
	return -EBUSY;
}

/* One pass; return how many tasks were marked, or -EBUSY. */
static int mark_pass(const struct walk *walk, pid_t *conflict)
{
	struct task_struct *p, *t;
	int ret, marked = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (!is_wanted(walk->scope, walk->id, t))
			continue;
		ret = mark_one(t, walk->id);
		if (ret < 0) {
			*conflict = task_pid_vnr(t);
			marked = ret;
			goto out;
		}
		marked += ret;
	}
out:
	rcu_read_unlock();
	return marked;
}

/**
 * rsg_mark - mark every task in scope, or none
 * @scope: which tasks
 * @id: the policy's id; its hook must not be armed yet
 * @tasks: set to the number of tasks marked
 * @conflict: set to the thread that is under another policy
 *
 * Context: sleeps. rsg_marks_watch() is on. Passes are finite, for each but
 * the last marks a task that could not inherit; a fatal signal ends them.
 * Return: 0; -EBUSY if another policy governs one of the tasks; -ESRCH if
 * there was none to mark; -EINTR.
 */
int rsg_mark(const struct rsg_scope *scope, u32 id, u32 *tasks, pid_t *conflict)
{
	const struct walk walk = { .scope = scope, .id = id };
	int marked;

	lockdep_assert_held(&rsg_lock);
	rsg_unmark(id);
	*tasks = 0;
	rcu_assign_pointer(current_walk, &walk);
	do {
		marked = mark_pass(&walk, conflict);
		if (marked > 0)
			*tasks += marked;
		if (fatal_signal_pending(current))
			marked = -EINTR;
		cond_resched();
	} while (marked > 0);
	rcu_assign_pointer(current_walk, NULL);
	synchronize_rcu();
	if (!marked && !*tasks)
		marked = -ESRCH;
	if (marked)
		rsg_unmark(id);
	return marked;
}

static unsigned int unmark_pass(u32 id)
{
	struct task_struct *p, *t;
	unsigned int cleared = 0;

	rcu_read_lock();
	for_each_process_thread(p, t) {
		if (has_mark(t, id)) {
			clear_mark(t);
			cleared++;
		}
	}
	rcu_read_unlock();
	return cleared;
}

/**
 * rsg_unmark - take a policy's marks away
 * @id: the policy's id; its hook must not be armed any more
 *
 * Context: sleeps. The grace period lets every watch end that still saw the
 * mark of a parent, before the next pass looks at the children.
 */
void rsg_unmark(u32 id)
{
	while (unmark_pass(id))
		synchronize_rcu();
}

/**
 * rsg_marked - how many tasks are under a policy now
 * @id: the policy's id
 *
 * Return: the number, already history when it returns.
 */
u32 rsg_marked(u32 id)
{
	struct task_struct *p, *t;
	u32 nr = 0;

	rcu_read_lock();
	for_each_process_thread(p, t)
		nr += has_mark(t, id);
	rcu_read_unlock();
	return nr;
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
		work = READ_ONCE(task_thread_info(t)->syscall_work);
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
