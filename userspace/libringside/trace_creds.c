// SPDX-License-Identifier: GPL-2.0-only
/*
 * The events ringside:cred and ringside:cred_unexplained as structures, through
 * a private tracefs instance, so that nobody else's tracing is disturbed. Parses
 * their text, whose keys are part of the kernel side's ABI
 * (modules/trace/cred_event.h).
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"
#include "trace_parse.h"

#define PREFIX "ringside-"

/* A record is less than 1 KiB; the rest is for those that come meanwhile. */
#define BUF_SIZE	16384

struct rs_trace_creds {
	char dir[96];
	int fd;
	size_t len;
	char buf[BUF_SIZE];
};

static const char * const mounts[] = {
	"/sys/kernel/tracing", "/sys/kernel/debug/tracing"
};

static const char *find_tracefs(void)
{
	char path[64];
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(mounts); i++) {
		snprintf(path, sizeof(path), "%s/instances", mounts[i]);
		if (!access(path, F_OK))
			return mounts[i];
	}
	return NULL;
}

/* Instances of processes that were killed before they could clean up. */
static void remove_stale(const char *tracefs)
{
	char path[96];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/instances", tracefs);
	dir = opendir(path);
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		uint64_t pid;

		if (strncmp(d->d_name, PREFIX, strlen(PREFIX)) ||
		    rs_parse_u64(d->d_name + strlen(PREFIX), &pid) ||
		    pid > INT32_MAX || !kill(pid, 0) || errno != ESRCH)
			continue;
		unlinkat(dirfd(dir), d->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

static int write_file(const struct rs_trace_creds *c, const char *file,
		      const char *val)
{
	char path[160];
	int err;

	snprintf(path, sizeof(path), "%s/%s", c->dir, file);
	err = rs_sysfs_write(path, val);
	return err ? rs_fail(-err, "%s", path) : 0;
}

static int start(struct rs_trace_creds *c)
{
	char path[160];
	int err;

	err = write_file(c, "trace_clock", "mono");
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/trace_pipe", c->dir);
	c->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (c->fd < 0)
		return rs_fail(errno, "%s", path);
	err = write_file(c, "events/ringside/cred/enable", "1");
	if (err)
		return err;
	/* Older modules do not have it. */
	snprintf(path, sizeof(path), "%s/events/ringside/cred_unexplained",
		 c->dir);
	if (access(path, F_OK))
		return 0;
	return write_file(c, "events/ringside/cred_unexplained/enable", "1");
}

int rs_trace_creds_open(struct rs_trace_creds **creds)
{
	struct rs_trace_creds *c;
	const char *tracefs;
	int err;

	err = rs_module_check(rs_trace_device.module);
	if (err)
		return err;
	tracefs = find_tracefs();
	if (!tracefs)
		return rs_failx(ENOENT, "tracefs is not mounted at %s",
				mounts[0]);
	remove_stale(tracefs);
	c = calloc(1, sizeof(*c));
	if (!c)
		return rs_fail(ENOMEM, "trace creds");
	c->fd = -1;
	snprintf(c->dir, sizeof(c->dir), "%s/instances/" PREFIX "%d", tracefs,
		 getpid());
	if (mkdir(c->dir, 0700)) {
		err = rs_fail(errno, "%s", c->dir);
		free(c);
		return err;
	}
	err = start(c);
	if (err) {
		rs_trace_creds_close(c);
		return err;
	}
	*creds = c;
	return 0;
}

void rs_trace_creds_close(struct rs_trace_creds *creds)
{
	if (!creds)
		return;
	/* An open pipe would keep the instance busy. */
	if (creds->fd >= 0)
		close(creds->fd);
	rmdir(creds->dir);
	free(creds);
}

int rs_trace_creds_fd(const struct rs_trace_creds *creds)
{
	return creds->fd;
}

/* One line out of the buffer. Return: false if there is no whole one. */
static bool take_line(struct rs_trace_creds *c, char *line, size_t len)
{
	char *end = memchr(c->buf, '\n', c->len);
	size_t n, used;

	if (!end && c->len < sizeof(c->buf))
		return false;
	/* A buffer full without a newline is not ours: drop it. */
	used = end ? (size_t)(end - c->buf) + 1 : c->len;
	n = end ? used - 1 : 0;
	if (n >= len)
		n = 0;
	memcpy(line, c->buf, n);
	line[n] = 0;
	memmove(c->buf, c->buf + used, c->len - used);
	c->len -= used;
	return true;
}

static int fill(struct rs_trace_creds *c)
{
	ssize_t n = read(c->fd, c->buf + c->len, sizeof(c->buf) - c->len);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 :
		       rs_fail(errno, "%s/trace_pipe", c->dir);
	c->len += n;
	return n > 0;
}

int rs_trace_creds_next(struct rs_trace_creds *creds,
			struct rs_trace_cred *cred)
{
	char line[2048];
	int ret;

	for (;;) {
		while (take_line(creds, line, sizeof(line)))
			if (rs_trace_parse_cred(line, cred))
				return 1;
		ret = fill(creds);
		if (ret <= 0)
			return ret;
	}
}

/* "overrun: 12" in the statistics of each CPU. */
static uint64_t overruns(const char *path)
{
	unsigned long long n = 0;
	char line[128];
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "overrun: %llu", &n) == 1)
			break;
	fclose(f);
	return n;
}

uint64_t rs_trace_creds_lost(const struct rs_trace_creds *creds)
{
	char path[384];
	struct dirent *d;
	uint64_t lost = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/per_cpu", creds->dir);
	dir = opendir(path);
	if (!dir)
		return 0;
	while ((d = readdir(dir))) {
		if (strncmp(d->d_name, "cpu", 3))
			continue;
		snprintf(path, sizeof(path), "%s/per_cpu/%.16s/stats",
			 creds->dir, d->d_name);
		lost += overruns(path);
	}
	closedir(dir);
	return lost;
}
