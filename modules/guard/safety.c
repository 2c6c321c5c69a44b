// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ends a policy although nobody detaches it, and what keeps it from being
 * as strict as it was asked to be?
 *
 *   breaker    a pending attach that denies too much is rolled back at once,
 *              and so is one that denies something to PID 1
 *   SysRq      a key drops everything, whatever state user space is in
 *   mode_max   no policy does more than this, neither now nor later
 *   watchdog   looks whether the hooks are still in place, and says so if not
 *
 * All of it starts with the first attach and ends with the last detach, but
 * mode_max, which holds from the kernel's command line on.
 */
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/sysrq.h>

#include <ringside/compat.h>

#include "guard.h"
#include "repeat.h"
#include "site.h"

/* How often the breaker looks while something is pending, and the watchdog. */
#define BREAKER_MS	100
#define WATCHDOG_MS	1000

/* Neither a lower-case letter, for the kernel has a use for each, nor taken. */
#define SYSRQ_KEY	'G'

static const char * const modes[] = {
	[RSG_MODE_OFF] = "off",
	[RSG_MODE_OBSERVE] = "observe",
	[RSG_MODE_AUDIT] = "audit",
	[RSG_MODE_ENFORCE] = "enforce",
};

static char *mode_max_param = "enforce";
module_param_named(mode_max, mode_max_param, charp, 0444);
MODULE_PARM_DESC(mode_max, "at most: off, observe, audit or enforce (default)");

static bool off;
module_param(off, bool, 0444);
MODULE_PARM_DESC(off, "allow no attach, until the module is loaded anew");

/* RSG_MODE_*. Protected by rsg_lock. */
static u32 mode_max = RSG_MODE_ENFORCE;
/* Denials a second that end a trial, 0 for any number. Under rsg_lock. */
static unsigned int trial_denials = 10000;
/* Hooks were out of our hands at the last look. Protected by rsg_lock. */
static bool failed;
/* A call of PID 1 was denied since the breaker looked last. */
static bool denied_init;
/* The SysRq key is ours. Protected by rsg_lock. */
static bool has_key;

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look);
static void drop(struct work_struct *work);
static DECLARE_WORK(drop_work, drop);

/**
 * rsg_safety_init - read the module's parameters
 *
 * Return: 0, or -EINVAL if mode_max names no mode.
 */
int rsg_safety_init(void)
{
	int mode = match_string(modes, ARRAY_SIZE(modes), mode_max_param);

	if (mode < 0) {
		pr_err("mode_max: '%s' is not off, observe, audit or enforce\n",
		       mode_max_param);
		return -EINVAL;
	}
	if (!rs_guard_allowed())
		off = true;
	mode_max = off ? RSG_MODE_OFF : mode;
	if (!mode_max)
		pr_notice("switched off: no policy can be attached\n");
	return 0;
}

/**
 * rsg_mode_capped - what becomes of a mode
 * @mode: RSG_MODE_*
 *
 * Return: the mode, or the strictest that is allowed.
 */
u32 rsg_mode_capped(u32 mode)
{
	lockdep_assert_held(&rsg_lock);
	return min(mode, mode_max);
}

/**
 * rsg_mode_max - the strictest mode that is allowed, by name
 *
 * Return: "off", "observe", "audit" or "enforce".
 */
const char *rsg_mode_max(void)
{
	lockdep_assert_held(&rsg_lock);
	return modes[mode_max];
}

/**
 * rsg_mode_max_set - change the strictest mode that is allowed
 * @name: its name, perhaps with a newline
 *
 * Attached policies obey at once, and are as strict as they were attached when
 * it is raised again. "off" detaches them.
 *
 * Return: 0; -EINVAL; -EPERM if the guard was switched off for good.
 */
int rsg_mode_max_set(const char *name)
{
	int mode = sysfs_match_string(modes, name);
	struct rsg_policy *policy;
	u32 id;

	lockdep_assert_held(&rsg_lock);
	if (mode < 0)
		return mode;
	if (off && mode)
		return -EPERM;
	mode_max = mode;
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1) {
		if (policy->state == RSG_STATE_LOADED)
			continue;
		if (!mode)
			rsg_detach(policy);
		else
			WRITE_ONCE(policy->armed, rsg_mode_capped(policy->mode));
	}
	rsg_new_epoch();
	return 0;
}

/**
 * rsg_trial_denials - how many denials a second end a trial
 *
 * Return: the number, 0 if none does.
 */
unsigned int rsg_trial_denials(void)
{
	lockdep_assert_held(&rsg_lock);
	return trial_denials;
}

/**
 * rsg_trial_denials_set - change that number
 * @nr: the number, 0 for none
 */
void rsg_trial_denials_set(unsigned int nr)
{
	lockdep_assert_held(&rsg_lock);
	trial_denials = nr;
}

/**
 * rsg_state - in what state the guard is
 *
 * Return: "idle", "active" or "failed".
 */
const char *rsg_state(void)
{
	lockdep_assert_held(&rsg_lock);
	if (failed)
		return "failed";
	return rsg_attached() ? "active" : "idle";
}

/**
 * rsg_denied_init - the hook denies a call to PID 1
 *
 * Context: the hook's; must not be traceable.
 */
