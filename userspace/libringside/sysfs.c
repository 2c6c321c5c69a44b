// SPDX-License-Identifier: GPL-2.0-only
/*
 * One-value files and numbers: how the library reads and writes the
 * attributes of the modules. Knows no attribute by name.
 */
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

int rs_parse_u64(const char *s, uint64_t *val)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	unsigned long long v;
	char *end;

	/* strtoull() would skip blanks and negate "-1" without a word. */
	if (!isdigit((unsigned char)s[0]))
		return -EINVAL;
	if (hex && !isxdigit((unsigned char)s[2]))
		return -EINVAL;
	errno = 0;
	v = strtoull(s, &end, hex ? 16 : 10);
	if (*end)
		return -EINVAL;
	if (errno)
		return -errno;
	*val = v;
	return 0;
}

/* Fill buf from fd; returns the length or -errno, -ERANGE when it is full. */
static int read_all(int fd, char *buf, size_t len)
{
	size_t have = 0;
	ssize_t n;

	do {
		n = read(fd, buf + have, len - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		have += n;
		if (have == len)
			return -ERANGE;
	} while (n);
	return have;
}

int rs_sysfs_read(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int n;

	if (fd < 0)
		return rs_fail(errno, "%s", path);
	n = read_all(fd, buf, len);
	close(fd);
	if (n < 0)
		return rs_fail(-n, "%s", path);
	while (n && buf[n - 1] == '\n')
		n--;
	buf[n] = '\0';
	return n;
}

int rs_sysfs_read_u64(const char *path, uint64_t *val)
{
	char buf[64];
	int ret = rs_sysfs_read(path, buf, sizeof(buf));

	if (ret < 0)
		return ret;
	ret = rs_parse_u64(buf, val);
	if (ret)
		return rs_failx(-ret, "%s: '%s' is not a number", path, buf);
	return 0;
}

int rs_sysfs_write(const char *path, const char *val)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(val);
	ssize_t n;
	int err;

	if (fd < 0)
		return rs_fail(errno, "%s", path);
	do {
		n = write(fd, val, len);
	} while (n < 0 && errno == EINTR);
	err = n < 0 ? errno : 0;
	close(fd);
	if (err)
		return rs_fail(err, "%s", path);
	/* An attribute takes its value whole; a part would be another value. */
	if ((size_t)n != len)
		return rs_failx(EIO, "%s: took %zd of %zu bytes", path, n, len);
	return 0;
}

int rs_sysfs_write_u64(const char *path, uint64_t val)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%" PRIu64, val);
	return rs_sysfs_write(path, buf);
}
