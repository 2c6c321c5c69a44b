// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a policy that governs running tasks say something else from one
 * call to the next?
 *
 * Its contents are one object, which the hook fetches once a call. First the
 * functions are hooked that the new contents need, then the pointer changes.
 * Until the change is confirmed nothing is unhooked and the old contents are
 * kept, so that going back can not fail. Rolling back a replacement leaves the
 * policy attached; attach.c owns the states and the timer.
 */
#include <linux/workqueue.h>

#include "guard.h"
#include "repeat.h"

static void end(struct work_struct *work)
{
	rsg_rules_destroy(container_of(to_rcu_work(work), struct rsg_rules,
				       end));
}

/* Not at once, for calls in flight; and by a work, for it may sleep. */
static void free_later(struct rsg_rules *rules)
{
	INIT_RCU_WORK(&rules->end, end);
	queue_rcu_work(rsg_workqueue, &rules->end);
}

/**
 * rsg_replace - swap what a policy says
 * @policy: the policy
 * @rules: what it shall say; belongs to the policy on success
 * @confirm_ms: time for the confirmation if it is attached, 0 for the default
 * @function: set to the name of a function that could not be hooked
 *
 * Context: sleeps if functions must be hooked that are not yet.
 * Return: 0; -EINVAL if it is a jail; -EBUSY if an attach or another
 * replacement is pending; or what rsg_hooks_update() returned. Nothing has
 * changed on failure.
 */
int rsg_replace(struct rsg_policy *policy, struct rsg_rules *rules,
		unsigned int confirm_ms, const char **function)
{
	struct rsg_rules *old = rsg_policy_rules(policy);
	int err;

	lockdep_assert_held(&rsg_lock);
	if (policy->jail)
		return -EINVAL;
	if (policy->state == RSG_STATE_PENDING)
		return -EBUSY;
	if (policy->state == RSG_STATE_LOADED) {
		rcu_assign_pointer(policy->rules, rules);
		rsg_new_epoch();
		free_later(old);
		return 0;
	}
	policy->next = rules;
	err = rsg_hooks_update(policy, policy->armed, function);
	policy->next = NULL;
	if (err)
		return err;
	policy->committed = old;
	rcu_assign_pointer(policy->rules, rules);
	rsg_new_epoch();
	rsg_pend(policy, confirm_ms);
	return 0;
}

/**
 * rsg_replace_commit - what a policy says now is what it shall say
 * @policy: the policy, confirmed
 */
void rsg_replace_commit(struct rsg_policy *policy)
{
	const char *function;

	lockdep_assert_held(&rsg_lock);
	if (!policy->committed)
		return;
	free_later(policy->committed);
	policy->committed = NULL;
	/* A failure leaves hooks too many, which find nothing to say. */
	rsg_hooks_update(NULL, RSG_MODE_OFF, &function);
}

/**
 * rsg_replace_undo - let a policy say what it said last when confirmed
 * @policy: the policy
 *
 * Leaves the hooks to the caller.
 *
 * Return: whether a replacement was pending.
 */
bool rsg_replace_undo(struct rsg_policy *policy)
{
	struct rsg_rules *rules = rsg_policy_rules(policy);

	lockdep_assert_held(&rsg_lock);
	if (!policy->committed)
		return false;
	rcu_assign_pointer(policy->rules, policy->committed);
	rsg_new_epoch();
	policy->committed = NULL;
	free_later(rules);
	return true;
}
