// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guard's decisions as the kernel tells them, and which code is behind
 * them. linux/ringside_guard.h documents the records.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "internal.h"
#include "ringside_events.h"

/* Records read in one go. */
#define BATCH	16

struct rs_guard_events {
	int fd;
	uint64_t next;		/* number of the record that is due, 0 unknown */
	uint64_t missed;
	size_t len, used;	/* bytes in @buf, and those of them handed out */
	char buf[BATCH * sizeof(struct rsg_event)];
};

int rs_guard_events_open(struct rs_guard_events **events, unsigned int flags)
{
	struct rsg_events arg = { .size = sizeof(arg), .flags = flags };
	struct rs_guard_events *e;
	int device, err;

	device = rs_device_open(&rs_guard_device, NULL);
	if (device < 0)
		return device;
	e = calloc(1, sizeof(*e));
	if (!e) {
		close(device);
		return rs_fail(ENOMEM, "guard events");
	}
	e->fd = ioctl(device, RSG_IOC_EVENTS, &arg);
	err = errno;
	close(device);
	if (e->fd < 0) {
		free(e);
		return rs_fail(err, "guard events");
	}
	if (fcntl(e->fd, F_SETFL, O_NONBLOCK)) {
		err = rs_fail(errno, "guard events");
		rs_guard_events_close(e);
		return err;
	}
	*events = e;
	return 0;
}

int rs_guard_events_fd(const struct rs_guard_events *events)
{
	return events->fd;
}

uint64_t rs_guard_events_missed(const struct rs_guard_events *events)
{
	return events->missed;
}

void rs_guard_events_close(struct rs_guard_events *events)
{
	if (!events)
		return;
	close(events->fd);
	free(events);
}

/* Return: 1 if there is something in the buffer, 0 or -errno. */
static int fill(struct rs_guard_events *e)
{
	ssize_t n;

	if (e->used < e->len)
		return 1;
	n = read(e->fd, e->buf, sizeof(e->buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return rs_fail(errno, "guard events");
	e->len = n;
	e->used = 0;
	return n > 0;
}

/* A newer kernel's records are longer, and their tail is not for us. */
static int take(struct rs_guard_events *e, struct rsg_event *event)
{
	size_t left = e->len - e->used;
	uint32_t size;

	memset(event, 0, sizeof(*event));
	if (left < sizeof(size))
		return rs_failx(EIO, "guard events: a record is cut off");
	memcpy(&size, e->buf + e->used, sizeof(size));
	if (size < sizeof(size) || size > left)
		return rs_failx(EIO, "guard events: a record is cut off");
	memcpy(event, e->buf + e->used,
	       size < sizeof(*event) ? size : sizeof(*event));
	e->used += size;
	event->comm[sizeof(event->comm) - 1] = '\0';
	event->name[sizeof(event->name) - 1] = '\0';
	event->origin[sizeof(event->origin) - 1] = '\0';
	event->function[sizeof(event->function) - 1] = '\0';
	event->path[sizeof(event->path) - 1] = '\0';
	return 0;
}

int rs_guard_events_next(struct rs_guard_events *events,
			 struct rsg_event *event)
{
	int ret;

	ret = fill(events);
	if (ret <= 0)
		return ret;
	ret = take(events, event);
	if (ret)
		return ret;
	if (events->next && event->number > events->next)
		events->missed += event->number - events->next;
	events->next = event->number + 1;
	return 1;
}

/* Is the process still what it was when the record was made? */
static bool is_alive(const struct rsg_event *event)
{
	char path[48];
	struct stat st;

	snprintf(path, sizeof(path), RS_ROOT "/proc/%d/exe", event->tgid);
	return !stat(path, &st) && st.st_ino == event->inode;
}

/* "7f00-7f10 r-xp 00026000 08:01 123  /lib/libc.so.6" holds the address? */
static bool parse_map(const char *line, const struct rsg_event *event,
		      char *caller, size_t len)
{
	uint64_t start, end, offset;
	int name = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n",
		   &start, &end, &offset, &name) < 3 || !name)
		return false;
	if (event->ip < start || event->ip >= end || line[name] == '\n')
		return false;
	snprintf(caller, len, "%.*s+0x%" PRIx64,
		 (int)strcspn(line + name, "\n"), line + name,
		 (uint64_t)event->ip - start + offset);
	return true;
}

void rs_guard_event_caller(const struct rsg_event *event, char *caller,
			   size_t len)
{
	char path[48], *line = NULL;
	size_t room = 0;
	FILE *f;

	snprintf(caller, len, "0x%" PRIx64, (uint64_t)event->ip);
	if (!event->ip || !is_alive(event))
		return;
	snprintf(path, sizeof(path), RS_ROOT "/proc/%d/maps", event->tgid);
	f = fopen(path, "re");
	if (!f)
		return;
	while (getline(&line, &room, f) > 0)
		if (parse_map(line, event, caller, len))
			break;
	free(line);
	fclose(f);
}
