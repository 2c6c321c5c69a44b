// SPDX-License-Identifier: GPL-2.0-only
/*
 * What of a profile can the kernel side follow today? It knows an errno for
 * each call, and no arguments. Whatever else a profile asks for is a problem
 * that is told with its place, and then nothing is loaded.
 */
#include <stdio.h>
#include <string.h>
#include "guard_profile.h"

/* i386 numbers of the calls that stand for others. */
static const unsigned int multiplexers[] = { 102, 117 };

static unsigned int errno_of(uint32_t verdict)
{
	return verdict == SECCOMP_RET_ALLOW ? 0 : verdict & SECCOMP_RET_DATA;
}

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

static int judge_args(struct rs_guard_profile *profile, struct rs_entry *entry,
		      const char *name)
{
	const struct rs_rules *rules;
	unsigned int abi;

	for (abi = 0; abi < RSG_ABIS; abi++) {
		rules = rules_of(profile, name, abi);
		/* A rule without arguments makes this one moot. */
		if (!rules || rules->has_rule || entry->told)
			continue;
		entry->told = true;
		return rs_profile_say(profile, RS_GUARD_PROBLEM,
				      &entry->args_at,
				      "%s depends on its arguments, which the guard can not compare",
				      name);
	}
	return 0;
}

/* Of two rules that differ a filter takes the first. Was that meant? */
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
			return rs_profile_say(profile, RS_GUARD_PROBLEM, at,
					      "%s: two rules that differ, the other is in syscalls[%u]",
					      name, rules->entry);
	}
	return 0;
}

int rs_profile_judge(struct rs_guard_profile *profile, struct rs_entry *entry,
		     const char *name, const struct rs_json *at)
{
	if (entry->verdict == profile->default_verdict)
		return 0;
	if (entry->nr_args)
		return judge_args(profile, entry, name);
	if (entry->verdict != SECCOMP_RET_ALLOW && rs_guard_is_vital(name))
		return rs_profile_say(profile, RS_GUARD_PROBLEM, at,
				      "%s: no process could end or handle signals without it",
				      name);
	return judge_order(profile, entry, name, at);
}

int rs_profile_finish(struct rs_guard_profile *profile,
		      const struct rs_json *root)
{
	const struct rs_rules *rules;
	unsigned int abi, nr, i;

	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			profile->names[abi][nr] = rs_guard_name(abi, nr);
	for (i = 0; i < RS_ARRAY_SIZE(multiplexers); i++) {
		rules = &profile->rules[RSG_I386][multiplexers[i]];
		if (rules->nr && !rules->has_rule)
			return rs_profile_say(profile, RS_GUARD_NOTE, root,
					      "a filter judges socketcall and ipc of i386 by the call that they make, the guard by rules that name them");
	}
	return 0;
}

/* A runtime ends who uses an ABI that is not listed; here all calls fail. */
static void close_abi(const struct rs_guard_profile *profile, unsigned int abi,
		      struct rs_guard_policy *policy)
{
	const char *name;
	unsigned int nr;

	if (policy->default_error)
		return;
	for (nr = 0; nr < RSG_CALLS; nr++) {
		name = profile->names[abi][nr];
		if (!name || !rs_guard_is_vital(name))
			policy->error[abi][nr] = EPERM;
	}
}

static void fill_abi(const struct rs_guard_profile *profile, unsigned int abi,
		     struct rs_guard_policy *policy)
{
	const struct rs_rules *rules;
	unsigned int nr;

	for (nr = 0; nr < RSG_CALLS; nr++) {
		rules = &profile->rules[abi][nr];
		if (rules->has_rule)
			policy->error[abi][nr] = errno_of(rules->verdict);
	}
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
	ret = rs_guard_policy_new(policy, errno_of(profile->default_verdict));
	if (ret)
		return ret;
	(*policy)->allow_abis = profile->abis;
	for (abi = 0; abi < RSG_ABIS; abi++) {
		if (rs_guard_profile_covers(profile, abi))
			fill_abi(profile, abi, *policy);
		else
			close_abi(profile, abi, *policy);
	}
	(*policy)->nr_objects = profile->nr_objects;
	ret = rs_objects_copy(profile->objects, profile->nr_objects,
			      &(*policy)->objects);
	if (ret) {
		(*policy)->nr_objects = 0;
		rs_guard_policy_free(*policy);
		*policy = NULL;
	}
	return ret;
}
