// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the credential guard notice what kernel exploits do to credentials, in
 * the very system call that does it, and does it do about it what it was told?
 * rs_exploit.ko commits the exploits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/ringside_trace.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "textfile.h"

#define TRACEFS		"/sys/kernel/tracing"
#define INSTANCE	TRACEFS "/instances/ringside-guard-test"
#define EVENT		INSTANCE "/events/ringside/cred_unexplained/enable"
#define SYS		"/sys/class/misc/ringside-trace/"
#define EXPLOIT		"/proc/rs_exploit"
#define USER		1000
#define MAX_TRACE	(1 << 18)

FIXTURE(guard)
{
	int on;
	char trace[MAX_TRACE];
	struct rs_trace_guard_state before;
	int dev;
};

static int set_guard(int dev, unsigned int guard)
{
	struct rs_trace_guard arg = { sizeof(arg), guard };

	return ioctl(dev, RS_TRACE_SET_GUARD, &arg) ? -errno : 0;
}

static struct rs_trace_guard_state state_of(int dev)
{
	struct rs_trace_guard_state state = { .size = sizeof(state) };

	if (ioctl(dev, RS_TRACE_GET_GUARD, &state))
		perror("RS_TRACE_GET_GUARD");
	return state;
}

FIXTURE_SETUP(guard)
{
	self->on = 0;
	if (access(TRACEFS "/events/ringside/cred_unexplained", F_OK))
		SKIP(return, "no event: load ringside_trace.ko");
	if (access(EXPLOIT, F_OK))
		SKIP(return, "no " EXPLOIT ": load rs_exploit.ko");
	self->dev = open("/dev/ringside-trace", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->dev);
	ASSERT_EQ(0, set_guard(self->dev, RS_TRACE_GUARD_FULL));
	ASSERT_EQ(0, mkdir(INSTANCE, 0700));
	self->on = 1;
	ASSERT_EQ(0, write_text(EVENT, "1"));
	self->before = state_of(self->dev);
}

FIXTURE_TEARDOWN(guard)
{
	if (!self->on)
		return;
	write_text(SYS "credentials_action", "log");
	close(self->dev);
	rmdir(INSTANCE);
}

/* Does a line of @trace have all of these in it? NULL: any */
static int has_line(const char *trace, pid_t pid, const char *a, const char *b)
{
	char who[64];
	const char *line, *end, *p;

	snprintf(who, sizeof(who), " cred_unexplained: pid=%d ", pid);
	for (line = trace; (line = strstr(line, who)); line++) {
		end = strchr(line, '\n');
		p = strstr(line, a);
		if (!p || p > end)
			continue;
		p = b ? strstr(line, b) : p;
		if (p && p < end)
			return 1;
	}
	return 0;
}

