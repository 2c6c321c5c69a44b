// SPDX-License-Identifier: GPL-2.0-only
/*
 * The set of loaded policies: who may enter it, how one is found, and when its
 * memory goes. What a policy is attached to is attach.c's business.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "guard.h"
#include "event.h"
#include "object.h"
#include "site.h"

/* Protects the policies and their attachments; guard.h has the order. */
DEFINE_MUTEX(rsg_lock);
struct rsg_policy __rcu *rsg_policies[RSG_POLICIES + 1];

/* The id given out last; ids go round. Protected by rsg_lock. */
static u32 last_id;
/* What policies that are gone had counted. Protected by rsg_lock. */
static struct rsg_counts retired;

/* Where a call's arguments are; the entry of int $0x80 fills these, too. */
static rsg_frame_layout frame = {
	[RSG_X86_64] = {
		offsetof(struct pt_regs, di), offsetof(struct pt_regs, si),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, r10),
		offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
	},
	[RSG_I386] = {
		offsetof(struct pt_regs, bx), offsetof(struct pt_regs, cx),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, si),
		offsetof(struct pt_regs, di), offsetof(struct pt_regs, bp),
	},
};

/**
 * rsg_rules_create - make the contents of a policy
 * @source: the rules as they came from user space
 *
 * Context: sleeps; learns where the judged calls' functions are.
 * Return: the rules, for rsg_rules_destroy(), or an error pointer: -EINVAL
 * for malformed ones, -EBADF for a descriptor that is none, -ENOMEM, or what
 * rsg_calls_resolve() or rsg_sites_resolve() returned.
 */
struct rsg_rules *rsg_rules_create(const struct rsg_source *source)
{
	struct rsg_rules *rules;
	int err;

	rules = kvzalloc(struct_size(rules, steps, rsg_rules_max_steps(source)),
			 GFP_KERNEL_ACCOUNT);
	if (!rules)
		return ERR_PTR(-ENOMEM);
	rules->objects = rsg_objects_create(source);
	err = PTR_ERR_OR_ZERO(rules->objects);
	if (err) {
		kvfree(rules);
		return ERR_PTR(err);
	}
	if (source->origin)
		memcpy(rules->origin, source->origin, sizeof(rules->origin));
	err = rsg_rules_fill(rules, source, frame);
	if (!err)
		err = rsg_calls_resolve(rules);
	if (!err)
		err = rsg_sites_resolve(rules);
	if (!err)
		return rules;
	rsg_rules_destroy(rules);
	return ERR_PTR(err);
}

/**
 * rsg_rules_destroy - free what rsg_rules_create() made
 * @rules: the rules
 *
 * Context: sleeps; no hook uses them any more.
 */
void rsg_rules_destroy(struct rsg_rules *rules)
{
	rsg_objects_destroy(rules->objects);
	kvfree(rules);
}

/**
 * rsg_policy_create - make a policy that nobody can find yet
 * @load: what the caller of RSG_IOC_LOAD said
 * @source: the rules, in kernel memory
 *
 * Context: sleeps; learns where the judged calls' functions are.
 * Return: the policy, or an error pointer: -EINVAL for a malformed name,
 * -ENOMEM, or what rsg_rules_create() returned.
 */
struct rsg_policy *rsg_policy_create(const struct rsg_load *load,
				     const struct rsg_source *source)
{
	struct rsg_policy *policy __free(kfree) = NULL;
	struct rsg_rules *rules;
	int err;

	err = rsg_name_check(load->name);
	if (!err)
		err = rsg_records_start();
	if (!err && load->flags & RSG_LOAD_SEAL)
		err = rsg_sites_resolve(NULL);
	if (err)
		return ERR_PTR(err);
	policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);
	if (!policy)
		return ERR_PTR(-ENOMEM);
	memcpy(policy->name, load->name, sizeof(policy->name));
	policy->flags = load->flags;
	policy->state = RSG_STATE_LOADED;
	INIT_LIST_HEAD(&policy->in_cgroups);
	INIT_LIST_HEAD(&policy->in_roots);
	INIT_DELAYED_WORK(&policy->rollback, rsg_rollback_work);
	policy->counts = alloc_percpu_gfp(struct rsg_counts,
					  GFP_KERNEL_ACCOUNT);
	if (!policy->counts)
		return ERR_PTR(-ENOMEM);
	rules = rsg_rules_create(source);
	if (IS_ERR(rules)) {
		free_percpu(policy->counts);
		return ERR_CAST(rules);
	}
	RCU_INIT_POINTER(policy->rules, rules);
	return no_free_ptr(policy);
}

/**
 * rsg_policy_rules - what a policy says, for those who change policies
 * @policy: the policy
 *
 * Return: its rules.
 */
struct rsg_rules *rsg_policy_rules(const struct rsg_policy *policy)
{
	return rcu_dereference_protected(policy->rules,
					 lockdep_is_held(&rsg_lock));
}

/**
 * rsg_policy_prepare - make what a policy needs once it is attached
 * @policy: the policy
 *
 * Return: 0 or -ENOMEM.
 */
int rsg_policy_prepare(struct rsg_policy *policy)
{
	lockdep_assert_held(&rsg_lock);
	if (!policy->calls)
		policy->calls = kvzalloc(sizeof(*policy->calls),
					 GFP_KERNEL_ACCOUNT);
	return policy->calls ? 0 : -ENOMEM;
}

