// SPDX-License-Identifier: GPL-2.0-only
/*
 * A balloon and the memory of its guest from moment to moment: one descriptor
 * that tells when to look, and a look at everything that a person or a manager
 * wants to see together.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include "balloon.h"

/* Attributes whose change wakes up poll(2). */
static const char * const notified[] = {
	"state", "actual_bytes", "target_bytes",
};

/**
 * struct rs_balloon_watch - a device being watched
 * @balloon: the device
 * @epoll: readable when one of @fd has changed
 * @fd: the files of the attributes in notified
 * @in_total: MemTotal counts what the balloon holds
 * @sample: the last look
 */
struct rs_balloon_watch {
	struct rs_balloon balloon;
	int epoll;
	int fd[RS_ARRAY_SIZE(notified)];
	bool in_total;
	struct rs_balloon_sample sample;
};

static int read_word(const struct rs_balloon *balloon, const char *attr,
		     char *buf, size_t len)
{
	char path[PATH_MAX];
	int ret;

	rs_balloon_path(balloon, attr, path, sizeof(path));
	ret = rs_sysfs_read(path, buf, len);
	if (ret == -ENOENT || ret == -ENODEV)
		return rs_failx(ENODEV, "%s: " BALLOON_OURS " has it no longer",
				balloon->device);
	return ret < 0 ? ret : 0;
}

static int read_number(const struct rs_balloon *balloon, const char *attr,
		       uint64_t *val)
{
	char buf[32];
	int ret = read_word(balloon, attr, buf, sizeof(buf));

	if (ret)
		return ret;
	ret = rs_parse_u64(buf, val);
	return ret ? rs_failx(-ret, "%s: %s: '%s' is not a number",
			      balloon->device, attr, buf) : 0;
}

static int sample_device(const struct rs_balloon *b,
			 struct rs_balloon_sample *s)
{
	const struct {
		const char *attr;
		uint64_t *val;
	} numbers[] = {
		{ "target_bytes", &s->target_bytes },
		{ "actual_bytes", &s->actual_bytes },
		{ "held_bytes", &s->held_bytes },
		{ "units_2m", &s->units_2m },
		{ "units_4k", &s->units_4k },
	};
	size_t i;
	int ret;

	ret = read_word(b, "state", s->state, sizeof(s->state));
	if (!ret)
		ret = read_word(b, "mode_active", s->mode, sizeof(s->mode));
	for (i = 0; i < RS_ARRAY_SIZE(numbers) && !ret; i++)
		ret = read_number(b, numbers[i].attr, numbers[i].val);
	return ret;
}

/* Return: bytes of a line "Name:  123 kB", 0 when there is no such line. */
static uint64_t meminfo(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

static int sample_memory(struct rs_balloon_watch *w)
{
	struct rs_balloon_sample *s = &w->sample;
	char text[8192];
	int ret = rs_sysfs_read(RS_ROOT "/proc/meminfo", text, sizeof(text));

	if (ret < 0)
		return ret;
	s->available_bytes = meminfo(text, "MemAvailable:");
	s->ram_bytes = meminfo(text, "MemTotal:") +
		       (w->in_total ? 0 : s->held_bytes);
	return 0;
}

/* A line of pressure stall information, which begins with @kind. */
static bool parse_pressure(const char *text, const char *kind, double *avg10,
			   uint64_t *us)
{
	const char *line = strstr(text, kind);
	unsigned long long total;

	if (!line || sscanf(line, "%*s avg10=%lf avg60=%*f avg300=%*f total=%llu",
			    avg10, &total) != 2)
		return false;
	*us = total;
	return true;
}

/* A kernel without it is no reason to see nothing. */
static void sample_pressure(struct rs_balloon_sample *s)
{
	char text[256];

	s->has_pressure =
		rs_sysfs_read(RS_ROOT "/proc/pressure/memory", text,
			      sizeof(text)) >= 0 &&
		parse_pressure(text, "some", &s->some_avg10, &s->some_us) &&
		parse_pressure(text, "full", &s->full_avg10, &s->full_us);
	if (s->has_pressure)
		return;
	s->some_avg10 = 0;
	s->full_avg10 = 0;
	s->some_us = 0;
	s->full_us = 0;
}

/*
 * A sysfs file that was polled stays ready until it is read through the same
 * descriptor. Done before the look, so that a change during it wakes us again.
 */
static void rearm(const struct rs_balloon_watch *w)
{
	char buf[32];
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(notified); i++)
		if (pread(w->fd[i], buf, sizeof(buf), 0) < 0)
			return;	/* it has gone, and the look will find out */
}

int rs_balloon_watch_sample(struct rs_balloon_watch *w,
			    const struct rs_balloon_sample **sample)
{
	struct timespec ts;
	int ret;

	rearm(w);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	w->sample.time_ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	ret = sample_device(&w->balloon, &w->sample);
	if (!ret)
		ret = sample_memory(w);
	if (ret)
		return ret;
	sample_pressure(&w->sample);
	*sample = &w->sample;
	return 0;
}

static int poll_attribute(struct rs_balloon_watch *w, size_t i)
{
	struct epoll_event event = { .events = EPOLLPRI };
	char path[PATH_MAX];

	rs_balloon_path(&w->balloon, notified[i], path, sizeof(path));
	w->fd[i] = open(path, O_RDONLY | O_CLOEXEC);
	if (w->fd[i] < 0)
		return rs_fail(errno, "%s", path);
	/* EPERM: not a file of sysfs, as in the tests; it can not be polled. */
	if (epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->fd[i], &event) &&
	    errno != EPERM)
		return rs_fail(errno, "%s", path);
	return 0;
}

static int start(struct rs_balloon_watch *w)
{
	char features[256];
	size_t i;
	int ret;

	/* An older driver lacks this one as it lacks the others. */
	ret = rs_balloon_get(w->balloon.device, "features", features,
			     sizeof(features));
	if (ret)
		return ret;
	w->in_total = strstr(features, "deflate-on-oom");
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll < 0)
		return rs_fail(errno, "epoll_create1");
	for (i = 0; i < RS_ARRAY_SIZE(notified) && !ret; i++)
		ret = poll_attribute(w, i);
	return ret;
}

int rs_balloon_watch_open(struct rs_balloon_watch **watch, const char *device)
{
	struct rs_balloon_watch *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return rs_fail(ENOMEM, "watch");
	w->epoll = -1;
	memset(w->fd, -1, sizeof(w->fd));
	ret = rs_balloon_find_ours(device, &w->balloon);
	if (!ret)
		ret = start(w);
	if (ret) {
		rs_balloon_watch_close(w);
		return ret;
	}
	*watch = w;
	return 0;
}

int rs_balloon_watch_fd(const struct rs_balloon_watch *watch)
{
	return watch->epoll;
}

void rs_balloon_watch_close(struct rs_balloon_watch *w)
{
	size_t i;

	if (!w)
		return;
	for (i = 0; i < RS_ARRAY_SIZE(notified); i++)
		if (w->fd[i] >= 0)
			close(w->fd[i]);
	if (w->epoll >= 0)
		close(w->epoll);
	free(w);
}
