// SPDX-License-Identifier: GPL-2.0-only
/*
 * libringside's profiles: what is read, what is refused and where, how
 * conditions are resolved, and what becomes of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guard_profile.h"
#include "tap.h"

#define ALLOW	SECCOMP_RET_ALLOW
#define FAIL(e)	(SECCOMP_RET_ERRNO | (e))

static struct rs_guard_state state = {
	.arch = "amd64", .kernel = { 6, 12 }, .flags = RS_GUARD_STATE_CAPS,
};

static unsigned int flags;

/* Read a profile of @len bytes. */
static int read_bytes(struct rs_guard_profile **p, const char *text, size_t len)
{
	char path[] = "/tmp/guard-profile-XXXXXX";
	int fd = mkstemp(path), ret;

	*p = NULL;
	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		return -1;
	close(fd);
	ret = rs_guard_profile_read(p, path, &state, flags);
	unlink(path);
	return ret;
}

/* The same of text in which ' stands for ". */
static int profile(struct rs_guard_profile **p, const char *text)
{
	char *copy = strdup(text), *c;
	int ret;

	for (c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	ret = read_bytes(p, copy, strlen(copy));
	free(copy);
	return ret;
}

/* A profile that denies by default, with these entries. */
static struct rs_guard_profile *entries(const char *text)
{
	struct rs_guard_profile *p;
	char whole[1024];

	snprintf(whole, sizeof(whole),
		 "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[%s]}", text);
	if (profile(&p, whole))
		UNIT_FAIL("%s", rs_error());
	return p;
}

static uint32_t verdict(const struct rs_guard_profile *p, unsigned int abi,
			unsigned int nr, uint64_t arg0, uint64_t arg1)
{
	const uint64_t args[RS_GUARD_ARGS] = { arg0, arg1 };

	return p ? rs_guard_profile_verdict(p, abi, nr, args) : 0;
}

static void expect_refused(const char *text, const char *why)
{
	struct rs_guard_profile *p;

	EXPECT_EQ(-EINVAL, profile(&p, text));
	if (!strstr(rs_error(), why))
		UNIT_FAIL("\"%s\" does not say \"%s\"", rs_error(), why);
}

#define ENTRY(names, more) "{'names':[" names "],'action':'SCMP_ACT_ALLOW'" more "}"
#define ARG(i, v, v2, op) "{'index':" #i ",'value':" #v ",'valueTwo':" #v2 ",'op':'SCMP_CMP_" #op "'}"

#define IOCTL(args) ENTRY("'ioctl'", ",'args':[" args "]")

TEST(each_comparison)
{
	static const struct {
		const char *arg;
		bool below, same, above;
	} rows[] = {
		{ ARG(0, 5, 0, NE), true, false, true },
		{ ARG(0, 5, 0, LT), true, false, false },
		{ ARG(0, 5, 0, LE), true, true, false },
		{ ARG(0, 5, 0, EQ), false, true, false },
		{ ARG(0, 5, 0, GE), false, true, true },
		{ ARG(0, 5, 0, GT), false, false, true },
		{ ARG(0, 6, 4, MASKED_EQ), true, true, false },
	};
	struct rs_guard_profile *p;
	char text[256];
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), ENTRY("'ioctl'", ",'args':[%s]"),
			 rows[i].arg);
		p = entries(text);
		EXPECT_EQ(rows[i].below ? ALLOW : FAIL(EPERM),
			  verdict(p, RSG_X86_64, SYS_ioctl, 4, 0));
		EXPECT_EQ(rows[i].same ? ALLOW : FAIL(EPERM),
			  verdict(p, RSG_X86_64, SYS_ioctl, 5, 0));
		EXPECT_EQ(rows[i].above ? ALLOW : FAIL(EPERM),
			  verdict(p, RSG_X86_64, SYS_ioctl, 6, 0));
		rs_guard_profile_free(p);
	}
}

