// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringside guard jail: keep a command, or everything that is already chrooted
 * to a directory, in that directory; and let it go again.
 *
 * A profile that goes with it is a policy beside the jail, for the kernel holds
 * a task to the strictest of all that it is under.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_guard.h"
#include "group_limits.h"
#include "out.h"
#include "ringside.h"

/**
 * struct jail - what the options of the verb ask for
 * @root: directory
 * @root_fd: descriptor of it
 * @name: name of the jail
 * @group: of its control group
 * @release: name of a jail that is to go
 * @limits: its limits
 * @file: profile that holds in it besides, or NULL
 * @wish: how to read it
 * @profile: id of the policy that it became, 0 for none
 * @mode: RSG_MODE_*
 * @confirm_ms: as in struct rsg_attach
 * @command: what to run in it, NULL to take what is there
 */
struct jail {
	const char *root;
	int root_fd;
	char name[RSG_NAME_LEN];
	char group[sizeof("jail-") + RSG_NAME_LEN];
	const char *release;
	struct rs_guard_limits limits;
	const char *file;
	struct guard_wish wish;
	unsigned int profile;
	unsigned int mode;
	unsigned int confirm_ms;
	char **command;
};

/* --- What is there --- */

typedef int visit_fn(const struct jail *jail, pid_t pid);

/* Call @fn for each process whose root is @jail's; its first result but 0. */
static int visit_inside(const struct jail *jail, visit_fn *fn)
{
	struct stat root, here;
	struct dirent *entry;
	char path[64];
	int code = 0;
	DIR *proc;

	if (fstat(jail->root_fd, &root))
		return cmd_error("%s: %s", jail->root, strerror(errno));
	proc = opendir("/proc");
	if (!proc)
		return cmd_error("/proc: %s", strerror(errno));
	while (!code && (entry = readdir(proc))) {
		if (atoi(entry->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/root",
			 atoi(entry->d_name));
		if (!stat(path, &here) && here.st_dev == root.st_dev &&
		    here.st_ino == root.st_ino)
			code = fn(jail, atoi(entry->d_name));
	}
	closedir(proc);
	return code;
}

static int put_limits(const struct jail *jail, pid_t pid)
{
	return limits_put(&jail->limits, jail->group, pid);
}

/* Is the directory @fd of process @pid outside of @jail? Its path in @to. */
static int is_outside(const struct jail *jail, const char *fd, char *to,
		      size_t len)
{
	size_t root = strlen(jail->root);
	struct stat st;
	ssize_t n;

	if (stat(fd, &st) || !S_ISDIR(st.st_mode))
		return 0;
	n = readlink(fd, to, len - 1);
	if (n < 0)
		return 0;
	to[n] = '\0';
	return strncmp(to, jail->root, root) || (to[root] && to[root] != '/');
}

static int show_leaks(const struct jail *jail, pid_t pid)
{
	char path[300], to[1024];
	struct dirent *entry;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	fds = opendir(path);
	while (fds && (entry = readdir(fds))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid,
			 entry->d_name);
		if (!is_outside(jail, path, to, sizeof(to)))
			continue;
		out_row();
		out_s64("pid", pid);
		out_str("fd", entry->d_name);
		out_str("directory", to);
		out_end();
	}
	if (fds)
		closedir(fds);
	return 0;
}

/* --- Making it --- */

/* Load the profile, and take its limits where the options give none. */
static int load_profile(struct jail *jail, struct rs_guard *guard)
{
	char name[GUARD_PROFILE_NAME_LEN];
	struct rs_guard_policy *policy;
	struct rs_guard_limits limits;
	int code, ret;

	if (!jail->file)
		return 0;
	code = guard_policy_of_file(&jail->wish, jail->file, &limits, &policy);
	if (code)
		return code;
	limits_default(&jail->limits, &limits);
	guard_profile_name(name, jail->name);
	ret = rs_guard_load(guard, name, policy, RSG_LOAD_PERSIST);
	rs_guard_policy_free(policy);
	if (ret < 0)
		return cmd_lib_error(ret);
	jail->profile = ret;
	return 0;
}

static void unload_profile(const struct jail *jail, struct rs_guard *guard)
{
	if (!jail->profile)
		return;
	rs_guard_detach(guard, jail->profile);
	rs_guard_unload(guard, jail->profile);
}

static int make(struct jail *jail, struct rs_guard **guard, int *id)
{
	int code, err;

	err = rs_guard_open(guard);
	if (err)
		return cmd_lib_error(err);
	*id = rs_guard_jail(*guard, jail->name, jail->root_fd,
			    RSG_LOAD_PERSIST);
	code = *id < 0 ? cmd_lib_error(*id) : load_profile(jail, *guard);
	if (!code)
		code = limits_make(&jail->limits, jail->group);
	if (!code)
		return 0;
	unload_profile(jail, *guard);
	if (*id > 0)
		rs_guard_unload(*guard, *id);
	rs_guard_close(*guard);
	return code;
}

