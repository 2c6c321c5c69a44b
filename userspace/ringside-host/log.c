// SPDX-License-Identifier: GPL-2.0-only
/*
 * How does a daemon speak without being stopped by who listens? A line is
 * written only if there is room for it, and at most BURST lines at once and one
 * every REFILL_MS in the long run.
 */
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "clock.h"
#include "log.h"
#include "out_text.h"

#define BURST		50
#define REFILL_MS	500

static unsigned int lines = BURST;
static unsigned int left_out;
static int64_t filled_ms;

static bool may_write(void)
{
	struct pollfd stream = { .fd = STDERR_FILENO, .events = POLLOUT };
	int64_t now = clock_ms(), more = (now - filled_ms) / REFILL_MS;

	if (more > 0) {
		filled_ms = now;
		lines = lines + more > BURST ? BURST : lines + more;
	}
	return lines && poll(&stream, 1, 0) == 1 &&
		stream.revents & POLLOUT;
}

static void put(const char *text)
{
	char line[600], *safe = text_escape(text, true);
	int len;

	if (!safe)
		return;
	len = snprintf(line, sizeof(line), "ringside-host: %s\n", safe);
	free(safe);
	if (len >= (int)sizeof(line)) {
		len = sizeof(line) - 1;
		line[len - 1] = '\n';
	}
	/* Nobody is left to tell about a failure. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

void host_log(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!may_write()) {
		left_out++;
		return;
	}
	lines--;
	if (left_out) {
		snprintf(text, sizeof(text), "%u lines were left out", left_out);
		left_out = 0;
		put(text);
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(text);
}
