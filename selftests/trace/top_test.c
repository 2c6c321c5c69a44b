// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does "ringside trace top" draw what happens, take its keys, follow the size
 * of its terminal, and leave it as it was? Drives it on a pseudo terminal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kselftest_harness.h"
#include "reader.h"

#define PATIENCE_MS	20000

FIXTURE(top)
{
	pid_t pid;
	pid_t busy;
	int fd;
	char seen[1 << 16];
	size_t len;
};

static pid_t start_busy(void)
{
	pid_t pid = fork();

	while (!pid) {
		int i;

		for (i = 0; i < 100; i++)
			syscall(SYS_getppid);
		usleep(1000);
	}
	return pid;
}

FIXTURE_SETUP(top)
{
	struct winsize size = { .ws_row = 30, .ws_col = 110 };

	self->pid = 0;
	self->busy = 0;
	if (access(TRACE_DEVICE, F_OK))
		SKIP(return, "no " TRACE_DEVICE ": load ringside_trace.ko");
	if (access("/lib/terminfo/l/linux", R_OK))
		SKIP(return, "no description of the terminal 'linux'");
	self->len = 0;
	self->busy = start_busy();
	self->pid = forkpty(&self->fd, NULL, NULL, &size);
	if (!self->pid) {
		setenv("TERM", "linux", 1);
		execlp("ringside", "ringside", "trace", "top", "--interval",
		       "0.2", NULL);
		_exit(127);
	}
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(top)
{
	if (self->busy > 0) {
		kill(self->busy, SIGKILL);
		waitpid(self->busy, NULL, 0);
	}
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
		close(self->fd);
	}
}

/* Return: did the program print @text from now on? */
static bool shows(struct _test_data_top *self, const char *text)
{
	struct pollfd p = { .fd = self->fd, .events = POLLIN };
	ssize_t n;

	self->len = 0;
	while (self->len < sizeof(self->seen) - 1 &&
	       poll(&p, 1, PATIENCE_MS) > 0) {
		n = read(self->fd, self->seen + self->len,
			 sizeof(self->seen) - 1 - self->len);
		if (n <= 0)
			return false;
		self->len += n;
		self->seen[self->len] = 0;
		if (strstr(self->seen, text))
			return true;
		/* Enough, and the end may be the beginning of what is wanted. */
		if (self->len > sizeof(self->seen) / 2) {
			memmove(self->seen, self->seen + self->len - 64, 64);
			self->len = 64;
		}
	}
	return false;
}

static void press(struct _test_data_top *self, char key)
{
	if (write(self->fd, &key, 1) != 1)
		self->len = 0;
}

static int end_of(struct _test_data_top *self)
{
	char rest[256];
	int status;

	/* Whoever writes to a terminal that nobody reads does not end. */
	while (read(self->fd, rest, sizeof(rest)) > 0)
		;
	waitpid(self->pid, &status, 0);
	self->pid = 0;
	close(self->fd);
	return status;
}

TEST_F_TIMEOUT(top, the_screen_shows_what_happens_and_takes_keys, 120)
{
	EXPECT_TRUE(shows(self, "returns"));
	EXPECT_TRUE(shows(self, "getppid"));
	press(self, 's');
	EXPECT_TRUE(shows(self, "rate"));
	press(self, 't');
	EXPECT_TRUE(shows(self, "top_test"));
	press(self, 'g');
	EXPECT_TRUE(shows(self, "group"));
	press(self, ' ');
	EXPECT_TRUE(shows(self, "go on"));
	press(self, 'q');
	EXPECT_EQ(0, end_of(self));
}

TEST_F_TIMEOUT(top, it_follows_the_size_of_its_terminal, 120)
{
	struct winsize small = { .ws_row = 5, .ws_col = 40 };
	struct winsize wide = { .ws_row = 24, .ws_col = 140 };

	EXPECT_TRUE(shows(self, "getppid"));
	ASSERT_EQ(0, ioctl(self->fd, TIOCSWINSZ, &small));
	EXPECT_TRUE(shows(self, "60 columns"));
	ASSERT_EQ(0, ioctl(self->fd, TIOCSWINSZ, &wide));
	EXPECT_TRUE(shows(self, "getppid"));
	press(self, 'q');
	EXPECT_EQ(0, end_of(self));
}

TEST_HARNESS_MAIN
