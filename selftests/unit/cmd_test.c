// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the commands take for a size and for a time. Complaints go to standard
 * error, which nobody reads here.
 */
#include <inttypes.h>
#include <stdlib.h>
#include "cmd.h"
#include "tap.h"

static int size(const char *s, uint64_t min, uint64_t *bytes)
{
	*bytes = 4711;
	return cmd_parse_size("SIZE", s, min, bytes);
}

TEST(sizes)
{
	static const struct {
		const char *s;
		uint64_t bytes;
	} good[] = {
		{ "4096", 4096 }, { "0", 0 }, { "1K", 1024 },
		{ "512M", 512ULL << 20 }, { "3G", 3ULL << 30 },
		{ "2T", 2ULL << 40 }, { "010", 10 }, { "0G", 0 },
		{ "18446744073709551615", UINT64_MAX },
		{ "16777215T", 16777215ULL << 40 },
	};
	uint64_t bytes;
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, size(good[i].s, 0, &bytes));
		EXPECT_EQ(good[i].bytes, bytes);
	}
}

TEST(sizes_refused)
{
	static const char * const bad[] = {
		"", "M", "1MM", "1Mi", "1MiB", "1m", "-1", "+1", " 1", "1 ",
		"0x10", "1.5G", "18446744073709551616", "16777216T",
		"99999999999999999999999999999999",
	};
	uint64_t bytes;
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(bad); i++)
		if (size(bad[i], 0, &bytes) != EXIT_USAGE)
			UNIT_FAIL("'%s' is taken for %" PRIu64, bad[i], bytes);
	EXPECT_EQ(EXIT_USAGE, size("0", 1, &bytes));
}

static int seconds(const char *s, uint64_t *ms)
{
	return cmd_parse_seconds("--interval", s, 100, 3600000, ms);
}

TEST(times)
{
	static const struct {
		const char *s;
		uint64_t ms;
	} good[] = {
		{ "1", 1000 }, { "0.1", 100 }, { "0.25", 250 }, { "12", 12000 },
		{ "1.0009", 1000 }, { "3600", 3600000 }, { "00.5", 500 },
	};
	uint64_t ms;
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, seconds(good[i].s, &ms));
		EXPECT_EQ(good[i].ms, ms);
	}
}

TEST(times_refused)
{
	static const char * const bad[] = {
		"", ".5", "1.", "1.x", "-1", "1s", "1,5", " 1", "1.5.5", "0",
		"0.099", "3600.001", "99999999999999999999", "1e3",
	};
	uint64_t ms;
	size_t i;

	for (i = 0; i < CMD_ARRAY_SIZE(bad); i++)
		if (seconds(bad[i], &ms) != EXIT_USAGE)
			UNIT_FAIL("'%s' is taken for %" PRIu64, bad[i], ms);
}

int main(void)
{
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	return unit_main();
}