notrace void rsg_denied_init(void)
{
	WRITE_ONCE(denied_init, true);
}

/* Has @policy denied more than it may in a trial? Resets the count. */
static bool is_storm(struct rsg_policy *policy)
{
	struct rsg_counts sum;
	u64 denied;

	rsg_policy_counts(policy, &sum);
	if (time_after_eq(jiffies, policy->counting + HZ)) {
		policy->counting = jiffies;
		policy->denied_before = sum.denied;
	}
	denied = sum.denied - policy->denied_before;
	return trial_denials && denied > trial_denials;
}

/* Roll trials back that do harm; return whether any is left. */
static bool break_trials(void)
{
	bool init = xchg(&denied_init, false), left = false;
	struct rsg_policy *policy;
	u32 id;

	lockdep_assert_held(&rsg_lock);
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1) {
		if (policy->state != RSG_STATE_PENDING)
			continue;
		left = true;
		if (init && policy->scope->force)
			pr_warn("policy %s rolled back: PID 1 was denied a call during its trial\n",
				policy->name);
		else if (is_storm(policy))
			pr_warn("policy %s rolled back: more than %u calls a second were denied during its trial\n",
				policy->name, trial_denials);
		else
			continue;
		rsg_rollback(policy);
	}
	return left;
}

static void check_hooks(void)
{
	char event[] = "RINGSIDE_GUARD_STATE=failed";
	char *env[2] = { event };
	const char *function = NULL;
	int err, sites_err;

	lockdep_assert_held(&rsg_lock);
	if (failed)
		return;
	/* Both in any case: each holds the module if it must stay. */
	err = rsg_hooks_check(&function);
	sites_err = rsg_sites_check(&function);
	err = err ?: sites_err;
	if (!err)
		return;
	failed = true;
	if (err == -ENODEV)
		pr_crit("FAILED: ftrace is off: what is hooked stays so, and nothing more can be\n");
	else
		pr_crit("FAILED: the hook of %s is gone, and calls pass that policies deny\n",
			function ?: "a function");
	kobject_uevent_env(&rsg_device()->kobj, KOBJ_CHANGE, env);
}

static void look(struct work_struct *work)
{
	unsigned int ms;

	guard(mutex)(&rsg_lock);
	ms = break_trials() ? BREAKER_MS : WATCHDOG_MS;
	if (!rsg_attached())
		return;
	check_hooks();
	queue_delayed_work(rsg_workqueue, &look_work, msecs_to_jiffies(ms));
}

/* What the key leaves to do, once one may sleep. */
static void drop(struct work_struct *work)
{
	struct rsg_policy *policy;
	u32 id;

	guard(mutex)(&rsg_lock);
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1)
		rsg_detach(policy);
	pr_warn("all policies are detached\n");
}

/* In an interrupt: from here on the hooks let everything pass. */
static RS_SYSRQ_HANDLER(on_key)
{
	struct rsg_policy *policy;
	u32 id;

	rcu_read_lock();
	for (id = 1; id <= RSG_POLICIES; id++) {
		policy = rcu_dereference(rsg_policies[id]);
		if (policy)
			WRITE_ONCE(policy->armed, RSG_MODE_OFF);
	}
	rsg_new_epoch();
	rcu_read_unlock();
	pr_warn("SysRq: drop all policies\n");
	queue_work(rsg_workqueue, &drop_work);
}

static const struct sysrq_key_op key_op = {
	.handler = on_key,
	.help_msg = "drop-ringside-guard(G)",
	.action_msg = "Drop Ringside guard",
	.enable_mask = SYSRQ_ENABLE_KEYBOARD,
};

/**
 * rsg_safety_start - the first policy is being attached
 */
void rsg_safety_start(void)
{
	lockdep_assert_held(&rsg_lock);
	failed = false;
	has_key = !register_sysrq_key(SYSRQ_KEY, &key_op);
	if (!has_key)
		pr_notice("SysRq %c belongs to somebody else\n", SYSRQ_KEY);
}

/**
 * rsg_safety_stop - the last policy is detached
 *
 * Context: sleeps.
 */
void rsg_safety_stop(void)
{
	lockdep_assert_held(&rsg_lock);
	/* Hooks that nobody wants and that are there all the same. */
	failed = rsg_hooks_nr() != 0;
	if (has_key)
		unregister_sysrq_key(SYSRQ_KEY, &key_op);
	has_key = false;
	cancel_delayed_work(&look_work);
}

/**
 * rsg_safety_trial - a trial begins
 * @policy: the policy that is pending now
 */
void rsg_safety_trial(struct rsg_policy *policy)
{
	struct rsg_counts sum;

	lockdep_assert_held(&rsg_lock);
	rsg_policy_counts(policy, &sum);
	policy->denied_before = sum.denied;
	policy->counting = jiffies;
	WRITE_ONCE(denied_init, false);
	mod_delayed_work(rsg_workqueue, &look_work,
			 msecs_to_jiffies(BREAKER_MS));
}

/**
 * rsg_safety_exit - see out what runs behind our back
 *
 * Context: sleeps, without rsg_lock. No policy is attached any more.
 */
void rsg_safety_exit(void)
{
	cancel_work_sync(&drop_work);
	cancel_delayed_work_sync(&look_work);
}
