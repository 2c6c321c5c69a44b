// SPDX-License-Identifier: GPL-2.0-only
/*
 * libringside's policies: names become numbers in every ABI, and profiles are
 * taken or refused as a whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guard.h"
#include "tap.h"

/* 0 stands for success. */
#define FAIL(e)	((e) ? SECCOMP_RET_ERRNO | (e) : SECCOMP_RET_ALLOW)

/* Read a profile from text in which ' stands for ". */
static int profile(struct rs_guard_policy **policy, const char *text)
{
	char path[] = "/tmp/guard-policy-XXXXXX";
	int fd = mkstemp(path), ret;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	*policy = NULL;
	if (!file)
		return -1;
	for (; *text; text++)
		fputc(*text == '\'' ? '"' : *text, file);
	fclose(file);
	ret = rs_guard_policy_read(policy, path);
	unlink(path);
	return ret;
}

static void expect_refused(const char *text, const char *why)
{
	struct rs_guard_policy *p;

	EXPECT_EQ(-EINVAL, profile(&p, text));
	if (!strstr(rs_error(), why))
		UNIT_FAIL("\"%s\" does not say \"%s\"", rs_error(), why);
}

TEST(a_name_counts_in_every_abi)
{
	struct rs_guard_policy *p;

	EXPECT_EQ(0, rs_guard_policy_new(&p, FAIL(0)));
	EXPECT_EQ(0, rs_guard_policy_rule(p, "unshare", FAIL(EPERM)));
	EXPECT_EQ(FAIL(EPERM), p->plain[RSG_X86_64][SYS_unshare]);
	EXPECT_EQ(FAIL(EPERM), p->plain[RSG_I386][310]);
	/* Not multiplexed on i386 alone. */
	EXPECT_EQ(0, rs_guard_policy_rule(p, "socket", FAIL(EACCES)));
	EXPECT_EQ(FAIL(EACCES), p->plain[RSG_X86_64][SYS_socket]);
	EXPECT_EQ(FAIL(EACCES), p->plain[RSG_I386][359]);
	EXPECT_EQ(RS_GUARD_UNSET, p->plain[RSG_I386][102]);
	/* Of one ABI only. */
	EXPECT_EQ(0, rs_guard_policy_rule(p, "socketcall", FAIL(EACCES)));
	EXPECT_EQ(FAIL(EACCES), p->plain[RSG_I386][102]);
	rs_guard_policy_free(p);
}

TEST(bad_rules)
{
	struct rs_guard_policy *p;

	EXPECT_EQ(-EINVAL, rs_guard_policy_new(&p, FAIL(RSG_ERROR_MAX + 1)));
	EXPECT_EQ(0, rs_guard_policy_new(&p, FAIL(EPERM)));
	EXPECT_EQ(-ENOENT, rs_guard_policy_rule(p, "frob", FAIL(1)));
	EXPECT_EQ(-ENOENT, rs_guard_policy_rule(p, "", FAIL(1)));
	EXPECT_EQ(-EINVAL, rs_guard_policy_rule(p, "exit", FAIL(1)));
	EXPECT_EQ(0, rs_guard_policy_rule(p, "exit", FAIL(0)));
	EXPECT_EQ(-EINVAL, rs_guard_policy_rule(p, "mount", FAIL(4096)));
	EXPECT_EQ(0, rs_guard_policy_rule(p, "mount", FAIL(1)));
	EXPECT_EQ(0, rs_guard_policy_rule(p, "mount", FAIL(1)));
	EXPECT_EQ(-EEXIST, rs_guard_policy_rule(p, "mount", FAIL(2)));
	rs_guard_policy_free(p);
}

#define ALLOW	"{'defaultAction':'SCMP_ACT_ALLOW'"
#define ERRNO	"{'defaultAction':'SCMP_ACT_ERRNO'"
#define MOUNT	"{'names':['mount'],'action':'SCMP_ACT_ERRNO'"
#define READ	"{'names':['read'],'action':'SCMP_ACT_ALLOW','args':[]}"
#define ARCHES	"'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_ARM']"

TEST(a_profile)
{
	struct rs_guard_policy *p;

	EXPECT_EQ(0, profile(&p, ERRNO ",'defaultErrnoRet':38," ARCHES
			     ",'syscalls':[" MOUNT ",'errnoRet':2}," READ "]}"));
	if (!p)
		return;
	EXPECT_EQ(FAIL(38), p->default_verdict);
	EXPECT_EQ(FAIL(0), p->plain[RSG_X86_64][SYS_read]);
	EXPECT_EQ(FAIL(ENOENT), p->plain[RSG_X86_64][SYS_mount]);
	/* i386 is not listed: it ends the caller, who may still exit. */
	EXPECT_EQ(SECCOMP_RET_KILL_THREAD, p->plain[RSG_I386][3]);
	EXPECT_EQ(RS_GUARD_UNSET, p->plain[RSG_I386][1]);
	rs_guard_policy_free(p);
}

