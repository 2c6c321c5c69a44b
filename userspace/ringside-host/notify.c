// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does systemd know that the manager works? A datagram to the socket that
 * it names. That is all of sd_notify(3) that is needed, and no reason to link
 * its library.
 */
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"
#include "notify.h"

static int fd = -1;
static int64_t every_ms, next_ms;

/* A name in the file system, or an abstract one that begins with @. */
static int connect_to(const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || len >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, name, len);
	if (name[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	return connect(fd, (const struct sockaddr *)&to,
		       offsetof(struct sockaddr_un, sun_path) + len) ?
		-errno : 0;
}

/* Twice as often as the watchdog wants, if it is us that it watches. */
static int64_t watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");

	if (!usec || (pid && strtol(pid, NULL, 10) != getpid()))
		return 0;
	return strtoll(usec, NULL, 10) / 2000;
}

void notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int ret;

	if (!name)
		return;
	ret = connect_to(name);
	if (ret) {
		host_log("the service manager is not told: %s: %s", name,
			 strerror(-ret));
		notify_close();
		return;
	}
	every_ms = watchdog_ms();
}

void notify_close(void)
{
	if (fd >= 0)
		close(fd);
	fd = -1;
	every_ms = 0;
	next_ms = 0;
}

void notify(const char *format, ...)
{
	char text[256];
	va_list args;
	int len;

	if (fd < 0)
		return;
	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len > 0 && len < (int)sizeof(text))
		send(fd, text, len, MSG_NOSIGNAL);
}

void notify_alive(int64_t now_ms)
{
	if (!every_ms || now_ms < next_ms)
		return;
	next_ms = now_ms + every_ms;
	notify("WATCHDOG=1");
}
