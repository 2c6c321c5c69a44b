// SPDX-License-Identifier: GPL-2.0-only
/* The "ringside" object of profiles: what is read, and what is refused where. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guard_profile.h"
#include "tap.h"

#define ALLOW	SECCOMP_RET_ALLOW
#define FAIL(e)	(SECCOMP_RET_ERRNO | (e))

static const struct rs_guard_state state = {
	.arch = "amd64", .kernel = { 6, 12 }, .flags = RS_GUARD_STATE_CAPS,
};

/* Read a profile with this "ringside"; in the text ' stands for ". */
static int profile(struct rs_guard_profile **p, const char *action,
		   const char *text)
{
	char path[] = "/tmp/guard-object-XXXXXX", whole[2048], *c;
	int fd = mkstemp(path), ret;

	*p = NULL;
	snprintf(whole, sizeof(whole),
		 "{'defaultAction':'%s','ringside':%s}", action, text);
	for (c = whole; *c; c++)
		if (*c == '\'')
			*c = '"';
	if (fd < 0 || write(fd, whole, strlen(whole)) != (ssize_t)strlen(whole))
		return -1;
	close(fd);
	ret = rs_guard_profile_read(p, path, &state, 0);
	unlink(path);
	return ret;
}

static struct rs_guard_profile *good(const char *action, const char *text)
{
	struct rs_guard_profile *p;

	if (profile(&p, action, text))
		UNIT_FAIL("%s: %s", text, rs_error());
	return p;
}

#define EAFNOSUPPORT_97	"{'action':'SCMP_ACT_ERRNO','errnoRet':97}"
#define ALG	"{'object':'socket','family':'AF_ALG','comment':'x'}"
#define RAW	"{'object':'socket','family':17,'type':'SOCK_RAW'," LOGGED
#define LOGGED	"'action':'SCMP_ACT_LOG'}"
#define ETC	"{'object':'file','path':'/etc','access':['write','read']}"
#define SRV	"{'object':'file','path':'/srv','action':'SCMP_ACT_ERRNO'}"
#define SIGNAL	"{'object':'signal','action':'SCMP_ACT_KILL_PROCESS'}"
#define FIVE_RULES							\
	"{'onDeny':" EAFNOSUPPORT_97 ",'objects':[" ALG "," RAW ","	\
	ETC "," SRV "," SIGNAL "]}"

TEST(rules_are_read_in_order)
{
	struct rs_guard_profile *p = good("SCMP_ACT_ALLOW", FIVE_RULES);
	const struct rs_object *o = p->objects;

	EXPECT_EQ(5, p->nr_objects);
	EXPECT_EQ(RSG_OBJECT_SOCKET, o[0].rule.object);
	EXPECT_EQ(AF_ALG, o[0].rule.family);
	EXPECT_EQ(-1, o[0].rule.type);
	EXPECT_EQ(FAIL(97), o[0].rule.verdict);
	EXPECT_EQ(AF_PACKET, o[1].rule.family);
	EXPECT_EQ(SOCK_RAW, o[1].rule.type);
	EXPECT_EQ(SECCOMP_RET_LOG, o[1].rule.verdict);
	EXPECT_EQ(RSG_ACCESS_READ | RSG_ACCESS_WRITE, o[2].rule.access);
	EXPECT_TRUE(!strcmp("/etc", o[2].path));
	EXPECT_EQ(7, o[3].rule.access);
	EXPECT_EQ(FAIL(1), o[3].rule.verdict);
	EXPECT_EQ(0, o[3].rule.family);
	EXPECT_EQ(RSG_OBJECT_SIGNAL, o[4].rule.object);
	EXPECT_EQ(SECCOMP_RET_KILL_PROCESS, o[4].rule.verdict);
	EXPECT_TRUE(strstr(rs_guard_profile_text(p, RS_GUARD_OBJECT, 0),
			   "AF_ALG (38), any type (-1): fails: EAFNOSUPPORT"));
	EXPECT_TRUE(!rs_guard_profile_text(p, RS_GUARD_OBJECT, 5));
	rs_guard_profile_free(p);
}

