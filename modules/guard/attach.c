// SPDX-License-Identifier: GPL-2.0-only
/*
 * How is a policy put in force, and how is it certain to go again?
 *
 * An attach is a transaction: functions are hooked, tasks are marked, and only
 * then one store arms the policy, so that no task is judged by half an attach.
 * It stays pending until it is confirmed; otherwise a timer of the kernel
 * undoes it, which no denied system call can prevent.
 */
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "guard.h"
#include "repeat.h"

atomic64_t rsg_clock = ATOMIC64_INIT(0);
struct workqueue_struct *rsg_workqueue;

/* How many policies are pending or attached. Protected by rsg_lock. */
static unsigned int nr_attached;
/* How many changes lasted: confirmed, or taken back after. Under rsg_lock. */
static u64 generation;

/**
 * rsg_attached - how many policies are pending or attached
 *
 * Return: the number.
 */
unsigned int rsg_attached(void)
{
	lockdep_assert_held(&rsg_lock);
	return nr_attached;
}

/**
 * rsg_generation - how many changes have lasted
 *
 * Return: the number. It goes up when an attach is confirmed and when one that
 * had been confirmed is undone; a trial that is rolled back leaves no trace.
 */
u64 rsg_generation(void)
{
	lockdep_assert_held(&rsg_lock);
	return generation;
}

/**
 * rsg_attach_check - could this be an attach?
 * @arg: what the caller of RSG_IOC_ATTACH said
 *
 * Return: 0; -EINVAL; -E2BIG if there are too many exceptions.
 */
int rsg_attach_check(const struct rsg_attach *arg)
{
	if (arg->scope < RSG_SCOPE_PROCESS || arg->scope > RSG_SCOPE_CHROOT)
		return -EINVAL;
	if (arg->mode < RSG_MODE_OBSERVE || arg->mode > RSG_MODE_ENFORCE)
		return -EINVAL;
	if (arg->flags & ~RSG_ATTACH_FORCE || arg->__reserved)
		return -EINVAL;
	if (arg->confirm_ms > RSG_CONFIRM_MAX_MS)
		return -EINVAL;
	return arg->nr_excepts > RSG_EXCEPTS_MAX ? -E2BIG : 0;
}

/* Put the functions and tasks under @policy; undo all of it on failure. */
static int engage(struct rsg_policy *policy, struct rsg_attach *arg,
		  const char **function)
{
	const char *blamed = NULL;
	pid_t conflict = 0;
	int err;

	if (!nr_attached) {
		err = rsg_marks_watch();
		if (err)
			return err;
	}
	err = rsg_hooks_update(policy, arg->mode, function);
	if (err)
		goto err_unwatch;
	err = rsg_roots_watch(policy, &blamed);
	if (err)
		goto err_unhook;
	err = rsg_mark(policy, &arg->tasks, &conflict);
	if (err)
		goto err_unroot;
	err = rsg_jail_enter(policy, &conflict, &blamed);
	if (err)
		goto err_unmark;
	return 0;

err_unmark:
	rsg_unmark(policy);
err_unroot:
	rsg_roots_unwatch(policy);
err_unhook:
	arg->conflict_pid = conflict;
	arg->tasks = 0;
	rsg_hooks_update(NULL, RSG_MODE_OFF, function);
	*function = blamed;
err_unwatch:
	if (!nr_attached)
		rsg_marks_unwatch();
	return err;
}

/**
 * rsg_pend - a change is in force from now on, until confirmed or time is up
 * @policy: the policy
 * @confirm_ms: how long, 0 for RSG_CONFIRM_DEFAULT_MS
 */
void rsg_pend(struct rsg_policy *policy, unsigned int confirm_ms)
{
	unsigned int ms = confirm_ms ?: RSG_CONFIRM_DEFAULT_MS;
	unsigned long delay = msecs_to_jiffies(ms);

	lockdep_assert_held(&rsg_lock);
	policy->state = RSG_STATE_PENDING;
	policy->since = atomic64_inc_return(&rsg_clock);
	policy->since_ns = ktime_get_ns();
	policy->deadline = jiffies + delay;
	mod_delayed_work(rsg_workqueue, &policy->rollback, delay);
	rsg_safety_trial(policy);
}

static void arm(struct rsg_policy *policy, struct rsg_attach *arg)
{
	if (!nr_attached++)
		rsg_safety_start();
	policy->mode = arg->mode;
	rcu_read_lock();
	policy->passed_over = !policy->scope->force &&
			      rsg_scope_covers(policy, current);
	rcu_read_unlock();
	arg->mode = rsg_mode_capped(arg->mode);
	WRITE_ONCE(policy->armed, arg->mode);
	rsg_new_epoch();
	rsg_pend(policy, arg->confirm_ms);
}

/**
 * rsg_attach - put a policy in force until it is confirmed or time is up
 * @policy: a loaded policy
 * @arg: what the caller of RSG_IOC_ATTACH said; gets the output members
 * @scope: the tasks; consumed on success
 *
 * Context: sleeps while ftrace patches.
 * Return: 0, or an errno that include/uapi/linux/ringside_guard.h documents;
 * nothing has changed then.
 */
int rsg_attach(struct rsg_policy *policy, struct rsg_attach *arg,
	       struct rsg_scope *scope)
{
	const char *function = NULL;
	int err;

