// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file that claims to be an OCI profile: is it read, or refused with a
 * reason? And if it becomes a policy, does the kernel's side take that, and
 * give the verdicts that the profile gives?
 *
 * The first byte chooses the state that the profile is resolved for and the
 * flags; the rest is the file.
 */
#include <errno.h>
#include "fuzz.h"
#include "guard_profile.h"
#include "modules/guard/verdict.h"

/* Arguments are an array here. */
static rsg_frame_layout layout = {
	{ 0, 8, 16, 24, 32, 40 }, { 0, 8, 16, 24, 32, 40 },
};

static struct input file;

FILE *seam_fopen(const char *path, const char *mode)
{
	return fmemopen((void *)file.data, file.len, "r");
}

bool rsg_call_is_vital(unsigned int abi, unsigned int nr)
{
	char *name = rs_guard_name(abi, nr);
	bool is = name && rs_guard_is_vital(name);

	free(name);
	return is;
}

static void say_all(const struct rs_guard_profile *profile)
{
	const char *text;
	unsigned int which;
	size_t i;

	for (which = 0; which < RS_GUARD_TEXTS; which++)
		for (i = 0; (text = rs_guard_profile_text(profile, which, i));
		     i++)
			MUST(*text);
}

static int differs(const struct rs_guard_difference *diff, void *arg)
{
	BROKEN("%s differs from itself", diff->name);
}

static void compare(const struct rs_guard_profile *profile,
		    const struct rsg_rules *rules, unsigned int abi,
		    unsigned int nr, const uint64_t *args)
{
	uint32_t want = rs_guard_profile_verdict(profile, abi, nr, args);
	__s16 tag;
	uint32_t got = rsg_rules_judge(rules, abi, nr, args, &tag);

	if (got == want)
		return;
	if (got == SECCOMP_RET_ALLOW && rsg_call_is_vital(abi, nr))
		return;
	BROKEN("abi %u call %u: %#x by the profile, %#x by the policy", abi, nr,
	       want, got);
}

/* Around each comparison of the call, one at a time and all at once. */
static void compare_call(const struct rs_guard_profile *profile,
			 const struct rsg_rules *rules, unsigned int abi,
			 unsigned int nr)
{
	uint64_t args[RS_GUARD_ARGS] = { 0 };
	struct rs_guard_call call;
	size_t i;

	compare(profile, rules, abi, nr, args);
	rs_guard_profile_call(profile, abi, nr, &call);
	for (i = 0; i < call.nr_conditions; i++) {
		const struct rs_guard_condition *c = &call.conditions[i];
		unsigned int a, delta;

		for (a = 0; a < c->nr_args; a++) {
			for (delta = 0; delta < 3; delta++) {
				args[c->args[a].index] =
					c->args[a].value + delta - 1;
				compare(profile, rules, abi, nr, args);
			}
			args[c->args[a].index] = c->args[a].value_two;
			compare(profile, rules, abi, nr, args);
			if (c->args[a].op != RS_GUARD_MASKED_EQ)
				args[c->args[a].index] = c->args[a].value;
			compare(profile, rules, abi, nr, args);
		}
	}
}

static void compile(const struct rs_guard_profile *profile)
{
	struct rs_guard_policy *policy = NULL;
	struct rsg_source source = { 0 };
	struct rsg_rules *rules;
	unsigned int abi, nr;
	int err;

	err = rs_guard_profile_compile(profile, &policy);
	if (err) {
		MUST(err == -EINVAL || err == -E2BIG);
		return;
	}
	source.rules = policy->rules;
	source.args = policy->args;
	source.nr_rules = policy->nr_rules;
	source.nr_args = policy->nr_args;
	source.default_verdict = policy->default_verdict;
	rules = malloc(sizeof(*rules) + sizeof(rules->steps[0]) *
		       rsg_rules_max_steps(&source));
	MUST(rules);
	if (rsg_rules_fill(rules, &source, layout))
		BROKEN("the kernel's side refuses the policy");
	for (abi = 0; abi < RSG_ABIS; abi++)
		for (nr = 0; nr < RSG_CALLS; nr++)
			compare_call(profile, rules, abi, nr);
	free(rules);
	rs_guard_policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data, len };
	uint8_t how = in_u8(&in);
	struct rs_guard_state state = {
		.caps = how & 2 ? UINT64_MAX : how & 4 ? 1ULL << 21 : 0,
		.kernel = { how & 8 ? 3 : 6, 12 },
		.flags = how & 16 ? RS_GUARD_STATE_CAPS : 0,
		.arch = "amd64",
	};
	struct rs_guard_profile *profile;
	int err;

	file = in;
	err = rs_guard_profile_read(&profile, "profile.json", &state,
				    how & 1 ? RS_GUARD_SKIP_UNKNOWN : 0);
	if (err) {
		MUST(err == -EINVAL && *rs_error());
		return 0;
	}
	say_all(profile);
	rs_guard_limits_any(rs_guard_profile_limits(profile));
	compile(profile);
	rs_guard_profile_diff(profile, profile, differs, NULL);
	rs_guard_profile_free(profile);
	return 0;
}
