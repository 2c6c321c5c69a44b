// SPDX-License-Identifier: GPL-2.0-only
/*
 * The error text of each thread. A fixed buffer: reporting that memory ran
 * out must not need memory.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

static _Thread_local char text[512];

const char *rs_error(void)
{
	return text;
}

const char *rs_version(void)
{
	return RS_VERSION;
}

/*
 * The arguments may point into the old text (a caller that prefixes
 * rs_error()), so the new one is composed aside.
 */
static void set_text(const char *fmt, va_list ap, const char *reason)
{
	char line[sizeof(text)];
	size_t len;

	vsnprintf(line, sizeof(line), fmt, ap);
	len = strlen(line);
	if (reason)
		snprintf(line + len, sizeof(line) - len, ": %s", reason);
	memcpy(text, line, sizeof(line));
}

int rs_fail(int err, const char *fmt, ...)
{
	char reason[128];
	va_list ap;

	va_start(ap, fmt);
	set_text(fmt, ap, strerror_r(err, reason, sizeof(reason)));
	va_end(ap);
	return -err;
}

int rs_failx(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set_text(fmt, ap, NULL);
	va_end(ap);
	return -err;
}
