// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies in memory: names of system calls become numbers of every ABI. The
 * kernel knows numbers only; libseccomp knows the names.
 */
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guard_profile.h"

static const uint32_t arches[RSG_ABIS] = {
	[RSG_X86_64] = SCMP_ARCH_X86_64,
	[RSG_I386] = SCMP_ARCH_X86,
};

/* What the kernel refuses to deny, so that the message can tell. */
static const char * const vital[] = {
	"exit", "exit_group", "rt_sigreturn", "sigreturn", "restart_syscall",
};

static int check_verdict(uint32_t verdict)
{
	unsigned int data = verdict & SECCOMP_RET_DATA;

	switch (verdict & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		if (data <= RSG_ERROR_MAX)
			return 0;
		return rs_failx(EINVAL, "errno %u is not in 0 to %u", data,
				RSG_ERROR_MAX);
	case SECCOMP_RET_TRAP:
		return 0;
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_KILL_PROCESS:
	case RSG_RET_STOP:
		if (!data)
			return 0;
	}
	return rs_failx(EINVAL, "0x%08x is no verdict", verdict);
}

int rs_guard_policy_new(struct rs_guard_policy **policy,
			uint32_t default_verdict)
{
	struct rs_guard_policy *p;
	int ret;

	ret = check_verdict(default_verdict);
	if (ret)
		return ret;
	p = calloc(1, sizeof(*p));
	if (!p)
		return rs_fail(ENOMEM, "policy");
	p->default_verdict = default_verdict;
	p->allow_abis = (1 << RSG_ABIS) - 1;
	memset(p->plain, 0xff, sizeof(p->plain));
	memset(p->origin, 0, sizeof(p->origin));
	*policy = p;
	return 0;
}

void rs_guard_policy_origin(struct rs_guard_policy *policy, const char *origin)
{
	const size_t room = sizeof(policy->origin);
	size_t len = strlen(origin);

	memset(policy->origin, 0, room);
	if (len < room)
		memcpy(policy->origin, origin, len);
	else
		snprintf(policy->origin, room, "...%s", origin + len - room + 4);
}

void rs_guard_policy_free(struct rs_guard_policy *policy)
{
	if (!policy)
		return;
	rs_objects_free(policy->objects, policy->nr_objects);
	free(policy->rules);
	free(policy->args);
	free(policy);
}

int rs_policy_add(struct rs_guard_policy *policy, const struct rsg_rule *rule,
		  const struct rsg_arg *args)
{
	struct rsg_rule *rules;
	struct rsg_arg *more;

	if (policy->nr_rules == RSG_RULES_MAX ||
	    policy->nr_args + rule->nr_args > RSG_ARGS_MAX)
		return rs_failx(E2BIG, "more than %d rules or %d comparisons",
				RSG_RULES_MAX, RSG_ARGS_MAX);
	rules = reallocarray(policy->rules, policy->nr_rules + 1,
			     sizeof(*rules));
	if (!rules)
		return rs_fail(ENOMEM, "policy");
	policy->rules = rules;
	rules[policy->nr_rules] = *rule;
	rules[policy->nr_rules].first_arg = policy->nr_args;
	if (args && rule->nr_args) {
		more = reallocarray(policy->args,
				    policy->nr_args + rule->nr_args,
				    sizeof(*more));
		if (!more)
			return rs_fail(ENOMEM, "policy");
		policy->args = more;
		memcpy(&more[policy->nr_args], args,
		       rule->nr_args * sizeof(*args));
		policy->nr_args += rule->nr_args;
	} else {
		policy->plain[rule->abi][rule->nr] = rule->verdict;
	}
	policy->nr_rules++;
	return 0;
}

bool rs_guard_is_vital(const char *name)
{
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(vital); i++)
		if (!strcmp(name, vital[i]))
			return true;
	return false;
}

/* Set one entry; a second rule must say the same. */
static int set(struct rs_guard_policy *policy, unsigned int abi, int nr,
	       const char *name, uint32_t verdict)
{
	const struct rsg_rule rule = {
		.abi = abi, .nr = nr, .verdict = verdict,
	};
	uint32_t known = policy->plain[abi][nr];

	if (verdict == SECCOMP_RET_ALLOW && !(policy->allow_abis & 1U << abi))
		return 0;
	if (known == verdict)
		return 0;
	if (known != RS_GUARD_UNSET)
		return rs_failx(EEXIST, "%s: two rules that differ", name);
	return rs_policy_add(policy, &rule, NULL);
}

int rs_guard_resolve(const char *name, unsigned int abi)
{
	return seccomp_syscall_resolve_name_arch(arches[abi], name);
}

int rs_guard_call_name(unsigned int abi, unsigned int nr, char *buf, size_t len)
{
	char *name = rs_guard_name(abi, nr);

	if (!name)
		return rs_failx(ENOENT, "no call has the number %u", nr);
	snprintf(buf, len, "%s", name);
	free(name);
	return 0;
}

char *rs_guard_name(unsigned int abi, unsigned int nr)
{
	return abi < RSG_ABIS ?
	       seccomp_syscall_resolve_num_arch(arches[abi], nr) : NULL;
}

/* As above, with the direct entry of what is multiplexed too. */
static int resolve(const char *name, unsigned int abi)
{
	int direct = abi == RSG_I386 ? rs_guard_i386_direct(name) : -1;

	return direct >= 0 ? direct : rs_guard_resolve(name, abi);
}

int rs_guard_policy_rule(struct rs_guard_policy *policy, const char *name,
			 uint32_t verdict)
{
	bool found = false;
	unsigned int abi;
	int nr, ret;

	ret = check_verdict(verdict);
	if (ret)
		return ret;
	if (!rs_guard_allows(verdict) && rs_guard_is_vital(name))
		return rs_failx(EINVAL, "%s: no process could end or handle signals without it",
				name);
	for (abi = 0; abi < RSG_ABIS; abi++) {
		nr = resolve(name, abi);
		found |= nr != __NR_SCMP_ERROR;
		/* Below zero the name is known, but not to this ABI. */
		if (nr < 0 || nr >= RSG_CALLS)
			continue;
		ret = set(policy, abi, nr, name, verdict);
		if (ret)
			return ret;
	}
	if (!found)
		return rs_failx(ENOENT, "%s: no such system call", name);
	return 0;
}
