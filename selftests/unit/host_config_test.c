// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon manager's configuration: values, settings, VMs, the file, and
 * that every mistake is refused with its place and its value.
 */
#include <errno.h>
#include <stdlib.h>
#include "config.h"
#include "config_value.h"
#include "tap.h"

#define MIB RSH_MIB
#define GIB (1024 * RSH_MIB)

static struct rsh_config c;

static void begin(void)
{
	rsh_config_free(&c);
	rsh_config_init(&c);
}

TEST(sizes)
{
	static const char * const bad[] = {
		"", " 1G", "1G ", "-1", "+1", "1.5G", "G", "1X", "1GB", "0x10",
		"1Gi", "18446744073709551616", "18446744073709551615",
		"16777216T", "1 G",
	};
	uint64_t n = 4711;
	size_t i;

	EXPECT_EQ(NULL, rsh_parse_size("0", &n));
	EXPECT_EQ(0, n);
	EXPECT_EQ(NULL, rsh_parse_size("12345", &n));
	EXPECT_EQ(12345, n);
	EXPECT_EQ(NULL, rsh_parse_size("3k", &n));
	EXPECT_EQ(3072, n);
	EXPECT_EQ(NULL, rsh_parse_size("64M", &n));
	EXPECT_EQ(64 * MIB, n);
	EXPECT_EQ(NULL, rsh_parse_size("14GiB", &n));
	EXPECT_EQ(14 * GIB, n);
	EXPECT_EQ(NULL, rsh_parse_size("2t", &n));
	EXPECT_EQ(2048 * GIB, n);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		n = 4711;
		if (!rsh_parse_size(bad[i], &n))
			UNIT_FAIL("\"%s\" was taken", bad[i]);
		EXPECT_EQ(4711, n);
	}
}

TEST(times)
{
	static const char * const bad[] = {
		"", "1", "1h", "1 s", "s", "1.5s", "-1s", "1S",
		"18446744073709551615s", "9223372037s",
	};
	uint64_t n = 4711;
	size_t i;

	EXPECT_EQ(NULL, rsh_parse_time("100ms", &n));
	EXPECT_EQ(100 * RSH_MS, n);
	EXPECT_EQ(NULL, rsh_parse_time("10s", &n));
	EXPECT_EQ(10 * RSH_SEC, n);
	EXPECT_EQ(NULL, rsh_parse_time("2min", &n));
	EXPECT_EQ(120 * RSH_SEC, n);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		n = 4711;
		if (!rsh_parse_time(bad[i], &n))
			UNIT_FAIL("\"%s\" was taken", bad[i]);
		EXPECT_EQ(4711, n);
	}
}

TEST(settings_are_set)
{
	begin();
	EXPECT_EQ(0, rsh_config_set(&c, "budget", "14G"));
	EXPECT_EQ(0, rsh_config_set(&c, "tax", "50%"));
	EXPECT_EQ(0, rsh_config_set(&c, "psi", "10"));
	EXPECT_EQ(0, rsh_config_set(&c, "oom-hold", "5s"));
	EXPECT_EQ(0, rsh_config_set(&c, "interval", "250ms"));
	EXPECT_EQ(0, rsh_config_set(&c, "dry-run", "yes"));
	EXPECT_EQ(0, rsh_config_set(&c, "record", "/tmp/a"));
	EXPECT_EQ(0, rsh_config_set(&c, "record", "/tmp/b"));
	EXPECT_EQ(14 * GIB, c.settings.budget);
	EXPECT_EQ(50, c.settings.tax_percent);
	EXPECT_EQ(100, c.settings.psi_permille);
	EXPECT_EQ(5 * RSH_SEC, c.settings.oom_hold_ns);
	EXPECT_EQ(250 * RSH_MS, c.interval_ns);
	EXPECT_TRUE(c.dry_run);
	EXPECT_STREQ("/tmp/b", c.record);
}

static void refuse(const char *key, const char *value, int error,
		   const char *message)
{
	begin();
	EXPECT_EQ(-error, rsh_config_set(&c, key, value));
	EXPECT_STREQ(message, c.error);
}

