// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard load: make a policy of an OCI profile, or of a list of calls,
 * and load it under a name.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside_profile.h"

/* "EPERM" or "1". Return 0 or an exit code. */
static int parse_errno(const char *text, unsigned int *error)
{
	uint64_t val;
	int i;

	if (text[0] != 'E') {
		if (cmd_parse_u64("errno", text, 1, RSG_ERROR_MAX, &val))
			return EXIT_USAGE;
		*error = val;
		return 0;
	}
	for (i = 1; i < 256; i++) {
		const char *name = strerrorname_np(i);

		if (name && !strcmp(name, text)) {
			*error = i;
			return 0;
		}
	}
	return cmd_usage("'%s' is no errno", text);
}

/* Cut ":ERRNO" off @list. Return 0 or an exit code. */
static int split_errno(char *list, unsigned int *error)
{
	char *colon = strchr(list, ':');

	*error = EPERM;
	if (!colon)
		return 0;
	*colon = '\0';
	return parse_errno(colon + 1, error);
}

/* Give each call of the comma-separated @list the verdict @error. */
static int add_rules(struct rs_guard_policy *policy, char *list,
		     unsigned int error)
{
	char *save, *name;
	int err;

	for (name = strtok_r(list, ",", &save); name;
	     name = strtok_r(NULL, ",", &save)) {
		err = rs_guard_policy_rule(policy, name, error);
		if (err)
			return cmd_lib_error(err);
	}
	return 0;
}

/* The policy that "--deny LIST" or "--allow-only LIST" describes. */
static int policy_of_list(const char *text, bool allow,
			  struct rs_guard_policy **policy)
{
	char *list = strdup(text);
	unsigned int error;
	int code, err;

	if (!list)
		return cmd_error("%s: %s", text, strerror(ENOMEM));
	code = split_errno(list, &error);
	if (code)
		goto out;
	err = rs_guard_policy_new(policy, allow ? error : 0);
	if (err) {
		code = cmd_lib_error(err);
		goto out;
	}
	code = add_rules(*policy, list, allow ? 0 : error);
	if (code)
		rs_guard_policy_free(*policy);
out:
	free(list);
	return code;
}

static int load_policy(const char *name, const struct rs_guard_policy *policy)
{
	struct rs_guard *guard;
	int ret;

	ret = rs_guard_open(&guard);
	if (ret)
		return cmd_lib_error(ret);
	ret = rs_guard_load(guard, name, policy, RSG_LOAD_PERSIST);
	rs_guard_close(guard);
	if (ret < 0)
		return cmd_lib_error(ret);
	out_begin();
	out_str("name", name);
	out_u64("id", ret);
	out_str("state", guard_states[RSG_STATE_LOADED]);
	out_end();
	return EXIT_OK;
}

/* What "load" shall load: one of the first three is set. */
struct source {
	const char *deny;
	const char *allow;
	const char *file;
	struct guard_wish wish;
};

static void say_unknown(const struct rs_guard_profile *profile)
{
	const char *text;
	size_t i;

	for (i = 0; (text = rs_guard_profile_text(profile, RS_GUARD_UNKNOWN, i));
	     i++)
		cmd_warn("%s", text);
}

int guard_policy_of_file(struct guard_wish *wish, const char *file,
			 struct rs_guard_policy **policy)
{
	struct rs_guard_profile *profile;
	int err;

	err = guard_wish_state(wish);
	if (err)
		return err;
	err = rs_guard_profile_read(&profile, file, &wish->state, wish->flags);
	if (err)
		return cmd_lib_error(err);
	say_unknown(profile);
	err = rs_guard_profile_compile(profile, policy);
	rs_guard_profile_free(profile);
	return err ? cmd_lib_error(err) : 0;
}

/* What those who are denied something shall be able to find again. */
static void set_origin(const struct source *source,
		       struct rs_guard_policy *policy)
{
	const char *list = source->deny ? source->deny : source->allow;
	char *text = NULL;

	if (list && asprintf(&text, "%s %s", source->deny ? "--deny" :
			     "--allow-only", list) < 0)
		text = NULL;
	if (!list)
		text = strcmp(source->file, "-") ?
		       realpath(source->file, NULL) : strdup("standard input");
	if (text)
		rs_guard_policy_origin(policy, text);
	free(text);
}

static int read_source(struct source *source, struct rs_guard_policy **policy)
{
	int code;

	if (source->deny)
		code = policy_of_list(source->deny, false, policy);
	else if (source->allow)
		code = policy_of_list(source->allow, true, policy);
	else
		code = guard_policy_of_file(&source->wish, source->file,
					    policy);
	if (!code)
		set_origin(source, *policy);
	return code;
}

static int load_option(struct source *source, int c)
{
	switch (c) {
	case 'd':
		source->deny = optarg;
		return 0;
	case 'a':
		source->allow = optarg;
		return 0;
	default:
		return guard_wish_option(&source->wish, c);
	}
}

/* The operands that are left, and whether all fits together. */
static int check_source(struct source *source, int argc, char **argv)
{
	if (!source->file && optind < argc)
		source->file = argv[optind++];
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	if (!!source->deny + !!source->allow + !!source->file != 1)
		return cmd_usage("give a FILE, or --deny, or --allow-only");
	if (source->wish.any && !source->file)
		return cmd_usage("a list of calls is the same for every process");
	return 0;
}

int guard_load(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "deny", required_argument, NULL, 'd' },
		{ "allow-only", required_argument, NULL, 'a' },
		{ "pid", required_argument, NULL, 'p' },
		{ "caps", required_argument, NULL, 'c' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "skip-unknown", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	const char *name = guard_take_operand(&argc, argv);
	struct rs_guard_policy *policy = NULL;
	struct source source = { .file = NULL };
	int c, code;

	if (name)
		source.file = guard_take_operand(&argc, argv);
	while ((c = cmd_getopt(argc, argv, "d:a:" GUARD_WISH_SHORTS,
			       longs)) != -1)
		if (load_option(&source, c))
			return EXIT_USAGE;
	if (!name && optind < argc)
		name = argv[optind++];
	if (!name)
		return cmd_usage("no policy named");
	if (check_source(&source, argc, argv))
		return EXIT_USAGE;
	code = read_source(&source, &policy);
	if (code)
		return code;
	code = load_policy(name, policy);
	rs_guard_policy_free(policy);
	return code;
}