/* As a user: exploit the kernel, and then tell @told. What write() returned. */
static pid_t exploit(const char *how, int told)
{
	int fd = open(EXPLOIT, O_WRONLY | O_CLOEXEC);
	pid_t pid = fork();

	if (!pid) {
		if (setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
			_exit(1);
		if (write(fd, how, strlen(how)) < 0)
			_exit(2);
		if (told >= 0 && write(told, "x", 1) != 1)
			_exit(3);
		_exit(0);
	}
	close(fd);
	return pid;
}

static int run(const char *how, pid_t *pid)
{
	int status;

	*pid = exploit(how, -1);
	waitpid(*pid, &status, 0);
	return status;
}

static const struct {
	const char *how;
	const char *why;
	unsigned int pattern;
} exploits[] = {
	{ "pointer", " why=pointer ", RS_TRACE_CRED_POINTER },
	{ "content", " why=content ", RS_TRACE_CRED_CONTENT },
	{ "caps", " why=content ", RS_TRACE_CRED_CONTENT },
	{ "split", " why=split ", RS_TRACE_CRED_SPLIT },
	{ "commit", " why=caller ", RS_TRACE_CRED_COMMIT },
};

TEST_F(guard, each_exploit_is_told_in_its_own_call)
{
	struct rs_trace_guard_state now, last = self->before;
	char nr[32];
	size_t i;
	pid_t pid;

	snprintf(nr, sizeof(nr), " abi=x86_64 nr=%d ", SYS_write);
	for (i = 0; i < sizeof(exploits) / sizeof(exploits[0]); i++) {
		ASSERT_EQ(0, run(exploits[i].how, &pid));
		read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
		EXPECT_TRUE(has_line(self->trace, pid, nr, exploits[i].why))
			TH_LOG("%s was not told", exploits[i].how);
		now = state_of(self->dev);
		/* Once, and nothing else. */
		last.unexplained[exploits[i].pattern]++;
		EXPECT_EQ(0, memcmp(last.unexplained, now.unexplained,
				    sizeof(now.unexplained)))
			TH_LOG("%s was not counted once", exploits[i].how);
		last = now;
	}
}

TEST_F(guard, what_was_and_what_is)
{
	pid_t pid;

	ASSERT_EQ(0, run("content", &pid));
	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_TRUE(has_line(self->trace, pid, " old_uid=1000 new_uid=0 ",
			     " explained=0 "));
	EXPECT_TRUE(has_line(self->trace, pid, " old_gid=1000 new_gid=1000 ",
			     "guard_test caller=none "));
	ASSERT_EQ(0, run("commit", &pid));
	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_TRUE(has_line(self->trace, pid, " old_effective=0x0 new_ef",
			     " [rs_exploit] "));
	EXPECT_EQ(NULL, strstr(self->trace, "caller=0x"));
	EXPECT_EQ(NULL, strstr(self->trace, "ffff8"));
}

TEST_F(guard, pointers_only)
{
	struct rs_trace_guard_state now;
	pid_t pid;

	ASSERT_EQ(0, set_guard(self->dev, RS_TRACE_GUARD_POINTER));
	EXPECT_EQ(RS_TRACE_GUARD_POINTER, state_of(self->dev).guard);
	ASSERT_EQ(0, run("content", &pid));
	ASSERT_EQ(0, run("pointer", &pid));
	now = state_of(self->dev);
	EXPECT_EQ(self->before.unexplained[RS_TRACE_CRED_CONTENT],
		  now.unexplained[RS_TRACE_CRED_CONTENT]);
	EXPECT_EQ(self->before.unexplained[RS_TRACE_CRED_POINTER] + 1,
		  now.unexplained[RS_TRACE_CRED_POINTER]);
}

/* Returns are looked at by another notifier while they are counted. */
TEST_F(guard, at_any_level)
{
	static const unsigned int levels[] = {
		RS_TRACE_LEVEL_COUNT, RS_TRACE_LEVEL_LATENCY,
		RS_TRACE_LEVEL_OFF,
	};
	struct rs_trace_guard_state now, last = self->before;
	struct rs_trace_level level = { .size = sizeof(level) };
	size_t i, j;
	pid_t pid;

	for (i = 0; i < 6; i++) {
		level.level = levels[i % 3];
		ASSERT_EQ(0, ioctl(self->dev, RS_TRACE_SET_LEVEL, &level));
		for (j = 0; j < 2; j++) {
			ASSERT_EQ(0, run(exploits[j].how, &pid));
			last.unexplained[exploits[j].pattern]++;
		}
		now = state_of(self->dev);
		EXPECT_EQ(0, memcmp(last.unexplained, now.unexplained,
				    sizeof(now.unexplained)))
			TH_LOG("level %u", level.level);
		/* As if it had been armed at this level. */
		ASSERT_EQ(0, set_guard(self->dev, RS_TRACE_GUARD_OFF));
		ASSERT_EQ(0, run("pointer", &pid));
		ASSERT_EQ(0, set_guard(self->dev, RS_TRACE_GUARD_FULL));
		now = state_of(self->dev);
		EXPECT_EQ(0, memcmp(last.unexplained, now.unexplained,
				    sizeof(now.unexplained)));
	}
}

/* Did @pid, or what it exploited, get to its next call? */
static int went_on(int fd)
{
	char c;

	return read(fd, &c, 1) == 1;
}

TEST_F(guard, kill_comes_before_the_next_call)
{
	int fds[2], status, i;
	pid_t pid;

	ASSERT_EQ(0, write_text(SYS "credentials_action", "kill"));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, pipe2(fds, O_CLOEXEC | O_NONBLOCK));
		pid = exploit(exploits[i].how, fds[1]);
		waitpid(pid, &status, 0);
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(SIGKILL, WTERMSIG(status));
		EXPECT_FALSE(went_on(fds[0]))
			TH_LOG("%s got to its next call", exploits[i].how);
		close(fds[0]);
		close(fds[1]);
	}
}

