// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard load, replace: make a policy of an OCI profile, or of a list
 * of calls, and load it under a name, or let a loaded one say that instead.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside_profile.h"

/* "EPERM" or "1". Return 0 or an exit code. */
static int parse_errno(const char *text, uint32_t *verdict)
{
	uint64_t val;
	int i;

	if (text[0] != 'E') {
		if (cmd_parse_u64("errno", text, 1, RSG_ERROR_MAX, &val))
			return EXIT_USAGE;
		*verdict = SECCOMP_RET_ERRNO | val;
		return 0;
	}
	for (i = 1; i < 256; i++) {
		const char *name = strerrorname_np(i);

		if (name && !strcmp(name, text)) {
			*verdict = SECCOMP_RET_ERRNO | i;
			return 0;
		}
	}
	return cmd_usage("'%s' is no errno", text);
}

/* "EPERM", "1" or "kill". Return 0 or an exit code. */
static int parse_verdict(const char *text, uint32_t *verdict)
{
	static const struct {
		const char *word;
		uint32_t verdict;
	} words[] = {
		{ "log", SECCOMP_RET_LOG },
		{ "trap", SECCOMP_RET_TRAP },
		{ "stop", RSG_RET_STOP },
		{ "kill", SECCOMP_RET_KILL_PROCESS },
		{ "kill-thread", SECCOMP_RET_KILL_THREAD },
	};
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(words); i++) {
		if (!strcmp(text, words[i].word)) {
			*verdict = words[i].verdict;
			return 0;
		}
	}
	return parse_errno(text, verdict);
}

/* Cut ":ERRNO" or ":ACTION" off @list. Return 0 or an exit code. */
static int split_verdict(char *list, uint32_t *verdict)
{
	char *colon = strchr(list, ':');

	*verdict = SECCOMP_RET_ERRNO | EPERM;
	if (!colon)
		return 0;
	*colon = '\0';
	return parse_verdict(colon + 1, verdict);
}

