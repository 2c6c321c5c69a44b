// SPDX-License-Identifier: GPL-2.0-only
/* The limits of profiles and options: what is read, and what is refused where. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "guard_profile.h"
#include "tap.h"

static const struct rs_guard_state state = {
	.arch = "amd64", .kernel = { 6, 12 }, .flags = RS_GUARD_STATE_CAPS,
};

static void write_profile(char *path, const char *text)
{
	char whole[1024], *c;
	int fd = mkstemp(path);

	snprintf(whole, sizeof(whole),
		 "{'defaultAction':'SCMP_ACT_ALLOW',\n'ringside':{'limits':%s}}",
		 text);
	for (c = whole; *c; c++)
		if (*c == '\'')
			*c = '"';
	if (fd < 0 || write(fd, whole, strlen(whole)) != (ssize_t)strlen(whole))
		abort();
	close(fd);
}

#define ALL	"{'pids':100,'memory':'64M','cpu':50,"	\
		"'fsize':4096,'nofile':16,'comment':'x'}"

/* Read a profile with these "limits"; in the text ' stands for ". */
static int profile(struct rs_guard_profile **p, const char *text)
{
	char path[] = "/tmp/guard-limits-XXXXXX";
	int ret;

	*p = NULL;
	write_profile(path, text);
	ret = rs_guard_profile_read(p, path, &state, 0);
	unlink(path);
	return ret;
}

TEST(all_are_read)
{
	const struct rs_guard_limits *limits;
	struct rs_guard_profile *p;

	if (profile(&p, ALL))
		UNIT_FAIL("%s", rs_error());
	limits = rs_guard_profile_limits(p);
	EXPECT_EQ(100, limits->pids);
	EXPECT_EQ(64 << 20, limits->memory);
	EXPECT_EQ(50, limits->cpu);
	EXPECT_EQ(4096, limits->fsize);
	EXPECT_EQ(16, limits->nofile);
	EXPECT_TRUE(rs_guard_limits_any(limits));
	EXPECT_TRUE(strstr(rs_guard_profile_text(p, RS_GUARD_LIMIT, 1),
			   "at most 67108864 bytes of memory"));
	EXPECT_TRUE(rs_guard_profile_text(p, RS_GUARD_LIMIT, 4));
	EXPECT_TRUE(!rs_guard_profile_text(p, RS_GUARD_LIMIT, 5));
	rs_guard_profile_free(p);
}

TEST(none_is_none)
{
	struct rs_guard_profile *p;

	if (profile(&p, "{}"))
		UNIT_FAIL("%s", rs_error());
	EXPECT_TRUE(!rs_guard_limits_any(rs_guard_profile_limits(p)));
	rs_guard_profile_free(p);
}

TEST(what_is_wrong_is_refused_where_it_stands)
{
	static const struct {
		const char *text, *at, *why;
	} cases[] = {
		{ "7", "line 2, column 22", "an object is needed" },
		{ "{'pids':0}", "line 2, column 30", "not in 1 to 4194304" },
		{ "{'pids':4194305}", "line 2, column 30", "not in" },
		{ "{'pids':-1}", "line 2, column 30", "" },
		{ "{'pids':1.5}", "line 2, column 30", "" },
		{ "{'pids':'10K'}", "line 2, column 30", "is not a number" },
		{ "{'pids':true}", "line 2, column 30", "" },
		{ "{'pids':99999999999999999999999}", "line 2, column 30", "" },
		{ "{'memory':'64X'}", "line 2, column 32", "with K, M, G or T" },
		{ "{'memory':'64MB'}", "line 2, column 32", "is not" },
		{ "{'memory':''}", "line 2, column 32", "is not" },
		{ "{'memory':'M'}", "line 2, column 32", "is not" },
		{ "{'memory':'99999999999T'}", "line 2, column 32", "not in" },
		{ "{'memory':'18446744073709551617'}", "line 2, column 32",
		  "not in" },
		{ "{'nofile':2}", "line 2, column 32", "not in 3 to 1048576" },
		{ "{'cpu':1,'disk':1}", "line 2, column 38", "disk" },
	};
	struct rs_guard_profile *p;
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(cases); i++) {
		if (profile(&p, cases[i].text) != -EINVAL) {
			UNIT_FAIL("%s was read", cases[i].text);
			rs_guard_profile_free(p);
			continue;
		}
		if (!strstr(rs_error(), cases[i].at) ||
		    !strstr(rs_error(), cases[i].why))
			UNIT_FAIL("%s: %s", cases[i].text, rs_error());
	}
}

TEST(one_is_set_by_name)
{
	struct rs_guard_limits limits = { .pids = 0 };

	EXPECT_EQ(0, rs_guard_limits_set(&limits, "memory", "2G"));
	EXPECT_EQ(2147483648UL, limits.memory);
	EXPECT_EQ(-ENOENT, rs_guard_limits_set(&limits, "foo", "1"));
	EXPECT_EQ(-EINVAL, rs_guard_limits_set(&limits, "cpu", "1G"));
	EXPECT_EQ(-EINVAL, rs_guard_limits_set(&limits, "cpu", "0"));
	EXPECT_EQ(-EINVAL, rs_guard_limits_set(&limits, "cpu", "x"));
	EXPECT_EQ(0, limits.cpu);
}

TEST(a_policy_alone_can_not_hold_them)
{
	char path[] = "/tmp/guard-limits-XXXXXX";
	struct rs_guard_policy *policy = NULL;

	write_profile(path, "{'pids':1}");
	EXPECT_EQ(-EOPNOTSUPP, rs_guard_policy_read(&policy, path));
	unlink(path);
}

TEST_MAIN
