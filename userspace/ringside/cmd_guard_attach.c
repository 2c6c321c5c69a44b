// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard attach, confirm, rollback, detach, unload: what happens to a
 * policy after it was loaded. Policies go by name here; the kernel counts them
 * by id.
 */
#include <stdio.h>
#include <stdlib.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside.h"

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
	out_str("state", guard_states[RSG_STATE_PENDING]);
	out_str("scope", guard_scopes[attach->scope]);
	out_str("mode", guard_modes[attach->mode]);
	out_u64("tasks", attach->tasks);
	out_u64_text("pending_ms", ms, "%u.%03u s until it rolls back",
		     ms / 1000, ms % 1000);
	out_note(attach->scope == RSG_SCOPE_EVERYONE ?
		 "to keep it, log in anew, and there: ringside guard confirm %s" :
		 "to keep it: ringside guard confirm %s", name);
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

int guard_parse_seconds(const char *text, unsigned int *ms)
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

static int attach_option(struct guard_target *target, int c)
{
	switch (c) {
	case 'a':
		target->attach.mode = RSG_MODE_AUDIT;
		return 0;
	case 'c':
		return guard_parse_seconds(optarg, &target->attach.confirm_ms);
	case 'f':
		target->attach.flags |= RSG_ATTACH_FORCE;
		return 0;
	default:
		return guard_target_option(target, c);
	}
}

int guard_attach(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "tree", required_argument, NULL, 't' },
		{ "cgroup", required_argument, NULL, 'g' },
		{ "chroot", required_argument, NULL, 'r' },
		{ "everyone", no_argument, NULL, 'e' },
		{ "except", required_argument, NULL, 'x' },
		{ "audit", no_argument, NULL, 'a' },
		{ "confirm-after", required_argument, NULL, 'c' },
		{ "force", no_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 }
	};
	const char *name = guard_take_operand(&argc, argv);
	struct guard_target target = { .attach.mode = RSG_MODE_ENFORCE };
	int c, code;

	while ((c = cmd_getopt(argc, argv, GUARD_TARGET_SHORTS "ac:f",
			       longs)) != -1) {
		code = attach_option(&target, c);
		if (code)
			return code;
	}
	if (!name && optind < argc)
		name = argv[optind++];
	if (!name)
		return cmd_usage("no policy named");
	if (optind < argc)
		return cmd_usage("'%s' is too much", argv[optind]);
	if (!target.attach.scope)
		return cmd_usage(GUARD_TARGET_USAGE);
	return attach_policy(name, guard_target_attach(&target));
}

void guard_profile_name(char name[GUARD_PROFILE_NAME_LEN], const char *jail)
{
	snprintf(name, GUARD_PROFILE_NAME_LEN, "%s.profile", jail);
}

typedef int act_fn(struct rs_guard *guard, unsigned int id);

/* A jail of a root and its profile are two policies that are pending together. */
static int act_on_profile(struct rs_guard *guard,
			  const struct rsg_policy_info *jail, act_fn *fn)
{
	char name[GUARD_PROFILE_NAME_LEN];
	struct rsg_policy_info info;

	if (jail->scope != RSG_SCOPE_CHROOT)
		return 0;
	guard_profile_name(name, (const char *)jail->name);
	if (rs_guard_find(guard, name, &info) ||
	    info.scope != RSG_SCOPE_CHROOT || info.state != RSG_STATE_PENDING)
		return 0;
	return fn(guard, info.id);
}

/* The verbs that take a policy's name and nothing else. */
static int act(int argc, char **argv, act_fn *fn, const char *state)
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
	if (!err && (fn == rs_guard_confirm || fn == rs_guard_rollback))
		err = act_on_profile(guard, &info, fn);
	rs_guard_close(guard);
	if (err)
		return cmd_error("%s: %s", argv[1], rs_error());
	out_begin();
	out_str("name", argv[1]);
	out_str("state", state);
	out_end();
	return EXIT_OK;
}

int guard_confirm(int argc, char **argv)
{
	return act(argc, argv, rs_guard_confirm, guard_states[RSG_STATE_ATTACHED]);
}

int guard_rollback(int argc, char **argv)
{
	return act(argc, argv, rs_guard_rollback, guard_states[RSG_STATE_LOADED]);
}

int guard_detach(int argc, char **argv)
{
	return act(argc, argv, rs_guard_detach, guard_states[RSG_STATE_LOADED]);
}

int guard_unload(int argc, char **argv)
{
	return act(argc, argv, rs_guard_unload, "unloaded");
}