	lockdep_assert_held(&rsg_lock);
	if (policy->state != RSG_STATE_LOADED)
		return -EALREADY;
	if (!rsg_mode_capped(arg->mode))
		return -EACCES;
	policy->scope = scope;
	err = arg->mode == RSG_MODE_OBSERVE ? rsg_learn_prepare(policy) : 0;
	if (!err)
		err = engage(policy, arg, &function);
	if (err) {
		if (function)
			strscpy(arg->function, function, sizeof(arg->function));
		policy->scope = NULL;
		return err;
	}
	arm(policy, arg);
	return 0;
}

/* Take @policy out of force. Its tasks are free from the first store on. */
static void disengage(struct rsg_policy *policy)
{
	const char *function;

	WRITE_ONCE(policy->armed, RSG_MODE_OFF);
	rsg_new_epoch();
	rsg_unmark(policy);
	rsg_roots_unwatch(policy);
	rsg_jail_leave(policy);
	if (policy->state == RSG_STATE_ATTACHED)
		generation++;
	policy->state = RSG_STATE_LOADED;
	rsg_scope_put(policy->scope);
	policy->scope = NULL;
	rsg_replace_undo(policy);
	/* A failure leaves hooks too many, which find nobody to refuse. */
	rsg_hooks_update(NULL, RSG_MODE_OFF, &function);
	if (!--nr_attached) {
		rsg_safety_stop();
		rsg_marks_unwatch();
	}
	/* Not _sync: the roll-back itself may be the caller. */
	cancel_delayed_work(&policy->rollback);
}

/* Has the caller's session begun after the attach of @policy? */
static bool is_new_login(const struct rsg_policy *policy)
{
	struct task_struct *leader;
	bool ret;

	rcu_read_lock();
	leader = pid_task(task_session(current), PIDTYPE_PID);
	ret = leader && leader->start_time > policy->since_ns;
	rcu_read_unlock();
	return ret;
}

/*
 * Does the caller's being there prove that the attach did no harm? Not if it
 * was merely passed over, nor if it is a child of who was.
 */
static bool may_confirm(const struct rsg_policy *policy)
{
	bool confined;

	/* To observe does no harm. */
	if (!policy->passed_over || policy->mode == RSG_MODE_OBSERVE)
		return true;
	rcu_read_lock();
	confined = rsg_task_has(current, policy);
	rcu_read_unlock();
	return confined || is_new_login(policy);
}

/**
 * rsg_confirm - let a pending attach last
 * @policy: the policy
 * @opened: tick at which the caller's descriptor was opened
 *
 * Return: 0; -ENOTCONN if nothing is pending; -EACCES if the descriptor is
 * older than the attach, for then it does not prove that anybody can still
 * open one, or if the caller is no proof.
 */
int rsg_confirm(struct rsg_policy *policy, u64 opened)
{
	lockdep_assert_held(&rsg_lock);
	if (policy->state != RSG_STATE_PENDING)
		return -ENOTCONN;
	if (opened < policy->since || !may_confirm(policy))
		return -EACCES;
	generation++;
	policy->state = RSG_STATE_ATTACHED;
	cancel_delayed_work(&policy->rollback);
	rsg_replace_commit(policy);
	return 0;
}

/* Return to what was last confirmed. */
static void roll_back(struct rsg_policy *policy)
{
	const char *function;

	if (!rsg_replace_undo(policy)) {
		disengage(policy);
		return;
	}
	policy->state = RSG_STATE_ATTACHED;
	cancel_delayed_work(&policy->rollback);
	rsg_hooks_update(NULL, RSG_MODE_OFF, &function);
}

/**
 * rsg_rollback - undo a pending attach, or replacement
 * @policy: the policy
 *
 * Context: sleeps while ftrace patches.
 * Return: 0, or -ENOTCONN if nothing is pending.
 */
int rsg_rollback(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	if (policy->state != RSG_STATE_PENDING)
		return -ENOTCONN;
	roll_back(policy);
	return 0;
}

/**
 * rsg_detach - undo an attach, pending or confirmed
 * @policy: the policy
 *
 * Context: sleeps while ftrace patches.
 * Return: 0, or -ENOTCONN if it is not attached.
 */
int rsg_detach(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	if (policy->state == RSG_STATE_LOADED)
		return -ENOTCONN;
	disengage(policy);
	return 0;
}

/**
 * rsg_rollback_work - time is up for an attach that nobody confirmed
 * @work: the policy's delayed work
 *
 * May run although the attach was confirmed, undone or even made anew while
 * this waited for the lock; the state and the deadline tell.
 */
void rsg_rollback_work(struct work_struct *work)
{
	struct rsg_policy *policy = container_of(to_delayed_work(work),
						 struct rsg_policy, rollback);

	guard(mutex)(&rsg_lock);
	if (policy->state != RSG_STATE_PENDING ||
	    time_before(jiffies, policy->deadline))
		return;
	pr_notice_ratelimited("policy %s rolled back: nobody confirmed it\n",
			      policy->name);
	roll_back(policy);
}

/**
 * rsg_pending_ms - time left until roll-back
 * @policy: the policy
 *
 * Return: milliseconds, 0 if nothing is pending.
 */
u64 rsg_pending_ms(const struct rsg_policy *policy)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&rsg_lock);
	if (policy->state != RSG_STATE_PENDING ||
	    time_after_eq(now, policy->deadline))
		return 0;
	return jiffies_to_msecs(policy->deadline - now);
}
