// SPDX-License-Identifier: GPL-2.0-only
/*
 * Words of an OCI profile and what they stand for: actions, architectures,
 * and the conditions that Moby adds to an entry.
 */
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include "guard_profile.h"

static const struct {
	const char *name;
	uint32_t verdict;
} actions[] = {
	{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
	{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO },
	{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
	{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
	{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
};

int rs_profile_keys(const struct rs_json *object, const char * const *known)
{
	const char * const *key;
	struct rs_json member;
	bool more;

	if (!json_is_object(object->value))
		return rs_json_refuse(object, "an object is needed");
	for (more = rs_json_first(object, &member); more;
	     more = rs_json_next(&member)) {
		for (key = known; *key && strcmp(*key, member.key); key++)
			;
		if (!*key)
			return rs_json_refuse(&member, "no such member is known");
	}
	return 0;
}

static int read_action(const struct rs_json *at, uint32_t *verdict)
{
	const char *name;
	size_t i;

	if (rs_json_string(at, &name))
		return -EINVAL;
	for (i = 0; i < RS_ARRAY_SIZE(actions); i++) {
		if (!strcmp(name, actions[i].name)) {
			*verdict = actions[i].verdict;
			return 0;
		}
	}
	if (!strcmp(name, "SCMP_ACT_TRACE") || !strcmp(name, "SCMP_ACT_NOTIFY"))
		return rs_json_refuse(at, "%s hands the call to another process, which the guard does not do",
				      name);
	return rs_json_refuse(at, "'%s' is no action", name);
}

static int errno_of_name(const char *name)
{
	const char *known;
	int i;

	for (i = 1; i < 256; i++) {
		known = strerrorname_np(i);
		if (known && !strcmp(known, name))
			return i;
	}
	return 0;
}

/* The errno stands as a number, as a name, or as both. */
static int read_errno(const struct rs_json *object, const char * const keys[3],
		      uint64_t *error)
{
	struct rs_json number, word;
	const char *name;
	int named;

	*error = EPERM;
	if (rs_json_member(object, keys[1], &number)) {
		if (rs_json_u64(&number, UINT64_MAX, error))
			return -EINVAL;
		if (!*error || *error > RSG_ERROR_MAX)
			return rs_json_refuse(&number, "an errno from 1 to %u is needed",
					      RSG_ERROR_MAX);
	}
	if (!rs_json_member(object, keys[2], &word))
		return 0;
	if (rs_json_string(&word, &name))
		return -EINVAL;
	named = errno_of_name(name);
	if (!named)
		return rs_json_refuse(&word, "'%s' is no errno", name);
	if (rs_json_member(object, keys[1], &number) &&
	    *error != (unsigned int)named)
		return rs_json_refuse(&word, "%s is not %s, which is %llu", name,
				      keys[1], (unsigned long long)*error);
	*error = named;
	return 0;
}

int rs_profile_action(const struct rs_json *object, const char * const keys[3],
		      uint32_t *verdict)
{
	struct rs_json action, unused;
	uint64_t error;

	if (!rs_json_member(object, keys[0], &action))
		return rs_json_refuse(object, "%s: a string is needed", keys[0]);
	if (read_action(&action, verdict) || read_errno(object, keys, &error))
		return -EINVAL;
	if (*verdict == SECCOMP_RET_ERRNO)
		*verdict |= error;
	else if (strncmp(keys[0], "default", 7) &&
		 (rs_json_member(object, keys[1], &unused) ||
		  rs_json_member(object, keys[2], &unused)))
		return rs_json_refuse(&unused, "%s", *verdict == SECCOMP_RET_ALLOW ?
				      "the call is allowed" :
				      "only SCMP_ACT_ERRNO has an errno");
	return 0;
}

int rs_profile_arch(const struct rs_json *at, unsigned int *abis)
{
	const char *name;
	char lower[32];
	size_t i;

	if (rs_json_string(at, &name))
		return -EINVAL;
	if (strncmp(name, "SCMP_ARCH_", 10))
		return rs_json_refuse(at, "a string SCMP_ARCH_* is needed");
	snprintf(lower, sizeof(lower), "%s", name + 10);
	for (i = 0; lower[i]; i++)
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] += 'a' - 'A';
	*abis = 0;
	switch (seccomp_arch_resolve_name(lower)) {
	case 0:
		/* Newer than some libseccomp, and in Moby's profile. */
		if (!strcmp(lower, "loongarch64") || !strcmp(lower, "m68k") ||
		    !strcmp(lower, "sh") || !strcmp(lower, "sheb"))
			return 0;
		return rs_json_refuse(at, "no such architecture");
	case SCMP_ARCH_X86_64:
		*abis = 1 << RSG_X86_64;
		break;
	case SCMP_ARCH_X86:
		*abis = 1 << RSG_I386;
		break;
	}
	/* Others run no program on this machine. x32 goes with x86_64. */
	return 0;
}

/**
 * struct filter - "includes" or "excludes" of an entry
 * @profile: with the state
 * @quiet: note nothing
 * @include: which of both
 * @applies: whether the entry still applies
 */
struct filter {
	struct rs_guard_profile *profile;
	bool quiet;
	bool include;
	bool applies;
};

static int note(const struct filter *f, const struct rs_json *at,
		const char *what, bool holds)
{
	if (f->quiet)
		return 0;
	return rs_profile_say(f->profile, RS_GUARD_RESOLVED, at, "%s: the entry %s",
			      what, holds == f->include ? "stays" : "falls away");
}

/* What is included must hold in full; what is excluded, in no part. */
static int decide(struct filter *f, const struct rs_json *at, const char *what,
		  bool holds)
{
	f->applies &= holds == f->include;
	return note(f, at, what, holds);
}

static int filter_caps(struct filter *f, const struct rs_json *list)
{
	const struct rs_guard_state *state = &f->profile->state;
	struct rs_json at;
	const char *name;
	char what[80];
	bool more, held;
	int cap;

	for (more = rs_json_first(list, &at); more; more = rs_json_next(&at)) {
		if (rs_json_string(&at, &name))
			return -EINVAL;
		cap = strncmp(name, "CAP_", 4) ? -1 :
						 rs_cap_number(name, strlen(name));
		if (cap < 0)
			return rs_json_refuse(&at, "'%s' is no capability", name);
		held = state->caps >> cap & 1;
		snprintf(what, sizeof(what), "%s is %sin the bounding set",
			 name, held ? "" : "not ");
		if (decide(f, &at, what, held))
			return -ENOMEM;
		if (!f->quiet && !(state->flags & RS_GUARD_STATE_CAPS) &&
		    rs_profile_say(f->profile, RS_GUARD_PROBLEM, &at,
				   "the target's capabilities are not known, give --pid or --caps"))
			return -ENOMEM;
	}
	return 0;
}

/* One of the list is enough, of either kind. An empty one says nothing. */
static int filter_arches(struct filter *f, const struct rs_json *list)
{
	struct rs_json at;
	bool more, holds = false;
	const char *name;
	char what[64];

	if (!rs_json_first(list, &at))
		return 0;
	for (more = true; more; more = rs_json_next(&at)) {
		if (rs_json_string(&at, &name))
			return -EINVAL;
		holds |= !strcmp(name, f->profile->state.arch);
	}
	snprintf(what, sizeof(what), "the machine is %s",
		 f->profile->state.arch);
	return decide(f, list, what, holds);
}

static int filter_kernel(struct filter *f, const struct rs_json *at)
{
	const unsigned int *have = f->profile->state.kernel;
	unsigned int want[2];
	const char *text;
	char what[64];

	if (rs_json_string(at, &text))
		return -EINVAL;
	if (!rs_parse_kernel(text, want, true))
		return rs_json_refuse(at, "'%s' is no kernel such as 4.8", text);
	snprintf(what, sizeof(what), "the kernel is %u.%u", have[0], have[1]);
	return decide(f, at, what, have[0] != want[0] ? have[0] > want[0] :
							have[1] >= want[1]);
}

static int filter_one(struct filter *f, const struct rs_json *object)
{
	static const char * const keys[] = {
		"caps", "arches", "minKernel", NULL
	};
	struct rs_json list;
	int ret;
	unsigned int i;

	ret = rs_profile_keys(object, keys);
	for (i = 0; !ret && i < 2; i++) {
		if (!rs_json_member(object, keys[i], &list))
			continue;
		if (!json_is_array(list.value))
			return rs_json_refuse(&list, "an array is needed");
		ret = i ? filter_arches(f, &list) : filter_caps(f, &list);
	}
	if (!ret && rs_json_member(object, "minKernel", &list))
		ret = filter_kernel(f, &list);
	return ret;
}

int rs_profile_applies(struct rs_guard_profile *profile,
		       const struct rs_json *entry, bool quiet)
{
	struct filter f = {
		.profile = profile, .quiet = quiet, .include = true,
		.applies = true,
	};
	struct rs_json object;
	int ret = 0;

	if (rs_json_member(entry, "includes", &object))
		ret = filter_one(&f, &object);
	f.include = false;
	if (!ret && rs_json_member(entry, "excludes", &object))
		ret = filter_one(&f, &object);
	return ret ? ret : f.applies;
}
