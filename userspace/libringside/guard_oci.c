// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the seccomp object of the OCI runtime specification, with what Moby
 * and containers-common add to it. Fails closed: a file that is not understood
 * in full is refused, for a profile that is followed in part protects nobody.
 */
#include <stdlib.h>
#include <string.h>
#include "guard_profile.h"

/* What Go calls a machine, and what libseccomp does. */
static const struct {
	const char *go, *native;
} machines[] = {
	{ "amd64", "SCMP_ARCH_X86_64" }, { "386", "SCMP_ARCH_X86" },
};

static int refuse_unless_array(const struct rs_json *at)
{
	return json_is_array(at->value) ? 0 :
	       rs_json_refuse(at, "an array is needed");
}

/* Each of a list of architectures. */
static int read_arches(const struct rs_json *list, unsigned int *abis)
{
	unsigned int abi;
	struct rs_json at;
	bool more;

	if (refuse_unless_array(list))
		return -EINVAL;
	for (more = rs_json_first(list, &at); more; more = rs_json_next(&at)) {
		if (rs_profile_arch(&at, &abi))
			return -EINVAL;
		*abis |= abi;
	}
	return 0;
}

static bool is_machine(const char *go, const struct rs_json *native)
{
	const char *name = json_string_value(native->value);
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(machines); i++)
		if (!strcmp(machines[i].go, go))
			return !strcmp(machines[i].native, name);
	return false;
}

/* An architecture of the map, and the ABIs that its kernels take besides. */
static int read_mapping(struct rs_guard_profile *profile,
			const struct rs_json *at)
{
	static const char * const keys[] = {
		"architecture", "subArchitectures", NULL
	};
	struct rs_json native, subs;
	unsigned int abis, more = 0;

	if (rs_profile_keys(at, keys))
		return -EINVAL;
	if (!rs_json_member(at, "architecture", &native))
		return rs_json_refuse(at, "architecture: a string is needed");
	if (rs_profile_arch(&native, &abis))
		return -EINVAL;
	if (rs_json_member(at, "subArchitectures", &subs) &&
	    read_arches(&subs, &more))
		return -EINVAL;
	if (is_machine(profile->state.arch, &native))
		profile->abis |= abis | more;
	return 0;
}

static int read_map(struct rs_guard_profile *profile,
		    const struct rs_json *list)
{
	struct rs_json at;
	bool more;

	if (refuse_unless_array(list))
		return -EINVAL;
	for (more = rs_json_first(list, &at); more; more = rs_json_next(&at))
		if (read_mapping(profile, &at))
			return -EINVAL;
	return 0;
}

/* The ABIs that the profile lists; all of them if it lists none. */
static int read_abis(struct rs_guard_profile *profile,
		     const struct rs_json *root)
{
	struct rs_json list = { .value = NULL }, map = { .value = NULL };
	bool has_list, has_map, empty;

	has_list = rs_json_member(root, "architectures", &list);
	has_map = rs_json_member(root, "archMap", &map);
	if (has_list && read_arches(&list, &profile->abis))
		return -EINVAL;
	if (has_map && read_map(profile, &map))
		return -EINVAL;
	empty = !json_array_size(list.value) && !json_array_size(map.value);
	if (json_array_size(list.value) && json_array_size(map.value))
		return rs_json_refuse(&map, "there are architectures as well");
	if (!empty)
		return 0;
	profile->abis = (1 << RSG_ABIS) - 1;
	return rs_profile_say(profile, RS_GUARD_NOTE, root,
			      "no architecture is listed: the guard takes the rules for all; a container runtime lets no call pass but native ones");
}

