// SPDX-License-Identifier: GPL-2.0-only
/*
 * One entry of an OCI profile's "syscalls". It is read twice: the first time
 * its rules are added; the second time, when the rules of all entries are
 * known, it is judged whether the guard can follow it.
 */
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include "guard_profile.h"

static const char * const ops[] = {
	[RS_GUARD_NE] = "SCMP_CMP_NE",
	[RS_GUARD_LT] = "SCMP_CMP_LT",
	[RS_GUARD_LE] = "SCMP_CMP_LE",
	[RS_GUARD_EQ] = "SCMP_CMP_EQ",
	[RS_GUARD_GE] = "SCMP_CMP_GE",
	[RS_GUARD_GT] = "SCMP_CMP_GT",
	[RS_GUARD_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

static int read_op(const struct rs_json *at, unsigned int *op)
{
	const char *name;
	unsigned int i;

	if (rs_json_string(at, &name))
		return -EINVAL;
	for (i = RS_GUARD_NE; i < RS_ARRAY_SIZE(ops); i++) {
		if (!strcmp(name, ops[i])) {
			*op = i;
			return 0;
		}
	}
	return rs_json_refuse(at, "'%s' is no comparison", name);
}

static int read_number(const struct rs_json *object, const char *key,
		       bool needed, uint64_t max, uint64_t *val)
{
	struct rs_json number;

	*val = 0;
	if (rs_json_member(object, key, &number))
		return rs_json_u64(&number, max, val);
	return needed ? rs_json_refuse(object, "%s is missing", key) : 0;
}

static int read_arg(const struct rs_json *at, struct rs_guard_arg *arg)
{
	static const char * const keys[] = {
		"index", "value", "valueTwo", "op", NULL
	};
	struct rs_json op;
	uint64_t index;

	if (rs_profile_keys(at, keys) ||
	    read_number(at, "index", true, RS_GUARD_ARGS - 1, &index) ||
	    read_number(at, "value", true, UINT64_MAX, &arg->value) ||
	    read_number(at, "valueTwo", false, UINT64_MAX, &arg->value_two))
		return -EINVAL;
	arg->index = index;
	if (!rs_json_member(at, "op", &op))
		return rs_json_refuse(at, "op is missing");
	return read_op(&op, &arg->op);
}

static int read_args(const struct rs_json *entry, struct rs_entry *e)
{
	struct rs_guard_arg *more_args;
	struct rs_json list, at;
	bool more;

	if (!rs_json_member(entry, "args", &list))
		return 0;
	if (!json_is_array(list.value))
		return rs_json_refuse(&list, "an array is needed");
	for (more = rs_json_first(&list, &at); more; more = rs_json_next(&at)) {
		more_args = reallocarray(e->args, e->nr_args + 1,
					 sizeof(*e->args));
		if (!more_args)
			return rs_fail(ENOMEM, "profile");
		e->args = more_args;
		if (read_arg(&at, &e->args[e->nr_args]))
			return -EINVAL;
		e->nr_args++;
	}
	return 0;
}

static int unknown_name(struct rs_guard_profile *profile,
			const struct rs_json *at, const char *name, bool judge)
{
	if (!(profile->flags & RS_GUARD_SKIP_UNKNOWN))
		return rs_json_refuse(at, "%s: no such system call", name);
	return judge ? 0 : rs_profile_say(profile, RS_GUARD_UNKNOWN, at,
					  "%s: no such system call", name);
}

/* An entry that does not apply may not hold what can not be read, either. */
static int take_name(struct rs_guard_profile *profile, struct rs_entry *e,
		     const struct rs_json *at, bool applies, bool judge)
{
	const char *name;

	if (rs_json_string(at, &name))
		return -EINVAL;
	if (rs_guard_resolve(name, RSG_X86_64) == __NR_SCMP_ERROR)
		return unknown_name(profile, at, name, judge);
	if (!applies)
		return 0;
	return judge ? rs_profile_judge(profile, e, name, at) :
		       rs_profile_add(profile, e, name);
}

static int take_names(struct rs_guard_profile *profile,
		      const struct rs_json *entry, struct rs_entry *e,
		      bool applies, bool judge)
{
	struct rs_json names, name, at;
	bool more, single = rs_json_member(entry, "name", &name);
	int ret = 0;

	if (!rs_json_member(entry, "names", &names)) {
		if (single)
			return take_name(profile, e, &name, applies, judge);
		return rs_json_refuse(entry, "names: an array of names is needed");
	}
	if (single)
		return rs_json_refuse(&name, "there are names as well");
	if (!json_is_array(names.value) || !json_array_size(names.value))
		return rs_json_refuse(&names, "an array of names is needed");
	for (more = rs_json_first(&names, &at); more && !ret;
	     more = rs_json_next(&at))
		ret = take_name(profile, e, &at, applies, judge);
	return ret;
}

int rs_profile_entry(struct rs_guard_profile *profile,
		     const struct rs_json *at, bool judge)
{
	static const char * const keys[] = {
		"names", "name", "action", "errnoRet", "errno", "args",
		"comment", "includes", "excludes", NULL
	};
	static const char * const action[] = { "action", "errnoRet", "errno" };
	struct rs_entry e = { .index = 0 };
	struct rs_json comment;
	const char *text;
	int ret;

	e.index = rs_json_index(at);
	if (rs_profile_keys(at, keys) ||
	    rs_profile_action(at, action, &e.verdict))
		return -EINVAL;
	if (rs_json_member(at, "comment", &comment) &&
	    rs_json_string(&comment, &text))
		return -EINVAL;
	ret = read_args(at, &e);
	if (!ret)
		ret = rs_profile_applies(profile, at, judge);
	if (ret >= 0)
		ret = take_names(profile, at, &e, ret, judge);
	free(e.args);
	return ret;
}