static void unmake(const struct jail *jail, struct rs_guard *guard, int id)
{
	rs_guard_detach(guard, id);
	rs_guard_unload(guard, id);
	unload_profile(jail, guard);
	limits_remove(jail->group);
}

/* Attach the jail and its profile in the same way, or none of them. */
static int attach(const struct jail *jail, struct rs_guard *guard,
		  struct rsg_attach *of_jail)
{
	struct rsg_attach of_profile = *of_jail;
	int err;

	of_profile.id = jail->profile;
	err = rs_guard_attach(guard, of_jail);
	if (!err && jail->profile)
		err = rs_guard_attach(guard, &of_profile);
	return err ? cmd_lib_error(err) : 0;
}

static void show(const struct jail *jail, const struct rsg_attach *attach)
{
	static const struct out_col cols[] = {
		{ "pid", "PID", true }, { "fd", "FD", true },
		{ "directory", "DIRECTORY", false },
	};
	unsigned int ms = attach->confirm_ms;

	out_begin();
	out_str("name", jail->name);
	out_str("root", jail->root);
	if (jail->file)
		out_str("profile", jail->file);
	out_str("state", guard_states[RSG_STATE_PENDING]);
	out_str("mode", guard_modes[attach->mode]);
	out_u64("tasks", attach->tasks);
	out_u64_text("pending_ms", ms, "%u.%03u s until it rolls back",
		     ms / 1000, ms % 1000);
	out_table("open_outside", "no directory outside is open", cols, 3);
	visit_inside(jail, show_leaks);
	out_end();
	out_note("to keep it: ringside guard confirm %s", jail->name);
	out_end();
}

static int jail_tree(struct jail *jail)
{
	struct rsg_attach order = {
		.scope = RSG_SCOPE_CHROOT, .fd = jail->root_fd,
		.mode = jail->mode,
		.confirm_ms = jail->confirm_ms ? jail->confirm_ms :
						 RSG_CONFIRM_DEFAULT_MS,
	};
	struct rs_guard *guard;
	int code, id;

	code = make(jail, &guard, &id);
	if (code)
		return code;
	/* Twice: what is born after that inherits from a limited parent. */
	code = visit_inside(jail, put_limits);
	if (!code)
		code = visit_inside(jail, put_limits);
	if (!code) {
		order.id = id;
		code = attach(jail, guard, &order);
	}
	if (code)
		unmake(jail, guard, id);
	else
		show(jail, &order);
	rs_guard_close(guard);
	return code;
}

/* --- A command in it --- */