/* Give each call of the comma-separated @list the verdict. */
static int add_rules(struct rs_guard_policy *policy, char *list,
		     uint32_t verdict)
{
	char *save, *name;
	int err;

	for (name = strtok_r(list, ",", &save); name;
	     name = strtok_r(NULL, ",", &save)) {
		err = rs_guard_policy_rule(policy, name, verdict);
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
	uint32_t verdict;
	int code, err;

	if (!list)
		return cmd_error("%s: %s", text, strerror(ENOMEM));
	code = split_verdict(list, &verdict);
	if (code)
		goto out;
	err = rs_guard_policy_new(policy, allow ? verdict : SECCOMP_RET_ALLOW);
	if (err) {
		code = cmd_lib_error(err);
		goto out;
	}
	code = add_rules(*policy, list, allow ? SECCOMP_RET_ALLOW : verdict);
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

/* What those who are denied something shall be able to find again. */
static void set_file(struct rs_guard_policy *policy, const char *file)
{
	char *text = strcmp(file, "-") ? realpath(file, NULL) :
					 strdup("standard input");

	if (text)
		rs_guard_policy_origin(policy, text);
	free(text);
}

/*
 * A policy that is loaded is attached to processes that run, and what that
 * does must be undone by the kernel alone. Limits could not be: nobody knows
 * what they were, and memory stays charged to the group that it came from.
 */
static int pass_limits_over(const struct guard_wish *wish, const char *file)
{
	if (!wish->skip_limits)
		return cmd_error("%s: it has limits, which hold only for what 'ringside guard run' and 'jail' take it for; --skip-limits loads the rest",
				 file);
	cmd_warn("%s: its limits are passed over", file);
	return 0;
}

int guard_policy_of_file(struct guard_wish *wish, const char *file,
			 struct rs_guard_limits *limits,
			 struct rs_guard_policy **policy)
{
	const struct rs_guard_limits *asked;
	struct rs_guard_profile *profile;
	int err;

	err = guard_wish_state(wish);
	if (err)
		return err;
	err = rs_guard_profile_read(&profile, file, &wish->state, wish->flags);
	if (err)
		return cmd_lib_error(err);
	asked = rs_guard_profile_limits(profile);
	if (!limits && rs_guard_limits_any(asked) &&
	    pass_limits_over(wish, file)) {
		rs_guard_profile_free(profile);
		return EXIT_FAILED;
	}
	if (limits)
		*limits = *asked;
	say_unknown(profile);
	err = rs_guard_profile_compile(profile, policy);
	rs_guard_profile_free(profile);
	if (err)
		return cmd_lib_error(err);
	set_file(*policy, file);
	return 0;
}

static void set_list(const struct source *source,
		     struct rs_guard_policy *policy)
{
	char *text;

	if (asprintf(&text, "%s %s", source->deny ? "--deny" : "--allow-only",
		     source->deny ? source->deny : source->allow) < 0)
		return;
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
		return guard_policy_of_file(&source->wish, source->file, NULL,
					    policy);
	if (!code)
		set_list(source, *policy);
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
	case 'L':
		source->wish.skip_limits = true;
		source->wish.any = true;
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

/* What "load" and "replace" have in common. */
struct order {
	const char *name;
	struct source source;
	unsigned int confirm_ms;
};

static int order_option(struct order *order, int c)
{
	if (c == 'C')
		return guard_parse_seconds(optarg, &order->confirm_ms);
	return load_option(&order->source, c);
}

/* Read the command line. Return 0 or an exit code. */
static int read_order(int argc, char **argv, const struct option *longs,
		      struct order *order)
{
	int c;

	order->name = guard_take_operand(&argc, argv);
	if (order->name)
		order->source.file = guard_take_operand(&argc, argv);
	while ((c = cmd_getopt(argc, argv, "d:a:L" GUARD_WISH_SHORTS,
			       longs)) != -1)
		if (order_option(order, c))
			return EXIT_USAGE;
	if (!order->name && optind < argc)
		order->name = argv[optind++];
	if (!order->name)
		return cmd_usage("no policy named");
	return check_source(&order->source, argc, argv);
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
		{ "skip-limits", no_argument, NULL, 'L' },
		{ NULL, 0, NULL, 0 }
	};
	struct rs_guard_policy *policy = NULL;
	struct order order = { .name = NULL };
	int code;

	code = read_order(argc, argv, longs, &order);
	if (!code)
		code = read_source(&order.source, &policy);
	if (code)
		return code;
	code = load_policy(order.name, policy);
	rs_guard_policy_free(policy);
	return code;
}

static void show_replaced(const struct order *order, bool pending)
{
	unsigned int ms = order->confirm_ms ? order->confirm_ms :
					      RSG_CONFIRM_DEFAULT_MS;

	out_begin();
	out_str("name", order->name);
	out_str("state", guard_states[pending ? RSG_STATE_PENDING :
						RSG_STATE_LOADED]);
	if (pending) {
		out_u64_text("pending_ms", ms, "%u.%03u s until it rolls back",
			     ms / 1000, ms % 1000);
		out_note("to keep it: ringside guard confirm %s", order->name);
	}
	out_end();
}

static int replace_policy(const struct order *order,
			  const struct rs_guard_policy *policy)
{
	struct rsg_policy_info info;
	struct rs_guard *guard;
	int err;

	err = rs_guard_open(&guard);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_find(guard, order->name, &info);
	if (!err)
		err = rs_guard_replace(guard, info.id, policy,
				       order->confirm_ms);
	rs_guard_close(guard);
	if (err)
		return cmd_lib_error(err);
	show_replaced(order, info.state != RSG_STATE_LOADED);
	return EXIT_OK;
}

int guard_replace(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "deny", required_argument, NULL, 'd' },
		{ "allow-only", required_argument, NULL, 'a' },
		{ "pid", required_argument, NULL, 'p' },
		{ "caps", required_argument, NULL, 'c' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "skip-unknown", no_argument, NULL, 's' },
		{ "skip-limits", no_argument, NULL, 'L' },
		{ "confirm-after", required_argument, NULL, 'C' },
		{ NULL, 0, NULL, 0 }
	};
	struct rs_guard_policy *policy = NULL;
	struct order order = { .name = NULL };
	int code;

	code = read_order(argc, argv, longs, &order);
	if (!code)
		code = read_source(&order.source, &policy);
	if (code)
		return code;
	code = replace_policy(&order, policy);
	rs_guard_policy_free(policy);
	return code;
}
