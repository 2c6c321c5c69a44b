// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the event ringside:cred tell who became what, by which call, and is its
 * hook there only while somebody listens?
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "textfile.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCE	TRACEFS "/instances/ringside-cred-test"
#define SUID_FILE	"/tmp/ringside-suid-test"
#define USER		1000

FIXTURE(cred)
{
	int on;
	char trace[1 << 18];
};

FIXTURE_SETUP(cred)
{
	self->on = 0;
	if (access(TRACEFS "/events/ringside/cred", F_OK))
		SKIP(return, "no event ringside:cred: load ringside_trace.ko");
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	self->on = 1;
	ASSERT_EQ(0, write_text(INSTANCE "/events/ringside/cred/enable", "1"));
}

FIXTURE_TEARDOWN(cred)
{
	if (self->on)
		rmdir(INSTANCE);
}

/* Number behind "KEY=" in the event of @pid by call @nr; -1 if there is none. */
static unsigned long long field(const char *trace, pid_t pid, long nr,
				const char *key)
{
	char who[32], call[32], what[32];
	const char *line = trace, *p, *end;

	snprintf(who, sizeof(who), " cred: pid=%d ", pid);
	snprintf(call, sizeof(call), " nr=%ld ", nr);
	snprintf(what, sizeof(what), " %s=", key);
	while ((line = strstr(line, who))) {
		end = strchr(line, '\n');
		p = strstr(line, call);
		if (p && p < end) {
			p = strstr(line, what);
			return p && p < end ?
			       strtoull(p + strlen(what), NULL, 0) : ~0ULL;
		}
		line++;
	}
	return ~0ULL;
}

static int has_event(const char *trace, pid_t pid, long nr)
{
	return field(trace, pid, nr, "ns_changed") != ~0ULL;
}

/* Does the event's line have @text in it? */
static int mentions(const char *trace, pid_t pid, const char *text)
{
	char who[32];
	const char *line, *end, *p;

	snprintf(who, sizeof(who), " cred: pid=%d ", pid);
	for (line = trace; (line = strstr(line, who)); line++) {
		end = strchr(line, '\n');
		p = strstr(line, text);
		if (p && p < end)
			return 1;
	}
	return 0;
}

static pid_t run(void (*fn)(void))
{
	pid_t pid = fork();

	if (!pid) {
		fn();
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	return pid;
}

static unsigned long long own_user_ns(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) ? 0 : st.st_ino;
}

static void drop(void)
{
	syscall(SYS_setresuid, USER, USER, USER);
}

TEST_F(cred, setresuid_drops_root)
{
	pid_t pid = run(drop);

	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	ASSERT_TRUE(has_event(self->trace, pid, SYS_setresuid));
	EXPECT_EQ(0, field(self->trace, pid, SYS_setresuid, "old_uid"));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_setresuid, "new_uid"));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_setresuid, "new_euid"));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_setresuid, "new_suid"));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_setresuid, "new_fsuid"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_setresuid, "new_gid"));
	EXPECT_NE(0, field(self->trace, pid, SYS_setresuid, "old_effective"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_setresuid, "new_effective"));
	EXPECT_TRUE(mentions(self->trace, pid, " abi=x86_64 "));
	EXPECT_TRUE(mentions(self->trace, pid, "caller=__sys_setresuid+"));
	EXPECT_EQ(1, field(self->trace, pid, SYS_setresuid, "explained"));
	EXPECT_TRUE(mentions(self->trace, pid, " why=ids "));
	EXPECT_TRUE(mentions(self->trace, pid, "cred_test caller="));
	EXPECT_EQ(own_user_ns(),
		  field(self->trace, pid, SYS_setresuid, "old_ns"));
	EXPECT_EQ(own_user_ns(),
		  field(self->trace, pid, SYS_setresuid, "new_ns"));
}

static void drop_confined(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { 1, &allow };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
	drop();
}

TEST_F(cred, confinement_is_told)
{
	pid_t free = run(drop), confined = run(drop_confined);

	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_EQ(0, field(self->trace, free, SYS_setresuid, "no_new_privs"));
	EXPECT_EQ(0, field(self->trace, free, SYS_setresuid, "seccomp"));
	EXPECT_EQ(1, field(self->trace, confined, SYS_setresuid,
			   "no_new_privs"));
	EXPECT_EQ(2, field(self->trace, confined, SYS_setresuid, "seccomp"));
}

static void set_saved_group(void)
{
	_exit(setresgid(-1, -1, USER) ? 255 : 0);
}

TEST_F(cred, a_saved_group_alone_is_a_change)
{
	pid_t pid = run(set_saved_group);

	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	ASSERT_TRUE(has_event(self->trace, pid, SYS_setresgid));
	EXPECT_EQ(0, field(self->trace, pid, SYS_setresgid, "old_sgid"));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_setresgid, "new_sgid"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_setresgid, "new_gid"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_setresgid, "new_fsgid"));
}

