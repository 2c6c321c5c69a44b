// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard: load, attach, confirm, roll back, detach, unload and list
 * policies. Policies go by name here; the kernel counts them by id.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd.h"
#include "out.h"
#include "ringside.h"

static const char * const states[] = {
	[RSG_STATE_LOADED] = "loaded",
	[RSG_STATE_PENDING] = "pending",
	[RSG_STATE_ATTACHED] = "attached",
};

static const char * const scopes[] = {
	[RSG_SCOPE_PROCESS] = "process",
	[RSG_SCOPE_TREE] = "tree",
	[RSG_SCOPE_EVERYONE] = "everyone",
};

static const char * const modes[] = {
	[RSG_MODE_AUDIT] = "audit",
	[RSG_MODE_ENFORCE] = "enforce",
};

/*
 * Take the one operand of a verb out of @argv, so that "attach NAME --pid 1"
 * and "attach --pid 1 NAME" both work; the options are left to getopt.
 */
static const char *take_operand(int *argc, char **argv)
{
	char *operand;

	if (*argc < 2 || argv[1][0] == '-')
		return NULL;
	operand = argv[1];
	memmove(&argv[1], &argv[2], (*argc - 1) * sizeof(*argv));
	(*argc)--;
	return operand;
}

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
	out_str("state", states[RSG_STATE_LOADED]);
	out_end();
	return EXIT_OK;
}

/* What "load" shall load: one of these is set. */
struct source {
	const char *deny;
	const char *allow;
	const char *file;
};

static int read_source(const struct source *source,
		       struct rs_guard_policy **policy)
{
	int err;

	if (source->deny)
		return policy_of_list(source->deny, false, policy);
	if (source->allow)
		return policy_of_list(source->allow, true, policy);
	err = rs_guard_policy_read(policy, source->file);
	return err ? cmd_lib_error(err) : 0;
}

static int guard_load(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "deny", required_argument, NULL, 'd' },
		{ "allow-only", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 }
	};
	const char *name = take_operand(&argc, argv);
	struct rs_guard_policy *policy = NULL;
	struct source source = { NULL, NULL, NULL };
	int c, code, given;

	while ((c = cmd_getopt(argc, argv, "d:a:", longs)) != -1) {
		if (c == '?')
			return EXIT_USAGE;
		*(c == 'd' ? &source.deny : &source.allow) = optarg;
	}
	if (!name && optind < argc)
		name = argv[optind++];
	if (!name)
		return cmd_usage("no policy named");
	if (optind < argc)
		source.file = argv[optind++];
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	given = !!source.deny + !!source.allow + !!source.file;
	if (given != 1)
		return cmd_usage("give a FILE, or --deny, or --allow-only");
	code = read_source(&source, &policy);
	if (code)
		return code;
	code = load_policy(name, policy);
	rs_guard_policy_free(policy);
	return code;
}

/* Open the guard and find the policy @name. Return 0 or an exit code. */
static int find_policy(const char *name, struct rs_guard **guard,
		       struct rsg_policy_info *info)
{
	int err;

	err = rs_guard_open(guard);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_find(*guard, name, info);
	if (!err)
		return 0;
	rs_guard_close(*guard);
	return cmd_lib_error(err);
}

static void show_attach(const char *name, const struct rsg_attach *attach)
{
	unsigned int ms = attach->confirm_ms ? attach->confirm_ms :
					       RSG_CONFIRM_DEFAULT_MS;

	out_begin();
	out_str("name", name);
	out_str("state", states[RSG_STATE_PENDING]);
	out_str("scope", scopes[attach->scope]);
	out_str("mode", modes[attach->mode]);
	out_u64("tasks", attach->tasks);
	out_u64_text("pending_ms", ms, "%u.%03u s until it rolls back",
		     ms / 1000, ms % 1000);
	out_note("to keep it: ringside guard confirm %s", name);
	out_end();
}

static int attach_policy(const char *name, struct rsg_attach *attach)
{
	struct rsg_policy_info info;
	struct rs_guard *guard;
	int code, err;

	code = find_policy(name, &guard, &info);
	if (code)
		return code;
	attach->id = info.id;
	err = rs_guard_attach(guard, attach);
	rs_guard_close(guard);
	if (err)
		return cmd_lib_error(err);
	show_attach(name, attach);
	return EXIT_OK;
}

/* "60", "0.5": seconds as milliseconds. Return 0 or an exit code. */
static int parse_seconds(const char *text, unsigned int *ms)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end || text[0] < '0' || text[0] > '9')
		return cmd_usage("--confirm-after: '%s' is not a number of seconds",
				 text);
	if (s < 0.001 || s > RSG_CONFIRM_MAX_MS / 1000)
		return cmd_usage("--confirm-after: %s is not in 0.001 to %d",
				 text, RSG_CONFIRM_MAX_MS / 1000);
	*ms = s * 1000 + 0.5;
	return 0;
}

static int set_target(struct rsg_attach *attach, unsigned int scope,
		      const char *pid)
{
	uint64_t val = 0;

	if (attach->scope)
		return cmd_usage("give one of --pid, --tree and --everyone");
	if (pid && cmd_parse_u64("pid", pid, 1, INT32_MAX, &val))
		return EXIT_USAGE;
	attach->scope = scope;
	attach->pid = val;
	return 0;
}