static void child(const struct jail *jail, int go)
{
	char byte;

	if (fchdir(jail->root_fd) || chroot(".") || chdir("/")) {
		fprintf(stderr, "ringside: %s: %s\n", jail->root,
			strerror(errno));
		_exit(126);
	}
	if (read(go, &byte, 1) != 1)
		_exit(126);
	execvp(jail->command[0], jail->command);
	fprintf(stderr, "ringside: %s: %s\n", jail->command[0],
		strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Jail the child; it is new, so nobody can be locked out: confirm at once. */
static int put_child(const struct jail *jail, struct rs_guard *guard, int id,
		     pid_t pid)
{
	struct rsg_attach order = {
		.id = id, .scope = RSG_SCOPE_TREE, .pid = pid,
		.mode = jail->mode,
	};
	struct rs_guard *anew;
	int code, err;

	code = put_limits(jail, pid);
	if (!code)
		code = attach(jail, guard, &order);
	if (code)
		return code;
	err = rs_guard_open(&anew);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_confirm(anew, id);
	if (!err && jail->profile)
		err = rs_guard_confirm(anew, jail->profile);
	rs_guard_close(anew);
	return err ? cmd_lib_error(err) : 0;
}

/* Orphans of the jail come to us: wait for @pid's status, and for the last. */
static int wait_for(pid_t pid)
{
	int status, code = EXIT_FAILED;
	pid_t ended;

	while ((ended = wait(&status)) > 0 || errno == EINTR)
		if (ended == pid)
			code = WIFEXITED(status) ? WEXITSTATUS(status) :
						   128 + WTERMSIG(status);
	return code;
}

/* The jail goes with its last process. */
static void end(const struct jail *jail, struct rs_guard *guard, int id)
{
	struct rsg_policy_info info;

	if (!rs_guard_find(guard, jail->name, &info) && info.tasks)
		cmd_warn("%u tasks are still in jail %s", info.tasks,
			 jail->name);
	else
		unmake(jail, guard, id);
}

static int jail_command(struct jail *jail)
{
	struct rs_guard *guard;
	int code, id, go[2];
	pid_t pid;

	code = make(jail, &guard, &id);
	if (code)
		return code;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = pipe2(go, O_CLOEXEC) ? -1 : fork();
	if (pid < 0) {
		code = cmd_error("no process: %s", strerror(errno));
		goto out;
	}
	if (!pid) {
		close(go[1]);
		child(jail, go[0]);
	}
	close(go[0]);
	code = put_child(jail, guard, id, pid);
	if (code)
		kill(pid, SIGKILL);
	else if (write(go[1], "x", 1) != 1)
		cmd_warn("%s did not start", jail->command[0]);
	close(go[1]);
	if (code)
		waitpid(pid, NULL, 0);
	else
		code = wait_for(pid);
out:
	end(jail, guard, id);
	rs_guard_close(guard);
	return code;
}

/* --- The verb --- */

/* Detach a policy, if it is attached, and drop it. Return 0 or -errno. */
static int drop(struct rs_guard *guard, const struct rsg_policy_info *info)
{
	int err = 0;

	if (info->state != RSG_STATE_LOADED)
		err = rs_guard_detach(guard, info->id);
	return err ? err : rs_guard_unload(guard, info->id);
}

/* Not every jail has a profile, and not all that is called so is one. */
static int drop_profile(struct rs_guard *guard,
			const struct rsg_policy_info *jail)
{
	char name[GUARD_PROFILE_NAME_LEN];
	struct rsg_policy_info info;

	guard_profile_name(name, (const char *)jail->name);
	if (rs_guard_find(guard, name, &info) || info.scope != jail->scope ||
	    info.pid != jail->pid)
		return 0;
	return drop(guard, &info);
}

static int release(const char *name)
{
	char group[sizeof("jail-") + RSG_NAME_LEN];
	struct rsg_policy_info info;
	struct rs_guard *guard;
	int err;

	err = rs_guard_open(&guard);
	if (err)
		return cmd_lib_error(err);
	err = rs_guard_find(guard, name, &info);
	if (!err)
		err = drop_profile(guard, &info);
	if (!err)
		err = drop(guard, &info);
	rs_guard_close(guard);
	if (err)
		return cmd_lib_error(err);
	snprintf(group, sizeof(group), "jail-%s", name);
	limits_remove(group);
	out_begin();
	out_str("name", name);
	out_str("state", "released");
	out_end();
	return EXIT_OK;
}

static int set_name(struct jail *jail, const char *name)
{
	if (!*name || strlen(name) >= sizeof(jail->name) || strchr(name, '/'))
		return cmd_usage("--name: '%s' has not 1 to %zu characters without '/'",
				 name, sizeof(jail->name) - 1);
	snprintf(jail->name, sizeof(jail->name), "%s", name);
	snprintf(jail->group, sizeof(jail->group), "jail-%s", jail->name);
	return 0;
}

static int take_option(struct jail *jail, int c)
{
	uint64_t ms;

	switch (c) {
	case 'r':
		jail->root = optarg;
		return 0;
	case 'n':
		return set_name(jail, optarg);
	case 'l':
		return limits_parse(&jail->limits, optarg);
	case 'f':
		jail->file = optarg;
		return 0;
	case 'a':
		jail->mode = RSG_MODE_AUDIT;
		return 0;
	case 'C':
		if (cmd_parse_seconds("--confirm-after", optarg, 1,
				      RSG_CONFIRM_MAX_MS, &ms))
			return EXIT_USAGE;
		jail->confirm_ms = ms;
		return 0;
	case 'R':
		jail->release = optarg;
		return 0;
	default:
		return guard_wish_option(&jail->wish, c);
	}
}

/* Resolve the root, and call the jail by its last component if need be. */
static int find_root(struct jail *jail)
{
	char *real = realpath(jail->root, NULL);
	const char *base;
	int code = 0;

	jail->root_fd = open(jail->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!real || jail->root_fd < 0) {
		free(real);
		return cmd_error("%s: %s", jail->root, strerror(errno));
	}
	jail->root = real;
	base = strrchr(real, '/') + 1;
	if (!*base)
		return cmd_usage("--root: '/' is no jail");
	if (!*jail->name)
		code = set_name(jail, base);
	return code;
}

int guard_jail(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "name", required_argument, NULL, 'n' },
		{ "limits", required_argument, NULL, 'l' },
		{ "profile", required_argument, NULL, 'f' },
		{ "caps", required_argument, NULL, 'c' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "skip-unknown", no_argument, NULL, 's' },
		{ "audit", no_argument, NULL, 'a' },
		{ "confirm-after", required_argument, NULL, 'C' },
		{ "release", required_argument, NULL, 'R' },
		{ NULL, 0, NULL, 0 }
	};
	struct jail jail = { .mode = RSG_MODE_ENFORCE };
	int c, code;

	while ((c = cmd_getopt(argc, argv, "r:n:l:f:c:k:saC:R:", longs)) != -1)
		if (take_option(&jail, c))
			return EXIT_USAGE;
	if (jail.release)
		return jail.root || optind < argc ?
		       cmd_usage("--release goes alone") :
		       release(jail.release);
	if (!jail.root)
		return cmd_usage("no --root given");
	if (jail.wish.any && !jail.file)
		return cmd_usage("there is no --profile that this could be about");
	code = find_root(&jail);
	if (code)
		return code;
	if (optind == argc)
		return jail_tree(&jail);
	jail.command = argv + optind;
	return jail_command(&jail);
}