static void exec_suid(void)
{
	char *argv[] = { SUID_FILE, "exit", NULL };

	drop();
	execv(SUID_FILE, argv);
	_exit(255);
}

TEST_F(cred, suid_program_gains_root)
{
	char cmd[64];
	pid_t pid;

	snprintf(cmd, sizeof(cmd), "cp /proc/%d/exe " SUID_FILE, getpid());
	ASSERT_EQ(0, system(cmd));
	ASSERT_EQ(0, chmod(SUID_FILE, 04755));
	pid = run(exec_suid);
	unlink(SUID_FILE);
	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	ASSERT_TRUE(has_event(self->trace, pid, SYS_execve));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_execve, "old_euid"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_execve, "new_euid"));
	EXPECT_EQ(USER, field(self->trace, pid, SYS_execve, "new_uid"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_execve, "old_effective"));
	EXPECT_NE(0, field(self->trace, pid, SYS_execve, "new_effective"));
	EXPECT_TRUE(mentions(self->trace, pid, "caller=begin_new_exec+"));
	EXPECT_EQ(1, field(self->trace, pid, SYS_execve, "explained"));
	/* By its path on its file system, whatever /tmp is. */
	EXPECT_TRUE(mentions(self->trace, pid, " why=exec exe=/"));
	EXPECT_TRUE(mentions(self->trace, pid, "ringside-suid-test caller="));
}

static void new_userns(void)
{
	drop();
	unshare(CLONE_NEWUSER);
}

TEST_F(cred, new_user_namespace)
{
	pid_t pid = run(new_userns);

	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	if (!has_event(self->trace, pid, SYS_unshare))
		SKIP(return, "no user namespaces for users");
	EXPECT_EQ(1, field(self->trace, pid, SYS_unshare, "ns_changed"));
	EXPECT_EQ(0, field(self->trace, pid, SYS_unshare, "old_effective"));
	EXPECT_NE(0, field(self->trace, pid, SYS_unshare, "new_effective"));
	EXPECT_TRUE(mentions(self->trace, pid, "caller=ksys_unshare+"));
	EXPECT_EQ(1, field(self->trace, pid, SYS_unshare, "explained"));
	EXPECT_EQ(own_user_ns(),
		  field(self->trace, pid, SYS_unshare, "old_ns"));
	EXPECT_NE(own_user_ns(),
		  field(self->trace, pid, SYS_unshare, "new_ns"));
}

static void int80_setuid(void)
{
	int ret;

	/* setuid32 */
	asm volatile("int $0x80" : "=a" (ret) : "a" (213), "b" (USER) :
		     "memory", "r8", "r9", "r10", "r11");
}

TEST_F(cred, i386_calls_are_named_as_such)
{
	pid_t pid = run(int80_setuid);

	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	ASSERT_TRUE(has_event(self->trace, pid, 213));
	EXPECT_TRUE(mentions(self->trace, pid, " abi=i386 nr=213 "));
	EXPECT_EQ(USER, field(self->trace, pid, 213, "new_uid"));
}

static void refused(void)
{
	drop();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	syscall(SYS_setuid, 0);
}

TEST_F(cred, what_changes_no_credentials_is_no_event)
{
	pid_t pid = run(refused);

	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_TRUE(has_event(self->trace, pid, SYS_setresuid));
	EXPECT_FALSE(has_event(self->trace, pid, SYS_prctl));
	EXPECT_FALSE(has_event(self->trace, pid, SYS_setuid));
}

TEST_F(cred, no_address_is_recorded)
{
	char text[4096];

	read_text(TRACEFS "/events/ringside/cred/format", text, sizeof(text));
	EXPECT_NE(NULL, strstr(text, "field:char caller["));
	EXPECT_EQ(NULL, strstr(text, "long caller"));
}

/* The function is in the list exactly while the event is enabled. */
static int is_hooked(void)
{
	static char list[1 << 16];

	read_text(TRACEFS "/enabled_functions", list, sizeof(list));
	return !!strstr(list, "commit_creds (");
}

TEST_F(cred, hooked_only_while_enabled)
{
	const char *enable = INSTANCE "/events/ringside/cred/enable";
	pid_t pid;
	int i;

	EXPECT_TRUE(is_hooked());
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, write_text(enable, "0"));
		EXPECT_FALSE(is_hooked());
		ASSERT_EQ(0, write_text(enable, "1"));
		EXPECT_TRUE(is_hooked());
	}
	ASSERT_EQ(0, write_text(enable, "0"));
	pid = run(drop);
	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_FALSE(has_event(self->trace, pid, SYS_setresuid));
}

int main(int argc, char **argv)
{
	/* The setuid copy of this program only had to be executed. */
	if (argc == 2 && !strcmp(argv[1], "exit"))
		return 0;
	return test_harness_run(argc, argv);
}
