// SPDX-License-Identifier: GPL-2.0-only
/*
 * libringside's helpers: numbers, one-value files, the error text. They take
 * any path, so ordinary files in a temporary directory stand in for sysfs.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>
#include "internal.h"
#include "tap.h"

static int parse(const char *s, uint64_t *val)
{
	*val = 4711;
	return rs_parse_u64(s, val);
}

TEST(numbers_decimal_and_hexadecimal)
{
	uint64_t v;

	EXPECT_EQ(0, parse("0", &v));
	EXPECT_EQ(0, v);
	EXPECT_EQ(0, parse("536870912", &v));
	EXPECT_EQ(536870912, v);
	EXPECT_EQ(0, parse("0xfF", &v));
	EXPECT_EQ(255, v);
	EXPECT_EQ(0, parse("18446744073709551615", &v));
	EXPECT_EQ(UINT64_MAX, v);
	/* No octal: "010" from a file is ten. */
	EXPECT_EQ(0, parse("010", &v));
	EXPECT_EQ(10, v);
}

TEST(numbers_refused)
{
	static const char * const bad[] = {
		"", " 1", "1 ", "-1", "+1", "0x", "0x-1", "0x 1", "1k", "x",
		"1\n", "0xfg",
	};
	uint64_t v;
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, parse(bad[i], &v));
		EXPECT_EQ(4711, v);
	}
	EXPECT_EQ(-ERANGE, parse("18446744073709551616", &v));
	EXPECT_EQ(4711, v);
}

TEST(error_names_thing_and_reason)
{
	EXPECT_EQ(-ESRCH, rs_fail(ESRCH, "pid %d", 12));
	EXPECT_STREQ("pid 12: No such process", rs_error());
	EXPECT_EQ(-RS_ENOMOD, rs_failx(RS_ENOMOD, "no %s", "module"));
	EXPECT_STREQ("no module", rs_error());
}

TEST(error_may_quote_the_previous_one)
{
	rs_failx(EINVAL, "inner");
	rs_failx(EINVAL, "outer: %s", rs_error());
	EXPECT_STREQ("outer: inner", rs_error());
}

TEST(error_longer_than_the_buffer_is_cut)
{
	char big[2000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	rs_fail(ENOENT, "%s", big);
	EXPECT_TRUE(strlen(rs_error()) > 100 && strlen(rs_error()) < 2000);
}

static void *other_thread(void *arg)
{
	*(bool *)arg = rs_error()[0] == '\0';
	rs_failx(EINVAL, "theirs");
	return NULL;
}

TEST(error_belongs_to_its_thread)
{
	bool empty = false;
	pthread_t t;

	rs_failx(EINVAL, "mine");
	EXPECT_EQ(0, pthread_create(&t, NULL, other_thread, &empty));
	pthread_join(t, NULL);
	EXPECT_TRUE(empty);
	EXPECT_STREQ("mine", rs_error());
}

/* A file with that content; the caller unlinks it. */
static void make_file(char *path, const char *content)
{
	int fd;

	strcpy(path, "/tmp/ringside-unit-XXXXXX");
	fd = mkstemp(path);
	EXPECT_EQ(strlen(content), write(fd, content, strlen(content)));
	close(fd);
}

TEST(value_loses_its_newline)
{
	char path[64], buf[16];

	make_file(path, "live\n");
	EXPECT_EQ(4, rs_sysfs_read(path, buf, sizeof(buf)));
	EXPECT_STREQ("live", buf);
	unlink(path);
}

TEST(value_that_does_not_fit_is_refused)
{
	char path[64], buf[4];

	make_file(path, "live\n");
	EXPECT_EQ(-ERANGE, rs_sysfs_read(path, buf, sizeof(buf)));
	unlink(path);
}

TEST(number_file)
{
	char path[64];
	uint64_t v;

	make_file(path, "42\n");
	EXPECT_EQ(0, rs_sysfs_read_u64(path, &v));
	EXPECT_EQ(42, v);
	EXPECT_EQ(0, rs_sysfs_write(path, "no"));
	EXPECT_EQ(-EINVAL, rs_sysfs_read_u64(path, &v));
	EXPECT_TRUE(strstr(rs_error(), "is not a number"));
	unlink(path);
}

TEST(missing_file_is_named)
{
	char buf[8];

	EXPECT_EQ(-ENOENT, rs_sysfs_read("/nonexistent/x", buf, sizeof(buf)));
	EXPECT_STREQ("/nonexistent/x: No such file or directory", rs_error());
	EXPECT_EQ(-ENOENT, rs_sysfs_write_u64("/nonexistent/x", 1));
}

TEST(write_error_is_reported)
{
	EXPECT_EQ(-ENOSPC, rs_sysfs_write_u64("/dev/full", 1));
	EXPECT_STREQ("/dev/full: No space left on device", rs_error());
}

TEST_MAIN