/* Flags say how a filter is installed; the guard installs none. */
static int read_flags(struct rs_guard_profile *profile,
		      const struct rs_json *root)
{
	static const char * const known[] = {
		"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	};
	struct rs_json list, at;
	const char *name;
	bool more;
	size_t i;

	if (!rs_json_member(root, "flags", &list))
		return 0;
	if (refuse_unless_array(&list))
		return -EINVAL;
	for (more = rs_json_first(&list, &at); more; more = rs_json_next(&at)) {
		if (rs_json_string(&at, &name))
			return -EINVAL;
		for (i = 0; i < RS_ARRAY_SIZE(known); i++)
			if (!strcmp(name, known[i]))
				break;
		if (i == RS_ARRAY_SIZE(known))
			return rs_json_refuse(&at, "'%s' is no flag", name);
		if (rs_profile_say(profile, RS_GUARD_PROBLEM, &at,
				   "the guard can not follow it"))
			return -ENOMEM;
	}
	return 0;
}

/* They belong to SCMP_ACT_NOTIFY. Empty, they ask for nothing. */
static int refuse_listener(const struct rs_json *root)
{
	static const char * const keys[] = {
		"listenerPath", "listenerMetadata",
	};
	struct rs_json at;
	const char *text;
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(keys); i++) {
		if (!rs_json_member(root, keys[i], &at))
			continue;
		if (rs_json_string(&at, &text))
			return -EINVAL;
		if (*text)
			return rs_json_refuse(&at, "the guard hands no call to another process");
	}
	return 0;
}

static int read_entries(struct rs_guard_profile *profile,
			const struct rs_json *root, bool judge)
{
	struct rs_json list, at;
	bool more;
	int ret = 0;

	if (!rs_json_member(root, "syscalls", &list))
		return 0;
	if (refuse_unless_array(&list))
		return -EINVAL;
	for (more = rs_json_first(&list, &at); more && !ret;
	     more = rs_json_next(&at))
		ret = rs_profile_entry(profile, &at, judge);
	return ret;
}

static int read_root(struct rs_guard_profile *profile,
		     const struct rs_json *root)
{
	static const char * const keys[] = {
		"defaultAction", "defaultErrnoRet", "defaultErrno",
		"architectures", "archMap", "flags", "listenerPath",
		"listenerMetadata", "syscalls", "comment", "ringside",
		NULL
	};
	static const char * const action[] = {
		"defaultAction", "defaultErrnoRet", "defaultErrno"
	};
	int ret;

	if (rs_profile_keys(root, keys) ||
	    rs_profile_action(root, action, &profile->default_verdict) ||
	    refuse_listener(root))
		return -EINVAL;
	ret = read_abis(profile, root);
	if (!ret)
		ret = read_flags(profile, root);
	if (!ret)
		ret = read_entries(profile, root, false);
	if (!ret)
		ret = read_entries(profile, root, true);
	if (!ret)
		ret = rs_profile_objects(profile, root);
	if (!ret)
		ret = rs_profile_finish(profile, root);
	return ret;
}

int rs_guard_profile_read(struct rs_guard_profile **profile, const char *path,
			  const struct rs_guard_state *state,
			  unsigned int flags)
{
	struct rs_guard_profile *p;
	struct rs_json_doc doc;
	struct rs_json root;
	int ret;

	ret = rs_json_read(&doc, path);
	if (ret)
		return ret;
	p = calloc(1, sizeof(*p));
	if (!p) {
		rs_json_free(&doc);
		return rs_fail(ENOMEM, "profile");
	}
	p->state = *state;
	p->flags = flags;
	root = rs_json_root(&doc);
	ret = read_root(p, &root);
	rs_json_free(&doc);
	if (ret) {
		rs_guard_profile_free(p);
		return ret;
	}
	*profile = p;
	return 0;
}

int rs_guard_policy_read(struct rs_guard_policy **policy, const char *path)
{
	struct rs_guard_profile *profile = NULL;
	struct rs_guard_state state;
	int ret;

	ret = rs_guard_state_of(&state, 0);
	if (ret)
		return ret;
	ret = rs_guard_profile_read(&profile, path, &state, 0);
	if (ret)
		return ret;
	if (rs_guard_limits_any(&profile->limits))
		ret = rs_failx(EOPNOTSUPP, "%s: it has limits, which no policy holds",
			       path);
	else
		ret = rs_guard_profile_compile(profile, policy);
	rs_guard_profile_free(profile);
	return ret;
}