TEST(wrong_settings_are_refused_by_name_and_value)
{
	refuse("bugdet", "1G", ENOENT, "bugdet: no such setting");
	refuse("budget", "lots", EINVAL,
	       "budget: \"lots\": a size is needed: bytes, or a whole number and K, M, G or T");
	refuse("budget", "1M", EINVAL,
	       "budget: \"1M\" is less than 64M");
	refuse("tax", "100%", EINVAL,
	       "tax: \"100%\" is not between 0% and 99%");
	refuse("hold", "10", EINVAL,
	       "hold: \"10\": a time is needed: a whole number and ms, s or min");
	refuse("interval", "1ms", EINVAL,
	       "interval: \"1ms\" is not between 10ms and 10s");
	refuse("dry-run", "maybe", EINVAL,
	       "dry-run: \"maybe\": yes or no is needed");
	refuse("record", "", EINVAL, "record: a path is needed");
}

TEST(a_vm_from_the_command_line)
{
	begin();
	EXPECT_EQ(0, rsh_config_vm(&c, "web=/run/web.qmp,min=1G,max=4G,shares=2"));
	EXPECT_EQ(0, rsh_config_vm(&c, "db-1=/run/a=b,observe=yes"));
	EXPECT_EQ(2, c.n);
	EXPECT_STREQ("web", c.vms[0].name);
	EXPECT_STREQ("/run/web.qmp", c.vms[0].socket);
	EXPECT_EQ(GIB, c.vms[0].limits.min);
	EXPECT_EQ(4 * GIB, c.vms[0].limits.max);
	EXPECT_EQ(2, c.vms[0].limits.shares);
	EXPECT_FALSE(c.vms[0].limits.observe);
	EXPECT_STREQ("/run/a=b", c.vms[1].socket);
	EXPECT_EQ(0, c.vms[1].limits.min);
	EXPECT_EQ(RSH_UNKNOWN, c.vms[1].limits.max);
	EXPECT_EQ(1, c.vms[1].limits.shares);
	EXPECT_TRUE(c.vms[1].limits.observe);
}

static void refuse_vm(const char *text, int error, const char *message)
{
	begin();
	EXPECT_EQ(0, rsh_config_vm(&c, "taken=/a"));
	EXPECT_EQ(-error, rsh_config_vm(&c, text));
	EXPECT_STREQ(message, c.error);
}

TEST(wrong_vms_are_refused_by_name_and_value)
{
	refuse_vm("web", EINVAL, "vm: \"web\" is not NAME=SOCKET");
	refuse_vm("=/a", EINVAL,
		  "\"\": a name of letters, digits and _ . - is needed");
	refuse_vm("a b=/a", EINVAL,
		  "\"a b\": a name of letters, digits and _ . - is needed");
	refuse_vm("taken=/b", EEXIST,
		  "taken: there is already a VM of that name");
	refuse_vm("web=", EINVAL,
		  "vm web: socket: \"\": a path is needed");
	refuse_vm("web=/a,", EINVAL,
		  "vm: \"web=/a,\": \"\" is not KEY=VALUE");
	refuse_vm("web=/a,min", EINVAL,
		  "vm: \"web=/a,min\": \"min\" is not KEY=VALUE");
	refuse_vm("web=/a,mni=1G", ENOENT, "vm web: mni: no such setting");
	refuse_vm("web=/a,shares=0", EINVAL,
		  "vm web: shares: \"0\": a number from 1 to 1000000 is needed");
	refuse_vm("web=/a,min=1,5G", EINVAL,
		  "vm: \"web=/a,min=1,5G\": \"5G\" is not KEY=VALUE");
	refuse_vm("*=/run/a.qmp", EINVAL,
		  "vm *: socket: \"/run/a.qmp\": a pattern is needed, its first special character an asterisk");
	refuse_vm("*=/run/[ab]*.qmp", EINVAL,
		  "vm *: socket: \"/run/[ab]*.qmp\": a pattern is needed, its first special character an asterisk");
}

TEST(a_name_may_be_so_long)
{
	char text[RSH_NAME_MAX + 3];

	memset(text, 'x', sizeof(text));
	strcpy(text + RSH_NAME_MAX - 1, "=/a");
	begin();
	EXPECT_EQ(0, rsh_config_vm(&c, text));
	text[RSH_NAME_MAX - 1] = 'x';
	text[RSH_NAME_MAX] = '=';
	EXPECT_EQ(-EINVAL, rsh_config_vm(&c, text));
}