TEST(all_bits_of_a_value_count)
{
	struct rs_guard_profile *p;

	p = entries(IOCTL(ARG(0, 18446744073709551615, 0, EQ)));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_ioctl, UINT64_MAX, 0));
	EXPECT_EQ(FAIL(EPERM), verdict(p, RSG_X86_64, SYS_ioctl, UINT64_MAX - 1, 0));
	EXPECT_EQ(FAIL(EPERM), verdict(p, RSG_X86_64, SYS_ioctl, UINT32_MAX, 0));
	/* i386 has 32 of them. */
	EXPECT_EQ(ALLOW, verdict(p, RSG_I386, 54, UINT32_MAX, 0));
	rs_guard_profile_free(p);
}

TEST(comparisons_hold_together_unless_of_one_argument)
{
	struct rs_guard_profile *p;

	p = entries(IOCTL(ARG(0, 1, 0, EQ) "," ARG(1, 2, 0, EQ)));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_ioctl, 1, 2));
	EXPECT_EQ(FAIL(EPERM), verdict(p, RSG_X86_64, SYS_ioctl, 1, 3));
	rs_guard_profile_free(p);
	p = entries(IOCTL(ARG(0, 1, 0, EQ) "," ARG(0, 2, 0, EQ)));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_ioctl, 1, 0));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_ioctl, 2, 0));
	EXPECT_EQ(FAIL(EPERM), verdict(p, RSG_X86_64, SYS_ioctl, 3, 0));
	rs_guard_profile_free(p);
}

#define ONLY_X86_64 \
	"{'defaultAction':'SCMP_ACT_ALLOW','architectures':['SCMP_ARCH_X86_64']}"

TEST(an_architecture_that_is_not_listed_is_closed)
{
	struct rs_guard_profile *p;
	struct rs_guard_policy *policy = NULL;

	EXPECT_EQ(0, profile(&p, ONLY_X86_64));
	EXPECT_EQ(SECCOMP_RET_KILL_THREAD, verdict(p, RSG_I386, 3, 0, 0));
	EXPECT_EQ(0, rs_guard_profile_compile(p, &policy));
	if (policy) {
		EXPECT_EQ(SECCOMP_RET_KILL_THREAD, policy->plain[RSG_I386][3]);
		/* exit: or nobody could end. */
		EXPECT_EQ(RS_GUARD_UNSET, policy->plain[RSG_I386][1]);
		EXPECT_EQ(RS_GUARD_UNSET, policy->plain[RSG_X86_64][0]);
	}
	rs_guard_policy_free(policy);
	rs_guard_profile_free(p);
}

#define IF(which, what) ENTRY("'mount'", ",'" which "':{" what "}")

TEST(conditions_are_resolved_for_the_state)
{
	static const struct {
		const char *entry;
		bool applies;
	} rows[] = {
		{ IF("includes", "'caps':['CAP_SYS_ADMIN']"), true },
		{ IF("includes", "'caps':['CAP_BPF']"), false },
		{ IF("includes", "'caps':['CAP_SYS_ADMIN','CAP_BPF']"), false },
		{ IF("excludes", "'caps':['CAP_SYS_ADMIN','CAP_BPF']"), false },
		{ IF("excludes", "'caps':['CAP_BPF']"), true },
		{ IF("includes", "'arches':['s390','amd64']"), true },
		{ IF("includes", "'arches':['s390']"), false },
		{ IF("excludes", "'arches':['s390']"), true },
		{ IF("excludes", "'arches':['amd64']"), false },
		{ IF("includes", "'arches':[]"), true },
		{ IF("includes", "'minKernel':'6.12'"), true },
		{ IF("includes", "'minKernel':'5.99'"), true },
		{ IF("includes", "'minKernel':'6.13'"), false },
		{ IF("includes", "'minKernel':'7.0'"), false },
		{ IF("excludes", "'minKernel':'6.1'"), false },
		{ IF("includes", ""), true },
	};
	struct rs_guard_profile *p;
	size_t i;

	EXPECT_EQ(0, rs_guard_state_caps(&state, "sys_admin,CAP_CHOWN"));
	for (i = 0; i < RS_ARRAY_SIZE(rows); i++) {
		p = entries(rows[i].entry);
		if ((verdict(p, RSG_X86_64, SYS_mount, 0, 0) == ALLOW) !=
		    rows[i].applies)
			UNIT_FAIL("%s", rows[i].entry);
		rs_guard_profile_free(p);
	}
}

