// SPDX-License-Identifier: GPL-2.0-only
/*
 * How are limits put on a jail, or on what "guard run" starts? Processes,
 * memory and CPU through one control group of version 2, which counts all of
 * its processes together; the size of a file and open files by prlimit(2),
 * which counts each by itself. That nobody inside raises or leaves them is the
 * kernel module's business.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cmd.h"
#include "group_limits.h"

#define CPU_PERIOD_US	100000

int limits_parse(struct rs_guard_limits *limits, const char *text)
{
	char *copy = strdup(text), *save = NULL, *one, *value;
	int code = 0;

	if (!copy)
		return cmd_error("out of memory");
	for (one = strtok_r(copy, ",", &save); one && !code;
	     one = strtok_r(NULL, ",", &save)) {
		value = strchr(one, '=');
		if (!value) {
			code = cmd_usage("--limits: '%s' is no NAME=VALUE",
					 one);
			break;
		}
		*value++ = '\0';
		if (rs_guard_limits_set(limits, one, value))
			code = cmd_usage("--limits: %s", rs_error());
	}
	free(copy);
	return code;
}

void limits_default(struct rs_guard_limits *limits,
		    const struct rs_guard_limits *more)
{
	limits->pids = limits->pids ? limits->pids : more->pids;
	limits->memory = limits->memory ? limits->memory : more->memory;
	limits->cpu = limits->cpu ? limits->cpu : more->cpu;
	limits->fsize = limits->fsize ? limits->fsize : more->fsize;
	limits->nofile = limits->nofile ? limits->nofile : more->nofile;
}

/* Where control groups of version 2 are mounted, "" if nowhere. */
static const char *group_root(void)
{
	static char root[256];
	struct mntent *entry;
	FILE *mounts;

	if (*root)
		return root;
	mounts = setmntent("/proc/self/mounts", "r");
	while (mounts && (entry = getmntent(mounts)))
		if (!strcmp(entry->mnt_type, "cgroup2"))
			snprintf(root, sizeof(root), "%s", entry->mnt_dir);
	if (mounts)
		endmntent(mounts);
	return root;
}

/* Path of @file in the group @name, or in the root of them for NULL. */
static int group_path(char *buf, size_t len, const char *name,
		      const char *file)
{
	const char *root = group_root();

	if (!*root)
		return cmd_error("no control groups of version 2 are mounted");
	if (name)
		snprintf(buf, len, "%s/ringside-%s%s%s", root, name,
			 *file ? "/" : "", file);
	else
		snprintf(buf, len, "%s/%s", root, file);
	return 0;
}

static int put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static int set_value(const char *name, const char *file, const char *text)
{
	char path[512];
	int error;

	if (group_path(path, sizeof(path), name, file))
		return EXIT_FAILED;
	error = put_text(path, text);
	if (error)
		return cmd_error("%s: %s: %s", path, text, strerror(error));
	return 0;
}

static int set_number(const char *name, const char *file, uint64_t value)
{
	char text[32];

	if (!value)
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return set_value(name, file, text);
}

static bool needs_group(const struct rs_guard_limits *limits)
{
	return limits->pids || limits->memory || limits->cpu;
}

static int fill_group(const struct rs_guard_limits *limits, const char *name)
{
	char text[64];
	int code = 0;

	if (limits->pids)
		code = set_value(NULL, "cgroup.subtree_control", "+pids");
	if (!code && limits->memory)
		code = set_value(NULL, "cgroup.subtree_control", "+memory");
	if (!code && limits->cpu)
		code = set_value(NULL, "cgroup.subtree_control", "+cpu");
	if (!code)
		code = set_number(name, "pids.max", limits->pids);
	if (!code)
		code = set_number(name, "memory.max", limits->memory);
	if (code || !limits->cpu)
		return code;
	snprintf(text, sizeof(text), "%" PRIu64 " %d",
		 limits->cpu * (CPU_PERIOD_US / 100), CPU_PERIOD_US);
	return set_value(name, "cpu.max", text);
}

int limits_make(const struct rs_guard_limits *limits, const char *name)
{
	char path[512];
	int code;

	if (!needs_group(limits))
		return 0;
	code = group_path(path, sizeof(path), name, "");
	if (code)
		return code;
	if (mkdir(path, 0755))
		return cmd_error("%s: %s", path, strerror(errno));
	code = fill_group(limits, name);
	if (code)
		rmdir(path);
	return code;
}

static int put_rlimit(pid_t pid, int resource, uint64_t value)
{
	const struct rlimit limit = { value, value };

	if (!value || !prlimit(pid, resource, &limit, NULL) || errno == ESRCH)
		return 0;
	return cmd_error("limits of process %d: %s", pid, strerror(errno));
}

int limits_put(const struct rs_guard_limits *limits, const char *name,
	       pid_t pid)
{
	char path[512], text[16];
	int code, error;

	if (needs_group(limits)) {
		code = group_path(path, sizeof(path), name, "cgroup.procs");
		if (code)
			return code;
		snprintf(text, sizeof(text), "%d", pid);
		error = put_text(path, text);
		if (error && error != ESRCH)
			return cmd_error("%s: %d: %s", path, pid,
					 strerror(error));
	}
	code = put_rlimit(pid, RLIMIT_FSIZE, limits->fsize);
	return code ? code : put_rlimit(pid, RLIMIT_NOFILE, limits->nofile);
}

void limits_remove(const char *name)
{
	char path[512], root[512], pid[32];
	FILE *procs;
	int tries;

	if (!*group_root() ||
	    group_path(path, sizeof(path), name, "cgroup.procs") ||
	    group_path(root, sizeof(root), NULL, "cgroup.procs"))
		return;
	/* Again for what was born meanwhile. */
	for (tries = 0; tries < 10; tries++) {
		procs = fopen(path, "re");
		if (!procs)
			return;
		while (fgets(pid, sizeof(pid), procs))
			put_text(root, pid);
		fclose(procs);
		*strrchr(path, '/') = '\0';
		if (!rmdir(path))
			return;
		strcat(path, "/cgroup.procs");
	}
}