TEST_F(guard, stop_comes_before_the_next_call)
{
	int fds[2], status;
	pid_t pid;

	ASSERT_EQ(0, write_text(SYS "credentials_action", "stop"));
	ASSERT_EQ(0, pipe2(fds, O_CLOEXEC | O_NONBLOCK));
	pid = exploit("pointer", fds[1]);
	ASSERT_EQ(pid, waitpid(pid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	EXPECT_FALSE(went_on(fds[0]));
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	EXPECT_EQ(0, status);
	EXPECT_TRUE(went_on(fds[0]));
}

static int log_has(const char *text)
{
	static char log[1 << 20];
	FILE *f = popen("dmesg", "r");
	size_t n = f ? fread(log, 1, sizeof(log) - 1, f) : 0;

	log[n] = 0;
	if (f)
		pclose(f);
	return !!strstr(log, text);
}

TEST_F(guard, the_log_is_written_unless_only_events_are_asked_for)
{
	char text[64];
	pid_t pid;

	ASSERT_EQ(0, write_text(SYS "credentials_action", "event"));
	ASSERT_EQ(0, run("pointer", &pid));
	snprintf(text, sizeof(text), "[%d] changed unexplained", pid);
	EXPECT_FALSE(log_has(text));
	ASSERT_EQ(0, write_text(SYS "credentials_action", "log"));
	/* Other tests may have used up what the log takes in five seconds. */
	sleep(6);
	ASSERT_EQ(0, run("pointer", &pid));
	snprintf(text, sizeof(text), "[%d] changed unexplained", pid);
	EXPECT_TRUE(log_has(text));
}

TEST_F(guard, who_sleeps_is_swept)
{
	unsigned long long sweeps;
	char how[32];
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		if (setresuid(USER, USER, USER))
			_exit(1);
		pause();
		_exit(0);
	}
	usleep(200000);
	snprintf(how, sizeof(how), "sleep %d", pid);
	ASSERT_EQ(0, write_text(EXPLOIT, how));
	/* One may be half-way. */
	sweeps = state_of(self->dev).sweeps;
	while (state_of(self->dev).sweeps < sweeps + 2)
		usleep(100000);
	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_TRUE(has_line(self->trace, pid, " abi=none nr=-1 ",
			     " why=content "));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	EXPECT_EQ(self->before.unexplained[RS_TRACE_CRED_CONTENT] + 1,
		  state_of(self->dev).unexplained[RS_TRACE_CRED_CONTENT]);
}

static void honest(void)
{
	unshare(CLONE_NEWUSER);
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	_exit(0);
}

TEST_F(guard, what_is_explained_or_undone_is_no_alarm)
{
	struct rs_trace_guard_state now;
	int status;
	pid_t pid;

	ASSERT_EQ(0, run("override", &pid));
	pid = fork();
	if (!pid)
		honest();
	waitpid(pid, &status, 0);
	now = state_of(self->dev);
	EXPECT_EQ(0, memcmp(self->before.unexplained, now.unexplained,
			    sizeof(now.unexplained)));
	read_text(INSTANCE "/trace", self->trace, sizeof(self->trace));
	EXPECT_EQ(NULL, strstr(self->trace, "cred_unexplained: "));
}

TEST_F(guard, requests_and_their_limits)
{
	struct rs_trace_guard bad = { sizeof(bad), RS_TRACE_GUARD_FULL + 1 };
	char text[32];

	EXPECT_EQ(-1, ioctl(self->dev, RS_TRACE_SET_GUARD, &bad));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-EINVAL, write_text(SYS "credentials", "most"));
	EXPECT_EQ(-EINVAL, write_text(SYS "credentials_action", "shout"));
	ASSERT_EQ(0, set_guard(self->dev, RS_TRACE_GUARD_OFF));
	read_text(SYS "credentials_armed", text, sizeof(text));
	EXPECT_STREQ("off\n", text);
	/* No reader is needed, other than for levels. */
	ASSERT_EQ(0, write_text(SYS "credentials", "pointer"));
	read_text(SYS "credentials_armed", text, sizeof(text));
	EXPECT_STREQ("pointer\n", text);
	ASSERT_EQ(0, set_guard(self->dev, RS_TRACE_GUARD_FULL));
	read_text(SYS "credentials_armed", text, sizeof(text));
	EXPECT_STREQ("full\n", text);
	ASSERT_EQ(0, write_text(SYS "credentials", "off"));
	read_text(SYS "credentials_armed", text, sizeof(text));
	EXPECT_STREQ("full\n", text);
	EXPECT_EQ(0, state_of(self->dev).untracked);
}

TEST_HARNESS_MAIN
