// SPDX-License-Identifier: GPL-2.0-only
/* Is the text of ringside:cred understood, and nothing else taken for it? */
#include <stdio.h>
#include "tap.h"
#include "trace_parse.h"

#define FIELDS(ns, judgement, comm) \
	"pid=377 abi=x86_64 nr=117 ns_changed=1 " ns "old_uid=0 new_uid=1000 " \
	"old_euid=1 new_euid=1001 old_suid=2 new_suid=1002 old_fsuid=3 " \
	"new_fsuid=1003 old_gid=4 new_gid=1004 old_egid=5 new_egid=4294967295 " \
	"old_sgid=5 new_sgid=1005 old_fsgid=6 new_fsgid=1006 " \
	"old_securebits=0x0 new_securebits=0x2f " \
	"old_effective=0x1ffffffffff new_effective=0xffffffffffffffff " \
	"old_permitted=0x1 new_permitted=0x2 old_inheritable=0x3 " \
	"new_inheritable=0x4 old_bounding=0x5 new_bounding=0x6 " \
	"old_ambient=0x7 new_ambient=0x8 " \
	"no_new_privs=1 seccomp=2 " judgement \
	"caller=f+0x1/0x2 [module] comm=" comm

#define HEAD "  su-377  [000] .....    10.322630: "
#define LINE(comm) HEAD "cred: " FIELDS("", "", comm)
#define JUDGED(mark, explained, why) HEAD mark ": " \
	FIELDS("old_ns=4026531837 new_ns=4026532290 ", \
	       "explained=" explained " why=" why \
	       " exe=usr/a\\040b/\\134su ", "su")

TEST(a_whole_line)
{
	struct rs_trace_cred c;

	EXPECT_EQ(true, rs_trace_parse_cred(LINE("su"), &c));
	EXPECT_EQ(10322630000ULL, c.time_ns);
	EXPECT_EQ(377, c.pid);
	EXPECT_EQ(117, c.nr);
	EXPECT_EQ(true, c.ns_changed);
	EXPECT_EQ(0, c.before.id[RS_TRACE_UID]);
	EXPECT_EQ(1000, c.after.id[RS_TRACE_UID]);
	EXPECT_EQ(1003, c.after.id[RS_TRACE_FSUID]);
	EXPECT_EQ(4294967295U, c.after.id[RS_TRACE_EGID]);
	EXPECT_EQ(5, c.before.id[RS_TRACE_SGID]);
	EXPECT_EQ(1006, c.after.id[RS_TRACE_FSGID]);
	EXPECT_EQ(0x2f, c.after.securebits);
	EXPECT_EQ(0x1ffffffffffULL, c.before.caps[RS_TRACE_CAPS_EFFECTIVE]);
	EXPECT_EQ(~0ULL, c.after.caps[RS_TRACE_CAPS_EFFECTIVE]);
	EXPECT_EQ(8, c.after.caps[RS_TRACE_CAPS_AMBIENT]);
	EXPECT_EQ(true, c.no_new_privs);
	EXPECT_EQ(2, c.seccomp);
	EXPECT_EQ(0, strcmp("x86_64", c.abi));
	EXPECT_EQ(0, strcmp("f+0x1/0x2 [module]", c.caller));
	EXPECT_EQ(0, strcmp("su", c.comm));
}

TEST(a_judged_line)
{
	struct rs_trace_cred c;

	EXPECT_EQ(true, rs_trace_parse_cred(JUDGED("cred", "1", "ids"), &c));
	EXPECT_EQ(false, c.alarm);
	EXPECT_EQ(true, c.explained);
	EXPECT_EQ(0, strcmp("ids", c.why));
	EXPECT_EQ(0, strcmp("usr/a b/\\su", c.exe));
	EXPECT_EQ(4026531837U, c.before.ns);
	EXPECT_EQ(4026532290U, c.after.ns);
	EXPECT_EQ(1000, c.after.id[RS_TRACE_UID]);
	EXPECT_EQ(0, strcmp("f+0x1/0x2 [module]", c.caller));
}

TEST(an_alarm)
{
	struct rs_trace_cred c;

	EXPECT_EQ(true, rs_trace_parse_cred(JUDGED("cred_unexplained", "0",
						   "pointer"), &c));
	EXPECT_EQ(true, c.alarm);
	EXPECT_EQ(false, c.explained);
	EXPECT_EQ(0, strcmp("pointer", c.why));
	EXPECT_EQ(false, rs_trace_parse_cred(JUDGED("cred_other", "0",
						    "pointer"), &c));
}

/* An event of a module that does not judge. */
TEST(no_judgement)
{
	struct rs_trace_cred c;

	EXPECT_EQ(true, rs_trace_parse_cred(LINE("su"), &c));
	EXPECT_EQ(false, c.alarm);
	EXPECT_EQ(0, strcmp("", c.why));
	EXPECT_EQ(0, c.before.ns);
}

TEST(names_may_contain_anything)
{
	struct rs_trace_cred c;

	EXPECT_EQ(true, rs_trace_parse_cred(LINE("a comm=x y"), &c));
	EXPECT_EQ(0, strcmp("a comm=x y", c.comm));
	EXPECT_EQ(true, rs_trace_parse_cred(LINE(": cred: pid=1 "), &c));
	EXPECT_EQ(377, c.pid);
	EXPECT_EQ(true, rs_trace_parse_cred(": cred: pid=1 a-" LINE(""), &c));
	EXPECT_EQ(377, c.pid);
}

TEST(other_lines_are_refused)
{
	struct rs_trace_cred c;

	EXPECT_EQ(false, rs_trace_parse_cred("", &c));
	EXPECT_EQ(false, rs_trace_parse_cred("CPU:0 [LOST 12 EVENTS]", &c));
	EXPECT_EQ(false, rs_trace_parse_cred(": cred: ", &c));
	EXPECT_EQ(false, rs_trace_parse_cred(LINE("longer than a comm is"),
					     &c));
}

/* Cut anywhere before the name of the task, it is no event. */
TEST(a_cut_line_is_refused)
{
	char line[sizeof(LINE(""))];
	struct rs_trace_cred c;
	size_t len;

	for (len = 0; len < strlen(LINE("")); len++) {
		memcpy(line, LINE(""), len);
		line[len] = 0;
		EXPECT_EQ(false, rs_trace_parse_cred(line, &c));
	}
}

TEST_MAIN