static int attach_option(struct rsg_attach *attach, int c)
{
	switch (c) {
	case 'p':
		return set_target(attach, RSG_SCOPE_PROCESS, optarg);
	case 't':
		return set_target(attach, RSG_SCOPE_TREE, optarg);
	case 'e':
		return set_target(attach, RSG_SCOPE_EVERYONE, NULL);
	case 'a':
		attach->mode = RSG_MODE_AUDIT;
		return 0;
	case 'c':
		return parse_seconds(optarg, &attach->confirm_ms);
	case 'f':
		attach->flags |= RSG_ATTACH_FORCE;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

static int guard_attach(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "tree", required_argument, NULL, 't' },
		{ "everyone", no_argument, NULL, 'e' },
		{ "audit", no_argument, NULL, 'a' },
		{ "confirm-after", required_argument, NULL, 'c' },
		{ "force", no_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 }
	};
	const char *name = take_operand(&argc, argv);
	struct rsg_attach attach = { .mode = RSG_MODE_ENFORCE };
	int c;

	while ((c = cmd_getopt(argc, argv, "p:t:eac:f", longs)) != -1)
		if (attach_option(&attach, c))
			return EXIT_USAGE;
	if (!name && optind < argc)
		name = argv[optind++];
	if (!name)
		return cmd_usage("no policy named");
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	if (!attach.scope)
		return cmd_usage("give one of --pid, --tree and --everyone");
	return attach_policy(name, &attach);
}

/* The verbs that take a policy's name and nothing else. */
static int act(int argc, char **argv,
	       int (*fn)(struct rs_guard *guard, unsigned int id),
	       const char *state)
{
	struct rsg_policy_info info;
	struct rs_guard *guard;
	int code, err;

	if (argc != 2)
		return cmd_usage(argc < 2 ? "no policy named" :
				 "one policy at a time");
	code = find_policy(argv[1], &guard, &info);
	if (code)
		return code;
	err = fn(guard, info.id);
	rs_guard_close(guard);
	if (err)
		return cmd_error("%s: %s", argv[1], rs_error());
	out_begin();
	out_str("name", argv[1]);
	out_str("state", state);
	out_end();
	return EXIT_OK;
}

static int guard_confirm(int argc, char **argv)
{
	return act(argc, argv, rs_guard_confirm, states[RSG_STATE_ATTACHED]);
}

static int guard_rollback(int argc, char **argv)
{
	return act(argc, argv, rs_guard_rollback, states[RSG_STATE_LOADED]);
}

static int guard_detach(int argc, char **argv)
{
	return act(argc, argv, rs_guard_detach, states[RSG_STATE_LOADED]);
}

static int guard_unload(int argc, char **argv)
{
	return act(argc, argv, rs_guard_unload, "unloaded");
}

/* A newer kernel side may know values that this program does not. */
static const char *word(const char * const *words, size_t nr, unsigned int i)
{
	return i < nr && words[i] ? words[i] : NULL;
}

static void out_word(const char *key, const char * const *words, size_t nr,
		     unsigned int i)
{
	const char *text = word(words, nr, i);

	if (text)
		out_str(key, text);
	else
		out_null(key);
}

static void list_row(const struct rsg_policy_info *info)
{
	out_row();
	out_str("name", (const char *)info->name);
	out_u64("id", info->id);
	out_word("state", states, CMD_ARRAY_SIZE(states), info->state);
	out_word("scope", scopes, CMD_ARRAY_SIZE(scopes), info->scope);
	if (info->pid)
		out_s64("pid", info->pid);
	else
		out_null("pid");
	out_word("mode", modes, CMD_ARRAY_SIZE(modes), info->mode);
	out_u64("tasks", info->tasks);
	out_u64("calls", info->calls);
	out_u64("default_errno", info->default_error);
	out_u64("denied", info->denied);
	out_u64("audited", info->audited);
	out_u64("pending_ms", info->pending_ms);
	out_bool("persistent", info->flags & RSG_LOAD_PERSIST);
	out_end();
}

static int guard_list(int argc, char **argv)
{
	static const struct out_col cols[] = {
		{ "name", "NAME", false }, { "state", "STATE", false },
		{ "scope", "SCOPE", false }, { "pid", "PID", true },
		{ "mode", "MODE", false }, { "tasks", "TASKS", true },
		{ "calls", "CALLS", true }, { "denied", "DENIED", true },
		{ "audited", "AUDITED", true },
		{ "pending_ms", "MS LEFT", true },
	};
	struct rsg_policy_info info;
	struct rs_guard *guard;
	unsigned int id;
	int err;

	if (argc > 1)
		return cmd_usage("'%s' is too much", argv[1]);
	err = rs_guard_open(&guard);
	if (err)
		return cmd_lib_error(err);
	out_begin();
	out_table("policies", "no policy is loaded", cols,
		  CMD_ARRAY_SIZE(cols));
	for (id = 1; !(err = rs_guard_next(guard, id, &info)); id = info.id + 1)
		list_row(&info);
	out_end();
	out_end();
	rs_guard_close(guard);
	return err == -ENOENT ? EXIT_OK : cmd_lib_error(err);
}

int cmd_guard(int argc, char **argv)
{
	static const struct cmd verbs[] = {
		{ "load", guard_load,
		  "NAME (FILE | --deny NAME[,NAME...][:ERRNO] | --allow-only NAME[,NAME...][:ERRNO])",
		  "load a policy: an OCI seccomp profile, or a list of calls" },
		{ "attach", guard_attach,
		  "NAME (--pid N | --tree N | --everyone) [--audit] [--confirm-after SECONDS] [--force]",
		  "put a policy in force, until it is confirmed" },
		{ "confirm", guard_confirm, "NAME",
		  "let a pending attach last" },
		{ "rollback", guard_rollback, "NAME",
		  "undo a pending attach now" },
		{ "detach", guard_detach, "NAME",
		  "undo an attach, pending or confirmed" },
		{ "unload", guard_unload, "NAME",
		  "drop a policy that is not attached" },
		{ "list", guard_list, "",
		  "list the policies, their targets and counters" },
		{ NULL, NULL, NULL, NULL }
	};

	return cmd_verbs(verbs, argc, argv);
}