TEST(states)
{
	struct rs_guard_state s = { .caps = 0 };

	EXPECT_EQ(0, rs_guard_state_of(&s, 0));
	EXPECT_EQ(0, s.flags);
	EXPECT_EQ(0, rs_guard_state_of(&s, getpid()));
	EXPECT_EQ(RS_GUARD_STATE_CAPS, s.flags);
	EXPECT_EQ(-ESRCH, rs_guard_state_of(&s, 1 << 30));
	EXPECT_EQ(0, rs_guard_state_kernel(&s, "7.3.4-rc1+deb13"));
	EXPECT_EQ(7, s.kernel[0]);
	EXPECT_EQ(3, s.kernel[1]);
	EXPECT_EQ(-EINVAL, rs_guard_state_kernel(&s, "7"));
	EXPECT_EQ(-EINVAL, rs_guard_state_kernel(&s, "-7.1"));
	EXPECT_EQ(-EINVAL, rs_guard_state_kernel(&s, ""));
	EXPECT_EQ(0, rs_guard_state_caps(&s, "none"));
	EXPECT_EQ(0, s.caps);
	EXPECT_EQ(-EINVAL, rs_guard_state_caps(&s, ""));
	EXPECT_EQ(-EINVAL, rs_guard_state_caps(&s, "chown,"));
}

TEST(refused_with_the_place)
{
#define HEAD "{'defaultAction':'SCMP_ACT_ALLOW',\n"
#define IN(args) HEAD "'syscalls':[" IOCTL(args) "]}"
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ HEAD "'frob':null}", "line 2, column 8: frob: no such member" },
		{ HEAD "'syscalls':[{'names':['read'],\n'action':'SCMP_ACT_TRACE'}]}",
		  "line 3, column 10: syscalls[0].action: SCMP_ACT_TRACE hands" },
		{ IN(ARG(6, 1, 0, EQ)),
		  "args[0].index: a whole number from 0 to 5" },
		{ IN(ARG(0, 18446744073709551616, 0, EQ)),
		  "args[0].value: a whole number" },
		{ IN(ARG(0, -1, 0, EQ)),
		  "args[0].value: a whole number" },
		{ IN(ARG(0, 1.5, 0, EQ)),
		  "args[0].value: a whole number" },
		{ IN(ARG(0, 1e3, 0, EQ)),
		  "args[0].value: a whole number" },
		{ IN(ARG(0, 1, 0, XX)),
		  "args[0].op: 'SCMP_CMP_XX' is no comparison" },
		{ HEAD "'syscalls':[" ENTRY("'read'", ",'args':[{'index':0}]") "]}",
		  "args[0]: value is missing" },
		{ HEAD "'syscalls':[" ENTRY("'read','frob'", "") "]}",
		  "syscalls[0].names[1]: frob: no such system call" },
		{ HEAD "'syscalls':[" IF("includes", "'caps':['CAP_FROB']") "]}",
		  "includes.caps[0]: 'CAP_FROB' is no capability" },
		{ HEAD "'syscalls':[" IF("includes", "'minKernel':'new'") "]}",
		  "includes.minKernel: 'new' is no kernel" },
		{ HEAD "'syscalls':[" IF("includes", "'foo':1") "]}",
		  "includes.foo: no such member" },
		{ HEAD "'archMap':[{}]}", "archMap[0]: architecture" },
		{ HEAD "'listenerPath':'/run/x'}", "listenerPath: the guard hands" },
		{ HEAD "'flags':['FROB']}", "flags[0]: 'FROB' is no flag" },
		{ HEAD "'defaultErrno':'EPERM','defaultErrnoRet':2}",
		  "defaultErrno: EPERM is not defaultErrnoRet" },
	};
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(rows); i++)
		expect_refused(rows[i].text, rows[i].why);
}

/* With an escape, a number and some depth. */
#define READ_ARG "{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}"
#define READ_ENTRY							\
	"{\"names\":[\"re\\u0061d\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[" READ_ARG "]}"

