// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a profile become the rules that the kernel takes? One by one, in the
 * order of the profile: the kernel judges as rs_guard_profile_verdict() does.
 * What it can not follow is a problem that is told with its place, and then
 * nothing is loaded.
 */
#include <string.h>
#include "guard_profile.h"

/* The rules of @name in @abi, NULL if it has none there. */
static const struct rs_rules *rules_of(const struct rs_guard_profile *profile,
				       const char *name, unsigned int abi)
{
	int nr = rs_guard_resolve(name, abi);

	if (abi == RSG_I386 && nr < 0)
		nr = rs_guard_i386_direct(name);
	if (!rs_guard_profile_covers(profile, abi) || nr < 0 || nr >= RSG_CALLS)
		return NULL;
	return &profile->rules[abi][nr];
}

/* Of two rules that differ the first one counts. Was that meant? */
static int judge_order(struct rs_guard_profile *profile,
		       const struct rs_entry *entry, const char *name,
		       const struct rs_json *at)
{
	const struct rs_rules *rules;
	unsigned int abi;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		rules = rules_of(profile, name, abi);
		if (rules && rules->has_rule &&
		    rules->verdict != entry->verdict)
			return rs_profile_say(profile, RS_GUARD_NOTE, at,
					      "%s: two rules that differ, the one in syscalls[%u] counts",
					      name, rules->entry);
	}
	return 0;
}

int rs_profile_judge(struct rs_guard_profile *profile, struct rs_entry *entry,
		     const char *name, const struct rs_json *at)
{
	if (entry->verdict == profile->default_verdict)
		return 0;
	if (!rs_guard_allows(entry->verdict) && rs_guard_is_vital(name))
		return rs_profile_say(profile, RS_GUARD_PROBLEM, at,
				      "%s: no process could end or handle signals without it",
				      name);
	return entry->nr_args ? 0 : judge_order(profile, entry, name, at);
}

int rs_profile_finish(struct rs_guard_profile *profile,
		      const struct rs_json *root)
{
	static const char * const missed[] = { "close", "munmap", "futex" };
	struct rs_guard_call call;
	unsigned int abi, nr, i;
	int ret;

	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			profile->names[abi][nr] = rs_guard_name(abi, nr);
	for (i = 0; i < RS_ARRAY_SIZE(missed); i++) {
		nr = rs_guard_resolve(missed[i], RSG_X86_64);
		rs_guard_profile_call(profile, RSG_X86_64, nr, &call);
		if (rs_guard_allows(call.verdict) || call.nr_conditions)
			continue;
		ret = rs_profile_say(profile, RS_GUARD_NOTE, root,
				     "%s is denied, without which few programs work",
				     missed[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* A runtime's filter ends who uses an ABI that is not listed. */
static int close_abi(const struct rs_guard_profile *profile, unsigned int abi,
		     struct rs_guard_policy *policy)
{
	struct rsg_rule rule = {
		.abi = abi, .verdict = SECCOMP_RET_KILL_THREAD,
	};
	const char *name;
	int ret = 0;

	for (rule.nr = 0; rule.nr < RSG_CALLS && !ret; rule.nr++) {
		name = profile->names[abi][rule.nr];
		if (!name || !rs_guard_is_vital(name))
			ret = rs_policy_add(policy, &rule, NULL);
	}
	return ret;
}

static int add_condition(struct rs_guard_policy *policy, struct rsg_rule rule,
			 const struct rs_guard_condition *condition)
{
	struct rsg_arg args[RS_GUARD_ARGS];
	const struct rs_guard_arg *arg;
	unsigned int i;

	for (i = 0; i < condition->nr_args; i++) {
		arg = &condition->args[i];
		args[i] = (struct rsg_arg){
			.index = arg->index, .op = arg->op,
			.value = arg->value,
			.value_two = arg->op == RS_GUARD_MASKED_EQ ?
				     arg->value_two : 0,
		};
	}
	rule.verdict = condition->verdict;
	rule.tag = condition->entry;
	rule.nr_args = condition->nr_args;
	return rs_policy_add(policy, &rule, args);
}

static int fill_call(const struct rs_rules *rules, struct rsg_rule rule,
		     struct rs_guard_policy *policy)
{
	size_t i;
	int ret = 0;

	if (rules->has_rule) {
		rule.verdict = rules->verdict;
		rule.tag = rules->entry;
		return rs_policy_add(policy, &rule, NULL);
	}
	for (i = 0; i < rules->nr && !ret; i++)
		ret = add_condition(policy, rule, &rules->conditions[i]);
	return ret;
}

static int fill_abi(const struct rs_guard_profile *profile, unsigned int abi,
		    struct rs_guard_policy *policy)
{
	struct rsg_rule rule = { .abi = abi };
	int ret = 0;

	for (rule.nr = 0; rule.nr < RSG_CALLS && !ret; rule.nr++)
		ret = fill_call(&profile->rules[abi][rule.nr], rule, policy);
	return ret;
}

int rs_guard_profile_compile(const struct rs_guard_profile *profile,
			     struct rs_guard_policy **policy)
{
	const char *problem;
	unsigned int abi;
	int ret;

	problem = rs_guard_profile_text(profile, RS_GUARD_PROBLEM, 0);
	if (problem)
		return rs_failx(EINVAL, "%s", problem);
	ret = rs_guard_policy_new(policy, profile->default_verdict);
	if (ret)
		return ret;
	(*policy)->allow_abis = profile->abis;
	for (abi = 0; abi < RSG_ABIS && !ret; abi++) {
		if (rs_guard_profile_covers(profile, abi))
			ret = fill_abi(profile, abi, *policy);
		else
			ret = close_abi(profile, abi, *policy);
	}
	if (!ret) {
		ret = rs_objects_copy(profile->objects, profile->nr_objects,
				      &(*policy)->objects);
		if (!ret)
			(*policy)->nr_objects = profile->nr_objects;
	}
	if (ret) {
		rs_guard_policy_free(*policy);
		*policy = NULL;
	}
	return ret;
}