static int read_text(const char *text, size_t len)
{
	FILE *file = fmemopen((void *)text, len, "r");
	int ret;

	begin();
	ret = rsh_config_read(&c, file, "vms.conf");
	fclose(file);
	return ret;
}

static int read_string(const char *text)
{
	return read_text(text, strlen(text));
}

TEST(a_file_with_comments)
{
	EXPECT_EQ(0, read_string("# the host\n"
				 "budget = 14G\n"
				 "\ttax=50%\t\n"
				 "\n"
				 "; its VMs\n"
				 "[vm web]\n"
				 "socket = /run/a # b.qmp\n"));
	EXPECT_EQ(50, c.settings.tax_percent);
	/* A comment has its own line, for a path may have anything in it. */
	EXPECT_STREQ("/run/a # b.qmp", c.vms[0].socket);
}

TEST(a_file_with_sections)
{
	EXPECT_EQ(0, read_string("budget = 14G\r\n"
				 "[vm web]\n"
				 "socket = /run/a b=c.qmp\n"
				 "min = 1G\n"
				 "[vm  db]\n"
				 "min = 2G\n"
				 "socket=/run/db\n"
				 "[vm *]\n"
				 "socket = /run/guests/*.qmp\n"
				 "[vm *]\n"
				 "socket = /srv/*/qmp"));
	EXPECT_EQ(14 * GIB, c.settings.budget);
	EXPECT_EQ(4, c.n);
	EXPECT_STREQ("/run/a b=c.qmp", c.vms[0].socket);
	EXPECT_EQ(2 * GIB, c.vms[1].limits.min);
	EXPECT_STREQ("*", c.vms[3].name);
	EXPECT_EQ(0, rsh_config_check(&c));
}

static void refuse_file(const char *text, const char *message)
{
	EXPECT_TRUE(read_string(text) < 0);
	EXPECT_STREQ(message, c.error);
}

TEST(errors_of_a_file_name_file_and_line)
{
	refuse_file("budget = 1G\n\nbugdet = 2G\n",
		    "vms.conf:3: bugdet: no such setting");
	refuse_file("[vm web]\nsocket = /a\nmin = 5Q\n",
		    "vms.conf:3: vm web: min: \"5Q\": a size is needed: bytes, or a whole number and K, M, G or T");
	refuse_file("budget\n",
		    "vms.conf:1: \"budget\": key = value or [vm NAME] is needed");
	refuse_file("[host]\n",
		    "vms.conf:1: \"[host]\": only sections [vm NAME] are known");
	refuse_file("[vm web\n",
		    "vms.conf:1: \"[vm web\": only sections [vm NAME] are known");
	refuse_file("[vm]\n",
		    "vms.conf:1: \"[vm]\": only sections [vm NAME] are known");
	refuse_file("[vm a]\nsocket=/a\n[vm a]\n",
		    "vms.conf:3: a: there is already a VM of that name");
	refuse_file("tax = 1\ntax = 2\n", "vms.conf:2: tax: set twice");
	refuse_file("[vm a]\nmin=1\nmin=2\n", "vms.conf:3: min: set twice");
	refuse_file("[vm a]\nbudget = 1G\n",
		    "vms.conf:2: vm a: budget: no such setting");
	EXPECT_TRUE(read_text("tax = 1\0%\n", 10) < 0);
	EXPECT_STREQ("vms.conf:1: a NUL in the line", c.error);
}

TEST(the_same_key_in_two_sections_is_no_double)
{
	EXPECT_EQ(0, read_string("[vm a]\nmin=1\n[vm b]\nmin=2\n"));
}

static void refuse_check(const char *text, const char *message)
{
	EXPECT_EQ(0, read_string(text));
	EXPECT_EQ(-EINVAL, rsh_config_check(&c));
	EXPECT_STREQ(message, c.error);
}