TEST(nesting_bytes_and_cuts_are_survived)
{
	static const char text[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[" READ_ENTRY "]}";
	size_t size = 10 << 20, i, len = sizeof(text) - 1;
	struct rs_guard_profile *p;
	char *deep = malloc(size);
	char broken[sizeof(text)];
	int ret;

	memset(deep, '[', size);
	EXPECT_EQ(-EINVAL, read_bytes(&p, deep, size));
	EXPECT_TRUE(strstr(rs_error(), "line 1, column"));
	free(deep);
	/* Whatever a byte becomes: a profile or a complaint. */
	for (i = 0; i < len; i++) {
		EXPECT_EQ(-EINVAL, read_bytes(&p, text, i));
		memcpy(broken, text, len);
		broken[i] ^= 1 << i % 8;
		ret = read_bytes(&p, broken, len);
		EXPECT_TRUE(ret == 0 || ret == -EINVAL);
		rs_guard_profile_free(p);
	}
}

TEST(unknown_names_are_skipped_on_request_and_listed)
{
	struct rs_guard_profile *p;

	flags = RS_GUARD_SKIP_UNKNOWN;
	p = entries(ENTRY("'frob\\u001b[2J','read'", ""));
	flags = 0;
	if (!p)
		return;
	EXPECT_TRUE(strstr(rs_guard_profile_text(p, RS_GUARD_UNKNOWN, 0),
			   "syscalls[0].names[0]: frob?[2J: no such"));
	EXPECT_EQ(ALLOW, verdict(p, RSG_X86_64, SYS_read, 0, 0));
	rs_guard_profile_free(p);
}

TEST(what_can_not_be_loaded)
{
	static const struct {
		const char *entry, *why;
	} rows[] = {
		{ IOCTL(ARG(0, 1, 0, EQ)), NULL },
		{ "{'names':['read'],'action':'SCMP_ACT_LOG'}", NULL },
		{ "{'names':['exit'],'action':'SCMP_ACT_ERRNO','errnoRet':2}",
		  "exit: no process" },
		/* Moot, and the same as the default: nothing in the way. */
		{ ENTRY("'ioctl'", "") "," IOCTL(ARG(0, 1, 0, EQ)), NULL },
		{ "{'names':['exit'],'action':'SCMP_ACT_ERRNO'}", NULL },
	};
	struct rs_guard_policy *policy;
	struct rs_guard_profile *p;
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(rows); i++) {
		p = entries(rows[i].entry);
		policy = NULL;
		EXPECT_EQ(rows[i].why ? -EINVAL : 0,
			  rs_guard_profile_compile(p, &policy));
		if (rows[i].why && !strstr(rs_error(), rows[i].why))
			UNIT_FAIL("%s", rs_error());
		rs_guard_policy_free(policy);
		rs_guard_profile_free(p);
	}
}

static int count(const struct rs_guard_difference *diff, void *arg)
{
	(void)diff;
	(*(int *)arg)++;
	return 0;
}

static int differences(const char *one, const char *other)
{
	struct rs_guard_profile *a = entries(one), *b = entries(other);
	int n = 0;

	EXPECT_EQ(0, rs_guard_profile_diff(a, b, count, &n));
	rs_guard_profile_free(a);
	rs_guard_profile_free(b);
	return n;
}

TEST(diff_knows_what_means_the_same)
{
	EXPECT_EQ(0, differences(IOCTL(ARG(0, 5, 0, LT)), IOCTL(ARG(0, 4, 0, LE))));
	EXPECT_EQ(2, differences(IOCTL(ARG(0, 5, 0, LT)), IOCTL(ARG(0, 5, 0, LE))));
	EXPECT_EQ(0, differences(IOCTL(ARG(0, 5, 0, NE)),
				 IOCTL(ARG(0, 5, 0, LT)) "," IOCTL(ARG(0, 5, 0, GT))));
	EXPECT_EQ(0, differences(IOCTL(ARG(0, 5, 0, EQ) "," ARG(1, 1, 0, EQ)),
				 IOCTL(ARG(1, 1, 0, EQ) "," ARG(0, 5, 0, EQ))));
	/* In 32 bits it is the same. */
	EXPECT_EQ(1, differences(IOCTL(ARG(0, 4294967301, 0, EQ)), IOCTL(ARG(0, 5, 0, EQ))));
	EXPECT_EQ(2, differences(IOCTL(ARG(0, 6, 4, MASKED_EQ)), IOCTL(ARG(0, 7, 4, MASKED_EQ))));
}

TEST_MAIN