/**
 * rsg_policy_test - what would a policy say about a call?
 * @policy: the policy
 * @abi: RSG_X86_64 or RSG_I386
 * @nr: number of the call, any
 * @args: its arguments
 * @tag: set to the tag of the rule, -1 if it is the default
 *
 * Judges as the hook does, with registers made up.
 *
 * Return: the verdict.
 */
u32 rsg_policy_test(const struct rsg_policy *policy, unsigned int abi,
		    unsigned int nr, const u64 args[RSG_ARGS], s16 *tag)
{
	const struct rsg_rules *rules = rsg_policy_rules(policy);
	struct pt_regs regs = {};
	unsigned int i;

	for (i = 0; i < RSG_ARGS; i++)
		*(unsigned long *)((char *)&regs + frame[abi][i]) = args[i];
	if (nr < RSG_CALLS)
		return rsg_rules_judge(rules, abi, nr, &regs, tag);
	*tag = -1;
	return rules->default_verdict;
}

/**
 * rsg_policy_find - the policy with an id
 * @id: the id, as user space gave it
 *
 * Return: the policy, or NULL.
 */
struct rsg_policy *rsg_policy_find(u32 id)
{
	if (!id || id > RSG_POLICIES)
		return NULL;
	return rcu_dereference_protected(rsg_policies[id],
					 lockdep_is_held(&rsg_lock));
}

/**
 * rsg_policy_next - the policy with the smallest id that is not below @id
 * @id: where to start
 *
 * Return: the policy, or NULL.
 */
struct rsg_policy *rsg_policy_next(u32 id)
{
	struct rsg_policy *policy = NULL;

	lockdep_assert_held(&rsg_lock);
	for (id = max(id, 1U); !policy && id <= RSG_POLICIES; id++)
		policy = rsg_policy_find(id);
	return policy;
}

static bool is_taken(const char *name)
{
	struct rsg_policy *policy;
	u32 id;

	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1)
		if (!strcmp(policy->name, name))
			return true;
	return false;
}

/**
 * rsg_policy_publish - give a policy an id and let it be found
 * @policy: a policy from rsg_policy_create()
 *
 * Return: 0; -EEXIST if its name is taken; -ENOSPC if there is no id left.
 */
int rsg_policy_publish(struct rsg_policy *policy)
{
	u32 i, id;

	lockdep_assert_held(&rsg_lock);
	if (is_taken(policy->name))
		return -EEXIST;
	for (i = 0; i < RSG_POLICIES; i++) {
		id = (last_id + i) % RSG_POLICIES + 1;
		if (rsg_policy_find(id))
			continue;
		policy->id = id;
		last_id = id;
		rcu_assign_pointer(rsg_policies[id], policy);
		return 0;
	}
	return -ENOSPC;
}

static void add_counts(struct rsg_counts *sum, const struct rsg_counts *one)
{
	sum->denied += one->denied;
	sum->audited += one->audited;
	sum->observed += one->observed;
}

/**
 * rsg_policy_withdraw - let nobody find a policy any more
 * @policy: a policy that is not attached
 */
void rsg_policy_withdraw(struct rsg_policy *policy)
{
	struct rsg_counts sum;

	lockdep_assert_held(&rsg_lock);
	RCU_INIT_POINTER(rsg_policies[policy->id], NULL);
	rsg_policy_counts(policy, &sum);
	add_counts(&retired, &sum);
}

/**
 * rsg_policy_destroy - free a policy that nobody can find
 * @policy: withdrawn, or never published
 *
 * Context: sleeps, without rsg_lock, which a roll-back under way may want.
 */
void rsg_policy_destroy(struct rsg_policy *policy)
{
	cancel_delayed_work_sync(&policy->rollback);
	synchronize_rcu();
	rsg_rules_destroy(rcu_dereference_protected(policy->rules, true));
	rsg_jail_destroy(policy);
	kvfree(policy->calls);
	free_percpu(policy->counts);
	rsg_learn_free(policy);
	kfree(policy);
}

/**
 * rsg_policy_counts - add up what all CPUs counted
 * @policy: the policy
 * @sum: the result
 */
void rsg_policy_counts(const struct rsg_policy *policy, struct rsg_counts *sum)
{
	int cpu;

	*sum = (struct rsg_counts){};
	for_each_possible_cpu(cpu) {
		const struct rsg_counts *counts =
			per_cpu_ptr(policy->counts, cpu);

		sum->denied += READ_ONCE(counts->denied);
		sum->audited += READ_ONCE(counts->audited);
		sum->observed += READ_ONCE(counts->observed);
	}
}

/**
 * rsg_total_counts - what all policies counted since the module was loaded
 * @sum: the result, policies that are gone included
 */
void rsg_total_counts(struct rsg_counts *sum)
{
	struct rsg_policy *policy;
	struct rsg_counts one;
	u32 id;

	lockdep_assert_held(&rsg_lock);
	*sum = retired;
	for (id = 1; (policy = rsg_policy_next(id)); id = policy->id + 1) {
		rsg_policy_counts(policy, &one);
		add_counts(sum, &one);
	}
}
