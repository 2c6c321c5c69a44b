// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command and waits. Signals are blocked and read from a descriptor,
 * which leaves no moment in which one could end the program half-way.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cmd.h"
#include "out.h"
#include "watch.h"

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int watch_init(struct watch *w)
{
	sigset_t set;

	memset(w, 0, sizeof(*w));
	w->pidfd = -1;
	ending_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* A reader that goes away shows when writing fails. */
	signal(SIGPIPE, SIG_IGN);
	w->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (w->sigfd < 0)
		return cmd_error("signalfd: %s", strerror(errno));
	return EXIT_OK;
}

/* In the child. What can not be executed is told through the pipe. */
static void become(char **argv, int gate, int tell)
{
	sigset_t set;
	char go;
	int err;

	ending_signals(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (read(gate, &go, 1) != 1)
		_exit(126);
	execvp(argv[0], argv);
	err = errno;
	if (write(tell, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int watch_hold(struct watch *w, char **argv)
{
	int gate[2], tell[2];

	if (pipe2(gate, O_CLOEXEC))
		return cmd_error("pipe: %s", strerror(errno));
	if (pipe2(tell, O_CLOEXEC)) {
		close(gate[0]);
		close(gate[1]);
		return cmd_error("pipe: %s", strerror(errno));
	}
	w->pid = fork();
	if (!w->pid) {
		close(gate[1]);
		close(tell[0]);
		become(argv, gate[0], tell[1]);
	}
	close(gate[0]);
	close(tell[1]);
	w->gate = gate[1];
	w->told = tell[0];
	if (w->pid > 0)
		return EXIT_OK;
	w->pid = 0;
	close(w->gate);
	close(w->told);
	return cmd_error("fork: %s", strerror(errno));
}

int watch_go(struct watch *w, char **argv)
{
	int err = 0;

	if (write(w->gate, "", 1) != 1)
		err = errno;
	close(w->gate);
	if (err || read(w->told, &err, sizeof(err)) > 0)
		waitpid(w->pid, NULL, 0);
	close(w->told);
	if (err) {
		w->pid = 0;
		return cmd_error("%s: %s", argv[0], strerror(err));
	}
	w->pidfd = syscall(SYS_pidfd_open, w->pid, 0);
	if (w->pidfd < 0)
		return cmd_error("pidfd_open: %s", strerror(errno));
	return EXIT_OK;
}

int watch_run(struct watch *w, char **argv)
{
	int code = watch_hold(w, argv);

	return code ? code : watch_go(w, argv);
}

void watch_seconds(struct watch *w, uint64_t seconds)
{
	w->deadline_ns = cmd_now_ns() + seconds * 1000000000ULL;
}

void watch_until(struct watch *w, uint64_t ns)
{
	w->deadline_ns = ns;
}

/* For poll(), rounded up so that it does not spin. */
static int timeout_ms(const struct watch *w)
{
	uint64_t now = cmd_now_ns(), ms;

	if (!w->deadline_ns)
		return -1;
	if (now >= w->deadline_ns)
		return 0;
	ms = (w->deadline_ns - now + 999999) / 1000000;
	return ms > 1000000 ? 1000000 : (int)ms;
}

/* Return: true if the user wants the end and there is no command to tell. */
static bool take_signal(struct watch *w)
{
	struct signalfd_siginfo info;

	if (read(w->sigfd, &info, sizeof(info)) != sizeof(info))
		return false;
	if (!w->pid)
		return true;
	/* Ctrl-C has reached the command, too; kill has not. */
	if (info.ssi_code <= 0)
		kill(w->pid, info.ssi_signo);
	return false;
}

enum watch_event watch_next(struct watch *w, int fd)
{
	struct pollfd fds[] = {
		{ .fd = w->sigfd, .events = POLLIN },
		{ .fd = fd, .events = POLLIN },
		{ .fd = w->pidfd, .events = POLLIN },
	};

	for (;;) {
		int n = poll(fds, CMD_ARRAY_SIZE(fds), timeout_ms(w));

		if (n < 0)
			continue;
		if (fds[0].revents && take_signal(w))
			return WATCH_STOP;
		if (fds[1].revents)
			return WATCH_READY;
		if (fds[2].revents) {
			waitpid(w->pid, &w->status, 0);
			return WATCH_EXIT;
		}
		if (w->deadline_ns && cmd_now_ns() >= w->deadline_ns)
			return WATCH_TIME;
	}
}

void watch_end(struct watch *w)
{
	if (w->pidfd >= 0)
		close(w->pidfd);
	close(w->sigfd);
}

int watch_report(const struct watch *w)
{
	if (!w->pid)
		return EXIT_OK;
	if (WIFSIGNALED(w->status)) {
		out_u64_text("exit_signal", WTERMSIG(w->status), "%s",
			     strsignal(WTERMSIG(w->status)));
		return EXIT_FAILED;
	}
	out_u64("exit_status", WEXITSTATUS(w->status));
	return WEXITSTATUS(w->status) ? EXIT_FAILED : EXIT_OK;
}
