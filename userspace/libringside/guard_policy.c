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

static int check_error(unsigned int error)
{
	if (error > RSG_ERROR_MAX)
		return rs_failx(EINVAL, "errno %u is not in 0 to %u", error,
				RSG_ERROR_MAX);
	return 0;
}

int rs_guard_policy_new(struct rs_guard_policy **policy,
			unsigned int default_error)
{
	struct rs_guard_policy *p;
	int ret;

	ret = check_error(default_error);
	if (ret)
		return ret;
	p = calloc(1, sizeof(*p));
	if (!p)
		return rs_fail(ENOMEM, "policy");
	p->default_error = default_error;
	p->allow_abis = (1 << RSG_ABIS) - 1;
	memset(p->error, 0xff, sizeof(p->error));
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
	free(policy);
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
	       const char *name, unsigned int error)
{
	uint16_t *entry = &policy->error[abi][nr];

	if (!error && !(policy->allow_abis & 1U << abi))
		return 0;
	if (*entry != RS_GUARD_UNSET && *entry != error)
		return rs_failx(EEXIST, "%s: two rules that differ", name);
	*entry = error;
	return 0;
}

int rs_guard_resolve(const char *name, unsigned int abi)
{
	return seccomp_syscall_resolve_name_arch(arches[abi], name);
}

char *rs_guard_name(unsigned int abi, unsigned int nr)
{
	return seccomp_syscall_resolve_num_arch(arches[abi], nr);
}

/* As above, with the direct entry of what is multiplexed too. */
static int resolve(const char *name, unsigned int abi)
{
	int direct = abi == RSG_I386 ? rs_guard_i386_direct(name) : -1;

	return direct >= 0 ? direct : rs_guard_resolve(name, abi);
}

int rs_guard_policy_rule(struct rs_guard_policy *policy, const char *name,
			 unsigned int error)
{
	bool found = false;
	unsigned int abi;
	int nr, ret;

	ret = check_error(error);
	if (ret)
		return ret;
	if (error && rs_guard_is_vital(name))
		return rs_failx(EINVAL, "%s: no process could end or handle signals without it",
				name);
	for (abi = 0; abi < RSG_ABIS; abi++) {
		nr = resolve(name, abi);
		found |= nr != __NR_SCMP_ERROR;
		/* Below zero the name is known, but not to this ABI. */
		if (nr < 0 || nr >= RSG_CALLS)
			continue;
		ret = set(policy, abi, nr, name, error);
		if (ret)
			return ret;
	}
	if (!found)
		return rs_failx(ENOENT, "%s: no such system call", name);
	return 0;
}
