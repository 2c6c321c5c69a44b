// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard learn: watch what processes do, and write the profile that
 * allows that and nothing else. The watching is done by a policy of the
 * kernel's own hook, in observe mode, which ends with this program.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "out.h"
#include "ringside_events.h"
#include "watch.h"

/* Beyond this an attach can not stay unconfirmed. */
#define UNCONFIRMED_MAX_S	(RSG_CONFIRM_MAX_MS / 1000 - 60)

/**
 * struct lesson - what is learned
 * @target: from whom, as the options say
 * @attach: what the kernel is asked for
 * @seconds: for how long, 0 until the user says so
 * @path: where the profile goes, NULL for standard output
 * @command: to start and learn from, NULL for none
 * @guard: the guard
 * @policy: descriptor of the policy
 */
struct lesson {
	struct guard_target target;
	struct rsg_attach *attach;
	uint64_t seconds;
	const char *path;
	char **command;
	struct rs_guard *guard;
	int policy;
};

/* "90", "90s", "15m", "1h", "7d". Return 0 or an exit code. */
static int parse_time(const char *text, uint64_t *seconds)
{
	static const struct {
		char unit;
		unsigned int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char number[16];
	size_t i, len = strlen(text);
	unsigned int unit = 1;

	for (i = 0; len && i < CMD_ARRAY_SIZE(units); i++) {
		if (text[len - 1] != units[i].unit)
			continue;
		unit = units[i].seconds;
		len--;
		break;
	}
	if (!len || len >= sizeof(number))
		return cmd_usage("--for: '%s' is not a time such as 90s, 15m, 1h or 7d",
				 text);
	memcpy(number, text, len);
	number[len] = '\0';
	if (cmd_parse_u64("--for", number, 1, 365 * 86400ULL / unit, seconds))
		return EXIT_USAGE;
	*seconds *= unit;
	return 0;
}

/* The policy allows everything; what counts is that it is asked. */
static int load(struct lesson *l)
{
	struct rs_guard_policy *policy;
	struct rsg_policy_info info;
	char name[RSG_NAME_LEN];
	int err;

	err = rs_guard_open(&l->guard);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_policy_new(&policy, 0);
	if (err)
		return cmd_lib_error(err);
	snprintf(name, sizeof(name), "learn-%d", getpid());
	l->policy = rs_guard_load(l->guard, name, policy, 0);
	rs_guard_policy_free(policy);
	if (l->policy < 0)
		return cmd_lib_error(l->policy);
	err = rs_guard_find(l->guard, name, &info);
	if (err)
		return cmd_lib_error(err);
	l->attach->id = info.id;
	return EXIT_OK;
}

/* An attach that lasts as long as the lesson need not be confirmed. */
static int attach(struct lesson *l)
{
	bool lasts = l->seconds && l->seconds <= UNCONFIRMED_MAX_S;
	int err;

	l->attach->mode = RSG_MODE_OBSERVE;
	l->attach->confirm_ms = lasts ? (l->seconds + 60) * 1000 :
					RSG_CONFIRM_MAX_MS;
	err = rs_guard_attach(l->guard, l->attach);
	if (!err && l->seconds > UNCONFIRMED_MAX_S)
		err = rs_guard_confirm(l->guard, l->attach->id);
	return err ? cmd_lib_error(err) : EXIT_OK;
}

/* Return: 0 or an exit code. */
static int watch_them(struct lesson *l, struct watch *w)
{
	int code, fd = -1;

	if (l->command) {
		code = watch_hold(w, l->command);
		if (code)
			return code;
		l->attach->scope = RSG_SCOPE_TREE;
		l->attach->pid = w->pid;
	}
	code = attach(l);
	if (code)
		return code;
	if (l->command)
		code = watch_go(w, l->command);
	else if (l->attach->scope == RSG_SCOPE_PROCESS)
		fd = syscall(SYS_pidfd_open, l->attach->pid, 0);
	if (code)
		return code;
	if (l->seconds)
		watch_seconds(w, l->seconds);
	if (!l->command && isatty(STDERR_FILENO))
		cmd_warn("%u tasks are watched; Ctrl-C ends it and writes the profile",
			 l->attach->tasks);
	watch_next(w, fd);
	if (fd >= 0)
		close(fd);
	return EXIT_OK;
}

static void report(const struct lesson *l, const struct rsg_learned *calls,
		   size_t nr)
{
	uint64_t made = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		made += calls[i].count;
	out_begin();
	out_str("profile", l->path);
	out_u64("tasks", l->attach->tasks);
	out_u64("calls", made);
	out_u64("different_calls", nr);
	out_note("to see what it does: ringside guard check %s", l->path);
	out_end();
}

/* What the profile can not say would be denied, so the user must know. */
static void warn(const struct rsg_learned *calls, size_t nr, size_t unnamed,
		 uint64_t beyond)
{
	if (!nr)
		cmd_warn("no call was seen: the profile denies everything");
	if (unnamed)
		cmd_warn("%zu calls have no name that a profile could state; it denies them",
			 unnamed);
	if (beyond)
		cmd_warn("%llu calls had a number that no rule can name; they are never denied",
			 (unsigned long long)beyond);
	(void)calls;
}

static int write_profile(const struct lesson *l)
{
	struct rsg_learned *calls;
	uint64_t beyond;
	size_t nr, unnamed;
	char *text;
	int err;

	err = rs_guard_learned(l->guard, l->attach->id, &calls, &nr, &beyond);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_learned_profile(calls, nr, &text, &unnamed);
	if (!err) {
		warn(calls, nr, unnamed, beyond);
		if (!l->path)
			fputs(text, stdout);
		else
			err = rs_guard_save(l->path, text);
		free(text);
	}
	if (!err && l->path)
		report(l, calls, nr);
	free(calls);
	return err ? cmd_lib_error(err) : EXIT_OK;
}

static int learn(struct lesson *l)
{
	struct watch w;
	int code;

	code = watch_init(&w);
	if (code)
		return code;
	code = load(l);
	if (!code)
		code = watch_them(l, &w);
	if (!code)
		code = write_profile(l);
	watch_end(&w);
	if (l->policy >= 0)
		close(l->policy);
	rs_guard_close(l->guard);
	return code;
}

static int learn_option(struct lesson *l, int c)
{
	switch (c) {
	case 'f':
		return parse_time(optarg, &l->seconds);
	case 'o':
		l->path = optarg;
		return 0;
	default:
		return guard_target_option(&l->target, c);
	}
}

int guard_learn(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "tree", required_argument, NULL, 't' },
		{ "cgroup", required_argument, NULL, 'g' },
		{ "chroot", required_argument, NULL, 'r' },
		{ "everyone", no_argument, NULL, 'e' },
		{ "except", required_argument, NULL, 'x' },
		{ "for", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 }
	};
	struct lesson l = { .policy = -1 };
	int c, code;

	while ((c = cmd_getopt(argc, argv, GUARD_TARGET_SHORTS "f:o:",
			       longs)) != -1) {
		code = learn_option(&l, c);
		if (code)
			return code;
	}
	if (optind < argc)
		l.command = argv + optind;
	l.attach = guard_target_attach(&l.target);
	if (l.command ? l.attach->scope || l.attach->nr_excepts :
			!l.attach->scope)
		return cmd_usage("give one of --pid, --tree, --cgroup, --chroot, --everyone and a command");
	return learn(&l);
}