TEST(groups_deny_calls_and_objects)
{
	static const uint64_t args[RS_GUARD_ARGS];
	struct rs_guard_profile *p = good("SCMP_ACT_ALLOW",
					  "{'groups':['@jail']}");
	struct rs_guard_policy *policy = NULL;

	EXPECT_EQ(FAIL(1), rs_guard_profile_verdict(p, RSG_X86_64,
						    SYS_io_uring_setup, args));
	EXPECT_EQ(FAIL(1), rs_guard_profile_verdict(p, RSG_X86_64, SYS_mount,
						    args));
	EXPECT_EQ(FAIL(1), rs_guard_profile_verdict(p, RSG_I386, 21, args));
	EXPECT_EQ(ALLOW, rs_guard_profile_verdict(p, RSG_X86_64, SYS_openat,
						  args));
	EXPECT_EQ(3, p->nr_objects);
	EXPECT_EQ(0, rs_guard_profile_compile(p, &policy));
	EXPECT_EQ(3, policy->nr_objects);
	rs_guard_policy_free(policy);
	rs_guard_profile_free(p);
}

TEST(a_stricter_default_stays)
{
	static const uint64_t args[RS_GUARD_ARGS];
	struct rs_guard_profile *p;

	p = good("SCMP_ACT_ERRNO",
		 "{'groups':['@uring'],'onDeny':{" LOGGED "}");
	EXPECT_EQ(FAIL(1), rs_guard_profile_verdict(p, RSG_X86_64,
						    SYS_io_uring_enter, args));
	rs_guard_profile_free(p);
}

TEST(refused_with_the_place)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "[]", "ringside: an object is needed" },
		{ "{'limit':{}}", "limit" },
		{ "{'groups':'@jail'}", "groups: an array is needed" },
		{ "{'groups':['@jail','@foo']}",
		  "ringside.groups[1]: '@foo' is no group" },
		{ "{'groups':[7]}", "ringside.groups[0]" },
		{ "{'onDeny':'SCMP_ACT_ERRNO'}", "onDeny: an object" },
		{ "{'onDeny':{}}", "onDeny: action: a string is needed" },
		{ "{'onDeny':{'action':'SCMP_ACT_ALLOW'}}",
		  "that denies nothing" },
		{ "{'onDeny':{'action':'SCMP_ACT_TRAP'}}", "objects know" },
		{ "{'objects':{}}", "objects: an array is needed" },
		{ "{'objects':[{}]}", "an object with \"object\" is needed" },
		{ "{'objects':[{'object':'door'}]}",
		  "ringside.objects[0].object: 'door' is none of" },
		{ "{'objects':[{'object':'mount','path':'/'}]}", "path" },
		{ "{'objects':[{'object':'socket','family':'AF_FOO'}]}",
		  "'AF_FOO' is no address family" },
		{ "{'objects':[{'object':'socket','family':-1}]}", "family" },
		{ "{'objects':[{'object':'socket','family':99999999999}]}",
		  "family" },
		{ "{'objects':[{'object':'socket','type':'SOCK'}]}",
		  "'SOCK' is no socket type" },
		{ "{'objects':[{'object':'file'}]}",
		  "path: a string is needed" },
		{ "{'objects':[{'object':'file','path':'etc'}]}",
		  "'etc' does not begin with '/'" },
		{ "{'objects':[{'object':'file','path':'/','access':[]}]}",
		  "an array is needed, of" },
		{ "{'objects':[{'object':'file','path':'/','access':[1]}]}",
		  "access[0]" },
		{ "{'objects':[{'object':'file','access':['a'],'path':'/'}]}",
		  "access[0]: 'a' is none of" },
		{ "{'objects':[{'object':'mount','errnoRet':1}]}",
		  "there is no action" },
		{ "{'onDeny':{'action':'SCMP_ACT_ERRNO','errnoRet':4096}}",
		  "errnoRet" },
		{ "{'objects':[{'object':'mount','action':'SCMP_ACT_NOTIFY'}]}",
		  "action" },
	};
	struct rs_guard_profile *p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (profile(&p, "SCMP_ACT_ALLOW", rows[i].text) != -EINVAL)
			UNIT_FAIL("%s: not refused", rows[i].text);
		else if (!strstr(rs_error(), rows[i].why) ||
			 !strstr(rs_error(), "line 1"))
			UNIT_FAIL("%s: %s", rows[i].text, rs_error());
		rs_guard_profile_free(p);
	}
}

TEST_MAIN