TEST(a_configuration_is_complete_and_can_be_honoured)
{
	refuse_check("[vm a]\nsocket=/a\n",
		     "budget is missing, the memory that all VMs together may use");
	refuse_check("budget=1G\n", "no VM is given");
	refuse_check("budget=1G\n[vm a]\n", "vm a: socket is missing");
	refuse_check("budget=1G\nslack=1G\n[vm a]\nsocket=/a\n",
		     "slack, 1024 MiB, is not less than budget, 1024 MiB");
	refuse_check("budget=1G\nstats-interval=1500ms\n[vm a]\nsocket=/a\n",
		     "stats-interval: whole seconds are needed");
	refuse_check("budget=1G\n[vm a]\nsocket=/a\nmin=2M\nmax=1M\n",
		     "vm a: min 2M is more than max 1M");
	refuse_check("budget=1G\n[vm a]\nsocket=/a\nmin=500M\n"
		     "[vm b]\nsocket=/b\nmin=300M\n",
		     "the mins of 2 VMs, 800 MiB, and 96 MiB of overhead each are more than budget less slack, 1024 - 96 = 928 MiB");
	EXPECT_EQ(0, read_string("budget=1G\n[vm a]\nsocket=/a\nmin=500M\n"
				 "[vm b]\nsocket=/b\nmin=236M\n"));
	EXPECT_EQ(0, rsh_config_check(&c));
}

TEST(mins_that_wrap_are_too_much)
{
	EXPECT_EQ(0, read_string("budget=1G\n"
				 "[vm a]\nsocket=/a\nmin=16777215T\n"
				 "[vm b]\nsocket=/b\nmin=16777215T\n"));
	EXPECT_EQ(-EINVAL, rsh_config_check(&c));
	EXPECT_TRUE(strstr(c.error, "the mins of 2 VMs") == c.error);
}

TEST(defaults_follow_the_budget)
{
	EXPECT_EQ(0, read_string("budget=16G\n[vm a]\nsocket=/a\n"));
	EXPECT_EQ(0, rsh_config_check(&c));
	EXPECT_EQ(GIB, c.settings.slack);
	EXPECT_EQ(512 * MIB, c.settings.reserve);
	EXPECT_EQ(0, read_string("budget=512M\n[vm a]\nsocket=/a\n"));
	EXPECT_EQ(0, rsh_config_check(&c));
	EXPECT_EQ(96 * MIB, c.settings.slack);
	EXPECT_EQ(0, read_string("budget=16G\nslack=0\nreserve=1M\n"
				 "[vm a]\nsocket=/a\n"));
	EXPECT_EQ(0, rsh_config_check(&c));
	EXPECT_EQ(0, c.settings.slack);
	EXPECT_EQ(MIB, c.settings.reserve);
}

static const char *match(const char *pattern, const char *path)
{
	static char name[RSH_NAME_MAX];

	return rsh_config_match(pattern, path, name) ? name : "-";
}

TEST(a_match_is_called_what_the_asterisk_stands_for)
{
	EXPECT_STREQ("web", match("/run/*.qmp", "/run/web.qmp"));
	EXPECT_STREQ("domain-1-web", match("/lib/*/monitor.sock",
					   "/lib/domain-1-web/monitor.sock"));
	EXPECT_STREQ("a.qmp", match("/run/*.qmp", "/run/a.qmp.qmp"));
	EXPECT_STREQ("a", match("/run/*/[x-z]?", "/run/a/y1"));
	EXPECT_STREQ("a", match("/run/*/*.qmp", "/run/a/b.qmp"));
	EXPECT_STREQ("a_b_", match("/run/*.qmp", "/run/a b\xff.qmp"));
	EXPECT_STREQ("-", match("/run/*.qmp", "/run/.qmp"));
	EXPECT_STREQ("-", match("/run/*.qmp", "/run/a/b.qmp"));
	EXPECT_STREQ("-", match("/run/*.qmp", "/ran/a.qmp"));
	EXPECT_STREQ("-", match("/run/a.qmp", "/run/a.qmp"));
}

TEST(help_lists_every_setting_with_its_default)
{
	char text[8192] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	rsh_config_help(out);
	fclose(out);
	EXPECT_TRUE(strstr(text, "--budget SIZE "));
	EXPECT_TRUE(strstr(text, "(needed)"));
	EXPECT_TRUE(strstr(text, "--tax PERCENT "));
	EXPECT_TRUE(strstr(text, "(75%)"));
	EXPECT_TRUE(strstr(text, "--interval TIME "));
	EXPECT_TRUE(strstr(text, "(100ms)"));
	begin();
	rsh_config_free(&c);
}

TEST_MAIN
