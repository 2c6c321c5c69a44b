// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options of the guard that say which tasks are meant: --pid, --tree, --cgroup,
 * --chroot, --everyone, and --except, which names the same kinds by a prefix.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cmd.h"
#include "cmd_guard.h"

#define CGROUPS "/sys/fs/cgroup/"

/* Open a directory to name it. Return a descriptor, or -1 after a message. */
static int open_dir(const char *option, const char *path)
{
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		cmd_error("--%s: %s: %s", option, path, strerror(errno));
	return fd;
}

/* A control group may be named as /proc/PID/cgroup and systemd-cgls do. */
static int open_cgroup(const char *option, const char *name)
{
	char path[4096];

	if (!strncmp(name, CGROUPS, strlen(CGROUPS) - 1))
		return open_dir(option, name);
	name += strspn(name, "/");
	if (snprintf(path, sizeof(path), CGROUPS "%s", name) >=
	    (int)sizeof(path)) {
		cmd_error("--%s: the path is too long", option);
		return -1;
	}
	return open_dir(option, path);
}

/* Turn @text into the number that the kernel wants. Return 0 or an exit code. */
static int read_value(const char *option, unsigned int scope, const char *text,
		      int *value)
{
	uint64_t pid;

	switch (scope) {
	case RSG_SCOPE_CGROUP:
		*value = open_cgroup(option, text);
		return *value < 0 ? EXIT_FAILED : 0;
	case RSG_SCOPE_CHROOT:
		*value = open_dir(option, text);
		return *value < 0 ? EXIT_FAILED : 0;
	default:
		if (cmd_parse_u64(option, text, 1, INT32_MAX, &pid))
			return EXIT_USAGE;
		*value = pid;
		return 0;
	}
}

static int set_scope(struct guard_target *target, unsigned int scope,
		     const char *option, const char *text)
{
	struct rsg_attach *attach = &target->attach;
	int code, value;

	if (attach->scope)
		return cmd_usage(GUARD_TARGET_USAGE);
	attach->scope = scope;
	if (scope == RSG_SCOPE_EVERYONE)
		return 0;
	code = read_value(option, scope, text, &value);
	if (code)
		return code;
	if (scope == RSG_SCOPE_CGROUP || scope == RSG_SCOPE_CHROOT)
		attach->fd = value;
	else
		attach->pid = value;
	return 0;
}

/* "pid:1", "tree:1", "cgroup:system.slice", "chroot:/srv". */
static int add_except(struct guard_target *target, const char *text)
{
	static const struct {
		const char *prefix;
		unsigned int scope;
	} kinds[] = {
		{ "pid:", RSG_SCOPE_PROCESS }, { "tree:", RSG_SCOPE_TREE },
		{ "cgroup:", RSG_SCOPE_CGROUP }, { "chroot:", RSG_SCOPE_CHROOT },
	};
	struct rsg_except *except;
	unsigned int i;

	if (target->attach.nr_excepts == RSG_EXCEPTS_MAX)
		return cmd_usage("--except: at most %d times", RSG_EXCEPTS_MAX);
	except = &target->excepts[target->attach.nr_excepts++];
	for (i = 0; i < CMD_ARRAY_SIZE(kinds); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len))
			continue;
		except->scope = kinds[i].scope;
		return read_value("except", except->scope, text + len,
				  &except->value);
	}
	return cmd_usage("--except: '%s' begins with none of pid:, tree:, cgroup: and chroot:",
			 text);
}

int guard_target_option(struct guard_target *target, int c)
{
	switch (c) {
	case 'p':
		return set_scope(target, RSG_SCOPE_PROCESS, "pid", optarg);
	case 't':
		return set_scope(target, RSG_SCOPE_TREE, "tree", optarg);
	case 'g':
		return set_scope(target, RSG_SCOPE_CGROUP, "cgroup", optarg);
	case 'r':
		return set_scope(target, RSG_SCOPE_CHROOT, "chroot", optarg);
	case 'e':
		return set_scope(target, RSG_SCOPE_EVERYONE, "everyone", NULL);
	case 'x':
		return add_except(target, optarg);
	default:
		return EXIT_USAGE;
	}
}

struct rsg_attach *guard_target_attach(struct guard_target *target)
{
	target->attach.excepts = (uintptr_t)target->excepts;
	return &target->attach;
}
