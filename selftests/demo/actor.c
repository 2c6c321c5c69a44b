// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs that the demo watches: one that makes user namespaces in a
 * loop, one that drops to a user and runs something, one that tells who it is.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* One attempt each second, in a child, for a namespace can not be left again. */
static int unshare_loop(void)
{
	pid_t self = getpid();

	for (;;) {
		pid_t pid = fork();

		if (!pid) {
			errno = unshare(CLONE_NEWUSER) ? errno : 0;
			printf("    [pid %d] unshare(CLONE_NEWUSER): %s\n", self,
			       errno ? strerror(errno) : "ok");
			fflush(stdout);
			_exit(0);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			return 1;
		sleep(1);
	}
}

static int as_user(uid_t uid, char **command)
{
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)) {
		perror("actor: setresuid");
		return 1;
	}
	execvp(command[0], command);
	perror(command[0]);
	return 127;
}

static int whoami(void)
{
	printf("    now uid %u, effective uid %u\n", getuid(), geteuid());
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "unshare-loop"))
		return unshare_loop();
	if (argc >= 4 && !strcmp(argv[1], "as-user"))
		return as_user(atoi(argv[2]), argv + 3);
	if (argc == 2 && !strcmp(argv[1], "whoami"))
		return whoami();
	fputs("usage: actor unshare-loop | as-user UID COMMAND... | whoami\n",
	      stderr);
	return 2;
}