TEST(files_that_can_not_be_followed)
{
	expect_refused("", "line 1");
	expect_refused("[]", "an object is needed");
	expect_refused("{}", "defaultAction: a string");
	expect_refused("{'defaultAction':7}", "defaultAction: a string");
	expect_refused("{'defaultAction':'SCMP_ACT_NOTIFY'}",
		       "hands the call to another process");
	expect_refused(ALLOW ",'listenerPath':'/x'}", "listenerPath");
	expect_refused(ALLOW ",'archMap':[{}]}", "archMap");
	expect_refused(ALLOW ",'flags':['SECCOMP_FILTER_FLAG_LOG']}", "flags");
	expect_refused(ALLOW ",'architectures':['SCMP_ARCH_PDP11']}",
		       "architectures[0]: no such architecture");
	expect_refused(ALLOW ",'architectures':[7]}", "architectures[0]");
	expect_refused(ALLOW ",'architectures':7}", "architectures: an array");
	expect_refused(ALLOW ",'defaultAction':'SCMP_ACT_ALLOW'}", "duplicate");
	expect_refused(ALLOW "} x", "line 1");
}

#define EQ1	"{'index':0,'value':1,'op':'SCMP_CMP_EQ'}"

TEST(entries_that_can_not_be_followed)
{
	static const struct {
		const char *entries, *why;
	} rows[] = {
		{ "7", "syscalls: an array" },
		{ "[7]", "syscalls[0]: an object" },
		{ "[{}]", "syscalls[0]: action" },
		{ "[{'names':[],'action':'SCMP_ACT_ERRNO'}]", "syscalls[0].names" },
		{ "[{'action':'SCMP_ACT_ERRNO'}]", "syscalls[0]: names" },
		{ "[{'names':[7],'action':'SCMP_ACT_ERRNO'}]", "names" },
		{ "[{'names':['mount']}]", "syscalls[0]: action" },
		{ "[" MOUNT "}," MOUNT ",'args':[{}]}]", "syscalls[1].args" },
		{ "[{'names':['exit'],'action':'SCMP_ACT_KILL','args':[" EQ1 "]}]",
		  "exit: no process could end" },
		{ "[{'names':['read'],'action':'SCMP_ACT_TRACE'}]",
		  "hands the call to another process" },
		{ "[{'names':['read'],'action':'SCMP_ACT_ALLOW','errnoRet':1}]",
		  "errnoRet: the call is allowed" },
		{ "[" MOUNT ",'errnoRet':0}]", "errnoRet" },
		{ "[" MOUNT ",'errnoRet':4096}]", "errnoRet" },
		{ "[" MOUNT ",'errnoRet':1.5}]", "errnoRet" },
		{ "[" MOUNT ",'errnoRet':99999999999999999999}]", "errnoRet: a whole number" },
	};
	char text[256];
	size_t i;

	for (i = 0; i < RS_ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), ALLOW ",'syscalls':%s}",
			 rows[i].entries);
		expect_refused(text, rows[i].why);
	}
}

#define SOCKET	"{'names':['socket'],'action':'SCMP_ACT_KILL','args':[" \
		"{'index':0,'value':38,'valueTwo':7,'op':'SCMP_CMP_EQ'}," \
		"{'index':1,'value':3,'valueTwo':1,'op':'SCMP_CMP_MASKED_EQ'}]}"

TEST(arguments_become_rules_in_their_order)
{
	struct rs_guard_policy *p;
	struct rsg_rule *r;

	EXPECT_EQ(0, profile(&p, ALLOW ",'syscalls':[" MOUNT "}," SOCKET "]}"));
	if (!p)
		return;
	/* mount twice, socket twice, and by socketcall. */
	EXPECT_EQ(5, p->nr_rules);
	r = &p->rules[0];
	EXPECT_EQ(SYS_socket, r->nr);
	EXPECT_EQ(2, r->nr_args);
	EXPECT_EQ(1, r->tag);
	EXPECT_EQ(SECCOMP_RET_KILL_THREAD, r->verdict);
	EXPECT_EQ(38, p->args[0].value);
	EXPECT_EQ(0, p->args[0].value_two);
	EXPECT_EQ(RSG_OP_EQ, p->args[0].op);
	EXPECT_EQ(RSG_OP_MASKED_EQ, p->args[1].op);
	EXPECT_EQ(1, p->args[1].value_two);
	EXPECT_EQ(SYS_mount, p->rules[1].nr);
	EXPECT_EQ(0, p->rules[1].tag);
	EXPECT_EQ(p->nr_args, p->rules[4].first_arg + p->rules[4].nr_args);
	rs_guard_policy_free(p);
}

TEST(a_file_that_is_not_there)
{
	struct rs_guard_policy *p;

	EXPECT_EQ(-ENOENT, rs_guard_policy_read(&p, "/nowhere/at/all"));
	EXPECT_STREQ("/nowhere/at/all: No such file or directory", rs_error());
}

TEST_MAIN
