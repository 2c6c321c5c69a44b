// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard run: start a program that is under a policy from its first
 * instruction on, and under the limits of its profile.
 *
 * The child waits until the policy is attached to it and confirmed, and only
 * then becomes the program. If anything fails before, nothing is run. The
 * policy goes with the last process that it governs: if the program leaves
 * some behind, it stays for them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "group_limits.h"
#include "ringside_profile.h"

/* As shells have it. */
#define EXIT_NO_EXEC	126
#define EXIT_NOT_FOUND	127

struct run {
	const char *policy;
	const char *file;
	struct guard_wish wish;
	struct rs_guard_limits limits;
	unsigned int mode;
	char name[RSG_NAME_LEN];
	unsigned int id;
	struct rs_guard *guard;
};

/* The child: wait for the word, then become the program. */
static void become(int word, char **argv)
{
	char byte;
	int err;

	/* The other end is closed without a word if the parent gives up. */
	if (read(word, &byte, 1) != 1)
		_exit(EXIT_FAILED);
	execvp(argv[0], argv);
	err = errno;
	/* The policy may forbid to say so; the status tells it as well. */
	cmd_error("%s: %s", argv[0], strerror(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_NO_EXEC);
}

/* Fork the child; *@word is where to write the word. Return its pid or -1. */
static pid_t fork_child(int *word, char **argv)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(ends[1]);
		become(ends[0], argv);
	}
	close(ends[0]);
	*word = ends[1];
	if (pid < 0)
		close(ends[1]);
	return pid;
}

static int load_file(struct run *run)
{
	struct rs_guard_policy *policy = NULL;
	int code, ret;

	code = guard_policy_of_file(&run->wish, run->file, &run->limits,
				    &policy);
	if (code)
		return code;
	snprintf(run->name, sizeof(run->name), "run.%d", (int)getpid());
	ret = rs_guard_load(run->guard, run->name, policy, RSG_LOAD_PERSIST |
			    (rs_guard_limits_any(&run->limits) ?
			     RSG_LOAD_SEAL : 0));
	rs_guard_policy_free(policy);
	if (ret < 0)
		return cmd_lib_error(ret);
	run->id = ret;
	code = limits_make(&run->limits, run->name);
	if (code)
		rs_guard_unload(run->guard, run->id);
	return code;
}

static int find_policy(struct run *run)
{
	struct rsg_policy_info info;
	int err = rs_guard_find(run->guard, run->policy, &info);

	if (err)
		return cmd_lib_error(err);
	run->id = info.id;
	return 0;
}

/* Put the waiting child under the policy, for good. */
static int confine(struct run *run, pid_t pid)
{
	struct rsg_attach attach = {
		.id = run->id, .scope = RSG_SCOPE_PROCESS, .pid = pid,
		.mode = run->mode,
	};
	int err;

	err = limits_put(&run->limits, run->name, pid);
	if (err)
		return err;
	err = rs_guard_attach(run->guard, &attach);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_confirm(run->guard, run->id);
	if (!err)
		return 0;
	rs_guard_rollback(run->guard, run->id);
	return cmd_lib_error(err);
}

/* Take the policy away unless it governs somebody. */
static void leave(struct run *run)
{
	struct rsg_policy_info info;

	if (rs_guard_next(run->guard, run->id, &info) || info.id != run->id)
		return;
	if (info.tasks) {
		cmd_warn("%u tasks are left behind under policy %s",
			 info.tasks, (const char *)info.name);
		return;
	}
	rs_guard_detach(run->guard, run->id);
	if (!run->file)
		return;
	rs_guard_unload(run->guard, run->id);
	limits_remove(run->name);
}

/* Wait as a shell does: keys that interrupt are for the program. */
static int await(pid_t pid)
{
	int status;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return cmd_error("wait: %s", strerror(errno));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static int run_confined(struct run *run, char **argv)
{
	int code, word;
	pid_t pid;

	pid = fork_child(&word, argv);
	if (pid < 0)
		return cmd_error("%s: %s", argv[0], strerror(errno));
	code = confine(run, pid);
	if (!code && write(word, "", 1) != 1)
		code = cmd_error("%s: it is gone", argv[0]);
	close(word);
	if (code)
		waitpid(pid, NULL, 0);
	else
		code = await(pid);
	leave(run);
	return code;
}

static int run_option(struct run *run, int c)
{
	switch (c) {
	case 'f':
		run->file = optarg;
		return 0;
	case 'n':
		run->policy = optarg;
		return 0;
	case 'a':
		run->mode = RSG_MODE_AUDIT;
		return 0;
	default:
		return guard_wish_option(&run->wish, c);
	}
}

int guard_run(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "profile", required_argument, NULL, 'f' },
		{ "policy", required_argument, NULL, 'n' },
		{ "audit", no_argument, NULL, 'a' },
		{ "caps", required_argument, NULL, 'c' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "skip-unknown", no_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	struct run run = { .mode = RSG_MODE_ENFORCE };
	int c, code;

	/* "+": what follows the program is the program's. */
	while ((c = cmd_getopt(argc, argv, "+f:n:ac:k:s", longs)) != -1)
		if (run_option(&run, c))
			return EXIT_USAGE;
	if (!run.file == !run.policy)
		return cmd_usage("give one of --profile and --policy");
	if (run.policy && run.wish.any)
		return cmd_usage("a loaded policy is resolved already");
	if (optind == argc)
		return cmd_usage("no command to run");
	code = rs_guard_open(&run.guard);
	if (code)
		return cmd_lib_error(code);
	code = run.file ? load_file(&run) : find_policy(&run);
	if (!code)
		code = run_confined(&run, &argv[optind]);
	rs_guard_close(run.guard);
	return code;
}
